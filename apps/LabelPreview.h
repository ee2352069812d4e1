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
#ifndef LabelPreview_h
#define LabelPreview_h

#include "itkImage.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkRGBPixel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

/** The picture of NeighborhoodArgmaxLabelImageFilter's result for `--preview`. */
namespace LabelPreview
{
using Color = itk::RGBPixel<unsigned char>;
using Picture = itk::Image<Color, 2>;

inline Color
Gray(double value)
{
  Color color;
  color.Fill(static_cast<unsigned char>(std::lround(value)));
  return color;
}

/** The data of a slice and the legend, independent of the image's type. Rows are bottom up if `upsideDown`. */
struct Slice
{
  itk::SizeValueType  width;
  itk::SizeValueType  height;
  double              aspect; // height of a pixel / its width
  bool                upsideDown;
  std::vector<double> values;
  std::vector<Color>  colors;

  // The legend: the color of each label, and the radius on each of four axes, 0 if there is no such axis.
  std::vector<Color>                labelColors;
  std::array<itk::SizeValueType, 4> radius;
};

/** Opposite offsets have complementary colors, which add up to 256 in each channel; the center is white. */
template <unsigned int VDimension>
Color
ColorOfOffset(const itk::Offset<VDimension> & offset)
{
  constexpr double axisColors[4][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 0.5, -0.3, 0.4 } };

  double squaredLength = 0;
  double sum[3]{};
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    squaredLength += static_cast<double>(offset[axis]) * offset[axis];
    for (unsigned int channel = 0; channel < 3; ++channel)
    {
      sum[channel] += offset[axis] * axisColors[axis][channel];
    }
  }
  if (squaredLength == 0)
  {
    return Gray(255);
  }
  Color color;
  for (unsigned int channel = 0; channel < 3; ++channel)
  {
    color[channel] = static_cast<unsigned char>(128 + std::lround(120 * sum[channel] / std::sqrt(squaredLength)));
  }
  return color;
}

/** Whether the rows run from the bottom of the usual view to its top: to the front, or to the head in a sagittal or
 * coronal scan. */
template <typename TDirection>
bool
IsUpsideDown(const TDirection & direction)
{
  const double toBack = direction[1][1];
  const double toHead = TDirection::RowDimensions > 2 ? direction[TDirection::RowDimensions > 2 ? 2 : 0][1] : 0;
  return std::abs(toHead) > std::abs(toBack) ? toHead > 0 : toBack < 0;
}

/** Updates the middle slice of the filter's output and collects the data of the picture. */
template <typename TFilter>
Slice
CollectMiddleSlice(TFilter * filter)
{
  constexpr unsigned int Dimension = TFilter::ImageDimension;

  const auto * const input = filter->GetInput();
  const auto * const mask = filter->GetMaskImage();
  auto * const       labels = filter->GetOutput();
  const auto         radius = filter->GetRadius();
  const auto         image = labels->GetLargestPossibleRegion();

  auto region = image;
  for (unsigned int axis = 2; axis < Dimension; ++axis)
  {
    region.SetIndex(axis, image.GetIndex(axis) + static_cast<itk::IndexValueType>(image.GetSize(axis) / 2));
    region.SetSize(axis, 1);
  }
  labels->SetRequestedRegion(region);
  labels->Update();

  Slice slice{ image.GetSize(0),
               image.GetSize(1),
               labels->GetSpacing()[1] / labels->GetSpacing()[0],
               IsUpsideDown(labels->GetDirection()),
               {},
               {},
               {},
               {} };
  std::copy(radius.begin(), radius.end(), slice.radius.begin());
  for (itk::SizeValueType label = 0; label < TFilter::NumberOfLabels(radius); ++label)
  {
    slice.labelColors.push_back(ColorOfOffset(TFilter::OffsetOfLabel(label, radius)));
  }

  // The voxels whose whole neighborhood is in the image: with a `Background` border, others have no label.
  auto labeled = image;
  if (filter->GetBorder() == TFilter::BorderEnum::Background)
  {
    for (unsigned int axis = 0; axis < Dimension; ++axis)
    {
      const auto reach = std::min(2 * radius[axis], image.GetSize(axis));
      labeled.SetIndex(axis, image.GetIndex(axis) + static_cast<itk::IndexValueType>(radius[axis]));
      labeled.SetSize(axis, image.GetSize(axis) - reach);
    }
  }
  using LabelImage = typename TFilter::OutputImageType;
  for (itk::ImageRegionConstIteratorWithIndex<LabelImage> it(labels, region); !it.IsAtEnd(); ++it)
  {
    const bool hasLabel = labeled.IsInside(it.GetIndex()) && !(mask && mask->GetPixel(it.GetIndex()) == 0);
    slice.colors.push_back(hasLabel ? slice.labelColors[it.Get()] : Gray(0));
    slice.values.push_back(static_cast<double>(input->GetPixel(it.GetIndex())));
  }
  return slice;
}

/** The slice next to its labels, above the legend. Small slices are enlarged by whole factors, large ones thinned. */
Picture::Pointer
Draw(const Slice & slice);
} // namespace LabelPreview

#endif
