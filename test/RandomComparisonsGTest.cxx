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
#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "PlainDefinition.h"

#include "itkImageRegionIteratorWithIndex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

// Random images, options, borders and masks: the filter must give the labels and scores of the plain definition, with
// every instruction set of the machine. NEIGHBORHOOD_ARGMAX_LABEL_SAMPLES multiplies the number of random cases.

namespace
{
/** \class Random
 * \brief SplitMix64: the same numbers on every platform, unlike the distributions of <random>. */
class Random
{
public:
  explicit Random(const uint64_t seed)
    : m_State(seed)
  {}

  uint64_t
  Bits()
  {
    m_State += 0x9e3779b97f4a7c15u;
    uint64_t bits = m_State;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    return bits ^ (bits >> 31);
  }

  /** An integer in [first, last]. */
  int64_t
  Integer(const int64_t first, const int64_t last)
  {
    return first + static_cast<int64_t>(this->Bits() % static_cast<uint64_t>(last - first + 1));
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
  uint64_t m_State;
};

enum class Kind
{
  Uniform,
  Smooth,
  FewLevels,
  Plateaus,
  Constant,
  CenterTies,
  DeepMinima,
  AnyBits,
  Extremes,
  Blocks,
  // For floating point only:
  NearTies,
  RoundingTies,
  Denormal,
  Huge,
  SomeNaN,
  OnlyNaN,
  SomeInfinite,
  OneInfinite,
  OnlyInfinite,
  NegativeZero,
  IntegerValued,
  FixedPoint,
  Offset1000,
  Tails,
  Cancellation,
  CancellingIntegers,
  Underflow,
  EightsAndOnes,
  PowersOfTwo,
  LateFractions,
  End
};

const char * const KindNames[] = {
  "Uniform",     "Smooth",       "FewLevels",    "Plateaus",     "Constant",           "CenterTies",   "DeepMinima",
  "AnyBits",     "Extremes",     "Blocks",       "NearTies",     "RoundingTies",       "Denormal",     "Huge",
  "SomeNaN",     "OnlyNaN",      "SomeInfinite", "OneInfinite",  "OnlyInfinite",       "NegativeZero", "IntegerValued",
  "FixedPoint",  "Offset1000",   "Tails",        "Cancellation", "CancellingIntegers", "Underflow",    "EightsAndOnes",
  "PowersOfTwo", "LateFractions"
};

template <typename TPixel>
int
NumberOfKinds()
{
  return static_cast<int>(std::is_floating_point<TPixel>::value ? Kind::End : Kind::NearTies);
}

enum class MaskKind
{
  None,
  Half,
  FewHoles,
  Islands,
  Blocks,
  AllZero,
  AllOne,
  End
};

const char * const MaskKindNames[] = { "None", "Half", "FewHoles", "Islands", "Blocks", "AllZero", "AllOne" };

const char * const BorderNames[] = { "Background", "Inside", "Periodic" };

/** Everything that one comparison depends on, except the pixel type. */
template <unsigned int VDimension>
struct Case
{
  itk::Size<VDimension>           size{ itk::Size<VDimension>::Filled(5) };
  itk::Index<VDimension>          index{};
  itk::Vector<double, VDimension> spacing{ 1.0 };

  itk::Matrix<double, VDimension, VDimension> direction{ itk::Matrix<double, VDimension, VDimension>::GetIdentity() };

