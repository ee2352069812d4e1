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

// `LabelFuzz IMAGES [SEED]` labels random small images with every instruction set and compares with the plain
// definition. It prints findings as lines that `LabelFuzz replay FILE` labels again; test/FuzzedLabels.txt keeps
// earlier findings.

#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkNeighborhoodArgmaxLabelKernel.h"

#include "PlainDefinition.h"

#include "itkImageRegionIterator.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace Kernel = itk::NeighborhoodArgmaxLabel;

namespace
{
/** Everything that the labels depend on; as text, one line. */
struct Case
{
  std::string         type{ "double" };
  std::vector<long>   index;
  std::vector<long>   size;
  std::vector<long>   radius;
  std::vector<double> spacing;
  double              centerScore{ -100 };
  int                 border{ 0 };
  int                 flags{ 0 }; // 1 strict, 2 ascent, 4 no spacing, 8 face-connected, 16 15 % masked, 32 sheared
  unsigned int        workUnits{ 1 };
  std::vector<long>   requestedIndex;
  std::vector<long>   requestedSize;
  std::vector<double> values;
};

/** "2: 3 4" */
template <typename T>
void
Print(std::ostream & text, const std::vector<T> & numbers)
{
  text << numbers.size() << ':';
  for (const auto number : numbers)
  {
    text << ' ' << number;
  }
  text << ' ';
}

double
ToNumber(const std::string & word)
{
  return std::strtod(word.c_str(), nullptr); // reads nan and inf, which streams do not
}

template <typename T>
void
Parse(std::istream & text, std::vector<T> & numbers)
{
  std::string word;
  text >> word;
  numbers.resize(std::stoul(word));
  for (auto & number : numbers)
  {
    text >> word;
    number = static_cast<T>(ToNumber(word));
  }
}

std::string
ToLine(const Case & c)
{
  std::ostringstream text;
  text.precision(17);
  text << c.type << ' ';
  Print(text, c.index);
  Print(text, c.size);
  Print(text, c.radius);
  Print(text, c.spacing);
  text << c.centerScore << ' ' << c.border << ' ' << c.flags << ' ' << c.workUnits << ' ';
  Print(text, c.requestedIndex);
  Print(text, c.requestedSize);
  Print(text, c.values);
  return text.str();
}

Case
FromLine(const std::string & line)
{
  std::istringstream text(line);
  Case               c;
  std::string        centerScore;
  text >> c.type;
  Parse(text, c.index);
  Parse(text, c.size);
  Parse(text, c.radius);
  Parse(text, c.spacing);
  text >> centerScore >> c.border >> c.flags >> c.workUnits;
  c.centerScore = ToNumber(centerScore);
  Parse(text, c.requestedIndex);
  Parse(text, c.requestedSize);
  Parse(text, c.values);
  return c;
}

template <unsigned int VDimension>
itk::ImageRegion<VDimension>
Region(const std::vector<long> & index, const std::vector<long> & size)
{
  itk::ImageRegion<VDimension> region;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    region.SetIndex(axis, index[axis]);
    region.SetSize(axis, static_cast<itk::SizeValueType>(size[axis]));
  }
  return region;
}

template <typename TImage>
typename TImage::Pointer
NewImage(const Case & c)
{
  auto image = TImage::New();
  image->SetRegions(Region<TImage::ImageDimension>(c.index, c.size));
  typename TImage::SpacingType spacing;
  std::copy(c.spacing.begin(), c.spacing.end(), spacing.begin());
  image->SetSpacing(spacing);
  image->Allocate();
  return image;
}

/** The same score, or both NaN. */
template <typename TScore>
bool
IsSame(TScore a, TScore b)
{
  return a == b || (std::isnan(a) && std::isnan(b));
}

enum class Answer
{
  Same,
  Refused,
  Other
};

/** A case as images, with the labels and scores of the definition. */
template <typename TPixel, unsigned int VDimension>
class Comparison
{
public:
  using ImageType = itk::Image<TPixel, VDimension>;
  using LabelImageType = itk::Image<std::uint16_t, VDimension>;
  using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType, LabelImageType>;
  using ScoreImageType = typename FilterType::ScoreImageType;
  using MaskImageType = itk::Image<unsigned char, VDimension>;
  using IndexType = itk::Index<VDimension>;

