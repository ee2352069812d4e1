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
#ifndef itkNeighborhoodArgmaxLabelPaddedRows_h
#define itkNeighborhoodArgmaxLabelPaddedRows_h

#include "itkImage.h"
#include "itkNeighborhoodArgmaxLabelKernel.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class PaddedRows
 * \brief Hands rows of an image to the labelers: the only place that knows pixel types, borders and masks.
 *
 * A row that lies in the image as the labelers want it is pointed to; any other one is copied.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TImage, typename TMaskImage>
class PaddedRows
{
public:
  using ImagePixelType = typename TImage::PixelType;
  using IndexType = typename TImage::IndexType;
  using RegionType = typename TImage::RegionType;

  /** The labelers' pixel type: of the same values if there is one, else double. */
  template <typename T>
  struct LabelerPixel
  {
    static constexpr bool IsSmallInteger = std::is_integral_v<T> && sizeof(T) <= 4;
    using Signed =
      std::conditional_t<sizeof(T) == 1, std::int8_t, std::conditional_t<sizeof(T) == 2, std::int16_t, std::int32_t>>;
    using Unsigned = std::
      conditional_t<sizeof(T) == 1, std::uint8_t, std::conditional_t<sizeof(T) == 2, std::uint16_t, std::uint32_t>>;
    using Type = std::conditional_t<IsSmallInteger,
                                    std::conditional_t<std::is_signed_v<T>, Signed, Unsigned>,
                                    std::conditional_t<std::is_same_v<T, float>, float, double>>;
  };
  using PixelType = typename LabelerPixel<ImagePixelType>::Type;

  /** `mask` may be nullptr. Voxels outside the image are absent, or found on its other side if `periodic`. */
  PaddedRows(const TImage * image, const TMaskImage * mask, bool periodic)
    : m_Image(image)
    , m_Mask(mask)
    , m_Region(image->GetLargestPossibleRegion())
    , m_Periodic(periodic)
  {}

  /** The row of `length` voxels from `start` on, along an axis. `values` and `mask` have room for a copy. */
  Row<PixelType>
  GetRow(IndexType start, unsigned int rowAxis, SizeValueType length, PixelType * values, unsigned char * mask) const
  {
    for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
    {
      if (axis != rowAxis && !this->IsInside(start[axis], axis))
      {
        if (!m_Periodic)
        {
          std::fill_n(values, length, PixelType{});
          std::fill_n(mask, length, static_cast<unsigned char>(0));
          return { values, mask, nullptr };
        }
        start[axis] = this->Wrap(start[axis], axis);
      }
    }
    const auto first = start[rowAxis];
    const auto end = first + static_cast<IndexValueType>(length);
    const bool isInImage = this->IsInside(first, rowAxis) && this->IsInside(end - 1, rowAxis);
    if (isInImage && rowAxis == 0)
    {
      const ImagePixelType * const row = this->Voxel(start);
      const unsigned char * const  maskRow =
        m_Mask ? m_Mask->GetBufferPointer() + m_Mask->ComputeOffset(start) : nullptr;
      if constexpr (std::is_same_v<ImagePixelType, PixelType>)
      {
        return { row, maskRow, nullptr };
      }
      std::transform(row, row + length, values, ToPixel);
      return { values, maskRow, nullptr };
    }

    const auto imageEnd = m_Region.GetIndex(rowAxis) + static_cast<IndexValueType>(m_Region.GetSize(rowAxis));
    for (auto x = first; x < end;)
    {
      start[rowAxis] = m_Periodic ? this->Wrap(x, rowAxis) : x;
      const bool inside = this->IsInside(start[rowAxis], rowAxis);
      const auto count = std::min(end - x, inside ? imageEnd - start[rowAxis] : IndexValueType{ 1 });
      const auto at = x - first;
      if (inside)
      {
        CopyAlong(m_Image, start, rowAxis, count, values + at);
      }
      else
      {
        values[at] = PixelType{};
      }
      if (inside && m_Mask)
      {
        CopyAlong(m_Mask, start, rowAxis, count, mask + at);
      }
      else
      {
        std::fill_n(mask + at, count, static_cast<unsigned char>(inside));
      }
      x += count;
    }
    return { values, (m_Periodic || isInImage) && !m_Mask ? nullptr : mask, nullptr };
  }

  /** Points to `numberOfRows` rows, one behind the other along an axis; false if they have to be copied. */
  bool
  PointToRows(const IndexType &             start,
              SizeValueType                 length,
              unsigned int                  rowAxis,
              std::vector<Row<PixelType>> & rows,
              SizeValueType                 numberOfRows) const
  {
    if constexpr (std::is_same_v<ImagePixelType, PixelType>)
    {
      IndexType last = start;
      last[0] += static_cast<IndexValueType>(length) - 1;
      last[rowAxis] += static_cast<IndexValueType>(numberOfRows) - 1;
      if (!m_Region.IsInside(start) || !m_Region.IsInside(last))
      {
        return false;
      }
      const PixelType *     values = this->Voxel(start);
      const unsigned char * mask = m_Mask ? m_Mask->GetBufferPointer() + m_Mask->ComputeOffset(start) : nullptr;
      for (SizeValueType row = 0; row < numberOfRows; ++row)
      {
        rows[row] = { values, mask, nullptr };
        values += m_Image->GetOffsetTable()[rowAxis];
        mask += mask ? m_Mask->GetOffsetTable()[rowAxis] : 0;
      }
      return true;
    }
    return false;
  }

private:
  bool
  IsInside(IndexValueType index, unsigned int axis) const
  {
    return index >= m_Region.GetIndex(axis) &&
           index < m_Region.GetIndex(axis) + static_cast<IndexValueType>(m_Region.GetSize(axis));
  }

  IndexValueType
  Wrap(IndexValueType index, unsigned int axis) const
  {
    const auto size = static_cast<IndexValueType>(m_Region.GetSize(axis));
    const auto remainder = (index - m_Region.GetIndex(axis)) % size;
    return m_Region.GetIndex(axis) + (remainder < 0 ? remainder + size : remainder);
  }

  const ImagePixelType *
  Voxel(const IndexType & index) const
  {
    return m_Image->GetBufferPointer() + m_Image->ComputeOffset(index);
  }

  template <typename TAnyImage, typename TValue>
  static void
  CopyAlong(const TAnyImage * image, const IndexType & start, unsigned int axis, IndexValueType count, TValue * values)
  {
    const auto * const    voxel = image->GetBufferPointer() + image->ComputeOffset(start);
    const OffsetValueType stride = image->GetOffsetTable()[axis];
    if (stride == 1)
    {
      std::transform(voxel, voxel + count, values, [](auto value) { return static_cast<TValue>(value); });
      return;
    }
    for (IndexValueType k = 0; k < count; ++k)
    {
      values[k] = static_cast<TValue>(voxel[k * stride]);
    }
  }

  static PixelType
  ToPixel(ImagePixelType value)
  {
    return static_cast<PixelType>(value);
  }

  const TImage *     m_Image;
  const TMaskImage * m_Mask;
  RegionType         m_Region;
  bool               m_Periodic;
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
