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
#ifndef Pixels_inl_h
#define Pixels_inl_h

#include "Row-inl.h"

/** From rows of pixels to real numbers and packed keys; all of voxels -1 to n. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

template <typename TInteger>
constexpr TInteger WithoutSign = static_cast<TInteger>(~std::uint64_t{ 0 } >> (65 - 8 * sizeof(TInteger)));

// The first 32 bits of numbers without sign are in their order, and NaN above them.
template <typename TReal>
constexpr std::int32_t InfinityBits = sizeof(TReal) == sizeof(float) ? 0x7f800000 : 0x7ff00000;

template <typename TPixel, bool VMasked, bool VNaN>
NeighborhoodArgmaxLabel_LOOP std::int32_t
                             GreatestBits(const TPixel * values, const unsigned char * mask, std::size_t n)
{
  using Real = RealOf<TPixel>;
  using Integer = IntegerOf<Real>;
  constexpr int otherBits = 8 * sizeof(Integer) - 32;
  std::int32_t  greatest = 0;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    auto bits = static_cast<std::int32_t>(__builtin_bit_cast(Integer, static_cast<Real>(values[x])) >> otherBits);
    bits &= WithoutSign<std::int32_t>;
    if constexpr (VMasked)
    {
      bits &= mask[x] ? -1 : 0;
    }
    if constexpr (VNaN)
    {
      bits = bits > InfinityBits<Real> ? 0 : bits;
    }
    greatest = bits > greatest ? bits : greatest;
  }
  return greatest;
}

template <typename TPixel>
RowFacts
Survey(const TPixel * values, const unsigned char * mask, std::size_t n)
{
  using Real = RealOf<TPixel>;
  using Integer = IntegerOf<Real>;
  --values;
  mask = mask ? mask - 1 : nullptr;
  n += 2;
  RowFacts     facts;
  std::int32_t greatest =
    mask ? GreatestBits<TPixel, true, false>(values, mask, n) : GreatestBits<TPixel, false, false>(values, mask, n);
  if (greatest > InfinityBits<Real>)
  {
    facts.hasNaN = true;
    greatest =
      mask ? GreatestBits<TPixel, true, true>(values, mask, n) : GreatestBits<TPixel, false, true>(values, mask, n);
  }
  // Of double, up to the next number of 32 bits.
  greatest += sizeof(Integer) > sizeof(greatest) && greatest != 0 && greatest < InfinityBits<Real> ? 1 : 0;
  facts.greatest = __builtin_bit_cast(Real, static_cast<Integer>(greatest) << (8 * sizeof(Integer) - 32));
  return facts;
}

template <typename TPixel, bool VStandIn, bool VMasked>
NeighborhoodArgmaxLabel_LOOP void
MakeRealsOf(const TPixel *        values,
            const unsigned char * mask,
            RealOf<TPixel>        sign,
            RealOf<TPixel> *      reals,
            std::size_t           n)
{
  using Real = RealOf<TPixel>;
  const Real infinity = static_cast<Real>(__builtin_inf());
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    Real real = sign * static_cast<Real>(values[x]);
    if constexpr (VStandIn)
    {
      real = real != real ? -infinity : real;
    }
    if constexpr (VMasked)
    {
      real = mask[x] ? real : infinity;
    }
    reals[x] = real;
  }
}

template <typename TPixel>
void
MakeReals(const TPixel *        values,
          const unsigned char * mask,
          RealOf<TPixel>        sign,
          bool                  isStandIn,
          RealOf<TPixel> *      reals,
          std::size_t           n)
{
  if (isStandIn && mask)
  {
    MakeRealsOf<TPixel, true, true>(values - 1, mask - 1, sign, reals - 1, n + 2);
  }
  else if (isStandIn)
  {
    MakeRealsOf<TPixel, true, false>(values - 1, nullptr, sign, reals - 1, n + 2);
  }
  else
  {
    MakeRealsOf<TPixel, false, false>(values - 1, nullptr, sign, reals - 1, n + 2);
  }
}

template <typename TKey>
NeighborhoodArgmaxLabel_LOOP void
MarkAbsent(const unsigned char * mask, TKey * keys, std::size_t n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    keys[x] = mask[x] ? keys[x] : AbsentKey<TKey>;
  }
}

template <typename TPixel>
bool
MakeKeys(const TPixel * values, const unsigned char * mask, double scale, std::int32_t * keys, std::size_t n)
{
  using Real = RealOf<TPixel>;
  using Key = std::int32_t;
  --values;
  --keys;
  n += 2;
  bool isExact = true;
  if constexpr (std::is_integral_v<TPixel> && sizeof(TPixel) <= 2)
  {
    const auto factor = static_cast<Key>(scale) * KeyUnit<Key>;
    NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
    {
      keys[x] = factor * static_cast<Key>(values[x]);
    }
  }
  else
  {
    const Real      factor = static_cast<Real>(scale);
    const Real      limit = static_cast<Real>(LargestKeyValue);
    IntegerOf<Real> rest = 0;
    NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
    {
      // Beyond the limit are only values that do not compete.
      const Real scaled = factor * static_cast<Real>(values[x]);
      const Real limited = ((scaled <= limit) & (scaled >= -limit)) ? scaled : 0;
      const Key  value = static_cast<Key>(limited);
      rest |= __builtin_bit_cast(IntegerOf<Real>, limited - static_cast<Real>(value)) & WithoutSign<IntegerOf<Real>>;
      keys[x] = value * KeyUnit<Key>;
    }
    isExact = rest == 0;
  }
  if (mask)
  {
    MarkAbsent(mask - 1, keys, n);
  }
  return isExact;
}

template <typename TPixel>
void
MakeByteKeys(const TPixel *        values,
             const unsigned char * mask,
             int                   sign,
             int                   offset,
             std::int16_t *        keys,
             std::size_t           n)
{
  using Key = std::int16_t;
  --values;
  --keys;
  n += 2;
  const auto factor = static_cast<Key>(sign * KeyUnit<Key>);
  const auto shift = static_cast<Key>(offset * KeyUnit<Key>);
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    keys[x] = static_cast<Key>(factor * static_cast<Key>(values[x]) + shift);
  }
  if (mask)
  {
    MarkAbsent(mask - 1, keys, n);
  }
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