  Kind                                 kind{ Kind::Uniform };
  MaskKind                             maskKind{ MaskKind::None };
  unsigned int                         axesWithSpacingOfRows{ 0 }; // the first ones
  bool                                 hasScoreImage{ true };
  unsigned int                         numberOfWorkUnits{ 1 };
  uint64_t                             seed{ 1 };
  PlainDefinition::Options<VDimension> options;
};

template <typename TBorders>
std::string
BorderText(const TBorders & borders)
{
  std::string text;
  for (const auto border : borders)
  {
    text += ' ';
    text += BorderNames[static_cast<int>(border)];
  }
  return text;
}

template <unsigned int VDimension>
std::ostream &
operator<<(std::ostream & out, const Case<VDimension> & c)
{
  out.precision(17);
  return out << "size " << c.size << ", index " << c.index << ", spacing " << c.spacing << ", kind "
             << KindNames[static_cast<int>(c.kind)] << ", mask " << MaskKindNames[static_cast<int>(c.maskKind)]
             << ", seed " << c.seed << ", score image " << c.hasScoreImage << ", work units " << c.numberOfWorkUnits
             << "\n  CenterScore " << c.options.centerScore << ", LabelStrictExtrema " << c.options.strict
             << ", Ascent " << c.options.ascent << ", UseImageSpacing " << c.options.useSpacing << ", FullyConnected "
             << c.options.fullyConnected << ", Radius " << c.options.radius << ", BackgroundValue "
             << c.options.backgroundValue << ", axes with spacing of rows " << c.axesWithSpacingOfRows << ", Border"
             << BorderText(c.options.border) << ", direction\n"
             << c.direction;
}

/** Changes a 64-bit integer to one that double holds. */
template <typename TPixel>
TPixel
Held(const TPixel value)
{
  if constexpr (std::is_integral<TPixel>::value && sizeof(TPixel) == 8)
  {
    return value / 2048 * (value % 2 == 0 ? 2048 : 1);
  }
  return value;
}

/** The value rounded towards zero and limited to the range of the pixel type. */
template <typename TPixel>
TPixel
Limited(const double value)
{
  using Limits = std::numeric_limits<TPixel>;
  if (value <= static_cast<double>(Limits::lowest()))
  {
    return Limits::lowest();
  }
  return value >= static_cast<double>(Limits::max()) ? Held(Limits::max()) : static_cast<TPixel>(value);
}

template <typename TPixel>
TPixel
AnyBits(Random & random)
{
  const uint64_t bits = random.Bits();
  TPixel         value;
  std::memcpy(&value, &bits, sizeof(value));
  return Held(value);
}

template <unsigned int VDimension>
double
SmoothValue(const itk::Index<VDimension> & index, const uint64_t seed)
{
  double sum = 0.0;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    sum += std::sin(0.37 * static_cast<double>(index[axis]) + static_cast<double>(seed % 100) + axis);
  }
  return 60.0 + 60.0 * sum / VDimension;
}

/** Any exponent of the pixel type whose differences are finite. */
template <typename TPixel>
int
ExponentOf(const uint64_t seed)
{
  using Limits = std::numeric_limits<TPixel>;
  constexpr int first = Limits::min_exponent - Limits::digits;
  return first + static_cast<int>((seed >> 8) % static_cast<uint64_t>(Limits::max_exponent - 2 - first));
}

/** `smooth` is the value of a smooth function here, `unit` a difference that ties with the score of the center.
 */
template <typename TPixel>
TPixel
ValueOf(const Kind kind, const double smooth, const double unit, const uint64_t seed, Random & random)
{
  using Limits = std::numeric_limits<TPixel>;
  switch (kind)
  {
    case Kind::Uniform:
      return Limited<TPixel>(random.Real(-1000.0, 1000.0));
    case Kind::Smooth:
      return Limited<TPixel>(smooth);
    case Kind::FewLevels:
      return static_cast<TPixel>(random.Integer(0, 3));
    case Kind::Plateaus:
      return Limited<TPixel>(random.Chance(0.02) ? random.Real(0.0, 100.0) : std::max(0.0, std::round(smooth / 8) - 8));
    case Kind::Constant:
      return static_cast<TPixel>(seed % 100);
    case Kind::CenterTies:
      return Limited<TPixel>(unit * random.OneOf({ 0.0, 1.0, 2.0, 3.0, std::sqrt(2.0), std::sqrt(3.0) }));
    case Kind::DeepMinima:
      return Limited<TPixel>(random.Chance(0.1) ? random.Real(0.0, 5.0) : random.Real(100.0, 120.0));
    case Kind::AnyBits:
      return AnyBits<TPixel>(random);
    case Kind::Extremes:
      return Held(random.OneOf({ Limits::lowest(),
                                 static_cast<TPixel>(Limits::lowest() + 1),
                                 static_cast<TPixel>(Limits::max() - 1),
                                 Limits::max(),
                                 TPixel{ 0 },
                                 TPixel{ 1 } }));
    default:
      break;
  }
  if constexpr (std::is_floating_point<TPixel>::value)
  {
    constexpr TPixel infinity = Limits::infinity();
    switch (kind)
    {
      case Kind::NearTies:
        return TPixel{ 1000 } * (1 + static_cast<TPixel>(random.Integer(0, 4)) * Limits::epsilon()) -
               static_cast<TPixel>(random.Integer(0, 1));
      case Kind::Cancellation:
        // Subtracting from a number of 25 bits loses the differences of other numbers.
        return static_cast<TPixel>(random.Chance(0.1) ? 33554430.0 : random.Real(-10.0, 10.0));
      case Kind::CancellingIntegers:
        return static_cast<TPixel>(random.Chance(0.1) ? 33554428.0 : random.Integer(0, random.Chance(0.2) ? 5 : 0));
      case Kind::Underflow:
        // At the scale of the greatest number, the others are 0.
        return random.Chance(0.02) ? std::ldexp(TPixel{ 1 }, Limits::max_exponent - 28)
                                   : static_cast<TPixel>(random.Integer(0, 2)) * Limits::denorm_min();
      case Kind::EightsAndOnes:
        // The range of values differs between planes.
        return static_cast<TPixel>((random.Chance(0.1) ? -1 : 1) * (seed & 1 ? -1 : 1) * (smooth > 100 ? 8 : 1));
      case Kind::PowersOfTwo:
        // Any exponent, with few values far below it: approximate scores reach their limits.
        return static_cast<TPixel>(std::ldexp(
          static_cast<double>(random.Integer(-2, 2)) * (1 + random.OneOf({ 0.0, 0.0, 1.0 }) * Limits::epsilon()),
          ExponentOf<TPixel>(seed) - (random.Chance(0.05) ? static_cast<int>(seed % 32) : 0)));
      case Kind::RoundingTies:
        return static_cast<TPixel>(random.OneOf({ 1e8, 1e8 + 8, -1e8, 1e-20, 2e-20, 0.0, 1.0, -1e-20 }));
      case Kind::Denormal:
        return static_cast<TPixel>(random.Integer(-9, 9)) * (random.Chance(0.1) ? Limits::min() : Limits::denorm_min());
      case Kind::Huge:
        return Limits::max() * static_cast<TPixel>(random.Real(-1.0, 1.0));
      case Kind::SomeNaN:
        return random.Chance(0.02) ? Limits::quiet_NaN() : static_cast<TPixel>(random.Real(0.0, 1.0));
      case Kind::OnlyNaN:
        return Limits::quiet_NaN();
      case Kind::SomeInfinite:
        return random.Chance(0.1) ? random.OneOf({ infinity, -infinity }) : static_cast<TPixel>(random.Real(0.0, 1.0));
      case Kind::OneInfinite:
        return random.Chance(0.001) ? infinity : static_cast<TPixel>(random.Real(0.0, 1.0));
      case Kind::OnlyInfinite:
        return (seed & 1) ? infinity : random.OneOf({ infinity, -infinity });
      case Kind::NegativeZero:
        return static_cast<TPixel>(random.OneOf({ 0.0, -0.0, 0.0, -0.0, 1e-3, -1e-3 }));
      case Kind::IntegerValued:
        return static_cast<TPixel>(random.Integer(-2000, 2000));
      case Kind::LateFractions:
        // Integers up to 16 bits, and a few other numbers in only one part of the image.
        return static_cast<TPixel>(random.Integer(-32767, 32767) / (seed & 2 ? 1 : 1000)) +
               static_cast<TPixel>(smooth > 100 && random.Chance(0.01) ? random.OneOf({ 0.5, 32768.0, 1e30 }) : 0.0);
      case Kind::FixedPoint:
        return static_cast<TPixel>(random.Integer(-4000, 4000)) / 16;
      case Kind::Offset1000:
        return static_cast<TPixel>(1000.0 + 0.01 * smooth + random.Real(0.0, 1.0));
      case Kind::Tails:
        return static_cast<TPixel>(std::exp(-random.Real(0.0, 92.0)));
      default:
        break;
    }
  }
  return TPixel{};
}

template <typename TImage>
typename TImage::Pointer
MakeImage(const itk::ImageRegion<TImage::ImageDimension> & region)
{
  const auto image = TImage::New();
  image->SetRegions(region);
  image->Allocate();
  return image;
}

/** Blocks of 20 voxels along the rows and 4 across them, numbered at random. */
template <unsigned int VDimension>
uint64_t
BlockNumber(const itk::Index<VDimension> & index, const uint64_t seed)
{
  uint64_t number = seed;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    number = 6364136223846793005u * (number + static_cast<uint64_t>((index[axis] + 100) / (axis == 0 ? 20 : 4))) + 1;
  }
  return number >> 40;
}

