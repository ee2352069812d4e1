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
#ifndef PlainDefinition_h
#define PlainDefinition_h

#include "itkImage.h"
#include "itkImageRegionConstIteratorWithIndex.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <type_traits>
#include <vector>

/** The definition of the filter, voxel by voxel: the expected result of the tests. */
namespace PlainDefinition
{
enum class Border
{
  Background,
  Inside,
  Periodic
};

template <unsigned int VDimension>
struct Options
{
  double                                        centerScore{ -100.0 };
  bool                                          strict{ false };
  bool                                          ascent{ false };
  bool                                          useSpacing{ true };
  bool                                          fullyConnected{ true };
  itk::Size<VDimension>                         radius{ itk::Size<VDimension>::Filled(1) };
  std::array<Border, VDimension>                border{}; // of each axis
  double                                        backgroundValue{ 0.0 };
  const itk::Image<unsigned char, VDimension> * mask{ nullptr };

  /** For each axis, its spacing in each row; or empty. */
  std::array<std::vector<double>, VDimension> spacingOfRows;

  void
  SetBorder(const Border all)
  {
    border.fill(all);
  }
};

template <typename TPixel>
using DifferenceType =
  std::conditional_t<std::is_same<TPixel, float>::value || (std::is_integral<TPixel>::value && sizeof(TPixel) <= 2),
                     float,
                     double>;

inline bool
IsGreater(const double a, const double b)
{
  return a > b || (std::isnan(a) && !std::isnan(b));
}

/** The offsets of a neighborhood in the order of their labels. */
template <unsigned int VDimension>
std::vector<itk::Offset<VDimension>>
Offsets(const itk::Size<VDimension> & radius)
{
  std::vector<itk::Offset<VDimension>> offsets{ itk::Offset<VDimension>{} };
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const auto                           shorter = offsets;
    const auto                           r = static_cast<itk::OffsetValueType>(radius[axis]);
    std::vector<itk::Offset<VDimension>> longer;
    for (itk::OffsetValueType step = -r; step <= r; ++step)
    {
      for (auto offset : shorter)
      {
        offset[axis] = step;
        longer.push_back(offset);
      }
    }
    offsets = longer;
  }
  return offsets;
}

template <unsigned int VDimension>
bool
IsFaceNeighbor(const itk::Offset<VDimension> & offset)
{
  itk::OffsetValueType sum = 0;
  for (const auto step : offset)
  {
    sum += std::abs(step);
  }
  return sum == 1;
}

/** 1 / the length of a vector. */
template <unsigned int VDimension>
double
Weight(const itk::Vector<double, VDimension> & vector)
{
  double longest = 0.0;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    longest = std::fmax(longest, std::fabs(vector[axis]));
  }
  // A power of two changes no digit and prevents squares from overflowing.
  int exponent = 0;
  std::frexp(longest, &exponent);
  double sum = 0.0;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const double length = std::ldexp(vector[axis], -exponent);
    sum += length * length;
  }
  return std::ldexp(1.0 / std::sqrt(sum), -exponent);
}

/** The weights of offsets. If the direction is orthonormal to 1e-6, distances are those along the axes. Otherwise they
 * are those in space, and distances of competing neighbors that are at most 1e-6 longer than the shortest of them are
 * equal. Weights of other offsets mean nothing. */
template <typename TImage, unsigned int VDimension = TImage::ImageDimension>
std::vector<double>
Weights(const TImage &                               image,
        const std::vector<itk::Offset<VDimension>> & offsets,
        bool                                         useSpacing,
        bool                                         fullyConnected)
{
  const auto direction = image.GetDirection();
  bool       isOrthonormal = true;
  for (unsigned int a = 0; a < VDimension; ++a)
  {
    for (unsigned int b = 0; b < VDimension; ++b)
    {
      double product = a == b ? -1.0 : 0.0;
      for (unsigned int c = 0; c < VDimension; ++c)
      {
        product += direction(c, a) * direction(c, b);
      }
      isOrthonormal = isOrthonormal && std::fabs(product) <= 1e-6;
    }
  }
  std::vector<double> weights;
  for (const auto & offset : offsets)
  {
    itk::Vector<double, VDimension> vector(0.0);
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      for (unsigned int c = 0; c < VDimension; ++c)
      {
        const double along = isOrthonormal || !useSpacing ? (c == axis ? 1.0 : 0.0) : direction(c, axis);
        vector[c] += static_cast<double>(offset[axis]) *
                     (along * (useSpacing ? static_cast<double>(image.GetSpacing()[axis]) : 1.0));
      }
    }
    weights.push_back(Weight(vector));
  }
  if (useSpacing && !isOrthonormal)
  {
    weights[offsets.size() / 2] = 0.0;
    for (std::size_t label = 0; label < offsets.size(); ++label)
    {
      weights[label] = fullyConnected || IsFaceNeighbor(offsets[label]) ? weights[label] : 0.0;
    }
    auto sorted = weights;
    std::sort(sorted.begin(), sorted.end(), std::greater<double>());
    double first = sorted.front();
    for (const double weight : sorted)
    {
      first = first <= weight * (1 + 1e-6) ? first : weight;
      std::replace(weights.begin(), weights.end(), weight, first);
    }
  }
  return weights;
}

