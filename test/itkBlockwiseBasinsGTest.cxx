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
#include "itkBlockwiseBasins.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace
{
using NumbersType = std::vector<std::uint32_t>;

template <unsigned int VDimension>
using PositionType = std::array<std::int64_t, VDimension>;

template <typename TLabel, unsigned int VDimension>
struct LabelArray
{
  std::vector<TLabel>                                                      labels;
  std::vector<unsigned char>                                               mask;
  itk::NeighborhoodArgmaxLabel::NeighborhoodLabelGraph<TLabel, VDimension> graph;
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
  constexpr unsigned int dimension = std::tuple_size<decltype(graph.size)>{};
  NumbersType            numbers(graph.GetNumberOfVoxels(), 0xdead);
  itk::NeighborhoodArgmaxLabel::BlockwiseBasins<LabelType, std::uint32_t, dimension> basins(
    graph, lengths, numberOfSlabs, numbers.data());
  std::uint64_t progress = 0;
  const auto    forEachSlab = [&](const auto & function) {
    for (std::size_t slab = 0; slab < basins.GetNumberOfSlabs(); ++slab)
    {
      function(slab, [&](std::uint64_t n) { progress += n; });
    }
  };
  EXPECT_LE(basins.GetNumberOfSlabs(), numberOfSlabs);
  basins.Find(forEachSlab);
  EXPECT_EQ(progress, numbers.size());
  basins.Write(forEachSlab);
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
  const auto lengths =
    itk::NeighborhoodArgmaxLabel::BlockwiseBasins<TLabel, std::uint32_t, VDimension>::BlockLengths(graph, 2);
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
  using BasinsType = itk::NeighborhoodArgmaxLabel::BlockwiseBasins<unsigned char, std::uint32_t, 3>;
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
