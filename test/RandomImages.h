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
#ifndef RandomImages_h
#define RandomImages_h

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

/** Random images and masks, for tests and benchmarks: a kind of them is a row of `Kinds`. Tests of the kernel use this
 * without ITK. */
namespace RandomImages
{
/** \class Random
 * \brief SplitMix64: the same numbers on every platform, unlike the distributions of <random>. */
class Random
{
public:
  explicit Random(const std::uint64_t seed)
    : m_State(seed)
  {}

  std::uint64_t
  Bits()
  {
    m_State += 0x9e3779b97f4a7c15u;
    std::uint64_t bits = m_State;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    return bits ^ (bits >> 31);
  }

  /** An integer in [first, last]. */
  std::int64_t
  Integer(const std::int64_t first, const std::int64_t last)
  {
    return first + static_cast<std::int64_t>(this->Bits() % static_cast<std::uint64_t>(last - first + 1));
  }

  /** A number in [first, last). */
  double
  Real(const double first, const double last)
  {
    return first + (last - first) * static_cast<double>(this->Bits() >> 11) * 0x1p-53;
  }

  bool
  Chance(const double probability)
  {
    return this->Real(0.0, 1.0) < probability;
  }

  template <typename T, std::size_t VLength>
  T
  OneOf(const T (&values)[VLength])
  {
    return values[this->Bits() % VLength];
  }

private:
  std::uint64_t m_State;
};

/** The pixel of any bits; of integers of 64 bits, one that double holds. */
template <typename TPixel>
double
PixelOfBits(const std::uint64_t bits)
{
  TPixel pixel;
  std::memcpy(&pixel, &bits, sizeof(pixel));
  if constexpr (std::is_integral_v<TPixel> && sizeof(TPixel) == 8)
  {
    pixel = pixel / 2048 * (pixel % 2 == 0 ? 2048 : 1);
  }
  return static_cast<double>(pixel);
}

/** What kinds must know of a pixel type. */
struct PixelType
{
  bool   isReal;
  double lowest;
  double greatest; // that double holds
  double epsilon;
  double leastNormal;
  double least; // above 0
  int    firstExponent;
  int    lastExponent; // with finite differences
  double (*ofBits)(std::uint64_t bits);

