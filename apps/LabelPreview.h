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
#include "itkImageFileWriter.h"
#include "itkImageRegionConstIterator.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkMath.h"
#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkRGBPixel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
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

/** What a slice and the legend need, free of the image's type. Rows are bottom up if `upsideDown`. */
struct Slice
{
  itk::SizeValueType  width;
  itk::SizeValueType  height;
  double              aspect; // height of a pixel / its width
  bool                upsideDown;
  std::vector<double> values;
  std::vector<Color>  colors;

  // The legend: the color of each label, and the radius on each of the four axes, 0 where there is no axis.
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

/** Whether the rows run from the bottom of the usual view to its top: to the front, or (of a sagittal or coronal scan)
 * to the head. */
template <typename TDirection>
bool
IsUpsideDown(const TDirection & direction)
{
  const double toBack = direction[1][1];
  const double toHead = TDirection::RowDimensions > 2 ? direction[TDirection::RowDimensions > 2 ? 2 : 0][1] : 0;
  return std::abs(toHead) > std::abs(toBack) ? toHead > 0 : toBack < 0;
}

/** Brings the middle slice of the filter's output up to date, and collects what the picture shows of it. */
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

  // The voxels whose whole neighborhood is in the image: elsewhere a `Background` border has no label.
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

/** The values in gray, from the 1st percentile of the finite ones in black to the 99th in white. */
inline std::vector<Color>
GrayLevels(const std::vector<double> & values)
{
  std::vector<double> sorted;
  std::copy_if(values.begin(), values.end(), std::back_inserter(sorted), [](double v) { return std::isfinite(v); });
  std::sort(sorted.begin(), sorted.end());
  const double low = sorted.empty() ? 0 : sorted[sorted.size() / 100];
  const double high = sorted.empty() ? 0 : sorted[sorted.size() - 1 - sorted.size() / 100];

  std::vector<Color> levels;
  for (const double value : values)
  {
    const double level = high > low ? 255 * ((value - low) / (high - low)) : 128;
    levels.push_back(Gray(std::isnan(level) ? 0 : std::min(255.0, std::max(0.0, level))));
  }
  return levels;
}

inline void
Fill(Picture *           picture,
     itk::IndexValueType x,
     itk::IndexValueType y,
     itk::SizeValueType  width,
     itk::SizeValueType  height,
     const Color &       color)
{
  for (itk::SizeValueType row = 0; row < height; ++row)
  {
    for (itk::SizeValueType column = 0; column < width; ++column)
    {
      picture->SetPixel({ { x + static_cast<itk::IndexValueType>(column), y + static_cast<itk::IndexValueType>(row) } },
                        color);
    }
  }
}

constexpr itk::SizeValueType TextHeight = 14;

inline itk::SizeValueType
TextWidth(const std::string & text)
{
  return 12 * text.size();
}

/** Text in a 5x7 font, twice enlarged. */
inline void
Write(Picture * picture, itk::IndexValueType x, itk::IndexValueType y, const std::string & text)
{
  static const std::map<char, std::array<unsigned char, 7>> glyphs = {
    { '+', { 0x00, 0x04, 0x04, 0x1f, 0x04, 0x04, 0x00 } }, { '-', { 0x00, 0x00, 0x00, 0x1f, 0x00, 0x00, 0x00 } },
    { '0', { 0x0e, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0e } }, { '1', { 0x04, 0x0c, 0x04, 0x04, 0x04, 0x04, 0x0e } },
    { '2', { 0x0e, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1f } }, { '3', { 0x1f, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0e } },
    { '4', { 0x02, 0x06, 0x0a, 0x12, 0x1f, 0x02, 0x02 } }, { '5', { 0x1f, 0x10, 0x1e, 0x01, 0x01, 0x11, 0x0e } },
    { '6', { 0x06, 0x08, 0x10, 0x1e, 0x11, 0x11, 0x0e } }, { '7', { 0x1f, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08 } },
    { '8', { 0x0e, 0x11, 0x11, 0x0e, 0x11, 0x11, 0x0e } }, { '9', { 0x0e, 0x11, 0x11, 0x0f, 0x01, 0x02, 0x0c } },
    { 'a', { 0x00, 0x00, 0x0e, 0x01, 0x0f, 0x11, 0x0f } }, { 'b', { 0x10, 0x10, 0x16, 0x19, 0x11, 0x11, 0x1e } },
    { 'c', { 0x00, 0x00, 0x0e, 0x10, 0x10, 0x11, 0x0e } }, { 'd', { 0x01, 0x01, 0x0d, 0x13, 0x11, 0x11, 0x0f } },
    { 'g', { 0x00, 0x0f, 0x11, 0x11, 0x0f, 0x01, 0x0e } }, { 'i', { 0x04, 0x00, 0x0c, 0x04, 0x04, 0x04, 0x0e } },
    { 'k', { 0x10, 0x10, 0x12, 0x14, 0x18, 0x14, 0x12 } }, { 'n', { 0x00, 0x00, 0x16, 0x19, 0x11, 0x11, 0x11 } },
    { 'o', { 0x00, 0x00, 0x0e, 0x11, 0x11, 0x11, 0x0e } }, { 'r', { 0x00, 0x00, 0x16, 0x19, 0x10, 0x10, 0x10 } },
    { 's', { 0x00, 0x00, 0x0e, 0x10, 0x0e, 0x01, 0x1e } }, { 't', { 0x08, 0x08, 0x1c, 0x08, 0x08, 0x09, 0x06 } },
    { 'u', { 0x00, 0x00, 0x11, 0x11, 0x11, 0x13, 0x0d } }, { 'z', { 0x00, 0x00, 0x1f, 0x02, 0x04, 0x08, 0x1f } }
  };
  for (const char character : text)
  {
    const auto glyph = glyphs.find(character);
    for (int row = 0; glyph != glyphs.end() && row < 7; ++row)
    {
      for (int column = 0; column < 5; ++column)
      {
        if (glyph->second[row] >> (4 - column) & 1)
        {
          Fill(picture, x + 2 * column, y + 2 * row, 2, 2, Gray(40));
        }
      }
    }
    x += 12;
  }
}

/** A block of swatches for each step along z (side by side) and t (below each other), placed as the voxels are in the
 * picture; and what black and white mean. */
struct Legend
{
  static constexpr itk::SizeValueType Gap = 12;

