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
#include "ErrorOfUpdate.h"
#include "itkNeighborhoodBasinJoiner.h"
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include "itkImageRegionIteratorWithIndex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace
{
template <unsigned int VDimension>
struct Types
{
  using LabelImageType = itk::Image<unsigned char, VDimension>;
  using FilterType = itk::NeighborhoodLabelToBasinImageFilter<LabelImageType>;
  using JoinerType = itk::NeighborhoodBasinJoiner<VDimension>;
  using CutsType = std::array<std::vector<itk::IndexValueType>, VDimension>; // of each axis, with its ends
};

template <unsigned int VDimension>
typename Types<VDimension>::LabelImageType::Pointer
MakeRandomLabels(const itk::ImageRegion<VDimension> & region, const itk::Size<VDimension> & radius, unsigned int seed)
{
  std::mt19937 engine(seed);
  const auto   labels = Types<VDimension>::LabelImageType::New();
  labels->SetRegions(region);
  labels->Allocate();
  const auto count = itk::NeighborhoodLabels<VDimension>(radius).GetNumberOfLabels();
  for (itk::ImageRegionIteratorWithIndex it(labels.GetPointer(), region); !it.IsAtEnd(); ++it)
  {
    it.Set(engine() % 10 == 0 ? 255 : static_cast<unsigned char>(engine() % count));
  }
  return labels;
}

template <unsigned int VDimension>
typename Types<VDimension>::LabelImageType::Pointer
CopyPart(const typename Types<VDimension>::LabelImageType & labels, const itk::ImageRegion<VDimension> & region)
{
  const auto part = Types<VDimension>::LabelImageType::New();
  part->SetRegions(region);
  part->Allocate();
  for (itk::ImageRegionIteratorWithIndex it(part.GetPointer(), region); !it.IsAtEnd(); ++it)
  {
    it.Set(labels.GetPixel(it.GetIndex()));
  }
  return part;
}

/** The cells of a grid, the first axis fastest. */
template <unsigned int VDimension>
std::vector<itk::ImageRegion<VDimension>>
RegionsOf(const typename Types<VDimension>::CutsType & cuts)
{
  std::vector<itk::ImageRegion<VDimension>> regions(1);
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    std::vector<itk::ImageRegion<VDimension>> next;
    for (std::size_t i = 0; i + 1 < cuts[axis].size(); ++i)
    {
      for (auto region : regions)
      {
        region.SetIndex(axis, cuts[axis][i]);
        region.SetSize(axis, static_cast<itk::SizeValueType>(cuts[axis][i + 1] - cuts[axis][i]));
        next.push_back(region);
      }
    }
    regions = next;
  }
  return regions;
}

template <unsigned int VDimension>
struct JoinedParts
{
  using FilterPointer = typename Types<VDimension>::FilterType::Pointer;

  std::vector<itk::ImageRegion<VDimension>>       regions;
  std::vector<FilterPointer>                      filters; // of the parts
  typename Types<VDimension>::JoinerType::Pointer joiner;

  JoinedParts(const typename Types<VDimension>::FilterType & whole, const typename Types<VDimension>::CutsType & cuts)
    : regions(RegionsOf<VDimension>(cuts))
    , joiner(Types<VDimension>::JoinerType::New())
  {
    joiner->SetRadius(whole.GetRadius());
    for (const auto & region : regions)
    {
      const auto filter = Types<VDimension>::FilterType::New();
      filter->SetInput(CopyPart<VDimension>(*whole.GetInput(), region));
      filter->SetRadius(whole.GetRadius());
      filter->SetWholeRegion(whole.GetInput()->GetLargestPossibleRegion());
      for (unsigned int axis = 0; axis < VDimension; ++axis)
      {
        filter->SetPeriodicOfAxis(axis, whole.GetPeriodicOfAxis(axis));
      }
      filter->Update();
      filters.push_back(filter);
    }
    for (std::size_t i = filters.size(); i-- > 0;) // in any order
    {
      joiner->AddPart(regions[i], filters[i]->GetRows(), filters[i]->GetFaces(), filters[i]->GetExits());
    }
    joiner->Join();
  }

