/*=========================================================================
 *
 *  Copyright NumFOCUS
 *
 *  Licensed under the Apache License, Version 2.0 (the "License");
 *  you may not use this file except in compliance with the License.
 *  You may obtain a copy of the License at
 *
 *         https://www.apache.org/licenses/LICENSE-2.0.txt
 *
 *  Unless required by applicable law or agreed to in writing, software
 *  distributed under the License is distributed on an "AS IS" BASIS,
 *  WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 *  See the License for the specific language governing permissions and
 *  limitations under the License.
 *
 *=========================================================================*/
#ifndef itkNeighborhoodLabels_h
#define itkNeighborhoodLabels_h

#include <cstddef>
#include <cstdint>
#include <limits>

namespace itk
{

/** \class NeighborhoodLabels
 * \brief The labels of a rectangular neighborhood: the index of each offset, the first axis fastest.
 *
 * The order is that of itk::Neighborhood, and of a NumPy array with the axes reversed. No other file knows it.
 * Radius and offset may be any type with `[axis]`, such as itk::Size, itk::Offset or an array.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <unsigned int VDimension>
class NeighborhoodLabels
{
public:
  using LabelType = std::uint64_t;

  /** Radius 1 on every axis. */
  constexpr NeighborhoodLabels()
  {
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      this->AddAxis(axis, 1);
    }
  }

  template <typename TRadius>
  constexpr explicit NeighborhoodLabels(const TRadius & radius)
  {
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      this->AddAxis(axis, radius[axis]);
    }
  }

  /** The product of 2 * radius + 1; the greatest LabelType if that does not hold it. */
  constexpr LabelType
  GetNumberOfLabels() const
  {
    return m_NumberOfLabels;
  }

  /** The label of the offset 0. */
  constexpr LabelType
  GetCenter() const
  {
    return m_NumberOfLabels / 2;
  }

  /** The difference of labels for a step along an axis. */
  constexpr LabelType
  GetStride(unsigned int axis) const
  {
    return m_Strides[axis];
  }

  template <typename TOffset>
  constexpr bool
  IsInside(const TOffset & offset) const
  {
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      if (offset[axis] < -m_Radius[axis] || offset[axis] > m_Radius[axis])
      {
        return false;
      }
    }
    return true;
  }

  /** The label of an offset that is inside. */
  template <typename TOffset>
  constexpr LabelType
  LabelOf(const TOffset & offset) const
  {
    LabelType label = 0;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      label += m_Strides[axis] * static_cast<LabelType>(offset[axis] + m_Radius[axis]);
    }
    return label;
  }

  /** The step along an axis of a label below GetNumberOfLabels(). */
  constexpr std::int64_t
  OffsetOf(LabelType label, unsigned int axis) const
  {
    const auto width = static_cast<LabelType>(2 * m_Radius[axis] + 1);
    return static_cast<std::int64_t>(label / m_Strides[axis] % width) - m_Radius[axis];
  }

private:
  constexpr void
  AddAxis(unsigned int axis, LabelType radius)
  {
    constexpr LabelType greatest = std::numeric_limits<LabelType>::max();
    const LabelType     width = radius < greatest / 4 ? 2 * radius + 1 : greatest / 2;
    m_Radius[axis] = static_cast<std::int64_t>(width / 2);
    m_Strides[axis] = m_NumberOfLabels;
    m_NumberOfLabels = m_NumberOfLabels > greatest / width ? greatest : m_NumberOfLabels * width;
  }

  std::int64_t m_Radius[VDimension]{};
  LabelType    m_Strides[VDimension]{};
  LabelType    m_NumberOfLabels{ 1 };
};

} // end namespace itk

#endif
