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
#ifndef Direct_inl_h
#define Direct_inl_h

#include "PartialMinima-inl.h"
#include "Rule-inl.h"

#include <math.h> // HUGE_VALF, fabsf

/** The direct way, for real numbers of any value: the best score from the least neighbor of each class, then the lowest
 * label that reaches it. It is the definition, in two steps. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

/** What each class has to reach, NaN where it cannot: a difference for float, where no two differences have the same
 * score; a score for double. Behind the classes the center: a number where it reaches the best score itself. */
template <typename TReal>
struct Goals
{
  TReal * rows[MaximumNumberOfClasses + 1];
};

/** Few enough for goals to stay in the cache. In float one that is too close to tell decides for all of them, and the
 * more classes there are, the more are close. */
template <typename TReal, Shape VShape>
constexpr std::ptrdiff_t VoxelsAtOnce = NumberOfClasses(VShape) <= 3     ? 256
                                        : sizeof(TReal) == sizeof(float) ? 48
                                                                         : 128;

/** By scores as the definition has them; NaN at strict extrema, where nothing is reached. */
template <typename TReal, Shape VShape, bool VStrict>
NeighborhoodArgmaxLabel_LOOP void
FindGoals(const ClassSources<TReal> & sourceRows,
          const DirectRule &          directRule,
          const Goals<TReal> &        goalRows,
          double *                    scores,
          std::ptrdiff_t              begin,
          std::ptrdiff_t              end)
{
  constexpr int             numberOfClasses = NumberOfClasses(VShape);
  constexpr bool            isFloat = sizeof(TReal) == sizeof(float);
  const ClassSources<TReal> sources = sourceRows;
  const DirectRule          rule = directRule;
  const Goals<TReal>        goals = goalRows;
  const TReal               none = static_cast<TReal>(__builtin_nan(""));
  const TReal               zero = 0;
  const TReal               infinity = static_cast<TReal>(__builtin_inf());
  NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = begin; x < end; ++x)
  {
    TReal  differences[numberOfClasses];
    double classScores[numberOfClasses];
    double best = rule.centerScore;
    TReal  greatest = -infinity;
    ForEachClass<TReal, VShape>(sources, x, [&](auto index, TReal least) {
      constexpr int k = decltype(index)::value;
      differences[k] = sources.center[x] - least;
      classScores[k] = static_cast<double>(differences[k]) * rule.weights[k];
      best = GreaterOf(best, classScores[k]);
      if constexpr (VStrict)
      {
        greatest = GreaterOf(greatest, differences[k]);
      }
    });
    if constexpr (VStrict)
    {
      best += greatest < 0 ? none : -zero; // a sum, as compilers vectorize no choice of comparisons
    }
    ForEachIndex<numberOfClasses>([&](auto index) {
      constexpr int k = decltype(index)::value;
      const TReal   wanted = isFloat ? differences[k] : static_cast<TReal>(classScores[k]);
      goals.rows[k][x - begin] = classScores[k] == best ? wanted : none;
    });
    goals.rows[numberOfClasses][x - begin] = ((rule.centerScore == best) | (best != best)) ? 0 : none;
    scores[x] = best;
  }
}

/** The same by scores in float. Returns false if some are too close to tell. */
template <Shape VShape>
NeighborhoodArgmaxLabel_LOOP bool
FindGoalsInFloat(const ClassSources<float> & sourceRows,
                 const DirectRule &          directRule,
                 const Goals<float> &        goalRows,
                 std::ptrdiff_t              begin,
                 std::ptrdiff_t              end)
{
  constexpr float           tolerance = 1e-6f; // four relative errors of 2^-24 each
  constexpr int             numberOfClasses = NumberOfClasses(VShape);
  const ClassSources<float> sources = sourceRows;
  const DirectRule          rule = directRule;
  const Goals<float>        goals = goalRows;
  const float               none = __builtin_nanf("");
  std::int32_t              isClose = 0;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = begin; x < end; ++x)
  {
    float differences[numberOfClasses];
    float classScores[numberOfClasses];
    float best = rule.floatCenterScore;
    float second = -HUGE_VALF;
    ForEachClass<float, VShape>(sources, x, [&](auto index, float least) {
      constexpr int k = decltype(index)::value;
      differences[k] = sources.center[x] - least;
      classScores[k] = differences[k] * rule.floatWeights[k];
      second = GreaterOf(second, classScores[k] < best ? classScores[k] : best);
      best = GreaterOf(best, classScores[k]);
    });
    ForEachIndex<numberOfClasses>([&](auto index) {
      constexpr int k = decltype(index)::value;
      goals.rows[k][x - begin] = classScores[k] == best ? differences[k] : none;
    });
    goals.rows[numberOfClasses][x - begin] = rule.floatCenterScore == best ? 0 : none;
    // All classes share the scores 0 and infinity; a center that is infinite or NaN does not compete.
    const bool isCertain = (best == 0) | !(best < HUGE_VALF) | !(sources.center[x] < HUGE_VALF);
    isClose |= ((best - second <= fabsf(best) * tolerance) & !isCertain) ? 1 : 0;
  }
  return isClose == 0;
}

