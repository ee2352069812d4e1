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
#ifndef RandomCase_h
#define RandomCase_h

#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "PlainDefinition.h"
#include "RandomImages.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

/** Random images, options, borders and masks: the filter must give the labels and scores of the plain definition, with
 * every instruction set of the machine. */
namespace RandomCase
{
using RandomImages::Random;

/** Everything that one comparison depends on, except the pixel type. */
template <unsigned int VDimension>
struct Case : PlainDefinition::Options<VDimension>
{
  itk::Size<VDimension>           size{ itk::Size<VDimension>::Filled(5) };
  itk::Index<VDimension>          index{};
  itk::Vector<double, VDimension> spacing{ 1.0 };

  itk::Matrix<double, VDimension, VDimension> direction{ itk::Matrix<double, VDimension, VDimension>::GetIdentity() };

  std::string         kind{ "Uniform" };
  std::string         maskKind{ "None" };
  std::uint64_t       seed{ 1 };
  std::vector<double> values;                     // of the pixels, if they are not of the kind
  unsigned int        axesWithSpacingOfRows{ 0 }; // the first ones
  bool                requestsPart{ false };
  bool                hasScoreImage{ true };
  unsigned int        numberOfWorkUnits{ 1 };
};

inline double
DrawCenterScore(Random & random)
{
  switch (random.Integer(0, 3))
  {
    case 0:
      return -100.0;
    case 1:
      return random.OneOf(
        { -RandomImages::Infinity, RandomImages::Infinity, 0.0, -0.0, -1.0, 1.0, 5.0, -50.0, 1e300, -1e300 });
    case 2:
      return random.OneOf({ 1e-30, -1e-30, 5e-324, -5e-324, 1e-6, -1e-6, -1e-300 });
    default:
      return random.Real(-150.0, 50.0);
  }
}

/** A radius of at most 256 labels. */
template <unsigned int VDimension>
itk::Size<VDimension>
DrawRadius(Random & random)
{
  const bool isUsual = random.Chance(0.8);
  while (true)
  {
    itk::Size<VDimension> radius;
    itk::SizeValueType    numberOfLabels = 1;
    for (auto & along : radius)
    {
      along = isUsual ? 1 : random.OneOf({ 0, 1, 1, 1, 2, 3 });
      numberOfLabels *= 2 * along + 1;
    }
    if (numberOfLabels > 1 && numberOfLabels <= 256)
    {
      return radius;
    }
  }
}

/** One border, or sometimes another one on one axis. */
template <unsigned int VDimension>
auto
DrawBorder(Random & random)
{
  const auto any = [&random] { return static_cast<PlainDefinition::Border>(random.Integer(0, 2)); };

  std::array<PlainDefinition::Border, VDimension> border;
  border.fill(any());
  if (random.Chance(0.2))
  {
    border[random.Bits() % VDimension] = any();
  }
  return border;
}

/** Calls visit(name, member, draw, set) for each option: a new one is a row here. `draw` takes a Random, `set` the
 * filter and the value. */
template <unsigned int VDimension, typename TVisitor>
void
ForEachOption(const TVisitor & visit)
{
  using C = Case<VDimension>;
  const auto on = [](double probability) { return [=](Random & random) { return random.Chance(probability); }; };

  visit("CenterScore", &C::centerScore, DrawCenterScore, [](auto & filter, double v) { filter.SetCenterScore(v); });
  visit("LabelStrictExtrema", &C::strict, on(0.3), [](auto & filter, bool v) { filter.SetLabelStrictExtrema(v); });
  visit("Ascent", &C::ascent, on(0.4), [](auto & filter, bool v) { filter.SetAscent(v); });
  visit("UseImageSpacing", &C::useSpacing, on(0.7), [](auto & filter, bool v) { filter.SetUseImageSpacing(v); });
  visit("FullyConnected", &C::fullyConnected, on(0.7), [](auto & filter, bool v) { filter.SetFullyConnected(v); });
  visit("Radius", &C::radius, DrawRadius<VDimension>, [](auto & filter, const auto & v) { filter.SetRadius(v); });
  visit("Border", &C::border, DrawBorder<VDimension>, [](auto & filter, const auto & v) {
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      filter.SetBorderOfAxis(axis, static_cast<itk::NeighborhoodArgmaxLabelImageFilterEnums::Border>(v[axis]));
    }
  });
  visit(
    "BackgroundValue",
    &C::backgroundValue,
    [](Random & random) { return random.OneOf({ 0.0, 255.0, 77.0 }); },
    [](auto & filter, double v) { filter.SetBackgroundValue(v); });
  visit(
    "GenerateScoreImage", &C::hasScoreImage, on(0.5), [](auto & filter, bool v) { filter.SetGenerateScoreImage(v); });
  visit(
    "NumberOfWorkUnits",
    &C::numberOfWorkUnits,
    [](Random & random) { return static_cast<unsigned int>(random.Integer(1, 7)); },
    [](auto & filter, unsigned int v) { filter.SetNumberOfWorkUnits(v); });
  visit("RequestsPart", &C::requestsPart, on(0.2), [](auto &, bool) {});
}