template <typename TPixel, unsigned int VDimension>
void
FillImage(itk::Image<TPixel, VDimension> & image, const Case<VDimension> & c)
{
  Random       random(c.seed);
  const double magnitude = std::abs(c.options.centerScore);
  const double unit = magnitude > 0.0 && magnitude < 1e6 ? magnitude : 100.0;
  Kind         blockKinds[3];
  for (auto & kind : blockKinds)
  {
    do
    {
      kind = static_cast<Kind>(random.Integer(0, NumberOfKinds<TPixel>() - 1));
    } while (kind == Kind::Blocks);
  }
  for (itk::ImageRegionIteratorWithIndex<itk::Image<TPixel, VDimension>> it(&image, image.GetBufferedRegion());
       !it.IsAtEnd();
       ++it)
  {
    const auto index = it.GetIndex();
    const Kind kind = c.kind == Kind::Blocks ? blockKinds[BlockNumber(index, c.seed) % 3] : c.kind;
    it.Set(ValueOf<TPixel>(kind, SmoothValue(index, c.seed), unit, c.seed, random));
  }
}

template <unsigned int VDimension>
void
FillMask(itk::Image<unsigned char, VDimension> & mask, const Case<VDimension> & c)
{
  Random random(~c.seed);
  for (itk::ImageRegionIteratorWithIndex<itk::Image<unsigned char, VDimension>> it(&mask, mask.GetBufferedRegion());
       !it.IsAtEnd();
       ++it)
  {
    bool isInside = true;
    switch (c.maskKind)
    {
      case MaskKind::Half:
        isInside = random.Chance(0.5);
        break;
      case MaskKind::FewHoles:
        isInside = random.Chance(0.97);
        break;
      case MaskKind::Islands:
        isInside = random.Chance(0.05);
        break;
      case MaskKind::Blocks:
        isInside = BlockNumber(it.GetIndex(), ~c.seed) % 2 == 0;
        break;
      case MaskKind::AllZero:
        isInside = false;
        break;
      default:
        break;
    }
    it.Set(isInside ? static_cast<unsigned char>(random.Integer(1, 255)) : 0);
  }
}

bool
IsSameScore(const double a, const double b)
{
  return a == b || (std::isnan(a) && std::isnan(b));
}