/** Whether the neighborhood of p leaves the region along an axis with a background border. */
template <unsigned int VDimension>
bool
IsBackground(const itk::ImageRegion<VDimension> & region,
             const itk::Index<VDimension> &       p,
             const Options<VDimension> &          options)
{
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const auto r = static_cast<itk::OffsetValueType>(options.radius[axis]);
    const auto first = region.GetIndex(axis);
    const auto last = first + static_cast<itk::OffsetValueType>(region.GetSize(axis)) - 1;
    if (options.border[axis] == Border::Background && (p[axis] - r < first || p[axis] + r > last))
    {
      return true;
    }
  }
  return false;
}

/** Wraps an index that is outside along a periodic axis to the other side. */
template <unsigned int VDimension>
itk::Index<VDimension>
Wrapped(const itk::ImageRegion<VDimension> & region, itk::Index<VDimension> q, const Options<VDimension> & options)
{
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const auto first = region.GetIndex(axis);
    const auto size = static_cast<itk::OffsetValueType>(region.GetSize(axis));
    if (options.border[axis] == Border::Periodic)
    {
      q[axis] = first + ((q[axis] - first) % size + size) % size;
    }
  }
  return q;
}

/** Labels and scores of the whole image; the caller allocates both output images. */
template <typename TImage, typename TLabelImage, typename TScoreImage>
void
Compute(const TImage &                          image,
        const Options<TImage::ImageDimension> & options,
        TLabelImage &                           labels,
        TScoreImage &                           scores)
{
  using Difference = DifferenceType<typename TImage::PixelType>;
  using LabelType = typename TLabelImage::PixelType;
  using ScoreType = typename TScoreImage::PixelType;
  constexpr auto Dimension = TImage::ImageDimension;

  const auto offsets = Offsets(options.radius);
  const auto center = offsets.size() / 2;
  auto       weights = Weights(image, offsets, options.useSpacing, options.fullyConnected);

  const auto region = image.GetLargestPossibleRegion();
  for (itk::ImageRegionConstIteratorWithIndex<TImage> it(&image, region); !it.IsAtEnd(); ++it)
  {
    const auto p = it.GetIndex();
    const bool isMasked = options.mask != nullptr && options.mask->GetPixel(p) == 0;
    if (isMasked || IsBackground(region, p, options))
    {
      labels.SetPixel(p, static_cast<LabelType>(options.backgroundValue));
      scores.SetPixel(p, ScoreType{});
      continue;
    }

    for (std::size_t label = 0; label < offsets.size() && options.useSpacing && !options.spacingOfRows[0].empty();
         ++label)
    {
      itk::Vector<double, Dimension> vector;
      for (unsigned int axis = 0; axis < Dimension; ++axis)
      {
        const auto & ofRows = options.spacingOfRows[axis];
        const auto   row = static_cast<std::size_t>(p[Dimension > 1 ? 1 : 0] - region.GetIndex(Dimension > 1 ? 1 : 0));
        vector[axis] =
          static_cast<double>(offsets[label][axis]) * (ofRows.empty() ? image.GetSpacing()[axis] : ofRows[row]);
      }
      weights[label] = label == center ? 0.0 : Weight(vector);
    }

    bool        isStrictExtremum = true;
    std::size_t bestLabel = offsets.size();
    double      bestScore = 0.0;
    for (std::size_t label = 0; label < offsets.size(); ++label)
    {
      double score = options.centerScore;
      if (label != center)
      {
        if (!options.fullyConnected && !IsFaceNeighbor(offsets[label]))
        {
          continue;
        }
        const auto q = Wrapped(region, p + offsets[label], options);
        if (!region.IsInside(q) || (options.mask != nullptr && options.mask->GetPixel(q) == 0))
        {
          continue;
        }
        const auto       here = static_cast<Difference>(image.GetPixel(p));
        const auto       there = static_cast<Difference>(image.GetPixel(q));
        const Difference difference = options.ascent ? there - here : here - there;
        isStrictExtremum = isStrictExtremum && difference < 0;
        score = static_cast<double>(difference) * weights[label];
      }
      if (bestLabel == offsets.size() || IsGreater(score, bestScore))
      {
        bestLabel = label;
        bestScore = score;
      }
    }
    if (options.strict && isStrictExtremum)
    {
      bestLabel = center;
      bestScore = options.centerScore;
    }
    labels.SetPixel(p, static_cast<LabelType>(bestLabel));
    scores.SetPixel(p, static_cast<ScoreType>(bestScore));
  }
}
} // namespace PlainDefinition

#endif
