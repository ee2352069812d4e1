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
#if defined(BasinBorders_inl_h) == defined(HWY_TARGET_TOGGLE)
#  ifdef BasinBorders_inl_h
#    undef BasinBorders_inl_h
#  else
#    define BasinBorders_inl_h
#  endif

#  include "itkBasinBorders.h"

#  include <hwy/highway.h>

#  include <algorithm>

HWY_BEFORE_NAMESPACE();
namespace itk::NeighborhoodArgmaxLabel::HWY_NAMESPACE
{
namespace hn = hwy::HWY_NAMESPACE;

/** Values in lanes D, so that lower ones come first. */
template <class D, typename TValue>
HWY_INLINE hn::Vec<D>
           LoadValues(D d, const TValue * from, bool ascent)
{
  using T = hn::TFromD<D>;
  const hn::Rebind<TValue, D> dv;
  auto                        values = [&]() HWY_ATTR {
    if constexpr (std::is_same_v<T, TValue>)
    {
      return hn::LoadU(d, from);
    }
    else
    {
      return hn::PromoteTo(d, hn::LoadU(dv, from));
    }
  }();
  if (ascent)
  {
    values = std::is_integral_v<T> ? hn::Sub(hn::Set(d, static_cast<T>(-1)), values) : hn::Neg(values);
  }
  return values;
}

/** Numbers of basins in lanes D: integers as such, and in double, which holds them. */
template <class D>
HWY_INLINE hn::Vec<hn::Rebind<std::conditional_t<sizeof(hn::TFromD<D>) == 4, std::int32_t, double>, D>>
           LoadBasins(D, const std::uint32_t * from)
{
  const hn::Rebind<std::int32_t, D> di;
  const auto                        basins = hn::LoadU(di, reinterpret_cast<const std::int32_t *>(from));
  if constexpr (sizeof(hn::TFromD<D>) == 4)
  {
    return basins;
  }
  else
  {
    return hn::PromoteTo(hn::Rebind<double, D>(), basins);
  }
}

/** Those of the lanes of a mask, one behind the other. Lanes of double or integers of 32 bits as such integers. */
template <class D>
HWY_INLINE void
KeepIntegers(D d, hn::Vec<D> integers, hn::Mask<D> kept, std::int32_t * to)
{
  if constexpr (sizeof(hn::TFromD<D>) == 4)
  {
    hn::CompressStore(integers, kept, d, to);
  }
  else
  {
    const hn::Rebind<std::int32_t, D> di;
    hn::StoreU(hn::DemoteTo(di, hn::Compress(integers, kept)), di, to);
  }
}

/** A vector of voxels from x on: of the other basins beside each the greatest, then the next one, as long as there are
 * any. `isNew`: the voxels that no vector had before. */
template <class D, typename TValue>
HWY_INLINE std::size_t
           FindBordersAt(D                                                                                             d,
                         const BorderRow<TValue> &                                                                     row,
                         std::size_t                                                                                   x,
                         hn::Mask<hn::Rebind<std::conditional_t<sizeof(hn::TFromD<D>) == 4, std::int32_t, double>, D>> isNew,
                         Borders<TValue> &                                                                             borders,
                         std::size_t                                                                                   count)
{
  using T = hn::TFromD<D>;
  using TInteger = std::conditional_t<sizeof(T) == 4, std::int32_t, double>;
  const hn::Rebind<TInteger, D> di;
  const auto                    none = hn::Zero(di);
  const auto                    itself = hn::Set(di, TInteger{ -1 });
  const auto                    voxels = hn::Iota(di, static_cast<TInteger>(x));
  const auto                    own = LoadBasins(d, row.basins + x);
  const auto                    value = LoadValues(d, row.values + x, row.ascent);
  auto                          isVoxel = hn::And(isNew, hn::Ne(own, none));
  if constexpr (std::is_floating_point_v<T>)
  {
    isVoxel = hn::And(isVoxel, hn::RebindMask(di, hn::Eq(value, value)));
  }
  const std::size_t numberOfNeighbors = row.basinsOfNeighbors.size();
  auto              limit = hn::IfThenElseZero(isVoxel, hn::Set(di, hwy::HighestValue<TInteger>()));
  for (;;)
  {
    auto greatest = none;
    auto pass = value;
    auto direction = itself;
    for (std::size_t i = 0; i < numberOfNeighbors; ++i)
    {
      const auto basin = LoadBasins(d, row.basinsOfNeighbors[i] + x);
      const auto there = LoadValues(d, row.valuesOfNeighbors[i] + x, row.ascent);
      auto       isOther = hn::And(hn::Lt(basin, limit), hn::Ne(basin, own));
      if constexpr (std::is_floating_point_v<T>)
      {
        isOther = hn::And(isOther, hn::RebindMask(di, hn::Eq(there, there)));
      }
      const auto other = hn::IfThenElseZero(isOther, basin);
      const auto height = hn::Max(value, there);
      const auto isLower = hn::RebindMask(di, hn::Lt(height, pass));
      const auto isBetter = hn::Or(hn::Gt(other, greatest), hn::And(hn::Eq(other, greatest), isLower));
      const auto ofNeighbor =
        hn::IfThenElse(hn::RebindMask(di, hn::Gt(there, value)), hn::Set(di, static_cast<TInteger>(i)), itself);
      pass = hn::IfThenElse(hn::RebindMask(d, isBetter), height, pass);
      direction = hn::IfThenElse(isBetter, ofNeighbor, direction);
      greatest = hn::Max(greatest, other);
    }
    const auto isFound = hn::Gt(greatest, none);
    const auto found = hn::CountTrue(di, isFound);
    if (found == 0)
    {
      return count;
    }
    KeepIntegers(di, voxels, isFound, borders.voxels.data() + count);
    KeepIntegers(di, own, isFound, borders.basins.data() + count);
    KeepIntegers(di, greatest, isFound, borders.others.data() + count);
    KeepIntegers(di, direction, isFound, borders.directions.data() + count);
    hn::CompressStore(pass, hn::RebindMask(d, isFound), d, borders.passes.data() + count);
    count += found;
    limit = greatest;
  }
}

template <typename TValue>
HWY_INLINE std::size_t
           FindBordersOfRow(const BorderRow<TValue> & row, Borders<TValue> & borders)
{
  using T = BorderLane<TValue>;
  using TInteger = std::conditional_t<sizeof(T) == 4, std::int32_t, double>;
  const hn::ScalableTag<T>                  d;
  const hn::Rebind<TInteger, decltype(d)>   di;
  const hn::CappedTag<T, 1>                 one;
  const hn::Rebind<TInteger, decltype(one)> oneInteger;
  const std::size_t                         lanes = hn::Lanes(d);
  std::size_t                               count = 0;
  if (row.length >= lanes)
  {
    for (std::size_t x = 0; x < row.length; x += lanes)
    {
      const std::size_t begin = std::min(x, row.length - lanes); // the last vector overlaps the one before
      const auto isNew = hn::Gt(hn::Iota(di, static_cast<TInteger>(begin + 1)), hn::Set(di, static_cast<TInteger>(x)));
      count = FindBordersAt(d, row, begin, isNew, borders, count);
    }
  }
  else
  {
    const auto isNew = hn::Eq(hn::Zero(oneInteger), hn::Zero(oneInteger));
    for (std::size_t x = 0; x < row.length; ++x)
    {
      count = FindBordersAt(one, row, x, isNew, borders, count);
    }
  }
  return count;
}

#  define NeighborhoodArgmaxLabel_BORDERS(TValue, Name)                                 \
    std::size_t Borders##Name(const BorderRow<TValue> & row, Borders<TValue> & borders) \
    {                                                                                   \
      return FindBordersOfRow(row, borders);                                            \
    }
NeighborhoodArgmaxLabel_FOR_EACH_VALUE(NeighborhoodArgmaxLabel_BORDERS)
#  undef NeighborhoodArgmaxLabel_BORDERS

} // namespace itk::NeighborhoodArgmaxLabel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
