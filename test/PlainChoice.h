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
#ifndef PlainChoice_h
#define PlainChoice_h

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

/** The label of one voxel, for PlainDefinition.h and tests without ITK. */
namespace PlainDefinition
{
/** A neighbor, and how far the values fall towards it; or the center. */
struct Competitor
{
  std::size_t label;
  double      difference;
  double      weight;
};

struct Winner
{
  std::size_t label;
  double      score;
};

inline bool
IsGreater(const double a, const double b)
{
  return a > b || (std::isnan(a) && !std::isnan(b));
}

/** The greatest score, of equal ones the lowest label. */
inline Winner
Choose(const std::vector<Competitor> & competitors, std::size_t center, double centerScore, bool strict)
{
  bool   isStrictExtremum = true;
  Winner best{ competitors.front().label, -std::numeric_limits<double>::infinity() };
  for (const Competitor & competitor : competitors)
  {
    const bool isCenter = competitor.label == center;
    isStrictExtremum = isStrictExtremum && (isCenter || competitor.difference < 0);
    const double score = isCenter ? centerScore : competitor.difference * competitor.weight;
    if (IsGreater(score, best.score))
    {
      best = { competitor.label, score };
    }
  }
  return strict && isStrictExtremum ? Winner{ center, centerScore } : best;
}
} // namespace PlainDefinition

#endif
