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
#include "itkBasinForest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

TEST(BasinForest, RootsAreTheEarliestWhateverTheOrderOfJoins)
{
  std::mt19937               engine(1);
  std::vector<std::uint64_t> orders(200);
  std::iota(orders.begin(), orders.end(), 1000);
  for (int trial = 0; trial < 20; ++trial)
  {
    std::shuffle(orders.begin(), orders.end(), engine);
    itk::NeighborhoodArgmaxLabel::BasinForest<std::uint32_t> forest;
    for (std::uint32_t piece = 0; piece < 200; ++piece)
    {
      EXPECT_EQ(forest.Add(orders[piece]), piece);
      EXPECT_TRUE(forest.IsRoot(piece));
    }
    EXPECT_EQ(forest.GetNumberOfPieces(), 200u);
    // Pieces i and i + 7 k are one.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> joins;
    for (std::uint32_t piece = 7; piece < 200; ++piece)
    {
      joins.emplace_back(piece, piece - 7);
    }
    std::shuffle(joins.begin(), joins.end(), engine);
    for (const auto & join : joins)
    {
      forest.Join(join.first, join.second);
      forest.Join(join.second, join.first);
    }
    for (std::uint32_t piece = 0; piece < 200; ++piece)
    {
      std::uint32_t earliest = piece;
      for (std::uint32_t other = piece % 7; other < 200; other += 7)
      {
        earliest = orders[other] < orders[earliest] ? other : earliest;
      }
      EXPECT_EQ(forest.RootOf(piece), earliest);
      EXPECT_EQ(forest.IsRoot(piece), piece == earliest);
      EXPECT_EQ(forest.GetOrder(piece), orders[piece]);
    }
  }
}
