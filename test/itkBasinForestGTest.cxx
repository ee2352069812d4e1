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
#include "itkBasinBlock.h"
#include "itkBlockwiseBasins.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace
{
using NumbersType = std::vector<std::uint32_t>;

template <unsigned int VDimension>
using PositionType = std::array<std::int64_t, VDimension>;

template <typename TLabel, unsigned int VDimension>
struct LabelArray
{
  std::vector<TLabel>                             labels;
  std::vector<unsigned char>                      mask;
  itk::NeighborhoodLabelGraph<TLabel, VDimension> graph;
};

template <typename TLabel, unsigned int VDimension>
LabelArray<TLabel, VDimension>
MakeArray(const PositionType<VDimension> & size, const PositionType<VDimension> & radius, const bool isPeriodic)
{
  LabelArray<TLabel, VDimension> array;
  array.graph.mask = nullptr;
  array.graph.size = size;
  array.graph.radius = radius;
  array.graph.neighborhood = itk::NeighborhoodLabels<VDimension>(radius);
  array.graph.backgroundValue = static_cast<TLabel>(-1);
  array.graph.isPeriodic.fill(isPeriodic);
  array.labels.resize(array.graph.GetNumberOfVoxels());
  return array;
}

/** The numbers that blocks have to give, whatever they are: each voxel is followed by itself. */
template <typename TGraph>
NumbersType
Walk(const TGraph & graph)
{
  const std::uint64_t count = graph.GetNumberOfVoxels();
  std::vector<bool>   isKnown(count);
  NumbersType         numbers(count);
  std::uint32_t       numberOfBasins = 0;
  for (std::uint64_t start = 0; start < count; ++start)
  {
    std::vector<std::uint64_t> path;
    std::uint64_t              voxel = start;
    const auto                 isOnPath = [&] { return std::find(path.begin(), path.end(), voxel) != path.end(); };
    while (!graph.IsBackground(start) && !isKnown[voxel] && !isOnPath())
    {
      path.push_back(voxel);
      voxel = graph.Next(voxel);
    }
    if (!path.empty() && !isKnown[voxel])
    {
      numbers[voxel] = ++numberOfBasins;
    }
    for (const auto member : path)
    {
      numbers[member] = numbers[voxel];
      isKnown[member] = true;
    }
  }
  return numbers;
}

template <typename TGraph>
NumbersType
Blockwise(const TGraph & graph, const typename TGraph::PositionType & lengths, const std::size_t numberOfSlabs)
{
  using LabelType = std::decay_t<decltype(graph.backgroundValue)>;
  constexpr unsigned int                                    dimension = std::tuple_size<decltype(graph.size)>{};
  NumbersType                                               numbers(graph.GetNumberOfVoxels(), 0xdead);
  itk::BlockwiseBasins<LabelType, std::uint32_t, dimension> basins(graph, lengths, numberOfSlabs, numbers.data());
  std::uint64_t                                             progress = 0;
  const auto                                                count = [&](std::uint64_t n) { progress += n; };
  EXPECT_LE(basins.GetNumberOfSlabs(), numberOfSlabs);
  for (std::size_t slab = 0; slab < basins.GetNumberOfSlabs(); ++slab)
  {
    basins.FollowSlab(slab, count);
  }
  EXPECT_EQ(progress, numbers.size());
  basins.JoinSlabs();
  for (std::size_t slab = 0; slab < basins.GetNumberOfSlabs(); ++slab)
  {
    basins.NumberSharedOf(slab);
  }
  for (std::size_t slab = 0; slab < basins.GetNumberOfSlabs(); ++slab)
  {
    basins.NumberSlab(slab, count);
  }
  EXPECT_EQ(progress, 2 * numbers.size());
  EXPECT_EQ(basins.GetNumberOfBasins(), *std::max_element(numbers.begin(), numbers.end()));
  return numbers;
}

/** Blocks of all lengths from 1 to the image, and each of them in 1, 2, 3 and all slabs. */
template <typename TLabel, unsigned int VDimension>
void
ExpectSameAsWalk(LabelArray<TLabel, VDimension> & array, const std::string & what)
{
  auto & graph = array.graph;
  graph.labels = array.labels.data();
  graph.mask = array.mask.empty() ? nullptr : array.mask.data();
  const NumbersType expected = Walk(graph);
  const auto        longest = *std::max_element(graph.size.begin(), graph.size.end());
  for (std::int64_t length = 1; length <= longest; length += 1 + length / 5)
  {
    for (const std::size_t slabs : { 1, 2, 3, 100 })
    {
      PositionType<VDimension> lengths;
      for (unsigned int axis = 0; axis < VDimension; ++axis)
      {
        // Not all the same, so that axes cannot be mistaken.
        lengths[axis] = std::min<std::int64_t>(length + (axis == 1), graph.size[axis]);
      }
      EXPECT_EQ(Blockwise(graph, lengths, slabs), expected) << what << ", blocks of " << length << ", slabs " << slabs;
    }
  }
  const auto lengths = itk::BlockwiseBasins<TLabel, std::uint32_t, VDimension>::BlockLengths(graph, 2);
  EXPECT_EQ(Blockwise(graph, lengths, 2), expected) << what;
}

template <typename TLabel, unsigned int VDimension>
void
TestRandomLabels(const PositionType<VDimension> & size, const PositionType<VDimension> & radius)
{
  std::mt19937 engine(1);
  for (const bool isPeriodic : { false, true })
  {
    for (const unsigned int percentOfBackground : { 0, 5, 60 })
    {
      for (const bool hasMask : { false, true })
      {
        auto array = MakeArray<TLabel, VDimension>(size, radius, isPeriodic);
        for (auto & label : array.labels)
        {
          label = engine() % 100 < percentOfBackground
                    ? array.graph.backgroundValue
                    : static_cast<TLabel>(engine() % array.graph.neighborhood.GetNumberOfLabels());
        }
        for (std::size_t i = 0; hasMask && i < array.labels.size(); ++i)
        {
          array.mask.push_back(engine() % 10 != 0);
        }
        ExpectSameAsWalk(array, "random labels");
      }
    }
  }
}
} // namespace