/** The values of the neighborhood in the order of their labels; "-" outside the image. */
template <typename TImage>
std::string
NeighborhoodText(const TImage &                             image,
                 const itk::Index<TImage::ImageDimension> & p,
                 const itk::Size<TImage::ImageDimension> &  radius)
{
  std::ostringstream text;
  text.precision(17);
  for (const auto & offset : PlainDefinition::Offsets(radius))
  {
    text << ' ';
    if (image.GetLargestPossibleRegion().IsInside(p + offset))
    {
      text << +image.GetPixel(p + offset);
    }
    else
    {
      text << '-';
    }
  }
  return text.str();
}

/** Runs the filter on an image, with every instruction set, and compares labels and scores with the plain definition.
 */
template <typename TLabel = unsigned char, typename TPixel, unsigned int VDimension>
testing::AssertionResult
RunImage(itk::Image<TPixel, VDimension> * image, Case<VDimension> c)
{
  using ImageType = itk::Image<TPixel, VDimension>;
  using LabelImageType = itk::Image<TLabel, VDimension>;
  using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType, LabelImageType>;
  using ScoreImageType = typename FilterType::ScoreImageType;

  const auto region = image->GetLargestPossibleRegion();
  image->SetSpacing(c.spacing);
  image->SetDirection(c.direction);
  const auto mask = MakeImage<itk::Image<unsigned char, VDimension>>(region);
  mask->SetSpacing(c.spacing);
  mask->SetDirection(c.direction);
  FillMask(*mask, c);
  if (c.maskKind != MaskKind::None)
  {
    c.options.mask = mask;
  }

  Random random(c.seed + 1);
  for (unsigned int axis = 0; axis < c.axesWithSpacingOfRows; ++axis)
  {
    for (itk::SizeValueType row = 0; row < region.GetSize(VDimension > 1 ? 1 : 0); ++row)
    {
      c.options.spacingOfRows[axis].push_back(random.Real(0.2, 2.0));
    }
  }

  const auto labels = MakeImage<LabelImageType>(region);
  const auto scores = MakeImage<ScoreImageType>(region);
  PlainDefinition::Compute(*image, c.options, *labels, *scores);

  const auto filter = FilterType::New();
  filter->SetInput(image);
  filter->SetCenterScore(c.options.centerScore);
  filter->SetLabelStrictExtrema(c.options.strict);
  filter->SetAscent(c.options.ascent);
  filter->SetUseImageSpacing(c.options.useSpacing);
  filter->SetFullyConnected(c.options.fullyConnected);
  filter->SetRadius(c.options.radius);
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    filter->SetBorderOfAxis(axis, static_cast<typename FilterType::BorderEnum>(c.options.border[axis]));
  }
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const auto & spacing = c.options.spacingOfRows[axis];
    filter->SetSpacingOfRows(axis, { spacing.data(), static_cast<unsigned int>(spacing.size()) });
  }
  filter->SetBackgroundValue(static_cast<TLabel>(c.options.backgroundValue));
  filter->SetGenerateScoreImage(c.hasScoreImage);
  filter->SetNumberOfWorkUnits(c.numberOfWorkUnits);
  if (c.maskKind != MaskKind::None)
  {
    filter->SetMaskImage(mask);
  }

  const std::string fastest = itk::NeighborhoodArgmaxLabel::GetInstructionSet();
  for (const auto & instructionSet : itk::NeighborhoodArgmaxLabel::GetInstructionSets())
  {
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(instructionSet);
    filter->Modified();
    filter->Update();
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(fastest);

    for (itk::ImageRegionConstIteratorWithIndex<LabelImageType> it(labels, region); !it.IsAtEnd(); ++it)
    {
      const auto p = it.GetIndex();
      const auto label = filter->GetOutput()->GetPixel(p);
      const auto score = c.hasScoreImage ? filter->GetScoreImage()->GetPixel(p) : scores->GetPixel(p);
      if (label != it.Get() || !IsSameScore(score, scores->GetPixel(p)))
      {
        auto failure = testing::AssertionFailure();
        failure << c << "\n  instruction set " << instructionSet << ", at " << p << ": label " << +label
                << ", expected " << +it.Get() << "; score " << score << ", expected " << scores->GetPixel(p)
                << "\n  neighborhood:" << NeighborhoodText(*image, p, c.options.radius);
        if (c.options.mask)
        {
          failure << "\n  mask:" << NeighborhoodText(*mask, p, c.options.radius);
        }
        return failure;
      }
    }
  }
  return testing::AssertionSuccess();
}

/** The same with the image of the case. */
template <typename TPixel, typename TLabel = unsigned char, unsigned int VDimension>
testing::AssertionResult
RunCase(const Case<VDimension> & c)
{
  const auto image = MakeImage<itk::Image<TPixel, VDimension>>(itk::ImageRegion<VDimension>(c.index, c.size));
  FillImage(*image, c);
  return RunImage<TLabel>(image.GetPointer(), c);
}

