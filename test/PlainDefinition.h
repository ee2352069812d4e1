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

#include "PlainChoice.h"

#include "itkImage.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkNeighborhood.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <type_traits>
#include <vector>

/** The definition of the filter, voxel by voxel: the expected result of the tests. */
namespace PlainDefinition
{
enum Border
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

/** The offsets of a neighborhood in the order of their labels. */
template <unsigned int VDimension>
std::vector<itk::Offset<VDimension>>
Offsets(const itk::Size<VDimension> & radius)
{
  itk::Neighborhood<char, VDimension> neighborhood;
  neighborhood.SetRadius(radius);
  std::vector<itk::Offset<VDimension>> offsets;
  for (unsigned int label = 0; label < neighborhood.Size(); ++label)
  {
    offsets.push_back(neighborhood.GetOffset(label));
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
  for (const double component : vector)
  {
    longest = std::fmax(longest, std::fabs(component));
  }
  // A power of two changes no digit and prevents squares from overflowing.
  int exponent = 0;
  std::frexp(longest, &exponent);
  double sum = 0.0;
  for (const double component : vector)
  {
    const double length = std::ldexp(component, -exponent);
    sum += length * length;
  }
  return std::ldexp(1.0 / std::sqrt(sum), -exponent);
}

template <unsigned int VDimension>
bool
IsOrthonormal(const itk::Matrix<double, VDimension, VDimension> & direction)
{
  auto products = direction.GetTranspose() * direction.GetVnlMatrix();
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    products(axis, axis) -= 1.0;
  }
  return products.absolute_value_max() <= 1e-6;
}

/** Makes the distances of competing neighbors equal that are at most 1e-6 longer than the shortest of them. */
template <unsigned int VDimension>
void
UniteWeights(std::vector<double> & weights, const std::vector<itk::Offset<VDimension>> & offsets, bool fullyConnected)
{
  for (std::size_t label = 0; label < offsets.size(); ++label)
  {
    const bool competes = label != offsets.size() / 2 && (fullyConnected || IsFaceNeighbor(offsets[label]));
    weights[label] = competes ? weights[label] : 0.0;
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

/** The weights of offsets at p. If the direction is orthonormal to 1e-6, distances are those along the axes, otherwise
 * those in space. Weights of offsets that do not compete mean nothing. */
template <typename TImage, unsigned int VDimension = TImage::ImageDimension>
std::vector<double>
WeightsAt(const itk::Index<VDimension> &               p,
          const TImage &                               image,
          const std::vector<itk::Offset<VDimension>> & offsets,
          const Options<VDimension> &                  options)
{
  constexpr unsigned int second = VDimension > 1 ? 1 : 0;
  const auto             row = static_cast<std::size_t>(p[second] - image.GetLargestPossibleRegion().GetIndex(second));
  auto                   steps = image.GetDirection(); // of the axes, as columns
  const bool             isLattice = options.useSpacing && !IsOrthonormal(steps);
  if (!isLattice)
  {
    steps.SetIdentity();
  }
  for (unsigned int axis = 0; axis < VDimension && options.useSpacing; ++axis)
  {
    const auto & ofRows = options.spacingOfRows[axis];
    for (unsigned int c = 0; c < VDimension; ++c)
    {
      steps(c, axis) *= ofRows.empty() ? image.GetSpacing()[axis] : ofRows[row];
    }
  }
  std::vector<double> weights;
  for (const auto & offset : offsets)
  {
    itk::Vector<double, VDimension> vector;
    std::copy(offset.begin(), offset.end(), vector.begin());
    weights.push_back(Weight(steps * vector));
  }
  if (isLattice)
  {
    UniteWeights(weights, offsets, options.fullyConnected);
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

/** Those that compete for the label of p, by their labels. */
template <typename TImage, unsigned int VDimension = TImage::ImageDimension>
void
FindCompetitors(const itk::Index<VDimension> &               p,
                const TImage &                               image,
                const std::vector<itk::Offset<VDimension>> & offsets,
                const std::vector<double> &                  weights,
                const Options<VDimension> &                  options,
                std::vector<Competitor> &                    competitors)
{
  using Difference = DifferenceType<typename TImage::PixelType>;
  const auto region = image.GetLargestPossibleRegion();
  const auto here = static_cast<Difference>(image.GetPixel(p));
  competitors.clear();
  for (std::size_t label = 0; label < offsets.size(); ++label)
  {
    if (label == offsets.size() / 2)
    {
      competitors.push_back({ label, 0.0, 0.0 });
      continue;
    }
    const auto q = Wrapped(region, p + offsets[label], options);
    if ((options.fullyConnected || IsFaceNeighbor(offsets[label])) && region.IsInside(q) &&
        (options.mask == nullptr || options.mask->GetPixel(q) != 0))
    {
      const auto       there = static_cast<Difference>(image.GetPixel(q));
      const Difference difference = options.ascent ? there - here : here - there;
      competitors.push_back({ label, difference, weights[label] });
    }
  }
}

template <typename TLabelImage, typename TScoreImage>
struct Result
{
  typename TLabelImage::Pointer labels{ TLabelImage::New() };
  typename TScoreImage::Pointer scores{ TScoreImage::New() };
};

/** Labels and scores of the whole image. */
template <typename TLabelImage, typename TScoreImage, typename TImage>
Result<TLabelImage, TScoreImage>
Compute(const TImage & image, const Options<TImage::ImageDimension> & options)
{
  const auto                       region = image.GetLargestPossibleRegion();
  Result<TLabelImage, TScoreImage> result;
  result.labels->SetRegions(region);
  result.labels->Allocate();
  result.scores->SetRegions(region);
  result.scores->Allocate();

  const auto              offsets = Offsets(options.radius);
  auto                    weights = WeightsAt(region.GetIndex(), image, offsets, options);
  std::vector<Competitor> competitors;
  for (itk::ImageRegionConstIteratorWithIndex<TImage> it(&image, region); !it.IsAtEnd(); ++it)
  {
    const auto p = it.GetIndex();
    const bool isMasked = options.mask != nullptr && options.mask->GetPixel(p) == 0;
    if (isMasked || IsBackground(region, p, options))
    {
      result.labels->SetPixel(p, static_cast<typename TLabelImage::PixelType>(options.backgroundValue));
      result.scores->SetPixel(p, 0);
      continue;
    }
    if (!options.spacingOfRows[0].empty())
    {
      weights = WeightsAt(p, image, offsets, options);
    }
    FindCompetitors(p, image, offsets, weights, options, competitors);
    const Winner winner = Choose(competitors, offsets.size() / 2, options.centerScore, options.strict);
    result.labels->SetPixel(p, static_cast<typename TLabelImage::PixelType>(winner.label));
    result.scores->SetPixel(p, static_cast<typename TScoreImage::PixelType>(winner.score));
  }
  return result;
}
} // namespace PlainDefinition

#endif
