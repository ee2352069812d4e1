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
#ifndef itkNeighborhoodArgmaxLabelImageRows_h
#define itkNeighborhoodArgmaxLabelImageRows_h

#include "itkNeighborhoodArgmaxLabelKernel.h"

#include "itkIntTypes.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

/** \file
 * Internal: only this file knows pixel types, borders and masks. */
namespace itk::NeighborhoodArgmaxLabel
{

/** The pixel type of StageRows() with the values of T; double if StageRows() does not support T. */
template <typename T>
struct StagedPixel
{
  using Signed =
    std::conditional_t<sizeof(T) == 1, std::int8_t, std::conditional_t<sizeof(T) == 2, std::int16_t, std::int32_t>>;
  using Unsigned =
    std::conditional_t<sizeof(T) == 1, std::uint8_t, std::conditional_t<sizeof(T) == 2, std::uint16_t, std::uint32_t>>;
  using Integer = std::conditional_t<std::is_signed_v<T>, Signed, Unsigned>;
  using Type = std::conditional_t<std::is_integral_v<T> && sizeof(T) <= 4,
                                  Integer,
                                  std::conditional_t<std::is_same_v<T, float>, float, double>>;
};

/** Whether StageRows() converts these pixels to these lanes. */
template <typename TPixel, typename TLane>
constexpr bool IsStaged =
  std::is_integral_v<TPixel>
    ? (sizeof(TLane) == sizeof(TPixel) && std::is_integral_v<TLane>) ||
        (sizeof(TLane) == 2 * sizeof(TPixel) && std::is_integral_v<TLane> == (sizeof(TPixel) == 1))
    : std::is_same_v<TPixel, TLane> || std::is_same_v<TLane, std::int16_t>;

/** Calls function(lane) with a value of the lane type: integers like the pixels if no voxel is masked and the labels
 * fit them, otherwise a type with a spare value for absent voxels. */
template <typename TPixel, typename TFunction>
void
CallWithLane(bool isMasked, bool isOrdinary, std::uint64_t numberOfLabels, const TFunction & function)
{
  using Pixel = typename StagedPixel<TPixel>::Type;
  if constexpr (std::is_floating_point_v<Pixel>)
  {
    function(Pixel{});
  }
  else
  {
    using Real = std::conditional_t<sizeof(Pixel) <= 2, float, double>;
    const bool is16Bit = isOrdinary && numberOfLabels < 1 << 16;
    if constexpr (sizeof(Pixel) == 1)
    {
      if (is16Bit && !isMasked && numberOfLabels < 1 << 8)
      {
        function(std::int8_t{});
        return;
      }
      if (is16Bit)
      {
        function(std::int16_t{});
        return;
      }
      function(double{});
      return;
    }
    if constexpr (sizeof(Pixel) == 2)
    {
      if (is16Bit && !isMasked)
      {
        function(std::int16_t{});
        return;
      }
    }
    if constexpr (sizeof(Pixel) == 4)
    {
      if (isOrdinary && !isMasked)
      {
        function(std::int32_t{});
        return;
      }
    }
    if (isOrdinary)
    {
      function(Real{});
    }
    else
    {
      function(double{});
    }
  }
}

/** \class ImageRows
 * \brief Internal: stages rows of an image, with its border and mask.
 * \ingroup NeighborhoodArgmaxLabel */
template <typename TImage, typename TMaskImage>
class ImageRows
{
public:
  static constexpr unsigned int Dimension = TImage::ImageDimension;
  using IndexType = typename TImage::IndexType;
  using PeriodicType = std::array<bool, Dimension>;

  /** `mask` may be nullptr. Voxels outside the image are absent; along periodic axes they are those of the other
   * side. */
  ImageRows(const TImage * image, const TMaskImage * mask, const PeriodicType & periodic)
    : m_Image(image)
    , m_Mask(mask)
    , m_Periodic(periodic)
  {}

  /** Stages rows of `width` voxels along the first axis, one after the other along the second one. The first voxel,
   * `start`, may lie outside. */
  template <typename TLane>
  void
  Stage(IndexType            start,
        SizeValueType        width,
        SizeValueType        rows,
        const StageOptions & options,
        const Rows<TLane> &  lanes,
        StagedFacts &        facts) const
  {
    IndexType last = start;
    last[0] += static_cast<IndexValueType>(width) - 1;
    if constexpr (Dimension > 1)
    {
      last[1] += static_cast<IndexValueType>(rows) - 1;
    }
    const auto & image = m_Image->GetLargestPossibleRegion();
    if (image.IsInside(start) && image.IsInside(last))
    {
      this->StageInside(start, width, rows, options, lanes, facts);
      return;
    }
    for (SizeValueType row = 0; row < rows; ++row)
    {
      this->StageRow(start, width, options, lanes.first + static_cast<std::ptrdiff_t>(row) * lanes.stride, facts);
      if constexpr (Dimension > 1)
      {
        ++start[1];
      }
    }
  }

