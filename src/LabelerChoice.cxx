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
#include "LabelerChoice.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

bool
IsIsotropic(const Neighborhood & neighborhood)
{
  for (int k = 0; k < NumberOfClasses(neighborhood.shape); ++k)
  {
    const double ratio = neighborhood.greatestWeight / neighborhood.weights[k];
    const int    squared = SquaredDistance(neighborhood.shape, k);
    if (squared == 1 ? ratio != 1.0 : !(std::abs(ratio * ratio - squared) <= 1e-12))
    {
      return false;
    }
  }
  return true;
}

ClassRule
MakeClassRule(const Neighborhood & neighborhood)
{
  ClassRule rule{ neighborhood.shape, {}, neighborhood.centerScore, neighborhood.labelStrictExtrema };
  std::copy_n(neighborhood.weights, MaximumNumberOfClasses, rule.weights);
  return rule;
}

/** The number of possible scores up to that of a difference, less RankShift. */
int
RankOf(int difference, int squaredDistance)
{
  int rank = -RankShift;
  for (int other = 1; other <= 3; ++other)
  {
    rank += other == squaredDistance
              ? difference
              : static_cast<int>(std::floor(difference * std::sqrt(1.0 * other / squaredDistance)));
  }
  return rank;
}

} // namespace

Neighborhood
MakeNeighborhood(const Rules & rules, unsigned int numberOfPlanes)
{
  Neighborhood neighborhood{};
  neighborhood.centerScore = rules.centerScore;
  neighborhood.labelStrictExtrema = rules.labelStrictExtrema;
  neighborhood.ascent = rules.ascent;
  const bool is3D = numberOfPlanes == 3;
  const bool isFull = rules.candidates.size() > (is3D ? 6 : 4);
  const auto useShape = [&](Shape shape) {
    neighborhood.shape = shape;
    for (const Candidate & candidate : rules.candidates)
    {
      neighborhood.weights[ClassOf(shape, static_cast<int>(candidate.label))] = candidate.weight;
    }
  };
  useShape(is3D ? (isFull ? Shape::Full3D : Shape::Faces3D) : (isFull ? Shape::Full2D : Shape::Faces2D));
  const auto [least, greatest] =
    std::minmax_element(rules.candidates.begin(), rules.candidates.end(), [](const auto & a, const auto & b) {
      return a.weight < b.weight;
    });
  neighborhood.leastWeight = least->weight;
  neighborhood.greatestWeight = greatest->weight;
  if (neighborhood.shape == Shape::Full3D)
  {
    const double * const w = neighborhood.weights; // by the set of axes less 1
    if (w[0] == w[1] && w[0] == w[3] && w[2] == w[4] && w[2] == w[5])
    {
      useShape(Shape::Isotropic3D);
    }
  }
  neighborhood.isIsotropic = neighborhood.shape != Shape::Full3D && IsIsotropic(neighborhood);
  return neighborhood;
}

bool
MayHaveExactKeys(const Neighborhood & neighborhood, const PlaneFacts & facts)
{
  // For products with weights to be as exact as those of the definition.
  constexpr double extreme = 1e200;
  return !facts.hasNaN && neighborhood.greatestWeight < extreme && neighborhood.leastWeight > 1 / extreme &&
         ChooseKeyScale(facts.greatest, 0.0) > 0.0;
}

double
ChooseKeyScale(double greatest, double lastScale)
{
  constexpr int greatestExponent = 96; // of scales: their products are no denormal numbers, nor infinite in float
  const double  scaled = greatest * lastScale;
  if (scaled <= LargestKeyValue && (scaled >= LargestKeyValue >> 10 || (lastScale > 0.0 && greatest == 0.0)))
  {
    return lastScale;
  }
  if (greatest == 0.0)
  {
    return 1.0;
  }
  // With two bits to spare for the next planes.
  const int exponent = std::ilogb(LargestKeyValue) - 3 - std::ilogb(greatest);
  return exponent >= 0                 ? std::ldexp(1.0, std::min(exponent, greatestExponent))
         : greatest <= LargestKeyValue ? 1.0
                                       : 0.0;
}

template <typename TPixel>
Labeler
ChooseLabeler(const Neighborhood & neighborhood, const PlaneFacts & facts, Labeler first)
{
  // Neither differences nor scores may become infinite, nor scores of float too small to be told apart.
  constexpr double limit = std::numeric_limits<RealOf<TPixel>>::max() / 4;
  constexpr double greatestScore = std::numeric_limits<double>::max() / 4;
  if (!(facts.greatest < limit) || !(facts.greatest < greatestScore / neighborhood.greatestWeight) ||
      (std::is_same_v<RealOf<TPixel>, float> && neighborhood.leastWeight < 1e-250))
  {
    return Labeler::Definition;
  }
  if (first <= Labeler::Ranks && sizeof(TPixel) == 1 && neighborhood.isIsotropic)
  {
    return Labeler::Ranks;
  }
  if (first <= Labeler::Keys && facts.hasExactKeys)
  {
    return Labeler::Keys;
  }
  return std::max(first, Labeler::Direct);
}