  explicit Legend(const Slice & slice)
    : m_Slice(slice)
    , m_Columns(2 * slice.radius[0] + 1)
    , m_Rows(2 * slice.radius[1] + 1)
    , m_Swatch(std::max<itk::SizeValueType>(4, 60 / std::max(m_Columns, m_Rows)))
    , m_StepX(std::max(m_Columns * m_Swatch, TextWidth(this->Title(slice.radius[2], slice.radius[3]))) + Gap)
    , m_StepY(TextHeight + m_Rows * m_Swatch + Gap)
  {}

  itk::SizeValueType
  Width() const
  {
    return (2 * m_Slice.radius[2] + 1) * m_StepX + TextWidth("   background");
  }

  itk::SizeValueType
  Height() const
  {
    return (2 * m_Slice.radius[3] + 1) * m_StepY;
  }

  void
  Draw(Picture * picture, itk::IndexValueType left, itk::IndexValueType top) const
  {
    auto       color = m_Slice.labelColors.begin();
    const auto rz = static_cast<itk::IndexValueType>(m_Slice.radius[2]);
    const auto rt = static_cast<itk::IndexValueType>(m_Slice.radius[3]);
    for (itk::IndexValueType t = -rt; t <= rt; ++t)
    {
      for (itk::IndexValueType z = -rz; z <= rz; ++z)
      {
        const auto x = left + (z + rz) * static_cast<itk::IndexValueType>(m_StepX);
        const auto y = top + (t + rt) * static_cast<itk::IndexValueType>(m_StepY);
        Write(picture, x, y, this->Title(z, t));
        this->DrawBlock(picture, x, y + TextHeight + 4, color);
        color += m_Columns * m_Rows;
      }
    }
    const auto x = left + (2 * rz + 1) * static_cast<itk::IndexValueType>(m_StepX);
    this->DrawEntry(picture, x, top + TextHeight + 4, Gray(255), "sink");
    this->DrawEntry(picture, x, top + TextHeight + 32, Gray(0), "background");
  }

private:
  /** "z-1", with a fourth axis "z-1 t+1". */
  std::string
  Title(itk::IndexValueType z, itk::IndexValueType t) const
  {
    const auto step = [](const std::string & axis, itk::IndexValueType offset) {
      return offset == 0 ? axis : axis + (offset > 0 ? "+" : "") + std::to_string(offset);
    };
    return (m_Slice.radius[2] > 0 ? step("z", z) : "") + (m_Slice.radius[3] > 0 ? step(" t", t) : "");
  }