  /** Whether there are voxels at this index of an axis, in the image or on its other side. */
  bool
  IsPresent(IndexValueType index, unsigned int axis) const
  {
    return m_Periodic[axis] || (index >= this->Begin(axis) && index < this->End(axis));
  }

private:
  IndexValueType
  Begin(unsigned int axis) const
  {
    return m_Image->GetLargestPossibleRegion().GetIndex(axis);
  }

  IndexValueType
  End(unsigned int axis) const
  {
    return this->Begin(axis) + static_cast<IndexValueType>(m_Image->GetLargestPossibleRegion().GetSize(axis));
  }

  IndexValueType
  Wrap(IndexValueType index, unsigned int axis) const
  {
    const auto size = this->End(axis) - this->Begin(axis);
    const auto remainder = (index - this->Begin(axis)) % size;
    return this->Begin(axis) + (remainder < 0 ? remainder + size : remainder);
  }

  template <typename TLane>
  void
  StageRow(IndexType start, SizeValueType width, const StageOptions & options, TLane * lanes, StagedFacts & facts) const
  {
    for (unsigned int axis = 1; axis < Dimension; ++axis)
    {
      if (!this->IsPresent(start[axis], axis))
      {
        std::fill_n(lanes, width, AbsentValue<TLane>(options.staging));
        return;
      }
      start[axis] = this->Wrap(start[axis], axis);
    }
    while (width > 0)
    {
      const IndexValueType x = start[0];
      SizeValueType        count = width;
      if (this->IsPresent(x, 0))
      {
        start[0] = this->Wrap(x, 0);
        count = std::min(count, static_cast<SizeValueType>(this->End(0) - start[0]));
        this->StageInside(start, count, 1, options, Rows<TLane>{ lanes, 0 }, facts);
      }
      else
      {
        count = x < this->Begin(0) ? std::min(count, static_cast<SizeValueType>(this->Begin(0) - x)) : count;
        std::fill_n(lanes, count, AbsentValue<TLane>(options.staging));
      }
      start[0] = x + static_cast<IndexValueType>(count);
      lanes += count;
      width -= count;
    }
  }

  /** Stages rows that lie in the image. */
  template <typename TLane>
  void
  StageInside(const IndexType &    start,
              SizeValueType        width,
              SizeValueType        rows,
              const StageOptions & options,
              const Rows<TLane> &  lanes,
              StagedFacts &        facts) const
  {
    using ImagePixel = typename TImage::PixelType;
    using Pixel = typename StagedPixel<ImagePixel>::Type;
    constexpr bool isSame =
      std::is_integral_v<Pixel> == std::is_integral_v<ImagePixel> && sizeof(Pixel) == sizeof(ImagePixel);
    const auto                pixels = RowsFrom(m_Image, start);
    Rows<const unsigned char> mask;
    if (m_Mask)
    {
      mask = RowsFrom(m_Mask, start);
    }
    if constexpr (isSame && IsStaged<Pixel, TLane>)
    {
      const Rows<const Pixel> same{ reinterpret_cast<const Pixel *>(pixels.first), pixels.stride };
      StageRows(same, mask, width, rows, options, lanes, facts);
    }
    else if constexpr (!std::is_floating_point_v<TLane> && std::is_floating_point_v<Pixel>)
    {
      facts.isExtreme = true; // a pixel type that is not staged as integers
    }
    else
    {
      // Any other type is converted to double first.
      std::vector<double> values(width);
      for (SizeValueType row = 0; row < rows; ++row)
      {
        const auto         j = static_cast<std::ptrdiff_t>(row);
        const auto * const from = pixels.first + j * pixels.stride;
        std::transform(from, from + width, values.begin(), [](auto pixel) { return static_cast<double>(pixel); });
        const Rows<const unsigned char> maskRow{ m_Mask ? mask.first + j * mask.stride : nullptr, 0 };
        StageRows(Rows<const double>{ values.data(), 0 },
                  maskRow,
                  width,
                  1,
                  options,
                  Rows<TLane>{ lanes.first + j * lanes.stride, 0 },
                  facts);
      }
    }
  }

  template <typename TAnyImage>
  static auto
  RowsFrom(const TAnyImage * image, const IndexType & start)
  {
    const auto stride = static_cast<std::ptrdiff_t>(Dimension > 1 ? image->GetOffsetTable()[1] : 0);
    return Rows<const typename TAnyImage::PixelType>{ image->GetBufferPointer() + image->ComputeOffset(start), stride };
  }

  const TImage *     m_Image;
  const TMaskImage * m_Mask;
  PeriodicType       m_Periodic;
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