double
RandomCenterScore(Random & random)
{
  constexpr double infinity = std::numeric_limits<double>::infinity();
  switch (random.Integer(0, 3))
  {
    case 0:
      return -100.0;
    case 1:
      return random.OneOf({ -infinity, infinity, 0.0, -0.0, -1.0, 1.0, -50.0, 1e300, -1e300 });
    case 2:
      return random.OneOf({ 1e-30, -1e-30, 5e-324, -5e-324, 1e-6, -1e-6 });
    default:
      return random.Real(-150.0, 50.0);
  }
}

template <unsigned int VDimension>
itk::Vector<double, VDimension>
RandomSpacing(Random & random)
{
  itk::Vector<double, VDimension> spacing(random.Chance(0.7) ? 1.0 : random.Real(0.1, 3.0));
  const auto                      scheme = random.Integer(0, 5);
  for (auto & length : spacing)
  {
    switch (scheme)
    {
      case 0:
        length = random.OneOf({ 0.5, 1.0, 1.0, 2.0 });
        break;
      case 1:
        length = random.OneOf({ 3.0, 4.0, 5.0, 0.7, std::sqrt(2.0) });
        break;
      case 2:
        length = random.Real(0.3, 3.0);
        break;
      case 3:
        length = random.OneOf({ 1e-3, 1.0, 1e3 });
        break;
      default:
        break;
    }
  }
  if (random.Chance(0.03))
  {
    spacing[random.Integer(0, VDimension - 1)] = random.OneOf({ 1e150, 1e-150, 1e300, 1e-300 });
  }
  return spacing;
}

/** A direction: a rounded rotation, a lattice with symmetry (hexagonal in its first two axes), or any regular matrix.
 */
template <unsigned int VDimension>
itk::Matrix<double, VDimension, VDimension>
RandomDirection(Random & random)
{
  auto       direction = itk::Matrix<double, VDimension, VDimension>::GetIdentity();
  const auto kind = random.Integer(0, 2);
  for (unsigned int a = 0; a < VDimension && VDimension > 1; ++a)
  {
    for (unsigned int b = 0; b < VDimension; ++b)
    {
      direction(a, b) += kind == 2 ? random.Real(-0.3, 0.3) : 0.0;
    }
  }
  if constexpr (VDimension > 1)
  {
    if (kind != 2)
    {
      const double cosine = kind == 0 ? 0.8660254 : -0.5;
      const double sine = kind == 0 ? 0.5 : 0.86602540378443865;
      direction(0, 1) = kind == 0 ? -sine : cosine;
      direction(1, 1) = kind == 0 ? cosine : sine;
      direction(0, 0) = kind == 0 ? cosine : 1.0;
      direction(1, 0) = kind == 0 ? sine : 0.0;
    }
  }
  return direction;
}

/** A radius of at most 256 labels. */
template <unsigned int VDimension>
itk::Size<VDimension>
RandomRadius(Random & random)
{
  while (true)
  {
    itk::Size<VDimension> radius;
    itk::SizeValueType    numberOfLabels = 1;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      radius[axis] = random.OneOf<itk::SizeValueType>({ 0, 1, 1, 1, 2, 3 });
      numberOfLabels *= 2 * radius[axis] + 1;
    }
    if (numberOfLabels > 1 && numberOfLabels <= 256)
    {
      return radius;
    }
  }
}

/** Axes of 1 to 40 voxels, rows of 1 to 70 and sometimes more. */
template <unsigned int VDimension>
itk::Size<VDimension>
RandomSize(Random & random)
{
  itk::Size<VDimension> size;
  for (auto & length : size)
  {
    length = static_cast<itk::SizeValueType>(random.Integer(1, 40));
  }
  if (random.Chance(0.6))
  {
    size[0] = random.Chance(0.1) ? random.OneOf<itk::SizeValueType>({ 130, 257, 300 })
                                 : static_cast<itk::SizeValueType>(random.Integer(1, 70));
  }
  // Above 32768 voxels the filter works in several threads.
  const itk::SizeValueType limit = random.Chance(0.05) ? 70000 : (VDimension == 4 ? 2500 : 5000);
  while (itk::ImageRegion<VDimension>(size).GetNumberOfPixels() > limit)
  {
    auto & length = size[random.Integer(0, VDimension - 1)];
    length = static_cast<itk::SizeValueType>(random.Integer(1, static_cast<int64_t>(length)));
  }
  return size;
}