/** Calls visit(name, member) for all that a case consists of. */
template <unsigned int VDimension, typename TVisitor>
void
ForEachMember(const TVisitor & visit)
{
  using C = Case<VDimension>;
  visit("size", &C::size);
  visit("index", &C::index);
  visit("spacing", &C::spacing);
  visit("direction", &C::direction);
  visit("kind", &C::kind);
  visit("mask", &C::maskKind);
  visit("seed", &C::seed);
  visit("axesWithSpacingOfRows", &C::axesWithSpacingOfRows);
  ForEachOption<VDimension>([&](const char * name, auto member, const auto &, const auto &) { visit(name, member); });
  visit("values", &C::values);
}

/** Calls visit(number) for the numbers that a member consists of. */
template <typename T, typename TVisitor>
void
ForEachNumber(T & value, const TVisitor & visit)
{
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, std::string>)
  {
    visit(value);
  }
  else
  {
    std::for_each(value.begin(), value.end(), visit);
  }
}

template <unsigned int VDimension, typename TVisitor>
void
ForEachNumber(itk::Matrix<double, VDimension, VDimension> & matrix, const TVisitor & visit)
{
  std::for_each(matrix.GetVnlMatrix().begin(), matrix.GetVnlMatrix().end(), visit);
}

/** What differs from the defaults, in one line. */
template <unsigned int VDimension>
std::string
ToText(Case<VDimension> c)
{
  std::ostringstream text;
  text.precision(17);
  ForEachMember<VDimension>([&](const char * name, auto member) {
    if (c.*member == Case<VDimension>().*member)
    {
      return;
    }
    text << ' ' << name;
    if constexpr (std::is_same_v<std::decay_t<decltype(c.*member)>, std::vector<double>>)
    {
      text << ' ' << (c.*member).size();
    }
    ForEachNumber(c.*member, [&](const auto & number) { text << ' ' << number; });
  });
  return text.str();
}

/** The inverse of ToText(). */
template <unsigned int VDimension>
Case<VDimension>
FromText(const std::string & line)
{
  std::istringstream text(line);
  Case<VDimension>   c;
  for (std::string name, word; text >> name;)
  {
    bool isKnown = false;
    ForEachMember<VDimension>([&](const char * known, auto member) {
      if (name != known)
      {
        return;
      }
      isKnown = true;
      if constexpr (std::is_same_v<std::decay_t<decltype(c.*member)>, std::vector<double>>)
      {
        text >> word;
        (c.*member).resize(std::stoul(word));
      }
      ForEachNumber(c.*member, [&](auto & number) {
        using Number = std::decay_t<decltype(number)>;
        text >> word;
        if constexpr (std::is_same_v<Number, std::string>)
        {
          number = word;
        }
        else if constexpr (std::is_same_v<Number, double>)
        {
          number = std::strtod(word.c_str(), nullptr); // reads nan and inf, which streams do not
        }
        else
        {
          number = static_cast<Number>(std::stoull(word)); // which wraps what is below 0
        }
      });
    });
    if (!isKnown)
    {
      throw std::invalid_argument("There is no option of the name " + name);
    }
  }
  return c;
}

