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
#include "InstructionSetTest.h"
#include "PlainChoice.h"
#include "RandomImages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

// Tests the kernel and the staging of rows alone. RandomComparisonsGTest.cxx compares the filter with the plain
// definition.

namespace
{
using namespace itk::NeighborhoodArgmaxLabel;

class NeighborhoodArgmaxLabelKernel : public InstructionSetTest
{};

INSTANTIATE_WITH_INSTRUCTION_SETS(NeighborhoodArgmaxLabelKernel);

/** Two neighbors of each voxel, with labels 0 and 2. */
struct Pairs
{
  std::vector<int> center;
  std::vector<int> first;
  std::vector<int> second;
};

/** All pairs of differences of 8 bits whose three values fit into 8 bits. */
Pairs
MakeAllPairs()
{
  Pairs pairs;
  for (int d = -255; d <= 255; ++d)
  {
    for (int e = -255; e <= 255; ++e)
    {
      const int center = std::max({ d, e, 0 });
      if (center - std::min({ d, e, 0 }) <= 255)
      {
        pairs.center.push_back(center);
        pairs.first.push_back(center - d);
        pairs.second.push_back(center - e);
      }
    }
  }
  return pairs;
}

std::vector<unsigned int>
Define(const Rules & rules, const Pairs & pairs)
{
  std::vector<PlainDefinition::Competitor> competitors{ { 0, 0.0, rules.candidates[0].weight },
                                                        { 1, 0.0, 0.0 },
                                                        { 2, 0.0, rules.candidates[1].weight } };
  std::vector<unsigned int>                labels;
  for (std::size_t i = 0; i < pairs.center.size(); ++i)
  {
    competitors[0].difference = pairs.center[i] - pairs.first[i];
    competitors[2].difference = pairs.center[i] - pairs.second[i];
    const auto winner =
      PlainDefinition::Choose(competitors, rules.centerLabel, rules.centerScore, rules.labelStrictExtrema);
    labels.push_back(static_cast<unsigned int>(winner.label));
  }
  return labels;
}

template <typename TLane>
void
Compare(const Rules & rules, const Pairs & pairs, const std::vector<unsigned int> & expected, int shift)
{
  const auto stage = [&](const std::vector<int> & values) {
    std::vector<TLane> lanes(values.size() + Kernel<TLane>::OverRead);
    std::transform(
      values.begin(), values.end(), lanes.begin(), [=](int value) { return static_cast<TLane>(value - shift); });
    return lanes;
  };
  const auto                center = stage(pairs.center);
  const auto                first = stage(pairs.first);
  const auto                second = stage(pairs.second);
  std::vector<std::uint8_t> labels(pairs.center.size(), 255);

  const Kernel<TLane>        kernel(rules);
  Block<TLane, std::uint8_t> block;
  for (const Candidate & candidate : kernel.GetCandidates())
  {
    block.sources.push_back(candidate.label == 0 ? first.data() : second.data());
  }
  block.center = center.data();
  block.rows = 1;
  block.width = labels.size();
  block.labels = labels.data();
  block.isRaw = kernel.NeedsRaw({});
  kernel.Label(block);
  for (std::size_t i = 0; i < labels.size(); ++i)
  {
    ASSERT_EQ(unsigned{ labels[i] }, expected[i])
      << "center " << pairs.center[i] << ", neighbors " << pairs.first[i] << " and " << pairs.second[i] << ", weights "
      << rules.candidates[0].weight << " and " << rules.candidates[1].weight << ", center score " << rules.centerScore;
  }
}

/** StageRows(), pixel by pixel. */
template <typename TLane, typename TPixel>
TLane
StageOne(TPixel pixel, bool isInside, const StageOptions & options, StagedFacts & facts)
{
  if (!isInside)
  {
    return AbsentValue<TLane>(options.staging);
  }
  if constexpr (std::is_floating_point_v<TPixel>)
  {
    if (std::isnan(pixel))
    {
      facts.hasNaN = true;
      return options.staging == Staging::Raw ? pixel : -std::numeric_limits<TLane>::infinity();
    }
    facts.isExtreme = facts.isExtreme || std::abs(pixel) >= static_cast<TLane>(options.limit);
  }
  const bool isShifted = std::is_unsigned_v<TPixel> && !std::is_same_v<TLane, float> &&
                         (sizeof(TLane) == sizeof(TPixel) || std::is_same_v<TLane, double>);
  const double shift = isShifted ? std::ldexp(1.0, 8 * sizeof(TPixel) - 1) : 0.0;
  const double value = static_cast<double>(pixel) - shift;
  const double negative = std::is_integral_v<TLane> && sizeof(TLane) == sizeof(TPixel) ? -1 - value : -value;
  return static_cast<TLane>(options.ascent ? negative : value);
}

template <typename TPixel>
void
CompareStagingAsIntegers()
{
  const TPixel others[] = {
    std::numeric_limits<TPixel>::quiet_NaN(), std::numeric_limits<TPixel>::infinity(), 32767, -32767.5f, 0.5f, -1e30f
  };
  for (std::size_t width = 1; width <= 70; ++width)
  {
    for (std::size_t at = 0; at <= width; ++at) // the last one is outside
    {
      for (const bool isMasked : { false, true })
      {
        std::vector<TPixel>        pixels(width + 1);
        std::vector<unsigned char> mask(width + 1, 1);
        for (std::size_t x = 0; x < width; ++x)
        {
          pixels[x] = static_cast<TPixel>(static_cast<int>(x * 7919 % 65533) - 32766);
        }
        pixels[at] = others[(at + width) % 6];
        mask[at] = !isMasked;
        std::vector<std::int16_t> lanes(width + 1, 77);
        StageOptions              options;
        options.ascent = width % 2 == 0;
        StagedFacts facts;
        StageRows(Rows<const TPixel>{ pixels.data(), 0 },
                  Rows<const unsigned char>{ isMasked ? mask.data() : nullptr, 0 },
                  width,
                  1,
                  options,
                  Rows<std::int16_t>{ lanes.data(), 0 },
                  facts);
        ASSERT_EQ(facts.isExtreme, at < width && !isMasked) << "voxel " << at << " of " << width;
        ASSERT_EQ(lanes[width], 77);
        for (std::size_t x = 0; x < width && !facts.isExtreme; ++x)
        {
          const int value = x == at ? AbsentValue<std::int16_t>(Staging::Ordered)
                                    : static_cast<int>(options.ascent ? -pixels[x] : pixels[x]);
          ASSERT_EQ(lanes[x], value) << "voxel " << x << " of " << width;
        }
      }
    }
  }
}

template <typename TPixel, typename TLane>
void
CompareStaging()
{
  const auto kinds = RandomImages::KindsOf<TPixel>();
  for (std::size_t width = 1; width <= 150; ++width)
  {
    RandomImages::Random       random(width);
    const auto                 stride = static_cast<std::int64_t>(width) + random.Integer(0, 4);
    const auto                 rows = random.Integer(1, 3);
    const bool                 isMasked = random.Chance(0.5);
    std::vector<TPixel>        pixels(rows * stride);
    std::vector<unsigned char> mask(rows * stride);
    RandomImages::Fill(pixels.data(), { 0, 0 }, { stride, rows }, width, 100, kinds[width % kinds.size()].valueOf);
    RandomImages::Fill(mask.data(), { 0, 0 }, { stride, rows }, width, 100, [](auto & v) { return v.Integer(0, 2); });
    const TLane        untouched = 77;
    std::vector<TLane> lanes(rows * (width + 1), untouched);
    StageOptions       options;
    options.ascent = random.Chance(0.5);
    options.staging = random.Chance(0.5) ? Staging::Ordered : Staging::Raw;
    options.limit = 1e20;
    StagedFacts facts;
    StageRows(Rows<const TPixel>{ pixels.data(), stride },
              Rows<const unsigned char>{ isMasked ? mask.data() : nullptr, stride },
              width,
              static_cast<std::size_t>(rows),
              options,
              Rows<TLane>{ lanes.data(), static_cast<std::ptrdiff_t>(width + 1) },
              facts);
    StagedFacts expectedFacts;
    for (std::int64_t row = 0; row < rows; ++row)
    {
      for (std::size_t x = 0; x < width; ++x)
      {
        const bool isInside = !isMasked || mask[row * stride + x] != 0;
        const auto expected = StageOne<TLane>(pixels[row * stride + x], isInside, options, expectedFacts);
        const auto lane = lanes[row * (width + 1) + x];
        ASSERT_TRUE(lane == expected || (lane != lane && expected != expected)) << "voxel " << x << " of " << width;
      }
      ASSERT_EQ(lanes[row * (width + 1) + width], untouched);
    }
    ASSERT_EQ(facts.hasNaN, expectedFacts.hasNaN);
    ASSERT_EQ(facts.isExtreme, expectedFacts.isExtreme);
  }
}
} // namespace