TEST(BasinForest, RootsAreTheEarliestWhateverTheOrderOfJoins)
{
  std::mt19937               engine(1);
  std::vector<std::uint64_t> orders(200);
  std::iota(orders.begin(), orders.end(), 1000);
  for (int trial = 0; trial < 20; ++trial)
  {
    std::shuffle(orders.begin(), orders.end(), engine);
    itk::BasinForest<std::uint32_t> forest;
    for (std::uint32_t part = 0; part < 200; ++part)
    {
      EXPECT_EQ(forest.Add(orders[part]), part);
      EXPECT_TRUE(forest.IsRoot(part));
    }
    EXPECT_EQ(forest.GetNumberOfParts(), 200u);
    // Parts i and i + 7 k are one.
    std::vector<std::pair<std::uint32_t, std::uint32_t>> joins;
    for (std::uint32_t part = 7; part < 200; ++part)
    {
      joins.emplace_back(part, part - 7);
    }
    std::shuffle(joins.begin(), joins.end(), engine);
    for (const auto & join : joins)
    {
      forest.Join(join.first, join.second);
      forest.Join(join.second, join.first);
    }
    for (std::uint32_t part = 0; part < 200; ++part)
    {
      std::uint32_t earliest = part;
      for (std::uint32_t other = part % 7; other < 200; other += 7)
      {
        earliest = orders[other] < orders[earliest] ? other : earliest;
      }
      EXPECT_EQ(forest.RootOf(part), earliest);
      EXPECT_EQ(forest.IsRoot(part), part == earliest);
      EXPECT_EQ(forest.GetOrder(part), orders[part]);
    }
  }
}


TEST(BasinBlock, NumbersARowAndWhatLeavesIt)
{
  // Halo, eight voxels, halo; 0: to the left, 1: stays, 2: to the right, 3: absent.
  itk::BasinBlock<unsigned char>::Layout layout;
  layout.numberOfCells = 10;
  layout.rowLength = 8;
  layout.rows = { 1 };
  layout.halo = { 0, 9 };
  layout.steps = { -1, 0, 1 };
  itk::BasinBlock<unsigned char> block;
  block.SetLayout(layout);
  const std::vector<unsigned char> labels{ 2, 1, 0, 2, 0, 3, 0, 1, 2, 1 };
  std::copy(labels.begin(), labels.end(), block.GetLabels());
  block.Follow();
  std::vector<unsigned int> basins(8);
  block.NumberRow(1, basins.data());
  // The first basin is entered from the left, a cycle, background, a sink beside it, a sink, and one that leaves.
  const auto closed = block.GetClosedBegin();
  EXPECT_EQ(basins, (std::vector<unsigned int>{ 1, 1, closed, closed, 0, closed + 1, closed + 2, 2 }));
  EXPECT_EQ(block.GetNumberOfClosed(), 3u);
  ASSERT_EQ(block.GetShared().size(), 2u);
  EXPECT_EQ(block.GetShared()[0].first, 1u);
  EXPECT_EQ(block.GetShared()[0].closedBefore, 0u);
  EXPECT_EQ(block.GetShared()[0].exit, block.NoExit);
  EXPECT_EQ(block.GetShared()[1].first, 8u);
  EXPECT_EQ(block.GetShared()[1].closedBefore, 3u);
  EXPECT_EQ(block.GetShared()[1].exit, 9u);
}


