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
#ifndef ScoreRanks_inl_h
#define ScoreRanks_inl_h

#include "PartialMinima-inl.h"
#include "Rule-inl.h"

/** Integers of 8 bits at distances of 1, sqrt(2) and sqrt(3), in lanes of 16 bits: each possible score has a rank. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

inline std::int16_t
HighProduct(std::int16_t a, std::int16_t b)
{
  return static_cast<std::int16_t>((static_cast<std::int32_t>(a) * static_cast<std::int32_t>(b)) >> 16);
}

/** KeyUnit * difference + LabelMask - label of the winner of a class. */
template <Shape VShape, int VIndex>
inline std::int16_t
RankedOrder(std::int16_t center, std::int16_t least)
{
  constexpr int code = LabelMask - FirstLabel(VShape, VIndex);
  return static_cast<std::int16_t>(center - least + code);
}

/** The rank of a score is the number of possible scores up to it: for a difference d at the squared distance i the sum
 * of floor(d / sqrt(i) * sqrt(j)) over j = 1, 2, 3. Each is a multiple of d plus the high half of a product, whose
 * factor was checked for all d of 8 bits. Returns whether there are codes without a label, of voxels that compete. */
template <Shape VShape>
NeighborhoodArgmaxLabel_LOOP bool
CompareRanks(const ClassSources<std::int16_t> & sourceRows,
             const RankRule &                   rankRule,
             std::int16_t *                     codes,
             std::size_t                        width)
{
  // Compilers load these, while they would make constants of the text anew for each vector.
  const struct
  {
    std::int16_t factors[3][2]{ { 13573, -8780 }, { 23170, 7364 }, { 18918, -6014 } };
    std::int16_t shift{ RankShift };
  } constants;
  const ClassSources<std::int16_t> sources = sourceRows;
  const std::int16_t               center = rankRule.center;
  const std::int16_t               centerCode = rankRule.centerCode;
  std::int16_t                     isUndecided = 0;
  const std::size_t                n = width & ~(KeyMultiple - 1);
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    std::int16_t best = -32768;
    ForEachClass<std::int16_t, VShape>(sources, static_cast<std::ptrdiff_t>(x), [&](auto index, std::int16_t least) {
      constexpr int  squared = SquaredDistance(VShape, decltype(index)::value);
      constexpr auto lowest = static_cast<std::int16_t>(LeastRankedDifference(squared) * KeyUnit<std::int16_t>);
      const auto     order = RankedOrder<VShape, decltype(index)::value>(sources.center[x], least);
      const auto     ranked = order > lowest ? order : lowest;
      const auto     twice = static_cast<std::int16_t>(ranked >> 5);
      const auto     rank = static_cast<std::int16_t>(
        (squared == 1 ? twice : 0) + HighProduct(twice, constants.factors[squared - 1][0]) +
        HighProduct(twice, constants.factors[squared - 1][1]) - constants.shift); // less 2 * difference
      const auto code = static_cast<std::int16_t>(rank * (LabelMask + 1) + ranked);
      best = code > best ? code : best;
    });
    const std::int16_t code = best < center ? centerCode : best;
    isUndecided |= (((code & LabelMask) == 0) & (sources.center[x] < AbsentKey<std::int16_t>)) ? 1 : 0;
    codes[x] = code;
  }
  return isUndecided != 0;
}

template <Shape VShape>
NeighborhoodArgmaxLabel_LOOP void
ScoreOfRanks(const ClassSources<std::int16_t> & sourceRows,
             const RankRule &                   rankRule,
             const std::int16_t *               codes,
             float *                            scores,
             std::size_t                        width)
{
  constexpr std::int16_t           centerCode = LabelMask - NumberOfLabels(VShape) / 2;
  const ClassSources<std::int16_t> sources = sourceRows;
  const RankRule                   rule = rankRule;
  const std::size_t                n = width & ~(KeyMultiple - 1);
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    double best = -__builtin_inf();
    ForEachClass<std::int16_t, VShape>(sources, static_cast<std::ptrdiff_t>(x), [&](auto index, std::int16_t least) {
      constexpr int k = decltype(index)::value;
      const int     difference = RankedOrder<VShape, k>(sources.center[x], least) >> 6;
      best = GreaterOf(best, difference * rule.weights[k]);
    });
    scores[x] = static_cast<float>((codes[x] & LabelMask) == centerCode ? rule.centerScore : best);
  }
}

template <Shape VShape>
void
LabelByRanks(const PlaneRows<std::int16_t> & plane, const RankRule & rule, const PlaneResults & results, void * memory)
{
  Scratch      scratch(memory, plane.width);
  auto * const codes = scratch.Take<std::int16_t>();
  scratch.Take<std::int16_t>(); // what follows begins at a whole cache line
  auto * const scores = scratch.Take<float>();
  ForEachRowOfPlane<std::int16_t, VShape>(
    plane, scratch, [&](const ClassSources<std::int16_t> & sources, std::size_t row) {
      results.isUndecided[row] = CompareRanks<VShape>(sources, rule, codes, plane.width);
      StoreLabels(codes, results, row);
      if (HasScores(results))
      {
        ScoreOfRanks<VShape>(sources, rule, codes, scores, plane.width);
        StoreScores(scores, results, row);
      }
    });
}

void
LabelByRanksOfShape(const PlaneRows<std::int16_t> & plane,
                    const RankRule &                rule,
                    const PlaneResults &            results,
                    void *                          scratch)
{
  CallForShape(rule.shape, [&](auto shape) {
    if constexpr (decltype(shape)::value != Shape::Full3D) // which has other distances
    {
      LabelByRanks<decltype(shape)::value>(plane, rule, results, scratch);
    }
  });
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
