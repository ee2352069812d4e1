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
#include "itkNeighborhoodLabels.h"

#include <gtest/gtest.h>

#include <array>

TEST(NeighborhoodLabels, FirstAxisIsFastest)
{
  const itk::NeighborhoodLabels<3> labels;
  EXPECT_EQ(labels.GetNumberOfLabels(), 27u);
  EXPECT_EQ(labels.GetCenter(), 13u);
  EXPECT_EQ(labels.LabelOf(std::array<int, 3>{ -1, -1, -1 }), 0u);
  EXPECT_EQ(labels.LabelOf(std::array<int, 3>{ 1, 0, 0 }), 14u);
  EXPECT_EQ(labels.LabelOf(std::array<int, 3>{ 0, 1, 0 }), 16u);
  EXPECT_EQ(labels.LabelOf(std::array<int, 3>{ 0, 0, 1 }), 22u);
}


TEST(NeighborhoodLabels, OffsetsAreTheInverseOfLabels)
{
  const itk::NeighborhoodLabels<4> labels(std::array<unsigned int, 4>{ 2, 0, 1, 3 });
  EXPECT_EQ(labels.GetNumberOfLabels(), 5u * 1 * 3 * 7);
  for (unsigned int label = 0; label < labels.GetNumberOfLabels(); ++label)
  {
    std::array<std::int64_t, 4> offset;
    for (unsigned int axis = 0; axis < 4; ++axis)
    {
      offset[axis] = labels.OffsetOf(label, axis);
    }
    EXPECT_TRUE(labels.IsInside(offset));
    EXPECT_EQ(labels.LabelOf(offset), label);
  }
  EXPECT_FALSE(labels.IsInside(std::array<int, 4>{ 0, 1, 0, 0 }));
}


TEST(NeighborhoodLabels, NumbersThatAreTooGreatStayTheGreatest)
{
  constexpr auto greatest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(itk::NeighborhoodLabels<2>(std::array<std::uint64_t, 2>{ 1u << 31, 1u << 31 }).GetNumberOfLabels(),
            greatest);
  EXPECT_EQ(itk::NeighborhoodLabels<2>(std::array<std::uint64_t, 2>{ greatest, 1 }).GetNumberOfLabels(), greatest);
}
