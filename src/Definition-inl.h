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
#ifndef Definition_inl_h
#define Definition_inl_h

#include "Rule-inl.h"

/** The definition, candidate by candidate: any neighborhood, any value. To compete twice changes nothing, so that whole
 * vectors may overlap. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

/** Some candidates at a time, for the best so far to stay in registers; in descending order of their labels. */
template <typename TReal, bool VPlain>
NeighborhoodArgmaxLabel_LOOP void
CompeteIn(const TReal *                center,
          const CandidateRows<TReal> & candidateRows,
          const WinnerRow<TReal> &     winnerRow,
          std::ptrdiff_t               begin,
          std::ptrdiff_t               end)
{
  const CandidateRows<TReal> candidates = candidateRows;
  const WinnerRow<TReal>     winners = winnerRow;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = begin; x < end; ++x)
  {
    TReal         best = winners.best[x];
    CodeOf<TReal> label = winners.label[x];
    ForEachIndex<CandidatesAtOnce>([&](auto index) {
      constexpr int k = decltype(index)::value;
      TReal         score = center[x] - candidates.neighbors[k][x];
      if constexpr (sizeof(TReal) == sizeof(double))
      {
        score *= candidates.weights[k];
      }
      const bool competes = VPlain || candidates.competes[k][x] != 0;
      const bool wins = competes & WinsWithLowerLabel<VPlain>(score, best);
      best = wins ? score : best;
      label = wins ? candidates.labels[k] : label;
    });
    winners.best[x] = best;
    winners.label[x] = label;
  }
}

/** The winners of a weight against the best so far. */
template <typename TReal>
NeighborhoodArgmaxLabel_LOOP void
CompeteByScoresIn(const WinnerRow<TReal> & winnerRow,
                  double                   weight,
                  double *                 scores,
                  double *                 labels,
                  std::ptrdiff_t           begin,
                  std::ptrdiff_t           end)
{
  const WinnerRow<TReal> winners = winnerRow;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = begin; x < end; ++x)
  {
    const double score = static_cast<double>(winners.best[x]) * weight;
    const double label = static_cast<double>(winners.label[x]);
    const double best = scores[x];
    const double bestLabel = labels[x];
    const bool   wins = (label >= 0) & Wins(score, label, best, bestLabel);
    scores[x] = wins ? score : best;
    labels[x] = wins ? label : bestLabel;
  }
}

/** Notes where a candidate is no higher than the voxel: that is no strict minimum. */
template <typename TReal>
NeighborhoodArgmaxLabel_LOOP void
FindNoHigherIn(const TReal *            center,
               const TReal *            neighbor,
               const IntegerOf<TReal> * competes,
               CodeOf<TReal> *          hasNoHigher,
               std::ptrdiff_t           begin,
               std::ptrdiff_t           end)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = begin; x < end; ++x)
  {
    const CodeOf<TReal> before = hasNoHigher[x];
    hasNoHigher[x] = ((competes[x] != 0) & !(center[x] - neighbor[x] < 0)) ? 1 : before;
  }
}

template <typename TReal, bool VPlain>
void
Compete(const TReal *                center,
        const CandidateRows<TReal> & candidates,
        const WinnerRow<TReal> &     winners,
        std::size_t                  width)
{
  ForWholeVectors<MinimumWidth>(width, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    CompeteIn<TReal, VPlain>(center, candidates, winners, begin, end);
  });
}

template <typename TReal>
void
CompeteByScores(const WinnerRow<TReal> & winners, double weight, double * scores, double * labels, std::size_t width)
{
  ForWholeVectors<MinimumWidth>(width, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    CompeteByScoresIn(winners, weight, scores, labels, begin, end);
  });
}

template <typename TReal>
void
FindNoHigher(const TReal *            center,
             const TReal *            neighbor,
             const IntegerOf<TReal> * competes,
             CodeOf<TReal> *          hasNoHigher,
             std::size_t              width)
{
  ForWholeVectors<MinimumWidth>(width, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
    FindNoHigherIn(center, neighbor, competes, hasNoHigher, begin, end);
  });
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