TEST_P(NeighborhoodArgmaxLabelKernel, AllPairsOfDifferencesOf8BitsAtDifferentDistances)
{
  const auto pairs = MakeAllPairs();
  for (const double ratio :
       { std::sqrt(0.5), std::sqrt(1.0 / 3), std::sqrt(2.0 / 3), 0.4, 0.5, 1.0 / 39, 1.0 / 41, 0.999 })
  {
    for (const double centerScore : { -1e9, -100.0, 0.0, -5e-324, 7 * ratio })
    {
      Rules rules;
      rules.centerLabel = 1;
      rules.centerScore = centerScore;
      rules.labelStrictExtrema = centerScore == -100;
      rules.candidates = { { 0, 0, 0, -1, ratio }, { 2, 0, 0, 1, 1.0 } };
      const auto expected = Define(rules, pairs);
      Compare<std::int8_t>(rules, pairs, expected, 128);
      Compare<std::int16_t>(rules, pairs, expected, 0);
      Compare<std::int32_t>(rules, pairs, expected, 0);
      Compare<float>(rules, pairs, expected, 0);
      Compare<double>(rules, pairs, expected, 0);
      std::swap(rules.candidates[0].weight, rules.candidates[1].weight);
      Compare<std::int8_t>(rules, pairs, Define(rules, pairs), 128);
    }
  }
}