/** Axes that are independent or alike, sometimes of extreme lengths. */
template <unsigned int VDimension>
itk::Vector<double, VDimension>
DrawSpacing(Random & random)
{
  const auto                      scheme = random.Integer(0, 6);
  const double                    all = random.Chance(0.7) ? 1.0 : random.Real(0.1, 3.0);
  itk::Vector<double, VDimension> spacing;
  double determinant = 0.0; // ITK refuses an image if it cannot invert the matrix of directions and spacing
  do
  {
    for (auto & length : spacing)
    {
      length = scheme == 0   ? random.OneOf({ 0.5, 1.0, 1.0, 2.0 })
               : scheme == 1 ? random.OneOf({ 3.0, 4.0, 5.0, 0.7, std::sqrt(2.0) })
               : scheme == 2 ? random.Real(0.3, 3.0)
               : scheme == 3 ? random.OneOf({ 1e-3, 1.0, 1e3 })
               : scheme == 4 ? std::pow(10.0, random.Integer(-300, 300))
                             : all;
    }
    if (scheme == 4 && random.Chance(0.7))
    {
      spacing.Fill(spacing[0]);
      spacing[VDimension - 1] *= random.OneOf({ 1.0, 1.0, 2.0, 1e-3, 1e5 });
    }
    if (random.Chance(0.03))
    {
      spacing[random.Bits() % VDimension] = random.OneOf({ 1e150, 1e-150, 1e300, 1e-300 });
    }
    determinant = std::accumulate(spacing.begin(), spacing.end(), 1.0, std::multiplies<>());
  } while (!(determinant >= 1e-300 && determinant <= 1e304));
  return spacing;
}

/** A rounded rotation, a hexagonal or a sheared lattice in the first two axes, or any regular matrix. */
template <unsigned int VDimension>
itk::Matrix<double, VDimension, VDimension>
DrawDirection(Random & random)
{
  constexpr double firstAxes[][2][2] = { { { 0.8660254, -0.5 }, { 0.5, 0.8660254 } },
                                         { { 1.0, -0.5 }, { 0.0, 0.86602540378443865 } },
                                         { { 1.0, -0.5 }, { 0.0, 1.0 } } };

  auto       direction = itk::Matrix<double, VDimension, VDimension>::GetIdentity();
  const auto kind = random.Integer(0, 3);
  for (unsigned int i = 0; i < VDimension * VDimension; ++i)
  {
    auto & component = direction(i / VDimension, i % VDimension);
    if (kind == 3)
    {
      component += random.Real(-0.3, 0.3);
    }
    else if (VDimension > 1 && i / VDimension < 2 && i % VDimension < 2)
    {
      component = firstAxes[kind][i / VDimension][i % VDimension];
    }
  }
  return direction;
}

/** Axes of 1 to 40 voxels, rows of 1 to 70 and sometimes more. */
template <unsigned int VDimension>
itk::Size<VDimension>
DrawSize(Random & random)
{
  itk::Size<VDimension> size;
  for (auto & length : size)
  {
    length = static_cast<itk::SizeValueType>(random.Integer(1, 40));
  }
  if (random.Chance(0.6))
  {
    size[0] =
      static_cast<itk::SizeValueType>(random.Chance(0.1) ? random.OneOf({ 130, 257, 300 }) : random.Integer(1, 70));
  }
  // Above 32768 voxels the filter works in several threads.
  const itk::SizeValueType limit = random.Chance(0.05) ? 70000 : (VDimension == 4 ? 2500 : 5000);
  while (itk::ImageRegion<VDimension>(size).GetNumberOfPixels() > limit)
  {
    auto & length = size[random.Bits() % VDimension];
    length = static_cast<itk::SizeValueType>(random.Integer(1, static_cast<std::int64_t>(length)));
  }
  return size;
}

