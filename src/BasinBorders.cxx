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
#include "itkBasinBorders.h"

#define NeighborhoodArgmaxLabel_FOR_EACH_VALUE(BORDERS) \
  BORDERS(std::int8_t, Int8)                            \
  BORDERS(std::uint8_t, Uint8)                          \
  BORDERS(std::int16_t, Int16)                          \
  BORDERS(std::uint16_t, Uint16)                        \
  BORDERS(std::int32_t, Int32)                          \
  BORDERS(float, Float)                                 \
  BORDERS(double, Double)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "BasinBorders-inl.h"
#include <hwy/foreach_target.h>

#include "BasinBorders-inl.h"

namespace itk::NeighborhoodArgmaxLabel
{
#define NeighborhoodArgmaxLabel_BORDERS(TValue, Name)                               \
  HWY_EXPORT(Borders##Name);                                                        \
  template <>                                                                       \
  std::size_t FindBorders(const BorderRow<TValue> & row, Borders<TValue> & borders) \
  {                                                                                 \
    return HWY_DYNAMIC_DISPATCH(Borders##Name)(row, borders);                       \
  }
NeighborhoodArgmaxLabel_FOR_EACH_VALUE(NeighborhoodArgmaxLabel_BORDERS)
} // namespace itk::NeighborhoodArgmaxLabel