template <typename TPixel, unsigned int VDimension>
Case<VDimension>
RandomCase(Random & random)
{
  Case<VDimension> c;
  c.size = RandomSize<VDimension>(random);
  if (random.Chance(0.3))
  {
    for (auto & component : c.index)
    {
      component = random.Integer(-50, 50);
    }
  }
  c.spacing = RandomSpacing<VDimension>(random);
  c.kind = static_cast<Kind>(random.Integer(0, NumberOfKinds<TPixel>() - 1));
  c.maskKind =
    random.Chance(0.6) ? MaskKind::None : static_cast<MaskKind>(random.Integer(1, static_cast<int>(MaskKind::End) - 1));
  c.hasScoreImage = random.Chance(0.5);
  c.numberOfWorkUnits = static_cast<unsigned int>(random.Integer(1, 7));
  c.seed = random.Bits();
  c.options.centerScore = RandomCenterScore(random);
  if (c.kind == Kind::PowersOfTwo)
  {
    c.options.centerScore =
      std::ldexp(random.OneOf({ -100.0, -1.0, -std::sqrt(0.5), 0.0, 1.0, 1.5 }), ExponentOf<TPixel>(c.seed));
  }
  c.options.strict = random.Chance(0.3);
  c.options.ascent = random.Chance(0.4);
  c.options.useSpacing = random.Chance(0.7);
  c.options.fullyConnected = random.Chance(0.7);
  if (random.Chance(0.2))
  {
    c.options.radius = RandomRadius<VDimension>(random);
  }
  c.options.SetBorder(static_cast<PlainDefinition::Border>(random.Integer(0, 2)));
  if (random.Chance(0.2))
  {
    c.options.border[random.Integer(0, VDimension - 1)] = static_cast<PlainDefinition::Border>(random.Integer(0, 2));
  }
  if (random.Chance(0.25))
  {
    c.direction = RandomDirection<VDimension>(random);
  }
  else if (VDimension > 1 && random.Chance(0.15))
  {
    c.axesWithSpacingOfRows = random.Chance(0.5) ? 1 : VDimension;
  }
  c.options.backgroundValue = random.OneOf({ 0.0, 255.0, 77.0 });
  return c;
}

/** The options that the lower 6 bits of a number below 3 * 64 encode; its upper bits are the border. */
Case<3>
CaseOfCombination(const int combination)
{
  Case<3> c;
  c.hasScoreImage = (combination & 1) != 0;
  c.maskKind = (combination & 2) != 0 ? MaskKind::FewHoles : MaskKind::None;
  c.options.strict = (combination & 4) != 0;
  c.options.ascent = (combination & 8) != 0;
  c.options.useSpacing = (combination & 16) != 0;
  c.options.fullyConnected = (combination & 32) != 0;
  c.options.SetBorder(static_cast<PlainDefinition::Border>(combination / 64));
  return c;
}

unsigned int
NumberOfSamples(const unsigned int number)
{
  const char * const factor = std::getenv("NEIGHBORHOOD_ARGMAX_LABEL_SAMPLES");
  return factor ? static_cast<unsigned int>(number * std::atof(factor)) : number;
}

template <typename TPixel, unsigned int VDimension>
void
RunRandomCases(const unsigned int number)
{
  Random random(VDimension);
  for (unsigned int i = 0; i < NumberOfSamples(number); ++i)
  {
    ASSERT_TRUE((RunCase<TPixel>(RandomCase<TPixel, VDimension>(random))));
  }
}

template <typename TPixel>
class RandomComparisons : public testing::Test
{};

using PixelTypes =
  testing::Types<uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, uint64_t, int64_t, float, double>;

class PixelTypeNames
{
public:
  template <typename TPixel>
  static std::string
  GetName(int)
  {
    if (std::is_floating_point<TPixel>::value)
    {
      return sizeof(TPixel) == sizeof(float) ? "float" : "double";
    }
    return (std::is_signed<TPixel>::value ? "int" : "uint") + std::to_string(8 * sizeof(TPixel));
  }
};

// Every combination takes seconds to compile: only these types are tested in 1-D and with many labels, which share the
// code of others.
template <typename TPixel>
constexpr bool IsCompiledForMore =
  std::is_same<TPixel, uint8_t>::value || std::is_same<TPixel, int64_t>::value || std::is_same<TPixel, float>::value;

TYPED_TEST_SUITE(RandomComparisons, PixelTypes, PixelTypeNames);
} // namespace


TYPED_TEST(RandomComparisons, RandomCasesIn1D)
{
  if constexpr (IsCompiledForMore<TypeParam>)
  {
    RunRandomCases<TypeParam, 1>(400);
  }
}


TYPED_TEST(RandomComparisons, RandomCasesIn2D) { RunRandomCases<TypeParam, 2>(400); }


TYPED_TEST(RandomComparisons, RandomCasesIn3D) { RunRandomCases<TypeParam, 3>(600); }


TYPED_TEST(RandomComparisons, RandomCasesIn4D) { RunRandomCases<TypeParam, 4>(50); }


TYPED_TEST(RandomComparisons, MoreLabelsThanAByteHolds)
{
  if constexpr (IsCompiledForMore<TypeParam>)
  {
    Random random(5);
    for (unsigned int i = 0; i < NumberOfSamples(10); ++i)
    {
      auto c = RandomCase<TypeParam, 3>(random);
      c.size = { { 11, 9, 8 } };
      c.options.radius = { { 3, 3, 3 - i % 2 } };
      c.options.backgroundValue = 999;
      ASSERT_TRUE((RunCase<TypeParam, unsigned short>(c)));
    }
  }
}


