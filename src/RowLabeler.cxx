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
#include "RowLabeler.h"

#include <atomic>
#include <cmath>

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

std::atomic<std::uint64_t> &
NumberOfLabeledVoxels(unsigned int labeler)
{
  static std::atomic<std::uint64_t> numbers[NumberOfLabelers]{};
  return numbers[labeler];
}

} // namespace

void
CountLabeledVoxels(Labeler labeler, std::size_t number)
{
  NumberOfLabeledVoxels(static_cast<unsigned int>(labeler)).fetch_add(number, std::memory_order_relaxed);
}

std::array<std::uint64_t, NumberOfLabelers>
GetNumbersOfLabeledVoxels()
{
  std::array<std::uint64_t, NumberOfLabelers> numbers;
  for (unsigned int labeler = 0; labeler < NumberOfLabelers; ++labeler)
  {
    numbers[labeler] = NumberOfLabeledVoxels(labeler);
  }
  return numbers;
}

double
InverseLength(const double * components, unsigned int dimension)
{
  double longest = 0.0;
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    longest = std::max(longest, std::abs(components[axis]));
  }
  // Times a power of two, which rounds nothing, no square is infinite, and none that counts is 0.
  const int exponent = std::ilogb(longest);
  double    squaredLength = 0.0;
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    const double component = std::ldexp(components[axis], -exponent);
    squaredLength += component * component;
  }
  return std::ldexp(1.0 / std::sqrt(squaredLength), -exponent);
}

template <typename TPixel>
RowLabeler<TPixel>::RowLabeler(const Rules & rules)
  : m_Implementation(std::make_unique<Implementation>(rules))
{}

template <typename TPixel>
RowLabeler<TPixel>::~RowLabeler() = default;

template <typename TPixel>
void
RowLabeler<TPixel>::Label(const Row<TPixel> * rows, std::size_t width, std::uint32_t * labels, double * scores)
{
  m_Implementation->Label(rows, width, scores);
  for (std::size_t x = 0; x < width; ++x)
  {
    labels[x] = m_Implementation->GetLabel(x);
  }
}

template class RowLabeler<std::int8_t>;
template class RowLabeler<std::uint8_t>;
template class RowLabeler<std::int16_t>;
template class RowLabeler<std::uint16_t>;
template class RowLabeler<std::int32_t>;
template class RowLabeler<std::uint32_t>;
template class RowLabeler<float>;
template class RowLabeler<double>;

} // namespace itk::NeighborhoodArgmaxLabel