/** The nine rows of a neighborhood; three of a plane. */
template <typename TReal>
struct NeighborRows
{
  const TReal * center;
  const TReal * rows[9];
};

template <typename TReal, Shape VShape>
NeighborhoodArgmaxLabel_LOOP void
FindLabels(const NeighborRows<TReal> & neighborRows,
           const DirectRule &          directRule,
           const Goals<TReal> &        goalRows,
           CodeOf<TReal> *             codes,
           std::ptrdiff_t              begin,
           std::ptrdiff_t              end)
{
  constexpr int             numberOfLabels = NumberOfLabels(VShape);
  constexpr int             numberOfClasses = NumberOfClasses(VShape);
  const NeighborRows<TReal> neighbors = neighborRows;
  const DirectRule          rule = directRule;
  const Goals<TReal>        goals = goalRows;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = begin; x < end; ++x)
  {
    CodeOf<TReal> best = 0;
    const TReal   center = neighbors.center[x];
    ForEachIndex<numberOfLabels>([&](auto index) {
      constexpr int label = numberOfLabels - 1 - decltype(index)::value; // in descending order
      constexpr int k = ClassOf(VShape, label);
      if constexpr (label == numberOfLabels / 2)
      {
        const TReal goal = goals.rows[numberOfClasses][x - begin];
        best = LowerLabel<CodeOf<TReal>>(best, goal == goal, LabelMask - label);
      }
      else if constexpr (k >= 0)
      {
        constexpr int offset = OffsetOf(VShape, label, 0);
        TReal         reached = center - neighbors.rows[RowOf(label)][x + offset];
        if constexpr (sizeof(TReal) == sizeof(double))
        {
          reached *= rule.weights[k];
        }
        best = LowerLabel<CodeOf<TReal>>(best, reached == goals.rows[k][x - begin], LabelMask - label);
      }
    });
    codes[x] = best;
  }
}

/** Rows in which -infinity stands for NaN: as a center, it is +infinity, from which all that compete fall endlessly. */
template <typename TReal>
NeighborhoodArgmaxLabel_LOOP void
MakeCenters(const TReal * values, TReal * centers, std::size_t width)
{
  const TReal infinity = static_cast<TReal>(__builtin_inf());
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < width; ++x)
  {
    centers[x] = values[x] == -infinity ? infinity : values[x];
  }
}

template <typename TReal, Shape VShape>
void
LabelDirectly(const PlaneRows<TReal> & plane,
              const DirectRule &       directRule,
              const PlaneResults &     results,
              void *                   memory)
{
  Scratch      scratch(memory, plane.width);
  auto * const codes = scratch.Take<CodeOf<TReal>>();
  auto * const scores = scratch.Take<double>();
  auto * const centers = scratch.Take<TReal>();
  Goals<TReal> goals;
  for (int k = 0; k <= NumberOfClasses(VShape); ++k)
  {
    goals.rows[k] = scratch.Take<TReal>();
  }
  // Infinite scores are those of NaN and of what does not compete.
  DirectRule rule = directRule;
  rule.centerScore = rule.centerScore > DBL_MAX ? DBL_MAX : rule.centerScore < -DBL_MAX ? -DBL_MAX : rule.centerScore;
  const bool isScored = HasScores(results);
  const auto findGoals = rule.labelStrictExtrema ? FindGoals<TReal, VShape, true> : FindGoals<TReal, VShape, false>;
  ForEachRowOfPlane<TReal, VShape>(plane, scratch, [&](ClassSources<TReal> sources, std::size_t row) {
    NeighborRows<TReal> neighbors;
    for (int k = 0; k < RowOf(NumberOfLabels(VShape)); ++k)
    {
      neighbors.rows[k] = plane.planes[Is3D(VShape) ? k / 3 : 1][row + static_cast<std::size_t>(k % 3)];
    }
    if (rule.hasNaN)
    {
      MakeCenters(sources.center, centers, plane.width);
      sources.center = centers;
    }
    neighbors.center = sources.center;
    ForWholeVectors<MinimumWidth>(plane.width, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
      for (constexpr std::ptrdiff_t step = VoxelsAtOnce<TReal, VShape>; begin < end; begin += step)
      {
        const std::ptrdiff_t to = end - begin < step ? end : begin + step;
        bool                 isFound = false;
        if constexpr (sizeof(TReal) == sizeof(float))
        {
          isFound = rule.isScreened && !isScored && FindGoalsInFloat<VShape>(sources, rule, goals, begin, to);
        }
        if (!isFound)
        {
          findGoals(sources, rule, goals, scores, begin, to);
        }
        FindLabels<TReal, VShape>(neighbors, rule, goals, codes, begin, to);
      }
    });
    StoreLabels(codes, results, row);
    if (isScored)
    {
      FinishScores(codes, NumberOfLabels(VShape) / 2, directRule.centerScore, scores, plane.width);
      StoreScores(scores, results, row);
    }
  });
}

template <typename TReal>
void
LabelDirectlyOfShape(const PlaneRows<TReal> & plane,
                     const DirectRule &       rule,
                     const PlaneResults &     results,
                     void *                   scratch)
{
  CallForShape(rule.shape,
               [&](auto shape) { LabelDirectly<TReal, decltype(shape)::value>(plane, rule, results, scratch); });
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