DirectRule
MakeDirectRule(const Neighborhood & neighborhood, const PlaneFacts & facts)
{
  // Denormal differences times 2^70 and weights of at least 2^-10 are no less than 2^-89.
  constexpr double leastScore = 0x1p-95;
  constexpr double greatestScore = 0x1p126;
  const double     unit = 0x1p70 / neighborhood.greatestWeight;
  DirectRule       rule{ MakeClassRule(neighborhood), facts.hasNaN, false, {}, 0.0f };
  std::transform(rule.weights, rule.weights + MaximumNumberOfClasses, rule.floatWeights, [unit](double weight) {
    return static_cast<float>(weight * unit);
  });
  double center = neighborhood.centerScore * unit;
  if (neighborhood.labelStrictExtrema)
  {
    center = std::max(center, -leastScore);
  }
  rule.floatCenterScore = static_cast<float>(std::max(-greatestScore, std::min(center, greatestScore)));
  // Processors are slow to multiply denormal numbers.
  rule.isScreened = facts.greatest < 0x1p50 && facts.greatest > 0x1p-100 &&
                    neighborhood.leastWeight * 1024 > neighborhood.greatestWeight &&
                    (center == 0.0 || std::abs(center) >= leastScore);
  return rule;
}

KeyRule
MakeKeyRule(const Neighborhood & neighborhood, const PlaneFacts & facts, double scale)
{
  KeyRule rule{ MakeClassRule(neighborhood), neighborhood.isIsotropic, facts.isMasked };
  for (double & weight : rule.weights)
  {
    weight /= scale;
  }
  return rule;
}

RankRule
MakeRankRule(const Neighborhood & neighborhood, bool isMasked)
{
  constexpr int unit = LabelMask + 1;
  const Shape   shape = neighborhood.shape;
  const int     centerCode = LabelMask - NumberOfLabels(shape) / 2;
  // The greatest rank at which keys do not tell whether a neighbor is present, or what the difference is.
  int lowest = RankOf(LeastRankedDifference(1), 1);
  for (int k = 0; k < NumberOfClasses(shape) && isMasked; ++k)
  {
    const int squared = SquaredDistance(shape, k);
    lowest = std::max(lowest, RankOf(LeastRankedDifference(squared), squared));
  }
  int center = (lowest + 1) * unit;
  for (int k = 0; k < NumberOfClasses(shape); ++k)
  {
    // The greatest difference whose score does not exceed the center's, and the one before.
    const int    squared = SquaredDistance(shape, k);
    const double weight = neighborhood.weights[k];
    const double bound = std::floor(neighborhood.centerScore / weight) + 1;
    int          greatest = static_cast<int>(std::max(-256.0, std::min(bound, 255.0)));
    while (greatest >= -255 && greatest * weight > neighborhood.centerScore)
    {
      --greatest;
    }
    for (int difference = std::max(greatest - 1, -255); difference <= greatest; ++difference)
    {
      const double score = difference * weight;
      const int    rank = RankOf(difference, squared) * unit;
      center = std::max(center, score < neighborhood.centerScore ? rank + unit : center);
      center = std::max(center, score == neighborhood.centerScore ? rank + centerCode : center);
    }
  }
  if (neighborhood.labelStrictExtrema)
  {
    center = std::max(center, -RankShift * unit);
  }
  RankRule rule{ MakeClassRule(neighborhood), 0, 0 };
  rule.center = static_cast<std::int16_t>(std::min(center, 32767));
  rule.centerCode = static_cast<std::int16_t>(center == (lowest + 1) * unit ? 0 : centerCode);
  return rule;
}

template NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler<std::int8_t>(const Neighborhood &, const PlaneFacts &, Labeler);
template NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler<std::uint8_t>(const Neighborhood &, const PlaneFacts &, Labeler);
template NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler<std::int16_t>(const Neighborhood &, const PlaneFacts &, Labeler);
template NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler<std::uint16_t>(const Neighborhood &, const PlaneFacts &, Labeler);
template NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler<std::int32_t>(const Neighborhood &, const PlaneFacts &, Labeler);
template NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler<std::uint32_t>(const Neighborhood &, const PlaneFacts &, Labeler);
template NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler<float>(const Neighborhood &, const PlaneFacts &, Labeler);
template NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler<double>(const Neighborhood &, const PlaneFacts &, Labeler);

} // namespace itk::NeighborhoodArgmaxLabel