  static void
  DrawEntry(Picture *           picture,
            itk::IndexValueType x,
            itk::IndexValueType y,
            const Color &       color,
            const std::string & text)
  {
    Fill(picture, x, y, 20, 20, Gray(40));
    Fill(picture, x + 1, y + 1, 18, 18, color);
    Write(picture, x + 28, y + 3, text);
  }

  void
  DrawBlock(Picture *                          picture,
            itk::IndexValueType                left,
            itk::IndexValueType                top,
            std::vector<Color>::const_iterator color) const
  {
    for (itk::SizeValueType row = 0; row < m_Rows; ++row)
    {
      const auto y = m_Slice.upsideDown ? m_Rows - 1 - row : row;
      for (itk::SizeValueType column = 0; column < m_Columns; ++column)
      {
        Fill(picture, left + column * m_Swatch, top + y * m_Swatch, m_Swatch - 1, m_Swatch - 1, *color++);
      }
    }
  }

  const Slice &      m_Slice;
  itk::SizeValueType m_Columns;
  itk::SizeValueType m_Rows;
  itk::SizeValueType m_Swatch;
  itk::SizeValueType m_StepX;
  itk::SizeValueType m_StepY;
};

/** The slice beside its labels above the legend. Small slices are enlarged by whole factors, large ones are thinned. */
inline Picture::Pointer
Draw(const Slice & slice)
{
  using Size = itk::SizeValueType;
  constexpr Size   margin = 12;
  constexpr Size   minimumWidth = 240;
  constexpr double maximumWidth = 1024;

  const double aspect = std::min(8.0, std::max(0.125, std::abs(slice.aspect)));
  const double stretch = std::max(1.0, 1 / aspect);
  const double factor = std::min<double>((minimumWidth + slice.width - 1) / slice.width, maximumWidth / slice.width);
  const Size   width = std::max(1L, std::lround(slice.width * stretch * factor));
  const Size   height = std::max(1L, std::lround(slice.height * stretch * aspect * factor));
  const Legend legend(slice);

  auto picture = Picture::New();
  picture->SetRegions(Picture::SizeType{
    { std::max(2 * width + 3 * margin, legend.Width() + 2 * margin), height + legend.Height() + 3 * margin } });
  picture->Allocate();
  picture->FillBuffer(Gray(230));

  const auto levels = GrayLevels(slice.values);
  for (Size row = 0; row < height; ++row)
  {
    const Size y = row * slice.height / height;
    const auto start = (slice.upsideDown ? slice.height - 1 - y : y) * slice.width;
    for (Size column = 0; column < width; ++column)
    {
      const auto voxel = start + column * slice.width / width;
      Fill(picture, margin + column, margin + row, 1, 1, levels[voxel]);
      Fill(picture, 2 * margin + width + column, margin + row, 1, 1, slice.colors[voxel]);
    }
  }
  legend.Draw(picture, margin, 2 * margin + height);
  return picture;
}
} // namespace LabelPreview

#endif
