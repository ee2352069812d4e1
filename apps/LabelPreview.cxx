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
#include "LabelPreview.h"

#include <stb_easy_font.h>

#include <string>

namespace LabelPreview
{
namespace
{
/** The values in gray: the 1st percentile of the finite ones is black, the 99th white. */
std::vector<Color>
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

void
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

// The font, twice enlarged: capitals are 14 pixels high.
constexpr itk::SizeValueType FontScale = 2;
constexpr itk::SizeValueType TextHeight = 7 * FontScale;

itk::SizeValueType
TextWidth(std::string text)
{
  return FontScale * static_cast<itk::SizeValueType>(stb_easy_font_width(text.data()));
}

void
Write(Picture * picture, itk::IndexValueType x, itk::IndexValueType y, std::string text)
{
  struct Corner
  {
    float         x, y, z;
    unsigned char color[4];
  };
  // The font consists of rectangles with four corners each.
  std::vector<std::array<Corner, 4>> rectangles(40 * text.size());
  rectangles.resize(stb_easy_font_print(
    0, 0, text.data(), nullptr, rectangles.data(), static_cast<int>(rectangles.size() * sizeof(rectangles[0]))));
  const auto pixels = [](float length) { return static_cast<itk::IndexValueType>(FontScale * length); };
  for (const auto & [topLeft, topRight, bottomRight, bottomLeft] : rectangles)
  {
    Fill(picture,
         x + pixels(topLeft.x),
         y + pixels(topLeft.y),
         pixels(topRight.x - topLeft.x),
         pixels(bottomLeft.y - topLeft.y),
         Gray(40));
  }
}

/** A block of swatches for each step along z (side by side) and t (below each other), arranged like the voxels of the
 * picture; and the meaning of black and white. */
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
} // namespace

Picture::Pointer
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