TYPED_TEST(RandomComparisons, EveryLengthOfEveryAxis)
{
  for (const auto kind : { Kind::Uniform, Kind::Plateaus })
  {
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      for (itk::SizeValueType length = 1; length <= 70; ++length)
      {
        Case<3> c3;
        c3.size = { { 4, 4, 3 } };
        c3.size[axis] = length;
        c3.kind = kind;
        c3.seed = length;
        ASSERT_TRUE(RunCase<TypeParam>(c3));
        c3.options.SetBorder(PlainDefinition::Border::Inside);
        ASSERT_TRUE(RunCase<TypeParam>(c3));

        if (axis < 2)
        {
          Case<2> c2;
          c2.size = { { 4, 4 } };
          c2.size[axis] = length;
          c2.kind = kind;
          c2.seed = length;
          ASSERT_TRUE(RunCase<TypeParam>(c2));
          c2.options.SetBorder(PlainDefinition::Border::Inside);
          ASSERT_TRUE(RunCase<TypeParam>(c2));
        }
      }
    }
  }
}


TYPED_TEST(RandomComparisons, LongAxisBehindShortOnes)
{
  Random random(8);
  for (unsigned int i = 0; i < NumberOfSamples(60); ++i)
  {
    auto c = RandomCase<TypeParam, 3>(random);
    for (auto & length : c.size)
    {
      length = static_cast<itk::SizeValueType>(random.Integer(1, 5));
    }
    c.size[random.Integer(1, 2)] = random.OneOf<itk::SizeValueType>({ 32, 40, 257, 600 });
    ASSERT_TRUE(RunCase<TypeParam>(c));
  }
}


TYPED_TEST(RandomComparisons, EveryKindOfImageAtEveryBorder)
{
  for (int kind = 0; kind < NumberOfKinds<TypeParam>(); ++kind)
  {
    for (int border = 0; border < 3; ++border)
    {
      Case<3> c3;
      c3.size = { { 45, 12, 7 } };
      c3.kind = static_cast<Kind>(kind);
      c3.options.SetBorder(static_cast<PlainDefinition::Border>(border));
      ASSERT_TRUE(RunCase<TypeParam>(c3));
      c3.spacing[2] = 2.5;
      ASSERT_TRUE(RunCase<TypeParam>(c3));

      Case<2> c2;
      c2.size = { { 75, 31 } };
      c2.kind = c3.kind;
      c2.options.SetBorder(c3.options.border[0]);
      ASSERT_TRUE(RunCase<TypeParam>(c2));
    }
  }
}


TYPED_TEST(RandomComparisons, EightsAndOnesBesideAbsentNeighbors)
{
  if constexpr (std::is_floating_point<TypeParam>::value)
  {
    Random random(9);
    for (int combination = 0; combination < 64; ++combination)
    {
      auto c = CaseOfCombination(combination);
      c.size = { { 40, 12, 24 } };
      c.kind = Kind::EightsAndOnes;
      c.seed = random.Bits();
      c.spacing[2] = 2.5;
      c.maskKind = c.maskKind == MaskKind::None ? MaskKind::Islands : c.maskKind;
      c.options.SetBorder(PlainDefinition::Border::Inside);
      for (const double centerScore : { -100.0, -1e30, 0.0 })
      {
        c.options.centerScore = centerScore;
        ASSERT_TRUE(RunCase<TypeParam>(c));
      }
    }
  }
}


TYPED_TEST(RandomComparisons, EveryCombinationOfOptions)
{
  Random random(6);
  for (int combination = 0; combination < 3 * 64; ++combination)
  {
    auto c = CaseOfCombination(combination);
    c.size = { { 21, 6, 5 } };
    c.kind = random.OneOf({ Kind::Uniform, Kind::FewLevels, Kind::DeepMinima, Kind::CenterTies });
    c.seed = random.Bits();
    c.spacing[1] = 0.5;
    c.spacing[2] = 2.0;
    for (const double centerScore : { -100.0, 0.0 })
    {
      c.options.centerScore = centerScore;
      ASSERT_TRUE(RunCase<TypeParam>(c));
    }
  }
}


TYPED_TEST(RandomComparisons, ImagesOfSeveralTilesAndThreads)
{
  Random random(7);
  for (const itk::Size<3> & size :
       { itk::Size<3>{ { 300, 140, 5 } }, itk::Size<3>{ { 600, 66, 3 } }, itk::Size<3>{ { 40, 40, 40 } } })
  {
    for (int border = 0; border < 3; ++border)
    {
      auto c = RandomCase<TypeParam, 3>(random);
      c.size = size;
      c.numberOfWorkUnits = 5;
      c.options.radius = itk::Size<3>::Filled(1);
      c.options.SetBorder(static_cast<PlainDefinition::Border>(border));
      ASSERT_TRUE(RunCase<TypeParam>(c));
    }
  }
}


