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
#include "RandomImages.h"

#include "itkImageBufferRange.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace
{
constexpr unsigned int Dimension = 3;
using LabelImageType = itk::Image<unsigned char, Dimension>;

/** One image and the labels of the original program. */
struct Golden
{
  std::string                name;
  std::string                pixelType;
  itk::Size<Dimension>       size;
  std::vector<std::string>   values;
  std::vector<unsigned char> labels;
};

std::vector<Golden>
ReadGoldenFile()
{
  std::ifstream       file(NEIGHBORHOOD_ARGMAX_LABEL_GOLDEN);
  std::vector<Golden> all;
  for (std::string line; std::getline(file, line);)
  {
    if (line.empty() || line[0] == '#')
    {
      continue;
    }
    Golden             golden;
    std::istringstream header(line);
    header >> golden.name >> golden.pixelType >> golden.size[0] >> golden.size[1] >> golden.size[2];
    for (itk::SizeValueType row = 0; row < golden.size[1] * golden.size[2]; ++row)
    {
      std::getline(file, line);
      std::istringstream tokens(line);
      std::string        token;
      while (tokens >> token && token != ":")
      {
        golden.values.push_back(token);
      }
      std::string digits;
      tokens >> digits;
      digits.resize(golden.size[0], '0');
      for (const char digit : digits)
      {
        golden.labels.push_back(static_cast<unsigned char>(digit <= '9' ? digit - '0' : digit - 'a' + 10));
      }
    }
    all.push_back(golden);
  }
  return all;
}

/** The image, read in the type TStored of the file and converted to TPixel. */
template <typename TStored, typename TPixel = TStored>
typename itk::Image<TPixel, Dimension>::Pointer
MakeImage(const Golden & golden)
{
  const auto image = RandomImages::MakeImage<itk::Image<TPixel, Dimension>>(golden.size);
  auto       value = golden.values.cbegin();
  for (auto && pixel : itk::MakeImageBufferRange(image.GetPointer()))
  {
    // Hexadecimal digits are the bits of a value without trailing zeros.
    auto digits = *value++;
    digits.resize(2 * sizeof(TStored), '0');
    pixel = static_cast<TPixel>(RandomImages::PixelOfBits<TStored>(std::stoull(digits, nullptr, 16)));
  }
  return image;
}

std::vector<unsigned char>
LabelsOf(const LabelImageType & image)
{
  const auto range = itk::MakeImageBufferRange(&image);
  return std::vector<unsigned char>(range.cbegin(), range.cend());
}

template <typename TImage>
std::vector<unsigned char>
FilterLabels(const TImage & image)
{
  const auto filter = itk::NeighborhoodArgmaxLabelImageFilter<TImage>::New();
  filter->SetInput(&image);
  filter->Update();
  return LabelsOf(*filter->GetOutput());
}

template <typename TImage>
std::vector<unsigned char>
PlainLabels(const TImage & image)
{
  return LabelsOf(*PlainDefinition::Compute<LabelImageType, itk::Image<double, Dimension>>(image, {}).labels);
}

/** Calls check(image, labels) with every golden image, in the type of the file and as float. */
template <typename TCheck>
void
ForEachImage(const TCheck & check)
{
  for (const auto & golden : ReadGoldenFile())
  {
    SCOPED_TRACE(golden.name);
    ASSERT_EQ(golden.values.size(), golden.size[0] * golden.size[1] * golden.size[2]);
    ASSERT_EQ(golden.labels.size(), golden.values.size());
    if (golden.pixelType == "float")
    {
      check(*MakeImage<float>(golden), golden.labels);
    }
    else if (golden.pixelType == "double") // The original program converts to float first.
    {
      check(*MakeImage<double, float>(golden), golden.labels);
    }
    else if (golden.pixelType == "uint8")
    {
      check(*MakeImage<uint8_t>(golden), golden.labels);
      check(*MakeImage<uint8_t, float>(golden), golden.labels);
    }
    else if (golden.pixelType == "int16")
    {
      check(*MakeImage<int16_t>(golden), golden.labels);
      check(*MakeImage<int16_t, float>(golden), golden.labels);
    }
    else if (golden.pixelType == "uint16")
    {
      check(*MakeImage<uint16_t>(golden), golden.labels);
      check(*MakeImage<uint16_t, float>(golden), golden.labels);
    }
    else
    {
      FAIL() << "unknown pixel type " << golden.pixelType;
    }
  }
}
} // namespace


TEST(GoldenLabels, AllImagesAreInTheFile) { EXPECT_EQ(ReadGoldenFile().size(), 22u); }


TEST(GoldenLabels, AreThoseOfTheFilter)
{
  ForEachImage(
    [](const auto & image, const std::vector<unsigned char> & labels) { EXPECT_EQ(FilterLabels(image), labels); });
}


TEST(GoldenLabels, AreThoseOfThePlainDefinition)
{
  ForEachImage(
    [](const auto & image, const std::vector<unsigned char> & labels) { EXPECT_EQ(PlainLabels(image), labels); });
}
