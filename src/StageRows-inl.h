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
// Compiled once for each instruction set, by Highway's foreach_target.h.
#if defined(StageRows_inl_h) == defined(HWY_TARGET_TOGGLE)
#  ifdef StageRows_inl_h
#    undef StageRows_inl_h
#  else
#    define StageRows_inl_h
#  endif

#  include "itkNeighborhoodArgmaxLabelKernel.h"

#  include <hwy/highway.h>

#  include <algorithm>
#  include <limits>

HWY_BEFORE_NAMESPACE();
namespace itk::NeighborhoodArgmaxLabel::HWY_NAMESPACE
{
namespace hn = hwy::HWY_NAMESPACE;

/** Pixels as lanes D. Unsigned pixels are shifted by half their range if lanes are not wider, or are double. */
template <class D, typename TPixel>
HWY_INLINE hn::Vec<D>
           LoadPixels(D d, const TPixel * from)
{
  using T = hn::TFromD<D>;
  const hn::Rebind<TPixel, D> dp;
  const auto                  pixels = hn::LoadU(dp, from);
  if constexpr (std::is_same_v<T, TPixel>)
  {
    return pixels;
  }
  else if constexpr (std::is_integral_v<T> && sizeof(T) == sizeof(TPixel))
  {
    return hn::Xor(hn::BitCast(d, pixels), hn::Set(d, std::numeric_limits<T>::lowest()));
  }
  else if constexpr (std::is_same_v<T, float>)
  {
    const hn::Rebind<std::int32_t, D> di;
    return hn::ConvertTo(d, hn::PromoteTo(di, pixels));
  }
  else if constexpr (std::is_same_v<T, double> && std::is_same_v<TPixel, std::uint32_t>)
  {
    const hn::Rebind<std::int32_t, D> di;
    const auto                        lowest = hn::Set(di, std::numeric_limits<std::int32_t>::lowest());
    return hn::PromoteTo(d, hn::Xor(hn::BitCast(di, pixels), lowest));
  }
  else
  {
    return hn::PromoteTo(d, pixels);
  }
}

/** Where a mask is 0. */
template <class D>
HWY_INLINE hn::Mask<D>
           IsMasked(D d, const unsigned char * mask)
{
  using T = hn::TFromD<D>;
  const hn::Rebind<std::uint8_t, D> db;
  const auto                        bytes = hn::LoadU(db, mask);
  if constexpr (sizeof(T) == 1)
  {
    return hn::Eq(hn::BitCast(d, bytes), hn::Zero(d));
  }
  else if constexpr (sizeof(T) == 2)
  {
    return hn::Eq(hn::PromoteTo(d, bytes), hn::Zero(d));
  }
  else if constexpr (sizeof(T) == 4)
  {
    const hn::RebindToSigned<D> di;
    return hn::RebindMask(d, hn::Eq(hn::PromoteTo(di, bytes), hn::Zero(di)));
  }
  else
  {
    const hn::Rebind<std::int32_t, D> di;
    return hn::Eq(hn::PromoteTo(d, hn::PromoteTo(di, bytes)), hn::Zero(d));
  }
}

/** Stages a vector of pixels for StageRows(). */
template <bool VMasked, class D, typename TPixel>
HWY_INLINE hn::Vec<D>
           StageVector(D                     d,
                       const TPixel *        pixels,
                       const unsigned char * mask,
                       const StageOptions &  options,
                       hn::Mask<D> &         hasNaN,
                       hn::Mask<D> &         isExtreme)
{
  using T = hn::TFromD<D>;
  auto values = LoadPixels(d, pixels);
  if (options.ascent)
  {
    // -1 - value, as -value may not fit.
    constexpr bool isShifted = std::is_integral_v<T> && sizeof(T) == sizeof(TPixel);
    values = isShifted ? hn::Sub(hn::Set(d, static_cast<T>(-1)), values) : hn::Neg(values);
  }
  if constexpr (std::is_floating_point_v<T>)
  {
    const auto nan =
      options.staging == Staging::Raw ? std::numeric_limits<T>::quiet_NaN() : -std::numeric_limits<T>::infinity();
    auto isNaN = hn::IsNaN(values);
    auto isGreat = hn::Ge(hn::Abs(values), hn::Set(d, static_cast<T>(options.limit)));
    if constexpr (VMasked)
    {
      isNaN = hn::AndNot(IsMasked(d, mask), isNaN);
      isGreat = hn::AndNot(IsMasked(d, mask), isGreat);
    }
    hasNaN = hn::Or(hasNaN, isNaN);
    isExtreme = hn::Or(isExtreme, isGreat);
    values = hn::IfThenElse(isNaN, hn::Set(d, nan), values);
  }
  if constexpr (VMasked)
  {
    values = hn::IfThenElse(IsMasked(d, mask), hn::Set(d, AbsentValue<T>(options.staging)), values);
  }
  return values;
}

template <bool VMasked, typename TPixel, typename TLane>
HWY_INLINE void
StageOneRow(const TPixel *        pixels,
            const unsigned char * mask,
            std::size_t           width,
            const StageOptions &  options,
            TLane *               lanes,
            StagedFacts &         facts)
{
  const hn::ScalableTag<TLane> d;
  const std::size_t            step = hn::Lanes(d);
  auto                         hasNaN = hn::Ne(hn::Zero(d), hn::Zero(d)); // nowhere yet
  auto                         isExtreme = hasNaN;
  if (width >= step)
  {
    for (std::size_t x = 0; x < width; x += step)
    {
      const std::size_t           begin = std::min(x, width - step); // the last vector overlaps the one before
      const unsigned char * const at = VMasked ? mask + begin : nullptr;
      hn::StoreU(StageVector<VMasked>(d, pixels + begin, at, options, hasNaN, isExtreme), d, lanes + begin);
    }
  }
  else
  {
    constexpr std::size_t greatestStep = 64 / sizeof(TLane);
    TPixel                fewPixels[greatestStep]{};
    unsigned char         fewMask[greatestStep]{};
    TLane                 fewLanes[greatestStep];
    std::copy_n(pixels, width, fewPixels);
    if constexpr (VMasked)
    {
      std::copy_n(mask, width, fewMask);
    }
    hn::StoreU(StageVector<VMasked>(d, fewPixels, fewMask, options, hasNaN, isExtreme), d, fewLanes);
    std::copy_n(fewLanes, width, lanes);
  }
  facts.hasNaN |= !hn::AllFalse(d, hasNaN);
  facts.isExtreme |= !hn::AllFalse(d, isExtreme);
}

template <typename TPixel,
          typename TLane,
          std::enable_if_t<(std::is_integral_v<TPixel> || std::is_floating_point_v<TLane>)> * = nullptr>
HWY_INLINE void
StageAllRows(const Rows<const TPixel> &        pixels,
             const Rows<const unsigned char> & mask,
             std::size_t                       width,
             std::size_t                       rows,
             const StageOptions &              options,
             const Rows<TLane> &               lanes,
             StagedFacts &                     facts)
{
  for (std::size_t row = 0; row < rows; ++row)
  {
    const auto           j = static_cast<std::ptrdiff_t>(row);
    const TPixel * const from = pixels.first + j * pixels.stride;
    TLane * const        to = lanes.first + j * lanes.stride;
    if (mask.first)
    {
      StageOneRow<true>(from, mask.first + j * mask.stride, width, options, to, facts);
    }
    else
    {
      StageOneRow<false>(from, mask.first, width, options, to, facts);
    }
  }
}

/** Stages real numbers as integers. Extreme: numbers that are not integers, or are as great as absent voxels. */
template <typename TPixel>
HWY_INLINE void
StageVectorOfIntegers(const TPixel *        pixels,
                      const unsigned char * mask,
                      bool                  ascent,
                      std::int16_t *        lanes,
                      bool &                isExtreme)
{
  const hn::ScalableTag<TPixel>               d;
  const hn::Rebind<std::int32_t, decltype(d)> di;
  const hn::Rebind<std::int16_t, decltype(d)> ds;
  const auto                                  values = hn::LoadU(d, pixels);
  const auto                                  limit = hn::Set(d, static_cast<TPixel>(32767));
  const auto                                  isSmall = hn::Lt(hn::Abs(values), limit);
  hn::Vec<decltype(di)>                       integers;
  hn::Mask<decltype(d)>                       isInteger;
  // Other numbers may not fit integers at all.
  const auto small = hn::IfThenElseZero(isSmall, values);
  if constexpr (sizeof(TPixel) == 4)
  {
    integers = hn::ConvertTo(di, small);
    isInteger = hn::And(isSmall, hn::Eq(hn::ConvertTo(d, integers), small));
  }
  else
  {
    integers = hn::DemoteTo(di, small);
    isInteger = hn::And(isSmall, hn::Eq(hn::PromoteTo(d, integers), small));
  }
  auto isWrong = hn::Not(isInteger);
  if (ascent)
  {
    integers = hn::Neg(integers);
  }
  if (mask)
  {
    const auto isMasked = IsMasked(di, mask);
    isWrong = hn::AndNot(IsMasked(d, mask), isWrong);
    integers = hn::IfThenElse(isMasked, hn::Set(di, std::numeric_limits<std::int16_t>::max()), integers);
  }
  isExtreme = isExtreme || !hn::AllFalse(d, isWrong);
  hn::StoreU(hn::DemoteTo(ds, integers), ds, lanes);
}

template <typename TPixel>
HWY_INLINE void
StageAllRows(const Rows<const TPixel> &        pixels,
             const Rows<const unsigned char> & mask,
             std::size_t                       width,
             std::size_t                       rows,
             const StageOptions &              options,
             const Rows<std::int16_t> &        lanes,
             StagedFacts &                     facts,
             std::enable_if_t<std::is_floating_point_v<TPixel>> * = nullptr)
{
  const std::size_t step = hn::Lanes(hn::ScalableTag<TPixel>());
  for (std::size_t row = 0; row < rows && !facts.isExtreme; ++row)
  {
    const auto                  j = static_cast<std::ptrdiff_t>(row);
    const TPixel * const        from = pixels.first + j * pixels.stride;
    const unsigned char * const isInside = mask.first ? mask.first + j * mask.stride : nullptr;
    std::int16_t * const        to = lanes.first + j * lanes.stride;
    for (std::size_t x = 0; x < width && width >= step; x += step)
    {
      const std::size_t begin = std::min(x, width - step); // the last vector overlaps the one before
      StageVectorOfIntegers(
        from + begin, isInside ? isInside + begin : nullptr, options.ascent, to + begin, facts.isExtreme);
    }
    if (width < step)
    {
      TPixel        fewPixels[16]{};
      unsigned char fewMask[16]{};
      std::int16_t  fewLanes[16];
      std::copy_n(from, width, fewPixels);
      std::fill_n(fewMask, width, static_cast<unsigned char>(1));
      if (isInside)
      {
        std::copy_n(isInside, width, fewMask);
      }
      StageVectorOfIntegers(fewPixels, fewMask, options.ascent, fewLanes, facts.isExtreme);
      std::copy_n(fewLanes, width, to);
    }
  }
}

#  define NeighborhoodArgmaxLabel_STAGE(TPixel, TLane, Name)          \
    void Stage##Name(const Rows<const TPixel> &        pixels,        \
                     const Rows<const unsigned char> & mask,          \
                     std::size_t                       width,         \
                     std::size_t                       rows,          \
                     const StageOptions &              options,       \
                     const Rows<TLane> &               lanes,         \
                     StagedFacts &                     facts)         \
    {                                                                 \
      StageAllRows(pixels, mask, width, rows, options, lanes, facts); \
    }
NeighborhoodArgmaxLabel_FOR_EACH_STAGE(NeighborhoodArgmaxLabel_STAGE)
#  undef NeighborhoodArgmaxLabel_STAGE

} // namespace itk::NeighborhoodArgmaxLabel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
