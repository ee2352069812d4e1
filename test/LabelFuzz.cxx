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

// Labels random small images for some minutes and compares with the plain definition, at every instruction set. A
// finding is printed as a line that `LabelFuzz replay FILE` labels again; test/FuzzedLabels.txt keeps those that went
// wrong once.

#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkNeighborhoodArgmaxLabelKernel.h"

#include "PlainDefinition.h"

#include "itkImageRegionIterator.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace
{
/** Everything that the labels depend on, as a line of text. */
struct Case
{
  std::string         type{ "double" };
  std::vector<long>   index;
  std::vector<long>   size;
  std::vector<long>   radius;
  std::vector<double> spacing;
  double              centerScore{ -100 };
  int                 border{ 0 };
  int          flags{ 0 }; // 1 strict, 2 ascent, 4 no spacing, 8 face-connected, 16 masked where 15 % of the voxels are
  unsigned int workUnits{ 1 };
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

/** The same label, and the same score or NaN. */
template <typename TScore>
bool
IsSame(TScore a, TScore b)
{
  return a == b || (std::isnan(a) && std::isnan(b));
}

enum class Answer
{
  Same,
  Other,
  Refused
};

template <typename TPixel, unsigned int VDimension>
Answer
Run(const Case & c)
{
  using ImageType = itk::Image<TPixel, VDimension>;
  using LabelImageType = itk::Image<std::uint16_t, VDimension>;
  using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType, LabelImageType>;
  using ScoreImageType = typename FilterType::ScoreImageType;
  using MaskImageType = itk::Image<unsigned char, VDimension>;

  const auto image = NewImage<ImageType>(c);
  const auto mask = NewImage<MaskImageType>(c);
  for (std::size_t i = 0; i < c.values.size(); ++i)
  {
    image->GetBufferPointer()[i] = static_cast<TPixel>(c.values[i]);
    mask->GetBufferPointer()[i] = i * 2654435761U % 100 >= 15;
  }

  PlainDefinition::Options<VDimension> options;
  options.centerScore = c.centerScore;
  options.strict = (c.flags & 1) != 0;
  options.ascent = (c.flags & 2) != 0;
  options.useSpacing = (c.flags & 4) == 0;
  options.fullyConnected = (c.flags & 8) == 0;
  options.mask = (c.flags & 16) != 0 ? mask.GetPointer() : nullptr;
  options.border = static_cast<PlainDefinition::Border>(c.border);
  std::copy(c.radius.begin(), c.radius.end(), options.radius.begin());
  const auto labels = NewImage<LabelImageType>(c);
  const auto scores = NewImage<ScoreImageType>(c);
  PlainDefinition::Compute(*image, options, *labels, *scores);

  Answer answer = Answer::Same;
  for (const auto & instructionSet : itk::NeighborhoodArgmaxLabel::GetInstructionSets())
  {
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(instructionSet);
    auto filter = FilterType::New();
    filter->SetInput(image);
    filter->SetCenterScore(c.centerScore);
    filter->SetLabelStrictExtrema(options.strict);
    filter->SetAscent(options.ascent);
    filter->SetUseImageSpacing(options.useSpacing);
    filter->SetFullyConnected(options.fullyConnected);
    filter->SetRadius(options.radius);
    filter->SetBorder(static_cast<typename FilterType::BorderEnum>(c.border));
    filter->SetMaskImage(options.mask);
    filter->SetGenerateScoreImage(true);
    filter->SetNumberOfWorkUnits(c.workUnits);
    const auto requested = Region<VDimension>(c.requestedIndex, c.requestedSize);
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
      const auto p = it.GetIndex();
      if (it.Get() != labels->GetPixel(p) || !IsSame(filter->GetScoreImage()->GetPixel(p), scores->GetPixel(p)))
      {
        std::cout << "# " << instructionSet << " at " << p << ": label " << it.Get() << ", should be "
                  << labels->GetPixel(p) << "; score " << filter->GetScoreImage()->GetPixel(p) << ", should be "
                  << scores->GetPixel(p) << '\n';
        answer = Answer::Other;
        break;
      }
    }
  }
  return answer;
}

Answer
Run(const Case & c)
{
  const auto dimension = c.size.size();
  if (c.type == "uint8")
  {
    return dimension == 2 ? Run<std::uint8_t, 2>(c) : Run<std::uint8_t, 3>(c);
  }
  if (c.type == "int16")
  {
    return Run<std::int16_t, 3>(c);
  }
  if (c.type == "float")
  {
    return dimension == 2 ? Run<float, 2>(c) : dimension == 3 ? Run<float, 3>(c) : Run<float, 4>(c);
  }
  return dimension == 2 ? Run<double, 2>(c) : Run<double, 3>(c);
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
    Case       c;
    const auto kinds = std::vector<std::pair<std::string, long>>{ { "uint8", 2 },  { "uint8", 3 },  { "int16", 3 },
                                                                  { "float", 2 },  { "float", 3 },  { "float", 4 },
                                                                  { "double", 2 }, { "double", 3 }, { "double", 3 } };
    const auto [type, dimension] = kinds[Integer(0, kinds.size() - 1)];
    const bool isHostile = Chance(0.4);
    c.type = type;
    std::size_t count = 1;
    for (long axis = 0; axis < dimension; ++axis)
    {
      const long size = axis == 0 && Chance(0.2) ? Integer(30, 80) : Integer(1, dimension == 4 ? 5 : 10);
      const long first = Integer(0, size - 1);
      c.index.push_back(Chance(0.5) ? 0 : Integer(-20, 20));
      c.size.push_back(size);
      c.radius.push_back(Chance(0.9) ? 1 : Integer(0, 2));
      c.spacing.push_back(isHostile ? std::pow(10.0, Integer(-300, 300)) : OneOf({ 1, 1, 0.5, 2, 0.001, 3.7 }));
      c.requestedIndex.push_back(c.index[axis] + (Chance(0.5) ? first : 0));
      c.requestedSize.push_back(c.index[axis] + size - c.requestedIndex[axis]);
      count *= static_cast<std::size_t>(size);
    }
    if (isHostile && Chance(0.7)) // all alike, or nearly so
    {
      std::fill(c.spacing.begin(), c.spacing.end(), c.spacing[0]);
      c.spacing.back() *= OneOf({ 1, 1, 2, 1e-3, 1e5 });
    }
    double determinant = 1;
    for (const double spacing : c.spacing)
    {
      determinant *= spacing;
    }
    if (!(determinant > 1e-300 && determinant < 1e300)) // ITK wants an image whose place can be computed
    {
      return this->Next();
    }
    if (*std::max_element(c.radius.begin(), c.radius.end()) == 0)
    {
      c.radius[0] = 1;
    }
    c.centerScore = OneOf({ -100,
                            -100,
                            0,
                            -std::numeric_limits<double>::infinity(),
                            std::numeric_limits<double>::infinity(),
                            1e300,
                            -1e-300,
                            5 });
    c.border = static_cast<int>(Integer(0, 2));
    c.flags = static_cast<int>(Integer(0, 31)) & (Chance(0.5) ? 31 : 2);
    c.workUnits = static_cast<unsigned int>(Integer(1, 5));
    this->AddValues(c, count);
    return c;
  }

private:
  void
  AddValues(Case & c, std::size_t count)
  {
    const bool   isFloating = c.type == "float" || c.type == "double";
    const long   kind = Integer(0, isFloating ? 6 : 2);
    const double top = c.type == "uint8" ? 255 : c.type == "int16" ? 32767 : c.type == "float" ? 3e38 : 1.7e308;
    const double scale =
      kind == 4 ? top : std::pow(10.0, static_cast<double>(Integer(c.type == "float" ? -44 : -320, 37)));
    for (std::size_t i = 0; i < count; ++i)
    {
      const double unit = std::uniform_real_distribution<double>(isFloating ? -1 : 0, 1)(m_Random);
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
      c.values.push_back(c.type == "float" ? static_cast<float>(value) : isFloating ? value : std::floor(value));
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
Fuzz(double minutes, unsigned int seed)
{
  std::cout << "seed " << seed << std::endl;
  Generator     generator(seed);
  std::uint64_t voxels = 0;
  unsigned int  counts[3]{};
  const auto    end = std::chrono::steady_clock::now() + std::chrono::duration<double>(60 * minutes);
  while (std::chrono::steady_clock::now() < end)
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
  std::cout << counts[0] << " images as defined, " << counts[2] << " with a spacing that is refused, " << counts[1]
            << " wrong; " << voxels << " voxels at " << itk::NeighborhoodArgmaxLabel::GetInstructionSets().size()
            << " instruction sets" << std::endl;
  return counts[1] == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
} // namespace

int
main(int argc, char * argv[])
{
  if (argc == 3 && argv[1] == std::string("replay"))
  {
    return Replay(argv[2]);
  }
  return Fuzz(argc > 1 ? std::atof(argv[1]) : 1,
              argc > 2 ? static_cast<unsigned int>(std::atoi(argv[2])) : std::random_device()());
}