template <typename TPixel, unsigned int VDimension>
Case<VDimension>
Draw(Random & random)
{
  const auto       type = RandomImages::PixelTypeOf<TPixel>();
  const auto       kinds = RandomImages::KindsOf<TPixel>();
  const auto       masks = RandomImages::KindsFor(RandomImages::Masks);
  Case<VDimension> c;
  c.size = DrawSize<VDimension>(random);
  for (auto & first : c.index)
  {
    first = random.Chance(0.3) ? random.Integer(-50, 50) : 0;
  }
  c.spacing = DrawSpacing<VDimension>(random);
  c.kind = kinds[random.Bits() % kinds.size()].name;
  c.maskKind = random.Chance(0.6) ? "None" : masks[random.Bits() % masks.size()].name;
  c.seed = random.Bits();
  ForEachOption<VDimension>(
    [&](const char *, auto member, const auto & draw, const auto &) { c.*member = draw(random); });
  if (c.kind == "PowersOfTwo")
  {
    c.centerScore = random.OneOf({ -100.0, -1.0, -std::sqrt(0.5), 0.0, 1.0, 1.5 }) * type.Scale(c.seed);
  }
  if (random.Chance(0.25))
  {
    c.direction = DrawDirection<VDimension>(random);
  }
  else if (VDimension > 1 && random.Chance(0.15))
  {
    c.axesWithSpacingOfRows = random.Chance(0.5) ? 1 : VDimension;
  }
  return c;
}

/** All combinations of options that are on or off, with and without a mask. */
inline std::vector<Case<3>>
AllCombinations()
{
  std::vector<Case<3>> cases(1);
  const auto           alsoWith = [&](const auto & change) {
    for (std::size_t i = 0, end = cases.size(); i < end; ++i)
    {
      auto c = cases[i];
      change(c);
      cases.push_back(c);
    }
  };
  ForEachOption<3>([&](const char *, auto member, const auto &, const auto &) {
    if constexpr (std::is_same_v<decltype(cases[0].*member), bool &>)
    {
      alsoWith([=](auto & c) { c.*member = !(c.*member); });
    }
  });
  alsoWith([](auto & c) { c.maskKind = "FewHoles"; });
  return cases;
}

template <typename TPixel, unsigned int VDimension>
typename itk::Image<TPixel, VDimension>::Pointer
MakeImage(const Case<VDimension> & c)
{
  using ImageType = itk::Image<TPixel, VDimension>;
  const itk::ImageRegion<VDimension> region(c.index, c.size);
  if (c.values.empty())
  {
    const double magnitude = std::abs(c.centerScore);
    const double unit = magnitude > 0.0 && magnitude < 1e6 ? magnitude : 100.0;
    return RandomImages::MakeRandomImage<ImageType>(region, c.kind, c.seed, unit);
  }
  const auto image = RandomImages::MakeImage<ImageType>(region);
  std::transform(c.values.begin(), c.values.end(), image->GetBufferPointer(), [](double value) {
    return static_cast<TPixel>(value);
  });
  return image;
}

/** Everything, or any part. */
template <unsigned int VDimension>
itk::ImageRegion<VDimension>
RequestedRegion(const itk::ImageRegion<VDimension> & all, const Case<VDimension> & c)
{
  auto   region = all;
  Random random(c.seed + 2);
  for (unsigned int axis = 0; axis < VDimension && c.requestsPart; ++axis)
  {
    const auto last = static_cast<std::int64_t>(all.GetSize(axis)) - 1;
    const auto begin = random.Chance(0.5) ? random.Integer(0, last) : 0;
    const auto end = random.Chance(0.5) ? random.Integer(begin, last) : last;
    region.SetIndex(axis, all.GetIndex(axis) + begin);
    region.SetSize(axis, static_cast<itk::SizeValueType>(end + 1 - begin));
  }
  return region;
}

/** \class Comparison
 * \brief The filter and the plain definition on an image. */
template <typename TLabel, typename TPixel, unsigned int VDimension>
class Comparison
{
public:
  using ImageType = itk::Image<TPixel, VDimension>;
  using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType, itk::Image<TLabel, VDimension>>;

  Comparison(ImageType * image, const Case<VDimension> & c)
    : m_Case(c)
    , m_Image(image)
  {
    const auto region = image->GetLargestPossibleRegion();
    image->SetSpacing(c.spacing);
    image->SetDirection(c.direction);
    if (c.maskKind != "None")
    {
      m_Mask = RandomImages::MakeRandomImage<itk::Image<unsigned char, VDimension>>(region, c.maskKind, ~c.seed);
      m_Mask->CopyInformation(image);
      m_Case.mask = m_Mask;
      m_Filter->SetMaskImage(m_Mask);
    }
    Random random(c.seed + 1);
    for (unsigned int axis = 0; axis < c.axesWithSpacingOfRows; ++axis)
    {
      auto & spacing = m_Case.spacingOfRows[axis];
      spacing.resize(region.GetSize(VDimension > 1 ? 1 : 0));
      std::generate(spacing.begin(), spacing.end(), [&] { return random.Real(0.2, 2.0); });
      m_Filter->SetSpacingOfRows(axis, { spacing.data(), static_cast<unsigned int>(spacing.size()) });
    }
    m_Filter->SetInput(image);
    ForEachOption<VDimension>(
      [&](const char *, auto member, const auto &, const auto & set) { set(*m_Filter, c.*member); });
  }

