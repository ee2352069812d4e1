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
#include "LabelerChoice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace
{
using namespace itk::NeighborhoodArgmaxLabel;

/** All 26 neighbors at a spacing. */
Neighborhood
MakeFull(double sx, double sy, double sz)
{
  Rules rules;
  rules.numberOfRows = 9;
  rules.centerLabel = 13;
  for (unsigned int label = 0; label < 27; ++label)
  {
    const double components[] = { sx * OffsetOf(Shape::Full3D, label, 0),
                                  sy * OffsetOf(Shape::Full3D, label, 1),
                                  sz * OffsetOf(Shape::Full3D, label, 2) };
    if (label != 13)
    {
      rules.candidates.push_back({ label, label / 3, OffsetOf(Shape::Full3D, label, 0), InverseLength(components, 3) });
    }
  }
  return MakeNeighborhood(rules, 3);
}

PlaneFacts
MakeFacts(double greatest, bool hasExactKeys, bool hasNaN = false)
{
  PlaneFacts facts;
  facts.greatest = greatest;
  facts.hasExactKeys = hasExactKeys;
  facts.hasNaN = hasNaN;
  return facts;
}
} // namespace


TEST(LabelerChoice, ShapeFollowsTheWeights)
{
  EXPECT_EQ(MakeFull(1, 1, 1).shape, Shape::Isotropic3D);
  EXPECT_TRUE(MakeFull(0.3, 0.3, 0.3).isIsotropic);
  EXPECT_EQ(MakeFull(1, 1, 2).shape, Shape::Full3D);
  EXPECT_FALSE(MakeFull(1, 1, 2).isIsotropic);
}


TEST(LabelerChoice, IsAFunctionOfWhatIsKnown)
{
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto       isotropic = MakeFull(1, 1, 1);
  const auto       anisotropic = MakeFull(1, 1, 2.5);

  EXPECT_EQ(ChooseLabeler<std::uint8_t>(isotropic, MakeFacts(255, false)), Labeler::Ranks);
  EXPECT_EQ(ChooseLabeler<std::uint8_t>(anisotropic, MakeFacts(255, true)), Labeler::Keys);
  EXPECT_EQ(ChooseLabeler<std::int16_t>(isotropic, MakeFacts(65535, true)), Labeler::Keys);
  EXPECT_EQ(ChooseLabeler<float>(isotropic, MakeFacts(4000, true)), Labeler::Keys);
  EXPECT_EQ(ChooseLabeler<float>(isotropic, MakeFacts(4000, false)), Labeler::Direct);
  EXPECT_EQ(ChooseLabeler<float>(isotropic, MakeFacts(4000, false, true)), Labeler::Direct);
  EXPECT_EQ(ChooseLabeler<float>(isotropic, MakeFacts(infinity, false)), Labeler::Definition);
  EXPECT_EQ(ChooseLabeler<float>(isotropic, MakeFacts(2e38, false)), Labeler::Definition);
  EXPECT_EQ(ChooseLabeler<double>(isotropic, MakeFacts(2e38, false)), Labeler::Direct);
  // Scores that may be infinite.
  EXPECT_EQ(ChooseLabeler<double>(MakeFull(1e-3, 1e-3, 1e-3), MakeFacts(1e307, false)), Labeler::Definition);
  // Scores of float that may be too small to be told apart.
  EXPECT_EQ(ChooseLabeler<float>(MakeFull(1e280, 1e280, 1e280), MakeFacts(1, false)), Labeler::Definition);
}


TEST(LabelerChoice, KeysNeedNumbersWithoutNaNThatFit)
{
  const auto isotropic = MakeFull(1, 1, 1);
  EXPECT_TRUE(MayHaveExactKeys(isotropic, MakeFacts(4000, false)));
  EXPECT_FALSE(MayHaveExactKeys(isotropic, MakeFacts(4000, false, true)));
  EXPECT_FALSE(MayHaveExactKeys(isotropic, MakeFacts(1e10, false)));
}


TEST(LabelerChoice, KeyScaleIsAPowerOfTwoThatStaysWhileItFits)
{
  for (const double greatest : { 1e-20, 0.3, 1.0, 4000.0, 65535.0, 8388608.0 })
  {
    const double scale = ChooseKeyScale(greatest, 0.0);
    EXPECT_GE(scale, 1.0);
    EXPECT_LE(greatest * scale, LargestKeyValue);
    int exponent;
    EXPECT_EQ(std::frexp(scale, &exponent), 0.5);
    EXPECT_EQ(ChooseKeyScale(greatest * 0.9, scale), scale);
  }
  EXPECT_EQ(ChooseKeyScale(8388609.0, 0.0), 0.0);
  EXPECT_EQ(ChooseKeyScale(std::numeric_limits<double>::infinity(), 1.0), 0.0);
}
