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
#include "itkNeighborhoodArgmaxLabelLoops.h"

#include <cmath> // HUGE_VAL

// The name of the table; src/CMakeLists.txt compiles this file once for each.
#ifndef NeighborhoodArgmaxLabel_LOOPS
#  define NeighborhoodArgmaxLabel_LOOPS LoopsBaseline
#endif

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

// ---- The definition -------------------------------------------------------------------------------------------------

template <typename TPixel>
void
Convert(const TPixel * values, RealOf<TPixel> sign, RealOf<TPixel> * reals, std::size_t n)
{
  for (std::size_t x = 0; x < n; ++x)
  {
    reals[x] = sign * static_cast<RealOf<TPixel>>(values[x]);
  }
}

template <typename TReal>
bool
IsFinite(const TReal * values, std::size_t n)
{
  IntegerOf<TReal> bad = 0;
  for (std::size_t x = 0; x < n; ++x)
  {
    bad |= values[x] - values[x] == 0 ? 0 : 1;
  }
  return bad == 0;
}

template <typename TReal>
void
ExpandMask(const unsigned char * present, IntegerOf<TReal> * mask, std::size_t n)
{
  for (std::size_t x = 0; x < n; ++x)
  {
    mask[x] = present[x] != 0;
  }
}

template <typename TReal>
void
Start(TReal * best, IntegerOf<TReal> * winner, std::size_t n)
{
  for (std::size_t x = 0; x < n; ++x)
  {
    best[x] = -static_cast<TReal>(HUGE_VAL);
    winner[x] = -1;
  }
}

// Candidates come in descending order of their labels, so that the last one that is not less has the lowest label.
template <typename TReal, bool VHostile, bool VMasked>
void
Compete(const TReal *              center,
        const Competitors<TReal> & competitors,
        TReal *                    best,
        IntegerOf<TReal> *         winner,
        std::size_t                n)
{
  const Competitors<TReal> c = competitors;
  for (std::size_t x = 0; x < n; ++x)
  {
    TReal            bestScore = best[x];
    IntegerOf<TReal> bestLabel = winner[x];
    for (int k = 0; k < Competitors<TReal>::Number; ++k)
    {
      TReal score = center[x] - c.neighbors[k][x];
      if constexpr (sizeof(TReal) == sizeof(double))
      {
        score *= c.weights[k];
      }
      bool wins = score >= bestScore;
      if constexpr (VHostile)
      {
        wins |= score != score;
      }
      if constexpr (VMasked)
      {
        wins &= c.masks[k][x] != 0;
      }
      bestScore = wins ? score : bestScore;
      bestLabel = wins ? c.labels[k] : bestLabel;
    }
    best[x] = bestScore;
    winner[x] = bestLabel;
  }
}

template <typename TReal>
void
Merge(const TReal *            best,
      const IntegerOf<TReal> * winner,
      double                   weight,
      double *                 score,
      std::int64_t *           label,
      std::size_t              n)
{
  for (std::size_t x = 0; x < n; ++x)
  {
    const double       s = static_cast<double>(best[x]) * weight;
    const std::int64_t w = winner[x];
    const bool         isNaN = s != s;
    const bool         labelIsNaN = score[x] != score[x];
    const bool         lower = w < label[x];
    const bool greater = (s > score[x]) | (isNaN & !labelIsNaN) | (((s == score[x]) | (isNaN & labelIsNaN)) & lower);
    const bool wins = greater & (w >= 0);
    score[x] = wins ? s : score[x];
    label[x] = wins ? w : label[x];
  }
}

template <typename TReal>
void
MarkNotNegative(const TReal *            center,
                const TReal *            neighbor,
                const IntegerOf<TReal> * mask,
                std::int64_t *           marks,
                std::size_t              n)
{
  for (std::size_t x = 0; x < n; ++x)
  {
    const bool negative = center[x] - neighbor[x] < 0;
    marks[x] |= !negative & (mask[x] != 0);
  }
}

// ---- The table ------------------------------------------------------------------------------------------------------

template <typename TReal>
constexpr DefinitionLoops<TReal>
MakeDefinitionLoops()
{
  return { IsFinite<TReal>,
           ExpandMask<TReal>,
           Start<TReal>,
           { { Compete<TReal, false, false>, Compete<TReal, false, true> },
             { Compete<TReal, true, false>, Compete<TReal, true, true> } },
           Merge<TReal>,
           MarkNotNegative<TReal> };
}

template <typename TPixel>
constexpr PixelLoops<TPixel>
MakePixelLoops()
{
  return { Convert<TPixel> };
}

} // namespace

const Loops NeighborhoodArgmaxLabel_LOOPS = {
  MakeDefinitionLoops<float>(),         MakeDefinitionLoops<double>(),       MakePixelLoops<std::int8_t>(),
  MakePixelLoops<std::uint8_t>(),       MakePixelLoops<std::int16_t>(),      MakePixelLoops<std::uint16_t>(),
  MakePixelLoops<std::int32_t>(),       MakePixelLoops<std::uint32_t>(),     MakePixelLoops<float>(),
  MakePixelLoops<double>(),
};

} // namespace itk::NeighborhoodArgmaxLabel