TEST(BasinBlock, FollowsPathsAndCyclesOfAllLengths)
{
  for (std::uint32_t length = 1; length <= 40; ++length)
  {
    for (int trial = 0; trial < 20; ++trial)
    {
      // A label for each step that a voxel may make to another; a random permutation of the voxels, as cycles.
      itk::BasinBlock<unsigned short>::Layout layout;
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
      itk::BasinBlock<unsigned short> block;
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
      EXPECT_EQ(block.GetNumberOfClosed(), *std::max_element(expected.begin(), expected.end()));
      EXPECT_TRUE(block.GetShared().empty());
    }
  }
}


TEST(BlockwiseBasins, RandomLabels)
{
  TestRandomLabels<unsigned char, 1>({ 60 }, { 1 });
  TestRandomLabels<unsigned short, 1>({ 37 }, { 50 });
  TestRandomLabels<unsigned char, 2>({ 23, 17 }, { 1, 1 });
  TestRandomLabels<unsigned int, 2>({ 9, 14 }, { 3, 2 });
  TestRandomLabels<unsigned char, 2>({ 3, 2 }, { 4, 5 });
  TestRandomLabels<unsigned char, 2>({ 1, 30 }, { 0, 1 });
  TestRandomLabels<unsigned char, 3>({ 9, 7, 11 }, { 1, 1, 1 });
  TestRandomLabels<unsigned char, 3>({ 8, 9, 7 }, { 2, 0, 1 });
  TestRandomLabels<unsigned char, 3>({ 12, 19, 1 }, { 1, 1, 1 });
  TestRandomLabels<unsigned char, 4>({ 5, 4, 3, 6 }, { 1, 1, 1, 1 });
}


TEST(BlockwiseBasins, OnePathThroughAllVoxels)
{
  for (const bool isBack : { false, true })
  {
    auto array = MakeArray<unsigned char, 2>({ 13, 11 }, { 1, 1 }, false);
    for (std::int64_t y = 0; y < 11; ++y)
    {
      for (std::int64_t x = 0; x < 13; ++x)
      {
        const bool isUp = (y % 2 == 0) != isBack;
        const bool isTurn = x == (isUp ? 12 : 0);
        const bool isEnd = isTurn && y == (isBack ? 0 : 10);
        array.labels[static_cast<std::size_t>(y * 13 + x)] = isEnd ? 4 : isTurn ? (isBack ? 1 : 7) : isUp ? 5 : 3;
      }
    }
    ExpectSameAsWalk(array, "path");
  }
}


TEST(BlockwiseBasins, PlateausCheckerboardsAndSinks)
{
  for (const bool isPeriodic : { false, true })
  {
    for (unsigned char label = 0; label < 27; ++label)
    {
      auto array = MakeArray<unsigned char, 3>({ 6, 5, 7 }, { 1, 1, 1 }, isPeriodic);
      std::fill(array.labels.begin(), array.labels.end(), label);
      ExpectSameAsWalk(array, "plateau");
      for (std::size_t i = 0; i < array.labels.size(); i += 2)
      {
        array.labels[i] = 13;
      }
      ExpectSameAsWalk(array, "checkerboard");
      for (std::size_t i = 0; i < array.labels.size(); i += 2)
      {
        array.labels[i] = static_cast<unsigned char>(26 - label);
      }
      ExpectSameAsWalk(array, "to and fro");
    }
  }
}


TEST(BlockwiseBasins, BlocksFitTheCacheAndTheSlabs)
{
  using LengthsType = PositionType<3>;
  using BasinsType = itk::BlockwiseBasins<unsigned char, std::uint32_t, 3>;
  const auto lengthsOf = [](const LengthsType & size, std::size_t slabs) {
    auto graph = MakeArray<unsigned char, 3>({ 1, 1, 1 }, { 1, 1, 1 }, false).graph;
    graph.size = size;
    return BasinsType::BlockLengths(graph, slabs);
  };
  EXPECT_EQ(lengthsOf({ 512, 512, 512 }, 2), (LengthsType{ 256, 32, 32 }));
  EXPECT_EQ(lengthsOf({ 512, 512, 512 }, 64), (LengthsType{ 256, 32, 8 }));
  EXPECT_EQ(lengthsOf({ 512, 512, 512 }, 1000), (LengthsType{ 256, 32, 8 }));
  EXPECT_EQ(lengthsOf({ 4096, 4096, 1 }, 2), (LengthsType{ 512, 512, 1 }));
  EXPECT_EQ(lengthsOf({ 3, 2, 100000 }, 1), (LengthsType{ 3, 2, 32768 }));
}