TEST_P(NeighborhoodArgmaxLabelKernel, StagesEveryPixelTypeAtEveryWidth)
{
  CompareStaging<std::int8_t, std::int8_t>();
  CompareStaging<std::uint8_t, std::int8_t>();
  CompareStaging<std::int8_t, std::int16_t>();
  CompareStaging<std::uint8_t, std::int16_t>();
  CompareStaging<std::int16_t, std::int16_t>();
  CompareStaging<std::uint16_t, std::int16_t>();
  CompareStaging<std::int16_t, float>();
  CompareStaging<std::uint16_t, float>();
  CompareStaging<std::int32_t, std::int32_t>();
  CompareStaging<std::uint32_t, std::int32_t>();
  CompareStaging<std::int32_t, double>();
  CompareStaging<std::uint32_t, double>();
  CompareStaging<float, float>();
  CompareStaging<double, double>();
}


TEST_P(NeighborhoodArgmaxLabelKernel, StagesRealNumbersThatAreIntegersAsThose)
{
  CompareStagingAsIntegers<float>();
  CompareStagingAsIntegers<double>();
}


TEST_P(NeighborhoodArgmaxLabelKernel, UsesTheFastestInstructionSetUnlessAnotherIsSet)
{
  EXPECT_EQ(m_Default, GetInstructionSets().back());
  EXPECT_EQ(GetInstructionSet(), this->GetParam());
}


TEST_P(NeighborhoodArgmaxLabelKernel, RefusesUnknownInstructionSets)
{
  try
  {
    SetInstructionSet("AVX-1024");
    FAIL() << "was taken";
  }
  catch (const std::invalid_argument & error)
  {
    EXPECT_NE(std::string(error.what()).find("AVX-1024"), std::string::npos);
  }
  EXPECT_EQ(GetInstructionSet(), this->GetParam());
}