  explicit Comparison(const Case & c)
    : m_Case(c)
  {
    for (std::size_t i = 0; i < c.values.size(); ++i)
    {
      m_Image->GetBufferPointer()[i] = static_cast<TPixel>(c.values[i]);
      m_Mask->GetBufferPointer()[i] = i * 2654435761U % 100 >= 15;
    }
    m_Options.centerScore = c.centerScore;
    m_Options.strict = (c.flags & 1) != 0;
    m_Options.ascent = (c.flags & 2) != 0;
    m_Options.useSpacing = (c.flags & 4) == 0;
    m_Options.fullyConnected = (c.flags & 8) == 0;
    m_Options.mask = (c.flags & 16) != 0 ? m_Mask.GetPointer() : nullptr;
    m_Options.SetBorder(static_cast<PlainDefinition::Border>(c.border));
    std::copy(c.radius.begin(), c.radius.end(), m_Options.radius.begin());
    if ((c.flags & 32) != 0)
    {
      auto direction = m_Image->GetDirection();
      direction(0, 1) = -0.5;
      m_Image->SetDirection(direction);
      m_Mask->SetDirection(direction);
    }
    PlainDefinition::Compute(*m_Image, m_Options, *m_Labels, *m_Scores);
  }

  /** The filter on the requested region. */
  Answer
  RunFilter() const
  {
    auto filter = FilterType::New();
    filter->SetInput(m_Image);
    filter->SetCenterScore(m_Options.centerScore);
    filter->SetLabelStrictExtrema(m_Options.strict);
    filter->SetAscent(m_Options.ascent);
    filter->SetUseImageSpacing(m_Options.useSpacing);
    filter->SetFullyConnected(m_Options.fullyConnected);
    filter->SetRadius(m_Options.radius);
    filter->SetBorder(static_cast<typename FilterType::BorderEnum>(m_Case.border));
    filter->SetMaskImage(m_Options.mask);
    filter->SetGenerateScoreImage(true);
    filter->SetNumberOfWorkUnits(m_Case.workUnits);
    const auto requested = Region<VDimension>(m_Case.requestedIndex, m_Case.requestedSize);
    try
    {
      filter->UpdateOutputInformation();
      filter->GetOutput()->SetRequestedRegion(requested);
      filter->Update();
    }
    catch (const itk::ExceptionObject & exception)
    {
      const bool isSpacing = std::string(exception.GetDescription()).find("pacing") != std::string::npos;
      return isSpacing ? Answer::Refused : Answer::Other;
    }
    for (itk::ImageRegionConstIteratorWithIndex<LabelImageType> it(filter->GetOutput(), requested); !it.IsAtEnd(); ++it)
    {
      if (!this->IsRight("filter", it.GetIndex(), it.Get(), filter->GetScoreImage()->GetPixel(it.GetIndex())))
      {
        return Answer::Other;
      }
    }
    return Answer::Same;
  }

private:
  bool
  IsRight(const std::string & who, const IndexType & p, unsigned int label, double score) const
  {
    const bool isRight = label == m_Labels->GetPixel(p) && IsSame(score, static_cast<double>(m_Scores->GetPixel(p)));
    if (!isRight)
    {
      std::cout << "# " << who << ", " << Kernel::GetInstructionSet() << " at " << p << ": label " << label
                << ", should be " << m_Labels->GetPixel(p) << "; score " << score << ", should be "
                << m_Scores->GetPixel(p) << '\n';
    }
    return isRight;
  }

  const Case &                           m_Case;
  const typename ImageType::Pointer      m_Image{ NewImage<ImageType>(m_Case) };
  const typename MaskImageType::Pointer  m_Mask{ NewImage<MaskImageType>(m_Case) };
  const typename LabelImageType::Pointer m_Labels{ NewImage<LabelImageType>(m_Case) };
  const typename ScoreImageType::Pointer m_Scores{ NewImage<ScoreImageType>(m_Case) };
  PlainDefinition::Options<VDimension>   m_Options;
};