  itk::SizeValueType
  NumberAt(const itk::Index<VDimension> & index) const
  {
    const auto isThere = [&](const auto & region) { return region.IsInside(index); };
    const auto part = static_cast<std::size_t>(std::find_if(regions.begin(), regions.end(), isThere) - regions.begin());
    const auto numbers =
      joiner->GetNumbers(filters[part]->GetRows(), joiner->GetBasinsBefore(part), joiner->GetPieces(part));
    return numbers->GetBufferPointer()[filters[part]->GetOutput()->GetPixel(index)];
  }
};

/** The basins whose labels lead in a cycle through several parts, with the voxels by which it enters them. */
template <unsigned int VDimension>
std::set<std::pair<itk::SizeValueType, itk::SizeValueType>>
EntriesOfCycles(const typename Types<VDimension>::FilterType & whole, const JoinedParts<VDimension> & parts)
{
  const auto &                              labels = *whole.GetInput();
  const auto                                region = labels.GetLargestPossibleRegion();
  const itk::NeighborhoodLabels<VDimension> neighborhood(whole.GetRadius());
  const auto                                next = [&](itk::Index<VDimension> index) {
    const auto label = labels.GetPixel(index);
    auto       target = index;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      target[axis] += neighborhood.OffsetOf(label, axis);
      const auto length = static_cast<itk::IndexValueType>(region.GetSize(axis));
      const auto first = region.GetIndex(axis);
      if (whole.GetPeriodicOfAxis(axis))
      {
        target[axis] = first + ((target[axis] - first) % length + length) % length;
      }
    }
    return region.IsInside(target) && labels.GetPixel(target) != 255 ? target : index;
  };
  const auto isExit = [&](const itk::Index<VDimension> & index) {
    for (std::size_t i = 0; i < parts.regions.size(); ++i)
    {
      if (parts.regions[i].IsInside(index))
      {
        auto target = index;
        for (unsigned int axis = 0; axis < VDimension; ++axis)
        {
          target[axis] += neighborhood.OffsetOf(labels.GetPixel(index), axis);
        }
        return !parts.regions[i].IsInside(target);
      }
    }
    return false;
  };
  std::set<std::pair<itk::SizeValueType, itk::SizeValueType>> entries;
  for (itk::ImageRegionConstIteratorWithIndex it(&labels, region); !it.IsAtEnd(); ++it)
  {
    auto index = it.GetIndex();
    for (itk::SizeValueType step = 0; it.Get() != 255 && step < region.GetNumberOfPixels(); ++step)
    {
      index = next(index);
    }
    // Now it is a sink, or on a cycle.
    for (const auto first = index; it.Get() != 255 && next(index) != index;)
    {
      if (isExit(index))
      {
        entries.emplace(whole.GetOutput()->GetPixel(index),
                        static_cast<itk::SizeValueType>(labels.ComputeOffset(next(index))));
      }
      index = next(index);
      if (index == first)
      {
        break;
      }
    }
  }
  return entries;
}

