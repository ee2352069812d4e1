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
#include "RandomCase.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

// NEIGHBORHOOD_ARGMAX_LABEL_SAMPLES multiplies the number of random cases.

namespace
{
using namespace RandomCase;

template <typename TLabel = unsigned char, typename TPixel, unsigned int VDimension>
testing::AssertionResult
IsAsDefined(itk::Image<TPixel, VDimension> * image, const Case<VDimension> & c)
{
  const std::string difference = FirstDifference<TLabel>(image, c);
  return difference.empty() ? testing::AssertionSuccess() : testing::AssertionFailure() << difference;
}

/** The same with the image of the case. */
template <typename TPixel, typename TLabel = unsigned char, unsigned int VDimension>
testing::AssertionResult
IsAsDefined(const Case<VDimension> & c)
{
  return IsAsDefined<TLabel>(MakeImage<TPixel>(c).GetPointer(), c);
}

unsigned int
NumberOfSamples(const unsigned int number)
{
  const char * const factor = std::getenv("NEIGHBORHOOD_ARGMAX_LABEL_SAMPLES");
  return factor ? static_cast<unsigned int>(number * std::atof(factor)) : number;
}

/** Compares random cases, changed by change(case, random). */
template <typename TPixel, unsigned int VDimension, typename TLabel = unsigned char, typename TChange>
void
CompareRandomCases(const unsigned int number, const TChange & change)
{
  Random random(VDimension);
  for (unsigned int i = 0; i < NumberOfSamples(number); ++i)
  {
    auto c = Draw<TPixel, VDimension>(random);
    change(c, random);
    ASSERT_TRUE((IsAsDefined<TPixel, TLabel>(c)));
  }
}

template <typename TPixel, unsigned int VDimension>
void
CompareRandomCases(const unsigned int number)
{
  CompareRandomCases<TPixel, VDimension>(number, [](auto &, auto &) {});
}

template <typename TPixel, unsigned int VDimension>
void
CompareEveryLength(const std::string & kind, const itk::Size<VDimension> & size)
{
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    for (itk::SizeValueType length = 1; length <= 70; ++length)
    {
      Case<VDimension> c;
      c.size = size;
      c.size[axis] = length;
      c.kind = kind;
      c.seed = length;
      ASSERT_TRUE(IsAsDefined<TPixel>(c));
      c.SetBorder(PlainDefinition::Inside);
      ASSERT_TRUE(IsAsDefined<TPixel>(c));
    }
  }
}

constexpr PlainDefinition::Border Borders[] = { PlainDefinition::Background,
                                                PlainDefinition::Inside,
                                                PlainDefinition::Periodic };

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
    CompareRandomCases<TypeParam, 1>(400);
  }
}


TYPED_TEST(RandomComparisons, RandomCasesIn2D) { CompareRandomCases<TypeParam, 2>(400); }


TYPED_TEST(RandomComparisons, RandomCasesIn3D) { CompareRandomCases<TypeParam, 3>(600); }


TYPED_TEST(RandomComparisons, RandomCasesIn4D) { CompareRandomCases<TypeParam, 4>(50); }


TYPED_TEST(RandomComparisons, MoreLabelsThanAByteHolds)
{
  if constexpr (IsCompiledForMore<TypeParam>)
  {
    CompareRandomCases<TypeParam, 3, unsigned short>(10, [](auto & c, Random & random) {
      c.size = { { 11, 9, 8 } };
      c.radius = { { 3, 3, random.OneOf<itk::SizeValueType>({ 2, 3 }) } };
      c.backgroundValue = 999;
    });
  }
}


TYPED_TEST(RandomComparisons, EveryLengthOfEveryAxis)
{
  for (const auto kind : { "Uniform", "Plateaus" })
  {
    CompareEveryLength<TypeParam>(kind, itk::Size<2>{ { 4, 4 } });
    CompareEveryLength<TypeParam>(kind, itk::Size<3>{ { 4, 4, 3 } });
  }
}


TYPED_TEST(RandomComparisons, LongAxisBehindShortOnes)
{
  CompareRandomCases<TypeParam, 3>(60, [](auto & c, Random & random) {
    for (auto & length : c.size)
    {
      length = static_cast<itk::SizeValueType>(random.Integer(1, 5));
    }
    c.size[random.Integer(1, 2)] = random.OneOf<itk::SizeValueType>({ 32, 40, 257, 600 });
  });
}


TYPED_TEST(RandomComparisons, EveryKindOfImageAtEveryBorder)
{
  for (const auto & kind : RandomImages::KindsOf<TypeParam>())
  {
    for (const auto border : Borders)
    {
      Case<3> c3;
      c3.size = { { 45, 12, 7 } };
      c3.kind = kind.name;
      c3.SetBorder(border);
      ASSERT_TRUE(IsAsDefined<TypeParam>(c3));
      c3.spacing[2] = 2.5;
      ASSERT_TRUE(IsAsDefined<TypeParam>(c3));

      Case<2> c2;
      c2.size = { { 75, 31 } };
      c2.kind = kind.name;
      c2.SetBorder(border);
      ASSERT_TRUE(IsAsDefined<TypeParam>(c2));
    }
  }
}


