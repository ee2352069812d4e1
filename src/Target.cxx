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
// Compiled once for each instruction set; src/CMakeLists.txt gives the name of its table.
#include "Definition-inl.h"
#include "Direct-inl.h"
#include "IntegerKeys-inl.h"
#include "Pixels-inl.h"
#include "ScoreRanks-inl.h"

#ifndef NeighborhoodArgmaxLabel_TARGET
#  define NeighborhoodArgmaxLabel_TARGET TargetBaseline
#endif

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

template <typename TPixel>
constexpr PixelTarget<TPixel>
MakePixelTarget()
{
  return { Survey<TPixel>, MakeReals<TPixel>, MakeKeys<TPixel> };
}

template <typename TReal>
constexpr RealTarget<TReal>
MakeRealTarget()
{
  return { LabelDirectlyOfShape<TReal>,
           Compete<TReal, false>,
           Compete<TReal, true>,
           CompeteByScores<TReal>,
           FindNoHigher<TReal> };
}

} // namespace

extern const Target NeighborhoodArgmaxLabel_TARGET;

const Target NeighborhoodArgmaxLabel_TARGET = {
  MakePixelTarget<std::int8_t>(),
  MakePixelTarget<std::uint8_t>(),
  MakePixelTarget<std::int16_t>(),
  MakePixelTarget<std::uint16_t>(),
  MakePixelTarget<std::int32_t>(),
  MakePixelTarget<std::uint32_t>(),
  MakePixelTarget<float>(),
  MakePixelTarget<double>(),
  { MakeByteKeys<std::int8_t> },
  { MakeByteKeys<std::uint8_t> },
  MakeRealTarget<float>(),
  MakeRealTarget<double>(),
  LabelByKeysOfShape,
  LabelByRanksOfShape,
};

} // namespace itk::NeighborhoodArgmaxLabel