template <typename TPixel, unsigned int VDimension>
Answer
Run(const Case & c)
{
  const Comparison<TPixel, VDimension> comparison(c);
  Answer                               answer = Answer::Same;
  for (const auto & instructionSet : Kernel::GetInstructionSets())
  {
    Kernel::SetInstructionSet(instructionSet);
    answer = std::max(answer, comparison.RunFilter());
  }
  return answer;
}

Answer
Run(const Case & c)
{
  const auto dimension = c.size.size();
  const auto is = [&](const char * type, std::size_t axes) { return c.type == type && dimension == axes; };
  return is("uint8", 2)    ? Run<std::uint8_t, 2>(c)
         : is("uint8", 3)  ? Run<std::uint8_t, 3>(c)
         : is("int8", 3)   ? Run<std::int8_t, 3>(c)
         : is("int16", 3)  ? Run<std::int16_t, 3>(c)
         : is("uint16", 3) ? Run<std::uint16_t, 3>(c)
         : is("int32", 3)  ? Run<std::int32_t, 3>(c)
         : is("float", 2)  ? Run<float, 2>(c)
         : is("float", 3)  ? Run<float, 3>(c)
         : is("float", 4)  ? Run<float, 4>(c)
         : is("double", 2) ? Run<double, 2>(c)
                           : Run<double, 3>(c);
}

class Generator
{
public:
  explicit Generator(unsigned int seed)
    : m_Random(seed)
  {}

  Case
  Next()
  {
    constexpr double infinity = std::numeric_limits<double>::infinity();

    Case       c;
    const auto kinds = std::vector<std::pair<std::string, long>>{
      { "uint8", 2 }, { "uint8", 3 }, { "int8", 3 },  { "int16", 3 },  { "uint16", 3 }, { "int32", 3 }, { "float", 2 },
      { "float", 3 }, { "float", 3 }, { "float", 4 }, { "double", 2 }, { "double", 3 }, { "double", 3 }
    };
    const auto [type, dimension] = kinds[Integer(0, kinds.size() - 1)];
    c.type = type;
    do
    {
      this->ChooseSpacing(c, dimension);
    } while (!HasPlace(c));
    for (long axis = 0; axis < dimension; ++axis)
    {
      const long size = axis == 0 && Chance(0.2)    ? Integer(30, 80)
                        : axis == 0 && Chance(0.01) ? Integer(250, 600)
                                                    : Integer(1, dimension == 4 ? 5 : 10);
      const long first = Integer(0, size - 1);
      c.index.push_back(Chance(0.5) ? 0 : Integer(-20, 20));
      c.size.push_back(size);
      c.radius.push_back(Chance(0.9) ? 1 : Integer(0, 2));
      c.requestedIndex.push_back(c.index[axis] + (Chance(0.5) ? first : 0));
      c.requestedSize.push_back(c.index[axis] + size - c.requestedIndex[axis]);
    }
    if (*std::max_element(c.radius.begin(), c.radius.end()) == 0)
    {
      c.radius[0] = 1;
    }
    c.centerScore = OneOf({ -100, -100, 0, -infinity, infinity, 1e300, -1e-300, 5 });
    c.border = static_cast<int>(Integer(0, 2));
    c.flags = static_cast<int>(Integer(0, 63)) & (Chance(0.5) ? 63 : 2);
    c.workUnits = static_cast<unsigned int>(Integer(1, 5));
    this->AddValues(c);
    return c;
  }

private:
  /** From 1e-300 to 1e300; axes are independent or nearly alike. */
  void
  ChooseSpacing(Case & c, long dimension)
  {
    const bool isHostile = Chance(0.4);
    c.spacing.clear();
    for (long axis = 0; axis < dimension; ++axis)
    {
      c.spacing.push_back(isHostile ? std::pow(10.0, Integer(-300, 300)) : OneOf({ 1, 1, 0.5, 2, 0.001, 3.7 }));
    }
    if (isHostile && Chance(0.7))
    {
      std::fill(c.spacing.begin(), c.spacing.end(), c.spacing[0]);
      c.spacing.back() *= OneOf({ 1, 1, 2, 1e-3, 1e5 });
    }
  }

