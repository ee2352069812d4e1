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
#include "itkNeighborhoodArgmaxLabelKernel.h"

/** \file
 * The lanes of each pixel type: of its own size; wider if voxels are masked or labels need more bits; 16 bits for real
 * numbers that are integers. */
#define NeighborhoodArgmaxLabel_FOR_EACH_STAGE(STAGE) \
  STAGE(std::int8_t, std::int8_t, Int8)               \
  STAGE(std::uint8_t, std::int8_t, Uint8)             \
  STAGE(std::int8_t, std::int16_t, Int8AsInt16)       \
  STAGE(std::uint8_t, std::int16_t, Uint8AsInt16)     \
  STAGE(std::int16_t, std::int16_t, Int16)            \
  STAGE(std::uint16_t, std::int16_t, Uint16)          \
  STAGE(std::int16_t, float, Int16AsFloat)            \
  STAGE(std::uint16_t, float, Uint16AsFloat)          \
  STAGE(std::int32_t, std::int32_t, Int32)            \
  STAGE(std::uint32_t, std::int32_t, Uint32)          \
  STAGE(std::int32_t, double, Int32AsDouble)          \
  STAGE(std::uint32_t, double, Uint32AsDouble)        \
  STAGE(float, std::int16_t, FloatAsInt16)            \
  STAGE(double, std::int16_t, DoubleAsInt16)          \
  STAGE(float, float, Float)                          \
  STAGE(double, double, Double)

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "StageRows-inl.h"
#include <hwy/foreach_target.h>

#include "StageRows-inl.h"

namespace itk::NeighborhoodArgmaxLabel
{
#define NeighborhoodArgmaxLabel_STAGE(TPixel, TLane, Name)                               \
  HWY_EXPORT(Stage##Name);                                                               \
  template <>                                                                            \
  void StageRows(const Rows<const TPixel> &        pixels,                               \
                 const Rows<const unsigned char> & mask,                                 \
                 std::size_t                       width,                                \
                 std::size_t                       rows,                                 \
                 const StageOptions &              options,                              \
                 const Rows<TLane> &               lanes,                                \
                 StagedFacts &                     facts)                                \
  {                                                                                      \
    HWY_DYNAMIC_DISPATCH(Stage##Name)(pixels, mask, width, rows, options, lanes, facts); \
  }
NeighborhoodArgmaxLabel_FOR_EACH_STAGE(NeighborhoodArgmaxLabel_STAGE)
} // namespace itk::NeighborhoodArgmaxLabel
