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
#include "itkNeighborhoodArgmaxLabelRowKernel.h"

#include <cmath>

namespace itk::NeighborhoodArgmaxLabel
{

double
InverseLength(const double * components, unsigned int dimension)
{
  double squaredLength = 0.0;
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    squaredLength += components[axis] * components[axis];
  }
  return 1.0 / std::sqrt(squaredLength);
}

template <typename TPixel>
RowKernel<TPixel>::RowKernel(const Rules & rules)
  : m_Implementation(std::make_unique<Implementation>(rules))
{}

template <typename TPixel>
RowKernel<TPixel>::~RowKernel() = default;

template <typename TPixel>
void
RowKernel<TPixel>::Label(const Row<TPixel> * rows, std::size_t width, std::uint32_t * labels, double * scores)
{
  m_Implementation->Label(rows, width, labels, scores);
}

template class RowKernel<std::int8_t>;
template class RowKernel<std::uint8_t>;
template class RowKernel<std::int16_t>;
template class RowKernel<std::uint16_t>;
template class RowKernel<std::int32_t>;
template class RowKernel<std::uint32_t>;
template class RowKernel<float>;
template class RowKernel<double>;

} // namespace itk::NeighborhoodArgmaxLabel
