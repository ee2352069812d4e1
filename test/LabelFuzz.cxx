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

#include "RandomCase.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <string>

namespace
{
using RandomImages::Random;

/** A random case with its pixels, as text. */
template <typename TPixel, unsigned int VDimension>
std::string
Draw(Random & random)
{
  auto c = RandomCase::Draw<TPixel, VDimension>(random);
  for (unsigned int axis = random.Chance(0.2) ? 1 : 0; axis < VDimension; ++axis)
  {
    const auto length = static_cast<itk::SizeValueType>(random.Integer(1, VDimension == 4 ? 5 : 10));
    c.size[axis] = std::min(c.size[axis], length);
  }
  const auto           image = RandomCase::MakeImage<TPixel>(c);
  const TPixel * const pixels = image->GetBufferPointer();
  c.values.assign(pixels, pixels + image->GetBufferedRegion().GetNumberOfPixels());
  return RandomCase::ToText(c);
}

template <typename TPixel, unsigned int VDimension>
std::string
FirstDifference(const std::string & text)
{
  const auto c = RandomCase::FromText<VDimension>(text);
  return RandomCase::FirstDifference<std::uint16_t>(RandomCase::MakeImage<TPixel>(c).GetPointer(), c);
}

/** The images of a pixel type and dimension. */
struct Images
{
  std::string name; // with which a line begins
  std::string (*draw)(Random & random);
  std::string (*firstDifference)(const std::string & text);
};

template <typename TPixel, unsigned int VDimension>
Images
Row(const std::string & name)
{
  return { name, Draw<TPixel, VDimension>, FirstDifference<TPixel, VDimension> };
}

const Images AllImages[] = { Row<std::uint8_t, 2>("uint8 2"),   Row<std::uint8_t, 3>("uint8 3"),
                             Row<std::int8_t, 3>("int8 3"),     Row<std::int16_t, 3>("int16 3"),
                             Row<std::uint16_t, 3>("uint16 3"), Row<std::int32_t, 3>("int32 3"),
                             Row<float, 2>("float 2"),          Row<float, 3>("float 3"),
                             Row<float, 4>("float 4"),          Row<double, 2>("double 2"),
                             Row<double, 3>("double 3") };

bool
IsAsDefined(const std::string & line)
{
  const auto        end = line.find(' ', line.find(' ') + 1);
  const auto &      images = RandomImages::Named(line.substr(0, end), AllImages);
  const std::string difference = images.firstDifference(line.substr(std::min(end, line.size())));
  if (!difference.empty())
  {
    std::cout << line << "\n# " << difference.substr(difference.find('\n') + 1) << std::endl;
  }
  return difference.empty();
}

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
      wrong += IsAsDefined(line) ? 0 : 1;
    }
  }
  std::cout << count << " cases, " << wrong << " wrong" << std::endl;
  return count > 0 && wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
Fuzz(unsigned long count, unsigned int seed)
{
  std::cout << "seed " << seed << std::endl;
  Random        random(seed);
  unsigned long wrong = 0;
  unsigned long i = 0;
  for (; i < count && wrong < 20; ++i)
  {
    const Images & images = AllImages[random.Bits() % std::size(AllImages)];
    wrong += IsAsDefined(images.name + images.draw(random)) ? 0 : 1;
  }
  std::cout << i << " images, " << wrong << " wrong\ninstruction sets:";
  for (const auto & name : itk::NeighborhoodArgmaxLabel::GetInstructionSets())
  {
    std::cout << ' ' << name;
  }
  std::cout << std::endl;
  return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
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