  /** The first voxel that is not as defined, with any instruction set; or an empty text. */
  std::string
  FirstDifference()
  {
    m_Defined = PlainDefinition::Compute<typename FilterType::OutputImageType, typename FilterType::ScoreImageType>(
      *m_Image, m_Case);
    const std::string fastest = itk::NeighborhoodArgmaxLabel::GetInstructionSet();
    std::string       difference;
    for (const auto & instructionSet : itk::NeighborhoodArgmaxLabel::GetInstructionSets())
    {
      if (difference.empty())
      {
        itk::NeighborhoodArgmaxLabel::SetInstructionSet(instructionSet);
        difference = this->UpdateAndCompare();
      }
    }
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(fastest);
    return difference;
  }

private:
  std::string
  UpdateAndCompare()
  {
    try
    {
      m_Filter->Modified();
      m_Filter->UpdateOutputInformation();
      m_Filter->GetOutput()->SetRequestedRegion(RequestedRegion(m_Image->GetLargestPossibleRegion(), m_Case));
      m_Filter->Update();
    }
    catch (const itk::ExceptionObject & error)
    {
      return ToText(m_Case) + '\n' + error.GetDescription();
    }
    const auto region = m_Filter->GetOutput()->GetRequestedRegion();
    for (itk::ImageRegionConstIteratorWithIndex<ImageType> it(m_Image, region); !it.IsAtEnd(); ++it)
    {
      const auto p = it.GetIndex();
      const auto expected = m_Defined.scores->GetPixel(p);
      const auto score = m_Case.hasScoreImage ? m_Filter->GetScoreImage()->GetPixel(p) : expected;
      const bool isSame = score == expected || (std::isnan(score) && std::isnan(expected));
      if (m_Filter->GetOutput()->GetPixel(p) != m_Defined.labels->GetPixel(p) || !isSame)
      {
        return this->Describe(p);
      }
    }
    return "";
  }

  std::string
  Describe(const itk::Index<VDimension> & p) const
  {
    std::ostringstream text;
    text << ToText(m_Case) << "\n  instruction set " << itk::NeighborhoodArgmaxLabel::GetInstructionSet() << ", at "
         << p << ": label " << +m_Filter->GetOutput()->GetPixel(p) << ", expected " << +m_Defined.labels->GetPixel(p);
    text.precision(17);
    if (m_Case.hasScoreImage)
    {
      text << "; score " << m_Filter->GetScoreImage()->GetPixel(p) << ", expected " << m_Defined.scores->GetPixel(p);
    }
    text << "\n  neighborhood:";
    unsigned int label = 0;
    for (const auto & offset : PlainDefinition::Offsets(m_Case.radius))
    {
      if (m_Image->GetLargestPossibleRegion().IsInside(p + offset) && (!m_Mask || m_Mask->GetPixel(p + offset) != 0))
      {
        text << ' ' << label << ':' << +m_Image->GetPixel(p + offset);
      }
      ++label;
    }
    return text.str();
  }

  Case<VDimension>                                        m_Case;
  const typename ImageType::Pointer                       m_Image;
  typename itk::Image<unsigned char, VDimension>::Pointer m_Mask;
  const typename FilterType::Pointer                      m_Filter{ FilterType::New() };
  PlainDefinition::Result<typename FilterType::OutputImageType, typename FilterType::ScoreImageType> m_Defined;
};

template <typename TLabel = unsigned char, typename TPixel, unsigned int VDimension>
std::string
FirstDifference(itk::Image<TPixel, VDimension> * image, const Case<VDimension> & c)
{
  return Comparison<TLabel, TPixel, VDimension>(image, c).FirstDifference();
}
} // namespace RandomCase

#endif