  /** ITK refuses an image whose matrix of directions and spacing it cannot invert. */
  static bool
  HasPlace(const Case & c)
  {
    double determinant = 1;
    for (const double spacing : c.spacing)
    {
      determinant *= spacing;
    }
    return determinant > 1e-300 && determinant < 1e300;
  }

  void
  AddValues(Case & c)
  {
    const bool   isFloating = c.type == "float" || c.type == "double";
    const bool   isSigned = c.type[0] != 'u';
    const long   kind = Integer(0, isFloating ? 6 : 2);
    const double top = c.type == "uint8"    ? 255
                       : c.type == "int8"   ? 127
                       : c.type == "uint16" ? 65535
                       : c.type == "int16"  ? 32767
                       : c.type == "int32"  ? 2147483647
                       : c.type == "float"  ? 3e38
                                            : 1.7e308;
    const double scale =
      kind == 4 ? top : std::pow(10.0, static_cast<double>(Integer(c.type == "float" ? -44 : -320, 37)));
    const long count = std::accumulate(c.size.begin(), c.size.end(), 1L, std::multiplies<>());
    for (long i = 0; i < count; ++i)
    {
      const double unit = std::uniform_real_distribution<double>(isSigned ? -1 : 0, 1)(m_Random);
      double       value = kind == 0   ? Integer(0, 3)
                           : kind == 1 ? std::floor(unit * top)
                           : kind == 2 ? std::floor(unit * 20) + 100
                           : kind == 3 ? unit
                                       : unit * scale;
      if (kind == 5 && Chance(0.2))
      {
        value = OneOf({ std::numeric_limits<double>::quiet_NaN(),
                        std::numeric_limits<double>::infinity(),
                        -std::numeric_limits<double>::infinity(),
                        0,
                        -0.0 });
      }
      c.values.push_back(c.type == "float" ? static_cast<float>(value) : value);
    }
  }

  long
  Integer(long from, long to)
  {
    return std::uniform_int_distribution<long>(from, to)(m_Random);
  }

  bool
  Chance(double probability)
  {
    return std::bernoulli_distribution(probability)(m_Random);
  }

  double
  OneOf(const std::vector<double> & values)
  {
    return values[static_cast<std::size_t>(Integer(0, static_cast<long>(values.size()) - 1))];
  }

  std::mt19937_64 m_Random;
};

int
Replay(const char * file)
{
  std::ifstream lines(file);
  unsigned int  count = 0;
  unsigned int  wrong = 0;
  for (std::string line; std::getline(lines, line);)
  {
    if (!line.empty() && line[0] != '#')
    {
      ++count;
      wrong += Run(FromLine(line)) == Answer::Other ? 1 : 0;
    }
  }
  std::cout << count << " cases, " << wrong << " wrong" << std::endl;
  return count > 0 && wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
Fuzz(unsigned long images, unsigned int seed)
{
  std::cout << "seed " << seed << std::endl;
  Generator     generator(seed);
  std::uint64_t voxels = 0;
  unsigned int  counts[3]{};
  for (unsigned long i = 0; i < images; ++i)
  {
    const auto c = FromLine(ToLine(generator.Next()));
    const auto answer = Run(c);
    ++counts[static_cast<int>(answer)];
    voxels += c.values.size();
    if (answer == Answer::Other && counts[static_cast<int>(answer)] <= 20)
    {
      std::cout << ToLine(c) << std::endl;
    }
  }
  std::cout << counts[0] << " images as defined, " << counts[1] << " with a spacing that is refused, " << counts[2]
            << " wrong; " << voxels << " voxels\ninstruction sets:";
  for (const auto & name : Kernel::GetInstructionSets())
  {
    std::cout << ' ' << name;
  }
  std::cout << std::endl;
  return counts[2] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
} // namespace

int
main(int argc, char * argv[])
{
  if (argc == 3 && argv[1] == std::string("replay"))
  {
    return Replay(argv[2]);
  }
  return Fuzz(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000,
              argc > 2 ? static_cast<unsigned int>(std::atoi(argv[2])) : std::random_device()());
}
