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
#if defined(StageRow_inl_h) == defined(HWY_TARGET_TOGGLE)
#  ifdef StageRow_inl_h
#    undef StageRow_inl_h
#  else
#    define StageRow_inl_h
#  endif

#  include "itkNeighborhoodArgmaxLabelKernel.h"

#  include <hwy/highway.h>

#  include <algorithm>
#  include <limits>

HWY_BEFORE_NAMESPACE();
namespace itk::NeighborhoodArgmaxLabel::HWY_NAMESPACE
{
namespace hn = hwy::HWY_NAMESPACE;

/** Pixels as lanes D. Unsigned ones are shifted by half their range, where lanes are no wider or of double. */
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
    const auto lowest = hn::Set(di, std::numeric_limits<std::int32_t>::lowest());
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

template <typename TPixel, typename TLane>
HWY_INLINE void
Stage(const TPixel *        pixels,
      const unsigned char * mask,
      std::size_t           count,
      const StageOptions &  options,
      TLane *               lanes,
      StagedFacts &         facts)
{
  using D = hn::ScalableTag<TLane>;
  const D           d;
  const std::size_t step = hn::Lanes(d);
  const auto        absent = hn::Set(d, AbsentValue<TLane>(options.staging));
  auto              hasNaN = hn::Eq(absent, hn::Set(d, TLane{ 1 })); // nowhere
  auto              isExtreme = hasNaN;
  const auto        stage = [&](const TPixel * from, const unsigned char * isInside, TLane * to) HWY_ATTR {
    auto values = LoadPixels(d, from);
    if (options.ascent)
    {
      values = std::is_integral_v<TLane> && sizeof(TLane) == sizeof(TPixel) ? hn::Sub(hn::Set(d, static_cast<TLane>(-1)), values) : hn::Neg(values);
    }
    auto isMasked = hn::Eq(absent, hn::Set(d, TLane{ 1 }));
    if (isInside)
    {
      isMasked = IsMasked(d, isInside);
    }
    if constexpr (std::is_floating_point_v<TLane>)
    {
      const auto isNaN = hn::AndNot(isMasked, hn::IsNaN(values));
      const auto limit = hn::Set(d, static_cast<TLane>(options.limit));
      hasNaN = hn::Or(hasNaN, isNaN);
      isExtreme = hn::Or(isExtreme, hn::AndNot(isMasked, hn::Ge(hn::Abs(values), limit)));
      const auto nan = options.staging == Staging::Raw ? std::numeric_limits<TLane>::quiet_NaN()
                                                       : -std::numeric_limits<TLane>::infinity();
      values = hn::IfThenElse(isNaN, hn::Set(d, nan), values);
    }
    values = hn::IfThenElse(isMasked, absent, values);
    hn::StoreU(values, d, to);
  };
  std::size_t x = 0;
  for (; x + step <= count; x += step)
  {
    stage(pixels + x, mask ? mask + x : nullptr, lanes + x);
  }
  if (x < count)
  {
    TPixel        lastPixels[64 / sizeof(TLane)]{};
    unsigned char lastMask[64 / sizeof(TLane)]{};
    TLane         lastLanes[64 / sizeof(TLane)];
    std::copy_n(pixels + x, count - x, lastPixels);
    std::fill_n(lastMask, count - x, static_cast<unsigned char>(1));
    if (mask)
    {
      std::copy_n(mask + x, count - x, lastMask);
    }
    stage(lastPixels, lastMask, lastLanes);
    std::copy_n(lastLanes, count - x, lanes + x);
  }
  facts.hasNaN |= !hn::AllFalse(d, hasNaN);
  facts.isExtreme |= !hn::AllFalse(d, isExtreme);
}

#  define NeighborhoodArgmaxLabel_STAGE(TPixel, TLane, Name)                                                             \
    void Stage##Name(const TPixel *        pixels,                                                                       \
                     const unsigned char * mask,                                                                         \
                     std::size_t           count,                                                                        \
                     const StageOptions &  options,                                                                      \
                     TLane *               lanes,                                                                        \
                     StagedFacts &         facts)                                                                        \
    {                                                                                                                    \
      Stage(pixels, mask, count, options, lanes, facts);                                                                 \
    }
NeighborhoodArgmaxLabel_FOR_EACH_STAGE(NeighborhoodArgmaxLabel_STAGE)
#  undef NeighborhoodArgmaxLabel_STAGE

} // namespace itk::NeighborhoodArgmaxLabel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
