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
#ifndef IntegerKeys_inl_h
#define IntegerKeys_inl_h

#include "PartialMinima-inl.h"
#include "Rule-inl.h"

#include <math.h> // HUGE_VALF, fabsf

/** Images of integers, or of multiples of a power of two: packed keys are exact, so that the least key of a class is
 * its winner with its label, and only the classes have to compete. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

/** Winners that compete are greater, those of AbsentKey are less. */
constexpr std::int32_t AbsentWinner = -(9 << 26);
static_assert(AbsentWinner < -2 * LargestKeyValue * KeyUnit<std::int32_t> - LabelMask);
static_assert(AbsentWinner > LargestKeyValue * KeyUnit<std::int32_t> - AbsentKey<std::int32_t> + LabelMask);

/** KeyUnit * difference + LabelMask - label of the winner of a class. */
template <typename TKey, Shape VShape, int VIndex>
inline TKey
WinnerOf(TKey center, TKey least)
{
  constexpr int code = LabelMask - FirstLabel(VShape, VIndex);
  return static_cast<TKey>(center - least + code);
}

/** Scores as the definition has them. A winner that is AbsentKey has none. */
template <Shape VShape, bool VHasAbsent>
NeighborhoodArgmaxLabel_LOOP void
CompareInDouble(const ClassSources<std::int32_t> & sourceRows,
                const KeyRule &                    keyRule,
                std::int32_t *                     codes,
                double *                           scores,
                std::size_t                        width)
{
  constexpr int                    numberOfClasses = NumberOfClasses(VShape);
  constexpr std::int32_t           centerCode = LabelMask - NumberOfLabels(VShape) / 2;
  const ClassSources<std::int32_t> sources = sourceRows;
  const KeyRule                    rule = keyRule;
  const double                     none = __builtin_nan("");
  const std::size_t                n = width & ~(KeyMultiple - 1);
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    std::int32_t winners[numberOfClasses];
    double       classScores[numberOfClasses];
    double       best = rule.centerScore;
    ForEachClass<std::int32_t, VShape>(sources, static_cast<std::ptrdiff_t>(x), [&](auto index, std::int32_t least) {
      constexpr int k = decltype(index)::value;
      winners[k] = WinnerOf<std::int32_t, VShape, k>(sources.center[x], least);
      classScores[k] = static_cast<double>(winners[k] >> 5) * rule.weights[k];
      if constexpr (VHasAbsent)
      {
        classScores[k] = classScores[k] > (AbsentWinner >> 5) * rule.weights[k] ? classScores[k] : none;
      }
      best = GreaterOf(best, classScores[k]);
    });
    std::int32_t code = rule.centerScore == best ? centerCode : 0;
    ForEachIndex<numberOfClasses>([&](auto index) {
      constexpr int k = decltype(index)::value;
      code = LowestLabel(code, classScores[k] == best, winners[k] & LabelMask);
    });
    codes[x] = code;
    scores[x] = best;
  }
}

/** Scores in float. Returns whether some are too close to tell; classes at irrational ratios of distances rarely are.
 */
template <Shape VShape, bool VHasAbsent>
NeighborhoodArgmaxLabel_LOOP bool
CompareInFloat(const ClassSources<std::int32_t> & sourceRows,
               const KeyRule &                    rule,
               std::int32_t *                     codes,
               std::size_t                        width)
{
  // Three relative errors of 2^-24 each.
  constexpr float                  tolerance = 1e-6f;
  constexpr int                    numberOfClasses = NumberOfClasses(VShape);
  constexpr std::int32_t           centerCode = LabelMask - NumberOfLabels(VShape) / 2;
  const ClassSources<std::int32_t> sources = sourceRows;
  double                           unit = 0.0;
  for (const double weight : rule.weights)
  {
    unit = GreaterOf(unit, weight);
  }
  float weights[numberOfClasses];
  for (int k = 0; k < numberOfClasses; ++k)
  {
    weights[k] = static_cast<float>(rule.weights[k] / unit);
  }
  const auto center = static_cast<float>(rule.centerScore * KeyUnit<std::int32_t> / unit);
  if ((center == 0) != (rule.centerScore == 0))
  {
    return true;
  }
  const std::int32_t codeOfZero = center == 0 ? centerCode : -1;
  std::int32_t       isClose = 0;
  const std::size_t  n = width & ~(KeyMultiple - 1);
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    float        best = center;
    float        second = -HUGE_VALF;
    std::int32_t code = centerCode;
    std::int32_t greatest = codeOfZero;
    ForEachClass<std::int32_t, VShape>(sources, static_cast<std::ptrdiff_t>(x), [&](auto index, std::int32_t least) {
      constexpr int      k = decltype(index)::value;
      const std::int32_t winner = WinnerOf<std::int32_t, VShape, k>(sources.center[x], least);
      float              score = static_cast<float>(winner & ~LabelMask) * weights[k];
      if constexpr (VHasAbsent)
      {
        score = winner > AbsentWinner ? score : -HUGE_VALF;
      }
      const float lesser = score < best ? score : best;
      second = lesser > second ? lesser : second;
      code = score > best ? winner : code;
      best = score > best ? score : best;
      greatest = winner > greatest ? winner : greatest;
    });
    // 0 is the one score that classes share whatever their distances: there the lowest label wins.
    code = best == 0 ? greatest : code;
    isClose |= ((best - second <= fabsf(best) * tolerance) & (best != 0)) ? 1 : 0;
    codes[x] = code;
  }
  return isClose != 0;
}

template <Shape VShape>
void
LabelByKeys(const PlaneRows<std::int32_t> & plane, const KeyRule & keyRule, const PlaneResults & results, void * memory)
{
  Scratch      scratch(memory, plane.width);
  auto * const codes = scratch.Take<std::int32_t>();
  auto * const scores = scratch.Take<double>();
  KeyRule      rule = keyRule;
  if (rule.labelStrictExtrema)
  {
    // Between the differences 0 and -1.
    double least = rule.weights[0];
    for (int k = 1; k < NumberOfClasses(VShape); ++k)
    {
      least = rule.weights[k] < least ? rule.weights[k] : least;
    }
    rule.centerScore = GreaterOf(rule.centerScore, -least / 2);
  }
  ForEachRowOfPlane<std::int32_t, VShape>(
    plane, scratch, [&](const ClassSources<std::int32_t> & sources, std::size_t row) {
      const auto compareInFloat = rule.hasAbsent ? CompareInFloat<VShape, true> : CompareInFloat<VShape, false>;
      const auto compareInDouble = rule.hasAbsent ? CompareInDouble<VShape, true> : CompareInDouble<VShape, false>;
      if (!rule.isScreened || HasScores(results) || compareInFloat(sources, rule, codes, plane.width))
      {
        compareInDouble(sources, rule, codes, scores, plane.width);
      }
      StoreLabels(codes, results, row);
      if (HasScores(results))
      {
        FinishScores(codes, NumberOfLabels(VShape) / 2, keyRule.centerScore, scores, plane.width);
        StoreScores(scores, results, row);
      }
    });
}

void
LabelByKeysOfShape(const PlaneRows<std::int32_t> & plane,
                   const KeyRule &                 rule,
                   const PlaneResults &            results,
                   void *                          scratch)
{
  CallForShape(rule.shape, [&](auto shape) { LabelByKeys<decltype(shape)::value>(plane, rule, results, scratch); });
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