template <unsigned int VDimension>
void
ExpectWhole(typename Types<VDimension>::FilterType & whole, const typename Types<VDimension>::CutsType & cuts)
{
  whole.Update();
  const JoinedParts<VDimension> parts(whole, cuts);
  EXPECT_EQ(parts.joiner->GetNumberOfParts(), parts.regions.size());
  EXPECT_EQ(parts.joiner->GetNumberOfBasins(), whole.GetNumberOfBasins());
  const auto & basins = *whole.GetOutput();
  for (itk::ImageRegionConstIteratorWithIndex it(&basins, basins.GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    ASSERT_EQ(parts.NumberAt(it.GetIndex()), it.Get()) << it.GetIndex();
  }

  // Each entry once, the same number for entries of one basin, and the numbers 0, 1, ...
  const auto                                                  cycles = parts.joiner->GetCycles();
  std::set<std::pair<itk::SizeValueType, itk::SizeValueType>> entries;
  std::set<std::pair<itk::SizeValueType, itk::SizeValueType>> numbers;
  for (itk::SizeValueType i = 0; i < cycles->GetBufferedRegion().GetSize(1); ++i)
  {
    const auto * row = cycles->GetBufferPointer() + 2 * i;
    const auto   basin = basins.GetPixel(basins.ComputeIndex(static_cast<itk::OffsetValueType>(row[0])));
    EXPECT_TRUE(entries.emplace(basin, row[0]).second);
    numbers.emplace(row[1], basin);
  }
  EXPECT_EQ(entries, EntriesOfCycles<VDimension>(whole, parts));
  itk::SizeValueType           expected = 0;
  std::set<itk::SizeValueType> basinsOfCycles;
  for (const auto & [number, basin] : numbers)
  {
    EXPECT_EQ(number, expected++);
    EXPECT_TRUE(basinsOfCycles.insert(basin).second);
  }
}

template <unsigned int VDimension>
void
TestRandomLabels(const itk::ImageRegion<VDimension> &         region,
                 const itk::Size<VDimension> &                radius,
                 const typename Types<VDimension>::CutsType & cuts)
{
  for (unsigned int seed = 0; seed < 10; ++seed)
  {
    const auto whole = Types<VDimension>::FilterType::New();
    whole->SetInput(MakeRandomLabels<VDimension>(region, radius, seed));
    whole->SetRadius(radius);
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      whole->SetPeriodicOfAxis(axis, (seed >> axis) % 2 == 1);
    }
    SCOPED_TRACE("seed " + std::to_string(seed));
    ExpectWhole<VDimension>(*whole, cuts);
  }
}
} // namespace


TEST(NeighborhoodBasinJoiner, RandomLabels)
{
  TestRandomLabels<2>({ { { -5, 3 } }, { { 11, 9 } } }, { { 1, 1 } }, { { { -5, -2, -1, 6 }, { 3, 7, 12 } } });
  TestRandomLabels<2>({ { { 0, 0 } }, { { 8, 13 } } }, { { 2, 1 } }, { { { 0, 3, 5, 8 }, { 0, 4, 5, 13 } } });
  TestRandomLabels<2>(
    { { { 1, 1 } }, { { 6, 5 } } }, { { 1, 2 } }, { { { 1, 2, 3, 4, 5, 6, 7 }, { 1, 2, 3, 4, 5, 6 } } });
  TestRandomLabels<2>({ { { 0, 0 } }, { { 9, 7 } } }, { { 0, 1 } }, { { { 0, 9 }, { 0, 7 } } });
  TestRandomLabels<2>({ { { 0, 0 } }, { { 13, 15 } } }, { { 2, 2 } }, { { { 0, 6, 13 }, { 0, 7, 8, 15 } } });
  TestRandomLabels<3>(
    { { { 2, 0, -9 } }, { { 6, 5, 7 } } }, { { 1, 1, 1 } }, { { { 2, 4, 8 }, { 0, 2, 5 }, { -9, -6, -2 } } });
  TestRandomLabels<4>({ { { 0, 0, 0, 0 } }, { { 4, 3, 4, 3 } } },
                      { { 1, 1, 1, 1 } },
                      { { { 0, 2, 4 }, { 0, 3 }, { 0, 1, 4 }, { 0, 2, 3 } } });
}