TYPED_TEST(RandomComparisons, DifferencesOfNearlyTheSameScore)
{
  using ImageType = itk::Image<TypeParam, 3>;
  const auto image = MakeImage<ImageType>(itk::ImageRegion<3>(itk::Size<3>::Filled(3)));
  Case<3>    c;
  c.options.SetBorder(PlainDefinition::Border::Inside);

  // A neighbor for each squared distance.
  const itk::Index<3> neighbors[] = { { { 1, 1, 2 } }, { { 0, 1, 0 } }, { { 2, 0, 2 } } };
  const auto          greatest = static_cast<int>(std::min(12000.0, 0.5 * std::numeric_limits<TypeParam>::max()));
  unsigned int        numberOfPairs = 0;
  for (int i = 1; i <= 3; ++i)
  {
    for (int j = 1; j <= 3; ++j)
    {
      for (int lesser = 1; i != j && lesser < greatest; ++lesser)
      {
        // The least difference with a greater score: all up to 50, then only if the scores are nearly the same.
        const double exact = static_cast<double>(lesser) * std::sqrt(static_cast<double>(j) / i);
        const auto   greater = static_cast<int>(std::floor(exact)) + 1;
        if (greater <= greatest && (greater - exact < 1e-6 * exact || lesser < 50))
        {
          ++numberOfPairs;
          const auto difference = std::max(lesser, greater);
          for (const auto center :
               { difference, std::is_signed<TypeParam>::value ? (difference + 1) / 2 : 2 * difference })
          {
            image->FillBuffer(static_cast<TypeParam>(center));
            image->SetPixel(neighbors[i - 1], static_cast<TypeParam>(center - lesser));
            image->SetPixel(neighbors[j - 1], static_cast<TypeParam>(center - greater));
            ASSERT_TRUE(RunImage(image.GetPointer(), c))
              << lesser << " at the squared distance " << i << ", " << greater << " at " << j;
          }
        }
      }
    }
  }
  EXPECT_GT(numberOfPairs, sizeof(TypeParam) == 1 ? 200u : 500u);
}


TYPED_TEST(RandomComparisons, CenterScoresThatAreNearlyReached)
{
  const auto image = MakeImage<itk::Image<TypeParam, 3>>(itk::ImageRegion<3>(itk::Size<3>::Filled(3)));
  const auto highest = static_cast<int>(std::min(1000.0, static_cast<double>(std::numeric_limits<TypeParam>::max())));
  Case<3>    c;
  c.options.SetBorder(PlainDefinition::Border::Inside);
  for (int difference = highest / 2; difference < highest; ++difference)
  {
    const itk::Index<3> edge{ { 0, 1, 0 } };
    const itk::Index<3> corner{ { 2, 0, 2 } };
    for (const auto & neighbor : { edge, corner })
    {
      // All other scores are less.
      image->FillBuffer(static_cast<TypeParam>(highest));
      image->SetPixel({ { 1, 1, 1 } }, 0);
      image->SetPixel(neighbor, static_cast<TypeParam>(difference));
      const double score = -difference / std::sqrt(neighbor == edge ? 2.0 : 3.0);
      for (const double reached : { std::floor(score * 32768), std::ceil(score * 32768) })
      {
        c.options.centerScore = reached / 32768;
        ASSERT_TRUE(RunImage(image.GetPointer(), c)) << difference << " at " << neighbor;
      }
    }
  }
}


TYPED_TEST(RandomComparisons, ScoresAtAnyIsotropicSpacing)
{
  // Weights at which neighboring differences in float have one score, and weights and scores beyond float.
  for (const double spacing : { 0.239, 0.478, 1.651, 2.843, 1e-39, 1e40, 1e50 })
  {
    for (const auto kind : { Kind::AnyBits, Kind::FewLevels, Kind::Extremes })
    {
      Case<3> c;
      c.size = { { 60, 40, 12 } };
      c.spacing.Fill(spacing);
      c.kind = kind;
      ASSERT_TRUE(RunCase<TypeParam>(c));
      c.options.strict = true;
      ASSERT_TRUE(RunCase<TypeParam>(c));
    }
  }
}


TYPED_TEST(RandomComparisons, SpacingSoSmallOrGreatThatScoresOverflow)
{
  Random random(9);
  for (unsigned int i = 0; i < NumberOfSamples(60); ++i)
  {
    auto c = RandomCase<TypeParam, 3>(random);
    // ITK refuses a matrix whose determinant underflows: not every axis may be this short.
    c.spacing.Fill(random.OneOf({ 1e-100, 1e-99, 1e-50, 1e-3, 1e50, 1e100 }));
    c.spacing[random.Integer(0, 2)] *= random.OneOf({ 1.0, 1.0, 0.5, 2.0 });
    if (random.Integer(0, 2) == 0)
    {
      c.spacing.Fill(1.0);
      c.spacing[random.Integer(0, 2)] = random.OneOf({ 1e-300, 1e-290, 1e290, 1e300 });
    }
    c.size = { { 21, 6, 5 } };
    ASSERT_TRUE(RunCase<TypeParam>(c));
  }
}


TYPED_TEST(RandomComparisons, SignOfSpacingPlaysNoPart)
{
  Case<3> c;
  c.size = { { 17, 8, 6 } };
  c.spacing[0] = -1.0;
  c.spacing[2] = -2.5;
  const bool hasWarnings = itk::Object::GetGlobalWarningDisplay();
  itk::Object::SetGlobalWarningDisplay(false);
  try
  {
    const auto image = itk::Image<TypeParam, 3>::New();
    image->SetSpacing(c.spacing);
    image->SetSpacing(c.spacing);
    EXPECT_TRUE(RunCase<TypeParam>(c));
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_NE(std::string(error.GetDescription()).find("Negative spacing is not"), std::string::npos) << error;
  }
  itk::Object::SetGlobalWarningDisplay(hasWarnings);
}
