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

#include <cmath>
#include <type_traits>
#include <vector>

/** What the filter computes, voxel by voxel, straight from its definition: the oracle of the tests. */
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
  Border                                        border{ Border::Background };
  double                                        backgroundValue{ 0.0 };
  const itk::Image<unsigned char, VDimension> * mask{ nullptr };
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

template <unsigned int VDimension>
double
Weight(const itk::Offset<VDimension> & offset, const itk::Vector<double, VDimension> & spacing)
{
  double longest = 0.0;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    longest = std::fmax(longest, std::fabs(static_cast<double>(offset[axis]) * spacing[axis]));
  }
  // A power of two changes no digit, and keeps squares from overflow.
  int exponent = 0;
  std::frexp(longest, &exponent);
  double sum = 0.0;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const double length = std::ldexp(static_cast<double>(offset[axis]) * spacing[axis], -exponent);
    sum += length * length;
  }
  return std::ldexp(1.0 / std::sqrt(sum), -exponent);
}

template <unsigned int VDimension>
bool
NeighborhoodLeaves(const itk::ImageRegion<VDimension> & region,
                   const itk::Index<VDimension> &       p,
                   const itk::Size<VDimension> &        radius)
{
  itk::Offset<VDimension> r;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    r[axis] = static_cast<itk::OffsetValueType>(radius[axis]);
  }
  return !region.IsInside(p - r) || !region.IsInside(p + r);
}

template <unsigned int VDimension>
itk::Index<VDimension>
Wrapped(const itk::ImageRegion<VDimension> & region, itk::Index<VDimension> q)
{
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const auto first = region.GetIndex(axis);
    const auto size = static_cast<itk::OffsetValueType>(region.GetSize(axis));
    q[axis] = first + ((q[axis] - first) % size + size) % size;
  }
  return q;
}

/** Labels and scores of the whole image; both output images are given allocated. */
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

  itk::Vector<double, Dimension> spacing(1.0);
  if (options.useSpacing)
  {
    spacing = image.GetSpacing();
  }
  const auto          offsets = Offsets(options.radius);
  const auto          center = offsets.size() / 2;
  std::vector<double> weights;
  for (const auto & offset : offsets)
  {
    weights.push_back(Weight(offset, spacing));
  }

  const auto region = image.GetLargestPossibleRegion();
  for (itk::ImageRegionConstIteratorWithIndex<TImage> it(&image, region); !it.IsAtEnd(); ++it)
  {
    const auto p = it.GetIndex();
    const bool isMasked = options.mask != nullptr && options.mask->GetPixel(p) == 0;
    if (isMasked || (options.border == Border::Background && NeighborhoodLeaves(region, p, options.radius)))
    {
      labels.SetPixel(p, static_cast<LabelType>(options.backgroundValue));
      scores.SetPixel(p, ScoreType{});
      continue;
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
        auto q = p + offsets[label];
        if (options.border == Border::Periodic)
        {
          q = Wrapped(region, q);
        }
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