TEST(NeighborhoodBasinJoiner, ACycleThroughFourParts)
{
  // All labels lead round the middle.
  const auto labels = Types<2>::LabelImageType::New();
  labels->SetRegions(itk::Size<2>{ { 4, 4 } });
  labels->Allocate();
  const std::array<unsigned char, 16> round{ 5, 5, 5, 7, 1, 5, 7, 7, 1, 1, 3, 7, 1, 3, 3, 3 };
  std::copy(round.begin(), round.end(), labels->GetBufferPointer());
  const auto whole = Types<2>::FilterType::New();
  whole->SetInput(labels);
  ExpectWhole<2>(*whole, { { { 0, 2, 4 }, { 0, 2, 4 } } });
  EXPECT_EQ(whole->GetNumberOfBasins(), 2u);
  const JoinedParts<2> parts(*whole, { { { 0, 2, 4 }, { 0, 2, 4 } } });
  EXPECT_EQ(parts.joiner->GetCycles()->GetBufferedRegion().GetSize(1), 8u); // two cycles, of four parts each
}


namespace
{
class NeighborhoodBasinJoinerErrors : public ::testing::Test
{
protected:
  using JoinerType = Types<2>::JoinerType;

  Types<2>::FilterType::Pointer
  PartAt(itk::IndexValueType x, itk::SizeValueType length)
  {
    const auto                filter = Types<2>::FilterType::New();
    const itk::ImageRegion<2> region{ { { x, 0 } }, { { length, 6 } } };
    const auto                labels = MakeRandomLabels<2>(region, { { 1, 1 } }, 1);
    filter->SetInput(labels);
    filter->SetWholeRegion({ { { 0, 0 } }, { { 8, 6 } } });
    filter->Update();
    return filter;
  }

  void
  Add(const Types<2>::FilterType & filter)
  {
    joiner->AddPart(
      filter.GetInput()->GetLargestPossibleRegion(), filter.GetRows(), filter.GetFaces(), filter.GetExits());
  }

  std::string
  ErrorOfJoin()
  {
    try
    {
      joiner->Join();
    }
    catch (const itk::ExceptionObject & error)
    {
      return error.GetDescription();
    }
    return "";
  }

  JoinerType::Pointer joiner{ JoinerType::New() };
};
} // namespace

TEST_F(NeighborhoodBasinJoinerErrors, PartsThatAreNoGrid)
{
  ExpectContains(ErrorOfJoin(), "0 parts are not the cells of a grid");
  const auto left = this->PartAt(0, 4);
  const auto right = this->PartAt(5, 3);
  this->Add(*left);
  this->Add(*right);
  ExpectContains(ErrorOfJoin(), "2 parts are not the cells of a grid");
  this->Add(*this->PartAt(4, 1));
  EXPECT_EQ(ErrorOfJoin(), "");
  this->Add(*left);
  ExpectContains(ErrorOfJoin(), "4 parts are not");
}

TEST_F(NeighborhoodBasinJoinerErrors, TablesOfAnotherPartOrRadius)
{
  const auto left = this->PartAt(0, 4);
  const auto right = this->PartAt(4, 4);
  joiner->AddPart(left->GetInput()->GetLargestPossibleRegion(), left->GetRows(), nullptr, left->GetExits());
  ExpectContains(ErrorOfJoin(), "no table of faces of 1 x 16");
  joiner = JoinerType::New();
  joiner->SetRadius({ { 2, 1 } });
  this->Add(*left);
  ExpectContains(ErrorOfJoin(), "Radius");
  joiner = JoinerType::New();
  this->Add(*left);
  ExpectContains(ErrorOfJoin(), "add all parts"); // its exits lead out of what there is
  ExpectContains(
    [&] {
      try
      {
        joiner->GetPieces(0);
      }
      catch (const itk::ExceptionObject & error)
      {
        return std::string(error.GetDescription());
      }
      return std::string();
    }(),
    "then Join()");
  const auto wrong = itk::NeighborhoodArgmaxLabel::MakeTable<itk::SizeValueType>(2, { 1000, 5 });
  joiner->AddPart(right->GetInput()->GetLargestPossibleRegion(), right->GetRows(), right->GetFaces(), wrong);
  ExpectContains(ErrorOfJoin(), "an exit from the basin 1000");
}
