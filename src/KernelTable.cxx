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
#include "KernelTable.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

// Screens of float: weights in units of the least one, so that only a difference of 0 gives 0.
constexpr double GreatestScreen = 1e12;
// Screens of 16 bits: a difference of 1 at the least weight still differs from 0.
constexpr double LeastShare = 1.0 / 40;
constexpr double FixedUnit = 128.0 * 32767 / 32768; // of a score of 1 at the greatest weight

/** The score of the center in 16 bits: beyond all others if it really is, and 0 only if it really is 0. */
std::int16_t
FixedCenter(double centerScore, double greatestWeight)
{
  const double score = centerScore / greatestWeight * FixedUnit;
  if (score <= -32700)
  {
    return -32768;
  }
  if (score >= 32700)
  {
    return 32767;
  }
  const double atLeast1 = std::max(std::abs(score), centerScore == 0 ? 0.0 : 1.0);
  return static_cast<std::int16_t>(std::lround(std::copysign(atLeast1, centerScore)));
}

} // namespace

double
InverseLength(const double * components, unsigned int dimension)
{
  double longest = 0.0;
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    longest = std::max(longest, std::abs(components[axis]));
  }
  // Scaled by a power of two, which is exact, no square is infinite, and none that counts is 0.
  const int exponent = std::ilogb(longest);
  double    squaredLength = 0.0;
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    const double component = std::ldexp(components[axis], -exponent);
    squaredLength += component * component;
  }
  return std::ldexp(1.0 / std::sqrt(squaredLength), -exponent);
}

bool
Rules::AreOrdinary() const
{
  return std::all_of(candidates.begin(), candidates.end(), [](const Candidate & candidate) {
    return candidate.weight >= 1e-250 && candidate.weight <= 1e250;
  });
}

template <typename TLane>
KernelTable<TLane>::KernelTable(const Rules & rules)
  : candidates(rules.candidates)
  , centerLabel(static_cast<std::int32_t>(rules.centerLabel))
  , centerScore(rules.centerScore)
  , labelStrictExtrema(rules.labelStrictExtrema)
{
  constexpr bool isReal = std::is_floating_point_v<TLane>;
  const bool     isGrouped = !std::is_same_v<TLane, double> && rules.AreOrdinary();
  if (isGrouped)
  {
    std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate & a, const Candidate & b) {
      return a.weight > b.weight;
    });
  }
  double greatest = 0.0;
  double least = std::numeric_limits<double>::infinity();
  for (const Candidate & candidate : candidates)
  {
    greatest = std::max(greatest, candidate.weight);
    least = std::min(least, candidate.weight);
    wideLabels.push_back(static_cast<std::int32_t>(candidate.label));
    realLabels.push_back(static_cast<double>(candidate.label));
    LabelVector everywhere;
    const auto  label = static_cast<std::uint16_t>(candidate.label);
    for (std::size_t at = 0; at < sizeof(everywhere); at += std::min<std::size_t>(sizeof(TLane), 2))
    {
      std::memcpy(everywhere.bytes + at, &label, std::min<std::size_t>(sizeof(TLane), 2));
    }
    labels.push_back(everywhere);
  }
  for (std::size_t i = 0; i < candidates.size(); ++i)
  {
    const double weight = candidates[i].weight;
    if (groups.empty() || groups.back().weight != weight)
    {
      const double screen = weight / least / (std::is_same_v<TLane, std::int16_t> ? 32768 : 1);
      groups.push_back({ i,
                         i,
                         weight,
                         static_cast<float>(std::min(screen, GreatestScreen)),
                         static_cast<std::int16_t>(std::lround(weight / greatest * 32767)) });
      groupBegins.push_back(i);
    }
    groups.back().end = i + 1;
  }
  groupBegins.push_back(candidates.size());
  if (candidates.empty())
  {
    least = greatest = 1.0;
  }

  const double center = centerScore / least;
  const bool   isCenterScreened = centerScore == 0 || std::abs(center) >= 1e-30;
  centerScreen = static_cast<float>(center);
  centerFixed = FixedCenter(centerScore, greatest);
  limit = static_cast<double>(std::numeric_limits<TLane>::max()) / 8;
  if (!isGrouped)
  {
    contest = Contest::Definition;
    limit = isReal ? limit / std::max(1.0, greatest) : limit;
  }
  else if (std::is_same_v<TLane, std::int8_t> ? least / greatest >= LeastShare
                                              : isCenterScreened && greatest / least <= GreatestScreen)
  {
    contest = std::is_same_v<TLane, std::int32_t> ? Contest::Exact : Contest::Screened;
    limit = limit / (greatest / least);
  }
}

template struct KernelTable<std::int8_t>;
template struct KernelTable<std::int16_t>;
template struct KernelTable<std::int32_t>;
template struct KernelTable<float>;
template struct KernelTable<double>;

} // namespace itk::NeighborhoodArgmaxLabel
