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
#include "itkBasinBlock.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

TEST(BasinBlock, NumbersARowAndWhatLeavesIt)
{
  // Halo, eight voxels, halo; 0: to the left, 1: stays, 2: to the right, 3: absent.
  itk::NeighborhoodArgmaxLabel::BasinBlock<unsigned char>::Layout layout;
  layout.numberOfCells = 10;
  layout.rowLength = 8;
  layout.rows = { 1 };
  layout.halo = { 0, 9 };
  layout.steps = { -1, 0, 1 };
  itk::NeighborhoodArgmaxLabel::BasinBlock<unsigned char> block;
  block.SetLayout(layout);
  const std::vector<unsigned char> labels{ 2, 1, 0, 2, 0, 3, 0, 1, 2, 1 };
  std::copy(labels.begin(), labels.end(), block.GetLabels());
  block.Follow();
  std::vector<unsigned int> basins(8);
  block.NumberRow(1, basins.data());
  // The first basin is entered from the left, a cycle, background, a sink beside it, a sink, and one that leaves.
  const auto inner = block.GetInnerBegin();
  EXPECT_EQ(basins, (std::vector<unsigned int>{ 1, 1, inner, inner, 0, inner + 1, inner + 2, 2 }));
  EXPECT_EQ(block.GetNumberOfInner(), 3u);
  ASSERT_EQ(block.GetPieces().size(), 2u);
  EXPECT_EQ(block.GetPieces()[0].first, 1u);
  EXPECT_EQ(block.GetPieces()[0].innerBefore, 0u);
  EXPECT_EQ(block.GetPieces()[0].exit, block.NoExit);
  EXPECT_EQ(block.GetPieces()[1].first, 8u);
  EXPECT_EQ(block.GetPieces()[1].innerBefore, 3u);
  EXPECT_EQ(block.GetPieces()[1].exit, 9u);
}


TEST(BasinBlock, FollowsPathsAndCyclesOfAllLengths)
{
  for (std::uint32_t length = 1; length <= 40; ++length)
  {
    for (int trial = 0; trial < 20; ++trial)
    {
      // A label for each step that a voxel may make to another; a random permutation of the voxels, as cycles.
      itk::NeighborhoodArgmaxLabel::BasinBlock<unsigned short>::Layout layout;
      layout.numberOfCells = length;
      layout.rowLength = length;
      layout.rows = { 0 };
      for (auto step = -static_cast<std::int32_t>(length); step <= static_cast<std::int32_t>(length); ++step)
      {
        layout.steps.push_back(step);
      }
      std::vector<std::uint32_t> next(length);
      std::iota(next.begin(), next.end(), 0);
      std::shuffle(next.begin(), next.end(), std::mt19937(static_cast<unsigned int>(trial)));
      if (trial % 2 == 0)
      {
        // The same as a path: it ends in a sink.
        const auto order = next;
        for (std::uint32_t i = 0; i < length; ++i)
        {
          next[order[i]] = order[std::min(i + 1, length - 1)];
        }
      }
      itk::NeighborhoodArgmaxLabel::BasinBlock<unsigned short> block;
      block.SetLayout(layout);
      for (std::uint32_t cell = 0; cell < length; ++cell)
      {
        block.GetLabels()[cell] = static_cast<unsigned short>(next[cell] + length - cell);
      }
      block.Follow();
      std::vector<unsigned int> basins(length);
      block.NumberRow(0, basins.data());
      unsigned int              newest = 0;
      std::vector<unsigned int> expected(length);
      for (std::uint32_t cell = 0; cell < length; ++cell)
      {
        if (trial % 2 == 0)
        {
          expected[cell] = 1;
          continue;
        }
        for (auto member = cell; expected[cell] == 0; member = next[member])
        {
          expected[cell] = expected[member] != 0 ? expected[member] : next[member] == cell ? ++newest : 0;
        }
      }
      EXPECT_EQ(basins, expected) << length;
      EXPECT_EQ(block.GetNumberOfInner(), *std::max_element(expected.begin(), expected.end()));
      EXPECT_TRUE(block.GetPieces().empty());
    }
  }
}