  /** Any power of two. */
  double
  Scale(const std::uint64_t seed) const
  {
    return std::ldexp(1.0, firstExponent + static_cast<int>((seed >> 8) % (lastExponent + 1 - firstExponent)));
  }
};

template <typename TPixel>
PixelType
PixelTypeOf()
{
  using Limits = std::numeric_limits<TPixel>;
  const auto greatest = static_cast<double>(Limits::max());
  return { !Limits::is_integer,
           static_cast<double>(Limits::lowest()),
           Limits::is_integer && sizeof(TPixel) == 8 ? std::nextafter(greatest, 0.0) : greatest,
           static_cast<double>(Limits::epsilon()),
           static_cast<double>(Limits::min()),
           static_cast<double>(Limits::denorm_min()),
           Limits::min_exponent - Limits::digits,
           Limits::max_exponent - 3,
           PixelOfBits<TPixel> };
}

/** What the value of a voxel is made of. */
struct Voxel
  : Random
  , PixelType
{
  std::uint64_t             seed; // of the image
  double                    unit; // a difference that ties with the score of the center
  std::vector<std::int64_t> index;

  /** A smooth function, from 0 to 120. */
  double
  Smooth() const
  {
    double sum = 0.0;
    for (std::size_t axis = 0; axis < index.size(); ++axis)
    {
      sum += std::sin(0.37 * static_cast<double>(index[axis]) + static_cast<double>(seed % 100 + axis));
    }
    return 60.0 + 60.0 * sum / static_cast<double>(index.size());
  }

  /** The number, at random, of a block of 20 voxels along the rows and 4 across them. */
  std::uint64_t
  Block() const
  {
    std::uint64_t number = seed;
    for (std::size_t axis = 0; axis < index.size(); ++axis)
    {
      const auto place = static_cast<std::uint64_t>((index[axis] + 100) / (axis == 0 ? 20 : 4));
      number = 6364136223846793005u * (number + place) + 1;
    }
    return number >> 40;
  }
};

using V = Voxel &; // short, so that a row fits a line

enum PixelTypes
{
  All,
  Reals,
  Masks
};

/** Values beyond the limits of an integer type become its limits. */
struct Kind
{
  std::string name;
  PixelTypes  pixels;
  double (*valueOf)(V v);
};

/** Each block is of one of three other kinds. */
double
ValueInBlock(V v);

constexpr double Infinity = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

inline const std::vector<Kind> Kinds{
  { "Uniform", All, [](V v) { return v.Real(-1000, 1000); } },
  { "Noise", All, [](V v) { return v.isReal ? v.Real(0, 1) : std::floor(v.Real(v.lowest, v.greatest + 1)); } },
  { "Smooth", All, [](V v) { return v.Smooth(); } },
  { "FewLevels", All, [](V v) { return 1.0 * v.Integer(0, 3); } },
  { "TwentyLevels", All, [](V v) { return 1.0 * v.Integer(100, 119); } },
  { "Plateaus",
    All,
    [](V v) { return v.Chance(0.02) ? v.Real(0, 100) : std::max(0.0, std::floor(v.Smooth() / 8) - 7); } },
  { "Constant", All, [](V v) { return 1.0 * (v.seed % 100); } },
  { "CenterTies", All, [](V v) { return v.unit * v.OneOf({ 0.0, 1.0, 2.0, 3.0, std::sqrt(2.0), std::sqrt(3.0) }); } },
  { "DeepMinima", All, [](V v) { return v.Chance(0.1) ? v.Real(0, 5) : v.Real(100, 120); } },
  { "AnyBits", All, [](V v) { return v.ofBits(v.Bits()); } },
  { "Extremes", All, [](V v) { return v.OneOf({ v.lowest, v.lowest + 1, v.greatest - 1, v.greatest, 0.0 }); } },
  { "Blocks", All, ValueInBlock },
  { "NearTies", Reals, [](V v) { return 1000 * (1 + v.Integer(0, 4) * v.epsilon) - v.Integer(0, 1); } },
  { "RoundingTies", Reals, [](V v) { return v.OneOf({ 1e8, 1e8 + 8, -1e8, 1e-20, 2e-20, 0.0, 1.0, -1e-20 }); } },
  { "Denormal", Reals, [](V v) { return v.Integer(-9, 9) * (v.Chance(0.1) ? v.leastNormal : v.least); } },
  { "Huge", Reals, [](V v) { return v.greatest * v.Real(-1, 1); } },
  { "AnyScale", Reals, [](V v) { return v.Real(-1, 1) * v.Scale(v.seed); } },
  { "SomeNaN", Reals, [](V v) { return v.Chance(0.02) ? NaN : v.Real(0, 1); } },
  { "OnlyNaN", Reals, [](V) { return NaN; } },
  { "SomeInfinite", Reals, [](V v) { return v.Chance(0.1) ? v.OneOf({ Infinity, -Infinity }) : v.Real(0, 1); } },
  { "OneInfinite", Reals, [](V v) { return v.Chance(0.001) ? Infinity : v.Real(0, 1); } },
  { "OnlyInfinite", Reals, [](V v) { return v.seed & 1 ? Infinity : v.OneOf({ Infinity, -Infinity }); } },
  { "SomeOfAll",
    Reals,
    [](V v) {
      return v.Chance(0.2) ? v.OneOf({ NaN, Infinity, -Infinity, 0.0, -0.0 }) : v.Real(-1, 1) * v.Scale(v.seed);
    } },
  { "NegativeZero", Reals, [](V v) { return v.OneOf({ 0.0, -0.0, 0.0, -0.0, 1e-3, -1e-3 }); } },
  { "IntegerValued", Reals, [](V v) { return 1.0 * v.Integer(-2000, 2000); } },
  { "FixedPoint", Reals, [](V v) { return v.Integer(-4000, 4000) / 16.0; } },
  { "Offset1000", Reals, [](V v) { return 1000 + 0.01 * v.Smooth() + v.Real(0, 1); } },
  { "Tails", Reals, [](V v) { return std::exp(-v.Real(0, 92)); } },
  // Subtracting from a number of 25 bits loses the differences of other numbers.
  { "Cancellation", Reals, [](V v) { return v.Chance(0.1) ? 33554430 : v.Real(-10, 10); } },
  { "CancellingIntegers",
    Reals,
    [](V v) { return v.Chance(0.1) ? 33554428 : 1.0 * v.Integer(0, v.Chance(0.2) ? 5 : 0); } },
  // At the scale of the greatest number, the others are 0.
  { "Underflow",
    Reals,
    [](V v) { return v.Chance(0.02) ? std::ldexp(1, v.lastExponent - 25) : v.least * v.Integer(0, 2); } },
  // The range of values differs between planes.
  { "EightsAndOnes",
    Reals,
    [](V v) { return (v.Smooth() > 100 ? 8.0 : 1.0) * (v.Chance(0.1) == (v.seed % 2 != 0) ? 1 : -1); } },
  // With few values far below: approximate scores reach their limits.
  { "PowersOfTwo",
    Reals,
    [](V v) {
      return v.Integer(-2, 2) * (1 + v.OneOf({ 0, 0, 1 }) * v.epsilon) * v.Scale(v.seed) *
             (v.Chance(0.05) ? std::ldexp(1, -static_cast<int>(v.seed % 32)) : 1);
    } },
  // Integers of 16 bits, and a few other numbers in one part of the image.
  { "LateFractions",
    Reals,
    [](V v) {
      return v.Integer(-32767, 32767) / (v.seed & 2 ? 1 : 1000) +
             (v.Smooth() > 100 && v.Chance(0.01) ? v.OneOf({ 0.5, 32768.0, 1e30 }) : 0.0);
    } },
  // Any values but 0 inside.
  { "Half", Masks, [](V v) { return v.Chance(0.5) * v.Real(1, 256); } },
  { "FewHoles", Masks, [](V v) { return v.Chance(0.97) * v.Real(1, 256); } },
  { "Islands", Masks, [](V v) { return v.Chance(0.05) * v.Real(1, 256); } },
  { "HalfOfTheBlocks", Masks, [](V v) { return (v.Block() % 2) * v.Real(1, 256); } },
  { "Nothing", Masks, [](V) { return 0.0; } },
  { "Everything", Masks, [](V v) { return v.Real(1, 256); } },
};

/** The kinds for one of the enumerators; reals have those for all, too. */
inline std::vector<Kind>
KindsFor(const PixelTypes pixels)
{
  std::vector<Kind> kinds;
  std::copy_if(Kinds.begin(), Kinds.end(), std::back_inserter(kinds), [=](const Kind & kind) {
    return kind.pixels == pixels || (kind.pixels == All && pixels == Reals);
  });
  return kinds;
}

template <typename TPixel>
std::vector<Kind>
KindsOf()
{
  return KindsFor(std::is_floating_point_v<TPixel> ? Reals : All);
}

inline double
ValueInBlock(V v)
{
  static const auto kinds = std::array<std::vector<Kind>, 2>{ { KindsFor(All), KindsFor(Reals) } };
  Random            random(v.seed + v.Block() % 3);
  const Kind *      kind = nullptr;
  do
  {
    kind = &kinds[v.isReal][random.Bits() % kinds[v.isReal].size()];
  } while (kind->valueOf == ValueInBlock);
  return kind->valueOf(v);
}

/** The row of that name. */
template <typename TRows>
const auto &
Named(const std::string & name, const TRows & rows)
{
  const auto row = std::find_if(std::begin(rows), std::end(rows), [&](const auto & each) { return each.name == name; });
  if (row == std::end(rows))
  {
    throw std::invalid_argument("Nothing has the name " + name);
  }
  return *row;
}

/** Fills pixels with valueOf(voxel): those of an image, in its order. */
template <typename TPixel, typename TValueOf>
void
Fill(TPixel *                          pixels,
     const std::vector<std::int64_t> & first,
     const std::vector<std::int64_t> & size,
     std::uint64_t                     seed,
     double                            unit,
     const TValueOf &                  valueOf)
{
  const auto count = std::accumulate(size.begin(), size.end(), std::int64_t{ 1 }, std::multiplies<>());
  Voxel      voxel{ Random(seed), PixelTypeOf<TPixel>(), seed, unit, first };
  for (std::int64_t i = 0; i < count; ++i)
  {
    const double value = valueOf(voxel);
    pixels[i] = static_cast<TPixel>(voxel.isReal ? value : std::clamp(value, voxel.lowest, voxel.greatest));
    for (std::size_t axis = 0; axis < size.size() && ++voxel.index[axis] == first[axis] + size[axis]; ++axis)
    {
      voxel.index[axis] = first[axis];
    }
  }
}

template <typename TImage>
typename TImage::Pointer
MakeImage(const typename TImage::RegionType & region, const typename TImage::PixelType value = {})
{
  const auto image = TImage::New();
  image->SetRegions(region);
  image->Allocate();
  image->FillBuffer(value);
  return image;
}

template <typename TImage>
typename TImage::Pointer
MakeRandomImage(const typename TImage::RegionType & region,
                const std::string &                 kind = "Uniform",
                std::uint64_t                       seed = 1,
                double                              unit = 100)
{
  const auto   image = MakeImage<TImage>(region);
  const auto & first = region.GetIndex();
  const auto & size = region.GetSize();
  Fill(image->GetBufferPointer(),
       { first.begin(), first.end() },
       { size.begin(), size.end() },
       seed,
       unit,
       Named(kind, Kinds).valueOf);
  return image;
}
} // namespace RandomImages

#endif
