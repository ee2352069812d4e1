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

/** The definition, candidate by candidate: any neighborhood, any value. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

/** Some candidates at a time, for the best so far to stay in registers. */
template <typename TReal>
NeighborhoodArgmaxLabel_LOOP void
Compete(const TReal * center, const CandidateRow<TReal> * candidates, const BestRow & bestRow, std::size_t n)
{
  const BestRow       best = bestRow;
  CandidateRow<TReal> c[CandidatesAtOnce];
  for (int k = 0; k < CandidatesAtOnce; ++k)
  {
    c[k] = candidates[k];
  }
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    double       bestScore = best.score[x];
    std::int64_t bestLabel = best.label[x];
    std::int64_t isAbove = best.isAbove[x];
    for (int k = 0; k < CandidatesAtOnce; ++k)
    {
      const TReal  difference = center[x] - c[k].neighbor[x];
      const double score = static_cast<double>(difference) * c[k].weight;
      const bool   competes = c[k].competes[x] != 0;
      const bool   wins = competes & Wins(score, c[k].label, bestScore, bestLabel);
      bestScore = wins ? score : bestScore;
      bestLabel = wins ? c[k].label : bestLabel;
      isAbove |= competes & !(difference < 0) ? 1 : 0;
    }
    best.score[x] = bestScore;
    best.label[x] = bestLabel;
    best.isAbove[x] = isAbove;
  }
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