TYPED_TEST(RandomComparisons, EightsAndOnesBesideAbsentNeighbors)
{
  if constexpr (std::is_floating_point<TypeParam>::value)
  {
    Random random(9);
    for (auto c : AllCombinations())
    {
      c.size = { { 40, 12, 24 } };
      c.kind = "EightsAndOnes";
      c.seed = random.Bits();
      c.spacing[2] = 2.5;
      c.maskKind = c.maskKind == "None" ? "Islands" : c.maskKind;
      c.SetBorder(PlainDefinition::Inside);
      c.requestsPart = false;
      c.centerScore = random.OneOf({ -100.0, -1e30, 0.0 });
      ASSERT_TRUE(IsAsDefined<TypeParam>(c));
    }
  }
}


TYPED_TEST(RandomComparisons, EveryCombinationOfOptions)
{
  Random random(6);
  for (auto c : AllCombinations())
  {
    c.size = { { 21, 6, 5 } };
    c.kind = random.OneOf({ "Uniform", "FewLevels", "DeepMinima", "CenterTies" });
    c.seed = random.Bits();
    c.spacing[1] = 0.5;
    c.spacing[2] = 2.0;
    for (const auto border : Borders)
    {
      c.SetBorder(border);
      for (const double centerScore : { -100.0, 0.0 })
      {
        c.centerScore = centerScore;
        ASSERT_TRUE(IsAsDefined<TypeParam>(c));
      }
    }
  }
}


TYPED_TEST(RandomComparisons, ImagesOfSeveralTilesAndThreads)
{
  Random random(7);
  for (const itk::Size<3> & size :
       { itk::Size<3>{ { 300, 140, 5 } }, itk::Size<3>{ { 600, 66, 3 } }, itk::Size<3>{ { 40, 40, 40 } } })
  {
    for (const auto border : Borders)
    {
      auto c = Draw<TypeParam, 3>(random);
      c.size = size;
      c.numberOfWorkUnits = 5;
      c.requestsPart = false;
      c.radius = itk::Size<3>::Filled(1);
      c.SetBorder(border);
      ASSERT_TRUE(IsAsDefined<TypeParam>(c));
    }
  }
}


TYPED_TEST(RandomComparisons, DifferencesOfNearlyTheSameScore)
{
  const auto image = RandomImages::MakeImage<itk::Image<TypeParam, 3>>(itk::Size<3>::Filled(3));
  Case<3>    c;
  c.SetBorder(PlainDefinition::Inside);

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
            ASSERT_TRUE(IsAsDefined(image.GetPointer(), c))
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
  const auto image = RandomImages::MakeImage<itk::Image<TypeParam, 3>>(itk::Size<3>::Filled(3));
  const auto highest = static_cast<int>(std::min(1000.0, static_cast<double>(std::numeric_limits<TypeParam>::max())));
  Case<3>    c;
  c.SetBorder(PlainDefinition::Inside);
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
        c.centerScore = reached / 32768;
        ASSERT_TRUE(IsAsDefined(image.GetPointer(), c)) << difference << " at " << neighbor;
      }
    }
  }
}


TYPED_TEST(RandomComparisons, ScoresAtAnyIsotropicSpacing)
{
  // Weights at which neighboring differences in float have one score, and weights and scores beyond float.
  for (const double spacing : { 0.239, 0.478, 1.651, 2.843, 1e-39, 1e40, 1e50 })
  {
    for (const auto kind : { "AnyBits", "FewLevels", "Extremes" })
    {
      Case<3> c;
      c.size = { { 60, 40, 12 } };
      c.spacing.Fill(spacing);
      c.kind = kind;
      ASSERT_TRUE(IsAsDefined<TypeParam>(c));
      c.strict = true;
      ASSERT_TRUE(IsAsDefined<TypeParam>(c));
    }
  }
}


TYPED_TEST(RandomComparisons, SpacingSoSmallOrGreatThatScoresOverflow)
{
  CompareRandomCases<TypeParam, 3>(60, [](auto & c, Random & random) {
    // ITK refuses a matrix whose determinant underflows: not every axis may be this short.
    c.spacing.Fill(random.OneOf({ 1e-100, 1e-99, 1e-50, 1e-3, 1e50, 1e100 }));
    c.spacing[random.Integer(0, 2)] *= random.OneOf({ 1.0, 1.0, 0.5, 2.0 });
    if (random.Integer(0, 2) == 0)
    {
      c.spacing.Fill(1.0);
      c.spacing[random.Integer(0, 2)] = random.OneOf({ 1e-300, 1e-290, 1e290, 1e300 });
    }
    c.size = { { 21, 6, 5 } };
  });
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
    EXPECT_TRUE(IsAsDefined<TypeParam>(c));
  }
  catch (const itk::ExceptionObject & error)
  {
    EXPECT_NE(std::string(error.GetDescription()).find("Negative spacing is not"), std::string::npos) << error;
  }
  itk::Object::SetGlobalWarningDisplay(hasWarnings);
}
