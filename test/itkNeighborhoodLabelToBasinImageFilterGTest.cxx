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
#include "RandomImages.h"
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include "itkGTest.h"
#include "itkImageBufferRange.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkNeighborhood.h"
#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkStreamingImageFilter.h"
#include "itkTobogganImageFilter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace
{
using RandomImages::MakeImage;

template <typename TImage>
std::vector<typename TImage::PixelType>
PixelsOf(const TImage & image)
{
  const auto range = itk::MakeImageBufferRange(&image);
  return std::vector<typename TImage::PixelType>(range.cbegin(), range.cend());
}

/** What the filter has to give: every voxel is followed, label by label, on the indices of the image. */
template <typename TFilter>
struct Walk
{
  using LabelImageType = typename TFilter::LabelImageType;
  using IndexType = typename TFilter::IndexType;
  using CountImageType = itk::Image<itk::SizeValueType, TFilter::ImageDimension>;

  explicit Walk(const TFilter & filter)
    : labels(*filter.GetInput())
    , mask(filter.GetMaskImage())
    , region(labels.GetLargestPossibleRegion())
    , background(filter.GetBackgroundValue())
    , basins(MakeImage<CountImageType>(region))
    , sinks(MakeImage<CountImageType>(region))
  {
    neighborhood.SetRadius(filter.GetRadius());
    for (unsigned int axis = 0; axis < TFilter::ImageDimension; ++axis)
    {
      isPeriodic[axis] = filter.GetPeriodicOfAxis(axis);
    }
    // The sink of each voxel, as a pixel number from 1 on, so that no voxel is passed twice.
    const auto                      sinkOf = MakeImage<CountImageType>(region);
    std::vector<itk::SizeValueType> basinOfSink(region.GetNumberOfPixels() + 1);
    for (itk::ImageRegionConstIteratorWithIndex<LabelImageType> it(&labels, region); !it.IsAtEnd(); ++it)
    {
      if (!this->HasLabel(it.GetIndex()))
      {
        continue;
      }
      std::vector<IndexType> path;
      const auto             onPath = itk::NumericTraits<itk::SizeValueType>::max();
      IndexType              index = it.GetIndex();
      while (sinkOf->GetPixel(index) == 0)
      {
        sinkOf->SetPixel(index, onPath);
        path.push_back(index);
        index = this->Next(index);
      }
      itk::SizeValueType sink = sinkOf->GetPixel(index);
      if (sink == onPath)
      {
        // A new sink, or cycle: its first voxel.
        const auto begin = std::find(path.cbegin(), path.cend(), index);
        for (auto member = begin; member != path.cend(); ++member)
        {
          sink = std::min<itk::SizeValueType>(sink, labels.ComputeOffset(*member) + 1);
        }
      }
      for (const auto & member : path)
      {
        sinkOf->SetPixel(member, sink);
      }
      itk::SizeValueType & basin = basinOfSink[sink];
      if (basin == 0)
      {
        basin = ++numberOfBasins;
        sinks->SetPixel(labels.ComputeIndex(sink - 1), basin);
      }
      basins->SetPixel(it.GetIndex(), basin);
    }
  }

  bool
  HasLabel(const IndexType & index) const
  {
    return labels.GetPixel(index) != background && (mask == nullptr || mask->GetPixel(index) != 0);
  }

  IndexType
  Next(const IndexType & index) const
  {
    IndexType next = index + neighborhood.GetOffset(static_cast<itk::SizeValueType>(labels.GetPixel(index)));
    for (unsigned int axis = 0; axis < TFilter::ImageDimension; ++axis)
    {
      if (!isPeriodic[axis])
      {
        continue;
      }
      const auto length = static_cast<itk::OffsetValueType>(region.GetSize(axis));
      while (next[axis] < region.GetIndex(axis))
      {
        next[axis] += length;
      }
      while (next[axis] >= region.GetIndex(axis) + length)
      {
        next[axis] -= length;
      }
    }
    return region.IsInside(next) && this->HasLabel(next) ? next : index;
  }

  const LabelImageType &                                    labels;
  const typename TFilter::MaskImageType *                   mask;
  typename LabelImageType::RegionType                       region;
  typename LabelImageType::PixelType                        background;
  std::array<bool, TFilter::ImageDimension>                 isPeriodic;
  itk::Neighborhood<unsigned char, TFilter::ImageDimension> neighborhood;
  typename CountImageType::Pointer                          basins;
  typename CountImageType::Pointer                          sinks;
  itk::SizeValueType                                        numberOfBasins{ 0 };
};

/** Compares with the walk, at several numbers of work units. */
template <typename TFilter>
void
ExpectSameAsWalk(TFilter & filter, const std::vector<unsigned int> & workUnits = { 1, 2, 3, 4, 5, 100 })
{
  const Walk<TFilter> walk(filter);
  const auto          basins = PixelsOf(*walk.basins);
  const auto          sinks = PixelsOf(*walk.sinks);
  filter.GenerateSinkImageOn();
  for (const auto n : workUnits)
  {
    filter.SetNumberOfWorkUnits(n);
    filter.Modified();
    filter.Update();
    const auto isSame = [](const auto & pixels, const auto & expected) {
      return std::equal(pixels.cbegin(), pixels.cend(), expected.cbegin(), expected.cend(), [](auto a, auto b) {
        return a >= 0 && static_cast<itk::SizeValueType>(a) == b;
      });
    };
    EXPECT_TRUE(isSame(PixelsOf(*filter.GetOutput()), basins)) << n << " work units, " << walk.region;
    EXPECT_TRUE(isSame(PixelsOf(*filter.GetSinkImage()), sinks)) << n << " work units, " << walk.region;
    EXPECT_EQ(filter.GetNumberOfBasins(), walk.numberOfBasins);
  }
}

/** Labels of a radius, with background here and there. */
template <typename TImage>
typename TImage::Pointer
MakeRandomLabels(const typename TImage::RegionType & region,
                 const itk::SizeValueType            numberOfLabels,
                 const double                        partOfBackground = 0.0,
                 const unsigned int                  seed = 1)
{
  const auto                             image = MakeImage<TImage>(region);
  std::mt19937                           engine(seed);
  std::uniform_real_distribution<double> uniform;
  for (auto && pixel : itk::MakeImageBufferRange(image.GetPointer()))
  {
    pixel = uniform(engine) < partOfBackground ? itk::NumericTraits<typename TImage::PixelType>::max()
                                               : static_cast<typename TImage::PixelType>(engine() % numberOfLabels);
  }
  // A border of zeros only, which small images may have, is refused.
  image->SetPixel(region.GetIndex(), static_cast<typename TImage::PixelType>(numberOfLabels / 2));
  return image;
}

using LabelImageType = itk::Image<unsigned char, 3>;
using FilterType = itk::NeighborhoodLabelToBasinImageFilter<LabelImageType>;
using PlaneType = itk::Image<unsigned char, 2>;
using PlaneFilterType = itk::NeighborhoodLabelToBasinImageFilter<PlaneType>;

template <typename TFilter = FilterType>
typename TFilter::Pointer
MakeFilter(const typename TFilter::LabelImageType * labels)
{
  const auto filter = TFilter::New();
  filter->SetInput(labels);
  return filter;
}

// Larger than what the filter does in one thread.
const LabelImageType::RegionType LargeRegion{ { { 7, -2, 100 } }, { { 23, 14, 160 } } };
const PlaneType::RegionType      LargePlane{ { { -5, 3 } }, { { 190, 210 } } };

template <typename TImage>
void
TestRandomLabels(const typename TImage::RegionType & region, const typename TImage::SizeType & radius)
{
  using TestedType = itk::NeighborhoodLabelToBasinImageFilter<TImage>;
  itk::Neighborhood<char, TImage::ImageDimension> neighborhood;
  neighborhood.SetRadius(radius);
  for (const double partOfBackground : { 0.0, 0.02, 0.6 })
  {
    for (const bool isPeriodic : { false, true })
    {
      const auto labels = MakeRandomLabels<TImage>(region, neighborhood.Size(), partOfBackground);
      const auto filter = MakeFilter<TestedType>(labels);
      filter->SetRadius(radius);
      filter->SetPeriodic(isPeriodic);
      ExpectSameAsWalk(*filter);
      filter->SetPeriodicOfAxis(TImage::ImageDimension - 1, !isPeriodic);
      ExpectSameAsWalk(*filter);
    }
  }
}

/** To and fro along the first axis, forth along the second; with `isBack` the other way round. */
PlaneType::Pointer
MakeSnake(const PlaneType::RegionType & region, const bool isBack)
{
  const auto labels = MakeImage<PlaneType>(region);
  const auto lastX = static_cast<itk::IndexValueType>(region.GetSize(0)) - 1;
  const auto lastY = static_cast<itk::IndexValueType>(region.GetSize(1)) - 1;
  for (itk::ImageRegionIteratorWithIndex<PlaneType> it(labels, region); !it.IsAtEnd(); ++it)
  {
    const auto position = it.GetIndex() - region.GetIndex();
    const bool isUp = (position[1] % 2 == 0) != isBack;
    const bool isTurn = position[0] == (isUp ? lastX : 0);
    const bool isEnd = isTurn && position[1] == (isBack ? 0 : lastY);
    it.Set(isEnd ? 4 : isTurn ? (isBack ? 1 : 7) : isUp ? 5 : 3);
  }
  return labels;
}
} // namespace


TEST(NeighborhoodLabelToBasinImageFilter, HasTheDocumentedDefaults)
{
  const auto filter = FilterType::New();
  EXPECT_EQ(filter->GetRadius(), FilterType::RadiusType::Filled(1));
  EXPECT_EQ(filter->GetBackgroundValue(), 255);
  EXPECT_FALSE(filter->GetPeriodic());
  EXPECT_FALSE(filter->GetGenerateSinkImage());
  EXPECT_EQ(filter->GetMaskImage(), nullptr);
  EXPECT_EQ(filter->GetSinkImage(), nullptr);
  EXPECT_EQ(filter->GetNumberOfBasins(), 0u);
  EXPECT_EQ(filter->GetNumberOfIndexedOutputs(), 1u);
  using SignedFilterType = itk::NeighborhoodLabelToBasinImageFilter<itk::Image<short, 2>>;
  EXPECT_EQ(SignedFilterType::New()->GetBackgroundValue(), 32767);
}


#ifdef ITK_GTEST_EXERCISE_BASIC_OBJECT_METHODS // since ITK 6
TEST(NeighborhoodLabelToBasinImageFilter, ExercisesBasicObjectMethods)
{
  const auto filter = FilterType::New();
  ITK_GTEST_EXERCISE_BASIC_OBJECT_METHODS(filter, NeighborhoodLabelToBasinImageFilter, ImageToImageFilter);
}
#endif


TEST(NeighborhoodLabelToBasinImageFilter, PrintsEveryProperty)
{
  const auto filter = FilterType::New();
  filter->SetRadius(2);
  filter->SetBackgroundValue(200);
  filter->PeriodicOn();
  filter->GenerateSinkImageOn();
  std::ostringstream text;
  filter->Print(text);
  for (const auto line : { "Radius: [2, 2, 2]",
                           "BackgroundValue: 200",
                           "Periodic along axis 2: On",
                           "GenerateSinkImage: On",
                           "NumberOfBasins: 0" })
  {
    ExpectContains(text.str(), line);
  }
}


TEST(NeighborhoodLabelToBasinImageFilter, NumbersBasinsByTheirFirstVoxels)
{
  // > < sink, background, <: out on the left; the last two: a cycle.
  const std::vector<unsigned char> row{ 1, 2, 2, 255, 0, 1, 2, 0 };
  using RowType = itk::Image<unsigned char, 1>;
  const auto labels = MakeImage<RowType>({ { { 3 } }, { { row.size() } } });
  std::copy(row.cbegin(), row.cend(), labels->GetBufferPointer());

  const auto filter = MakeFilter<itk::NeighborhoodLabelToBasinImageFilter<RowType>>(labels);
  filter->GenerateSinkImageOn();
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), (std::vector<unsigned int>{ 1, 2, 2, 0, 3, 4, 5, 5 }));
  EXPECT_EQ(PixelsOf(*filter->GetSinkImage()), (std::vector<unsigned int>{ 1, 0, 2, 0, 3, 4, 5, 0 }));
  EXPECT_EQ(filter->GetNumberOfBasins(), 5u);
}


TEST(NeighborhoodLabelToBasinImageFilter, RandomLabelsOf1Dimension)
{
  TestRandomLabels<itk::Image<unsigned char, 1>>({ { { 4 } }, { { 50000 } } }, { { 1 } });
  TestRandomLabels<itk::Image<short, 1>>({ { { 4 } }, { { 333 } } }, { { 70 } });
  TestRandomLabels<itk::Image<unsigned char, 1>>({ { { 0 } }, { { 1 } } }, { { 3 } });
}


TEST(NeighborhoodLabelToBasinImageFilter, RandomLabelsOf2Dimensions)
{
  TestRandomLabels<PlaneType>(LargePlane, { { 1, 1 } });
  TestRandomLabels<PlaneType>(LargePlane, { { 0, 2 } });
  TestRandomLabels<itk::Image<int, 2>>(LargePlane, { { 9, 12 } });
  TestRandomLabels<PlaneType>({ { { 1, 1 } }, { { 3, 2 } } }, { { 4, 5 } });
}


TEST(NeighborhoodLabelToBasinImageFilter, RandomLabelsOf3Dimensions)
{
  TestRandomLabels<LabelImageType>(LargeRegion, { { 1, 1, 1 } });
  TestRandomLabels<LabelImageType>(LargeRegion, { { 2, 2, 2 } });
  TestRandomLabels<itk::Image<unsigned short, 3>>(LargeRegion, { { 1, 3, 4 } });
  TestRandomLabels<LabelImageType>({ { { 0, 0, 0 } }, { { 1, 200, 200 } } }, { { 1, 1, 1 } });
  TestRandomLabels<LabelImageType>({ { { 0, 0, 0 } }, { { 200, 200, 1 } } }, { { 1, 1, 1 } });
  TestRandomLabels<LabelImageType>({ { { 0, 0, 0 } }, { { 2, 2, 9000 } } }, { { 1, 1, 1 } });
}


TEST(NeighborhoodLabelToBasinImageFilter, RandomLabelsOf4Dimensions)
{
  TestRandomLabels<itk::Image<unsigned char, 4>>({ { { 1, 2, 3, 4 } }, { { 6, 7, 5, 190 } } }, { { 1, 1, 1, 1 } });
}


TEST(NeighborhoodLabelToBasinImageFilter, MaskedVoxelsAreBackgroundWhateverTheirLabel)
{
  const auto   labels = MakeRandomLabels<LabelImageType>(LargeRegion, 27);
  const auto   mask = MakeImage<FilterType::MaskImageType>(LargeRegion, 1);
  std::mt19937 engine(2);
  for (itk::SizeValueType i = 0; i < LargeRegion.GetNumberOfPixels(); ++i)
  {
    if (engine() % 5 == 0)
    {
      mask->GetBufferPointer()[i] = 0;
      labels->GetBufferPointer()[i] = static_cast<unsigned char>(engine() % 256);
    }
  }
  const auto filter = MakeFilter(labels);
  filter->SetMaskImage(mask);
  ExpectSameAsWalk(*filter);
}


TEST(NeighborhoodLabelToBasinImageFilter, OnePathThroughTheWholeImageIsOneBasin)
{
  for (const bool isBack : { false, true })
  {
    const auto filter = MakeFilter<PlaneFilterType>(MakeSnake(LargePlane, isBack));
    ExpectSameAsWalk(*filter);
    EXPECT_EQ(filter->GetNumberOfBasins(), 1u);
  }
  // Along the last axis, so that the path crosses every slab 190 times.
  using TransposedType = itk::Image<unsigned char, 2>;
  const auto snake = MakeSnake({ { { 3, -5 } }, { { 210, 190 } } }, false);
  const auto labels = MakeImage<TransposedType>(LargePlane);
  for (itk::ImageRegionIteratorWithIndex<TransposedType> it(labels, LargePlane); !it.IsAtEnd(); ++it)
  {
    const auto label = snake->GetPixel({ { it.GetIndex()[1], it.GetIndex()[0] } });
    it.Set(static_cast<unsigned char>(label % 3 * 3 + label / 3));
  }
  const auto filter = MakeFilter<PlaneFilterType>(labels);
  ExpectSameAsWalk(*filter);
  EXPECT_EQ(filter->GetNumberOfBasins(), 1u);
}


TEST(NeighborhoodLabelToBasinImageFilter, LongPathEndsInAnEarlierBasin)
{
  // Sinks at the first voxels; all others are a path of 39,000 voxels, to and fro, into the last of the sinks.
  const auto labels = MakeSnake(LargePlane, true);
  for (itk::IndexValueType x = 0; x < 5; ++x)
  {
    labels->SetPixel({ { -5 + x, 3 } }, 4);
  }
  const auto filter = MakeFilter<PlaneFilterType>(labels);
  ExpectSameAsWalk(*filter);
  EXPECT_EQ(filter->GetNumberOfBasins(), 5u);

  // From the second voxel on to and fro to the last row, up the first column, into the first voxel.
  for (itk::ImageRegionIteratorWithIndex<PlaneType> it(labels, LargePlane); !it.IsAtEnd(); ++it)
  {
    const auto position = it.GetIndex() - LargePlane.GetIndex();
    const bool isUp = position[1] % 2 == 0;
    it.Set(position[0] == 0                                       ? (position[1] == 0 ? 4 : 1)
           : position[0] == (isUp ? 189 : 1) && position[1] < 209 ? 7
           : isUp                                                 ? 5
                                                                  : 3);
  }
  ExpectSameAsWalk(*filter);
  EXPECT_EQ(filter->GetNumberOfBasins(), 1u);
}


TEST(NeighborhoodLabelToBasinImageFilter, CyclesOfAllLengthsAreBasins)
{
  for (itk::SizeValueType length = 1; length < 40; ++length)
  {
    // Round the torus, along each axis in turn; a cycle in each row or column.
    for (const unsigned char label : { 3, 5, 1, 7 })
    {
      const bool alongX = label == 3 || label == 5;
      const auto region = PlaneType::RegionType({ { 0, 0 } }, { { alongX ? length : 1100, alongX ? 1100 : length } });
      const auto filter = MakeFilter<PlaneFilterType>(MakeImage<PlaneType>(region, label));
      filter->PeriodicOn();
      ExpectSameAsWalk(*filter, { 1, 4 });
      EXPECT_EQ(filter->GetNumberOfBasins(), 1100u);
    }
  }
  // Through all slabs, and once round the whole image: the diagonal of a torus whose sides have no common divisor.
  const auto filter = MakeFilter<PlaneFilterType>(MakeImage<PlaneType>({ { { 0, 0 } }, { { 199, 200 } } }, 8));
  filter->PeriodicOn();
  ExpectSameAsWalk(*filter);
  EXPECT_EQ(filter->GetNumberOfBasins(), 1u);
}


TEST(NeighborhoodLabelToBasinImageFilter, PlateausCheckerboardsAndSinks)
{
  for (unsigned char label = 1; label < 27; ++label)
  {
    ExpectSameAsWalk(*MakeFilter(MakeImage<LabelImageType>(LargeRegion, label)), { 1, 3 });
  }
  const auto checkerboard = MakeImage<LabelImageType>(LargeRegion, 13);
  for (const unsigned char label : { 12, 14, 4, 22, 10 })
  {
    for (itk::ImageRegionIteratorWithIndex<LabelImageType> it(checkerboard, LargeRegion); !it.IsAtEnd(); ++it)
    {
      it.Set((it.GetIndex()[0] + it.GetIndex()[1] + it.GetIndex()[2]) % 2 == 0 ? label : 13);
    }
    ExpectSameAsWalk(*MakeFilter(checkerboard), { 1, 5 });
  }
  const auto background = MakeFilter(MakeImage<LabelImageType>(LargeRegion, 255));
  ExpectSameAsWalk(*background);
  EXPECT_EQ(background->GetNumberOfBasins(), 0u);
}


TEST(NeighborhoodLabelToBasinImageFilter, BasinsAreTheSameInEveryOutputPixelType)
{
  const auto labels = MakeRandomLabels<LabelImageType>(LargeRegion, 27, 0.05);
  const auto test = [&](auto pixel) {
    using TestedType = itk::NeighborhoodLabelToBasinImageFilter<LabelImageType, itk::Image<decltype(pixel), 3>>;
    ExpectSameAsWalk(*MakeFilter<TestedType>(labels));
  };
  test(std::uint16_t{});
  test(std::int16_t{});
  test(std::int32_t{});
  test(std::uint64_t{});
  test(std::int64_t{});
}


TEST(NeighborhoodLabelToBasinImageFilter, BasinsMustFitTheOutputPixelType)
{
  using SmallFilterType = itk::NeighborhoodLabelToBasinImageFilter<PlaneType, PlaneType>;
  const auto labels = MakeImage<PlaneType>({ { { 0, 0 } }, { { 16, 16 } } }, 4);
  labels->SetPixel({ { 3, 3 } }, 3);
  const auto filter = MakeFilter<SmallFilterType>(labels);
  ExpectSameAsWalk(*filter);
  EXPECT_EQ(filter->GetNumberOfBasins(), 255u);

  labels->SetPixel({ { 3, 3 } }, 4);
  labels->Modified();
  ExpectContains(ErrorOfUpdate(*filter), "256 basins");
  ExpectContains(ErrorOfUpdate(*filter), "255");
}


TEST(NeighborhoodLabelToBasinImageFilter, SlabsMayHaveMoreBasinsThanTheOutputPixelTypeHolds)
{
  // Each column drains along the last axis: in each slab as many pieces as columns.
  using SmallFilterType = itk::NeighborhoodLabelToBasinImageFilter<PlaneType, PlaneType>;
  const auto filter = MakeFilter<SmallFilterType>(MakeImage<PlaneType>({ { { 0, 0 } }, { { 250, 400 } } }, 7));
  ExpectSameAsWalk(*filter);
  EXPECT_EQ(filter->GetNumberOfBasins(), 250u);
}


TEST(NeighborhoodLabelToBasinImageFilter, FollowsTheLabelsOfTheDirectionFilter)
{
  using ImageType = itk::Image<float, 3>;
  using DirectionFilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;
  using BorderEnum = DirectionFilterType::BorderEnum;
  const auto   image = MakeImage<ImageType>(LargeRegion);
  std::mt19937 engine(3);
  for (auto && pixel : itk::MakeImageBufferRange(image.GetPointer()))
  {
    pixel = static_cast<float>(engine() % 1000);
  }
  for (const auto border : { BorderEnum::Background, BorderEnum::Inside, BorderEnum::Periodic })
  {
    for (const double centerScore : { -100.0, 0.0 })
    {
      const auto directions = DirectionFilterType::New();
      directions->SetInput(image);
      directions->SetCenterScore(centerScore);
      directions->SetBorder(border);
      directions->SetBackgroundValue(255);
      // The labels come in pieces, and are released.
      const auto streaming = itk::StreamingImageFilter<LabelImageType, LabelImageType>::New();
      streaming->SetInput(directions->GetOutput());
      streaming->SetNumberOfStreamDivisions(7);

      const auto filter = MakeFilter(streaming->GetOutput());
      filter->SetPeriodic(border == BorderEnum::Periodic);
      filter->UpdateOutputInformation();
      filter->GetOutput()->SetRequestedRegion(LabelImageType::RegionType({ { 10, 0, 110 } }, { { 2, 2, 2 } }));
      filter->Update();
      EXPECT_EQ(filter->GetOutput()->GetBufferedRegion(), LargeRegion);
      streaming->Update();
      ExpectSameAsWalk(*filter);

      streaming->ReleaseDataFlagOn();
      const auto basins = PixelsOf(*filter->GetOutput());
      image->Modified();
      filter->Update();
      EXPECT_EQ(PixelsOf(*filter->GetOutput()), basins);
    }
  }
}


// Where the definitions coincide: face neighbors, distances in voxels, sinks of score 0, and no two values alike.
TEST(NeighborhoodLabelToBasinImageFilter, IsTobogganOnFaceNeighborsOfDifferentValues)
{
  using ImageType = itk::Image<int, 3>;
  using DirectionFilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;
  const auto       image = MakeImage<ImageType>(LargeRegion);
  std::vector<int> values(LargeRegion.GetNumberOfPixels());
  std::iota(values.begin(), values.end(), 0);
  std::shuffle(values.begin(), values.end(), std::mt19937(4));
  std::copy(values.cbegin(), values.cend(), image->GetBufferPointer());

  const auto directions = DirectionFilterType::New();
  directions->SetInput(image);
  directions->SetCenterScore(0);
  directions->SetBorder(DirectionFilterType::BorderEnum::Inside);
  directions->FullyConnectedOff();
  directions->UseImageSpacingOff();
  const auto filter = MakeFilter(directions->GetOutput());
  filter->Update();

  const auto toboggan = itk::TobogganImageFilter<ImageType>::New();
  toboggan->SetInput(image);
  toboggan->Update();
  // Toboggan counts from 2 on.
  auto expected = PixelsOf(*toboggan->GetOutput());
  for (auto & number : expected)
  {
    --number;
  }
  const auto basins = PixelsOf(*filter->GetOutput());
  EXPECT_TRUE(std::equal(basins.cbegin(), basins.cend(), expected.cbegin(), expected.cend()));
  EXPECT_GT(filter->GetNumberOfBasins(), 1000u);
}


TEST(NeighborhoodLabelToBasinImageFilter, SinkImageExistsOnlyWhileItIsAskedFor)
{
  const auto filter = MakeFilter(MakeRandomLabels<LabelImageType>(LargeRegion, 27));
  filter->GenerateSinkImageOn();
  filter->Update();
  ASSERT_NE(filter->GetSinkImage(), nullptr);
  EXPECT_EQ(filter->GetSinkImage()->GetBufferedRegion(), LargeRegion);
  const auto basins = PixelsOf(*filter->GetOutput());
  filter->GenerateSinkImageOff();
  EXPECT_EQ(filter->GetSinkImage(), nullptr);
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), basins);
}


TEST(NeighborhoodLabelToBasinImageFilter, KeepsSpacingOriginAndDirection)
{
  const auto labels = MakeRandomLabels<LabelImageType>(LargeRegion, 27);
  labels->SetSpacing(itk::Vector<double, 3>(std::array<double, 3>{ { 0.5, 2.0, 3.0 } }.data()));
  labels->SetOrigin(itk::Point<double, 3>(std::array<double, 3>{ { 1.0, 2.0, 3.0 } }.data()));
  auto direction = labels->GetDirection();
  direction(0, 0) = -1;
  labels->SetDirection(direction);
  const auto filter = MakeFilter(labels);
  filter->GenerateSinkImageOn();
  filter->Update();
  for (const auto * output : { filter->GetOutput(), filter->GetSinkImage() })
  {
    EXPECT_EQ(output->GetSpacing(), labels->GetSpacing());
    EXPECT_EQ(output->GetOrigin(), labels->GetOrigin());
    EXPECT_EQ(output->GetDirection(), labels->GetDirection());
    EXPECT_EQ(output->GetLargestPossibleRegion(), LargeRegion);
  }
}


TEST(NeighborhoodLabelToBasinImageFilter, ProgressRisesTo1AndAbortedUpdateThrows)
{
  for (const unsigned int workUnits : { 1u, 4u })
  {
    const auto         filter = MakeFilter(MakeRandomLabels<LabelImageType>(LargeRegion, 27));
    std::vector<float> progress{ 0.0f };
    filter->SetNumberOfWorkUnits(workUnits);
    const auto observer = filter->AddObserver(
      itk::ProgressEvent(), [&](const itk::EventObject &) { progress.push_back(filter->GetProgress()); });
    filter->Update();
    EXPECT_TRUE(std::is_sorted(progress.cbegin(), progress.cend()));
    EXPECT_NEAR(progress.back(), 1.0f, 1e-5f);
    EXPECT_GE(progress.size(), 20u);
    const auto basins = PixelsOf(*filter->GetOutput());

    filter->RemoveObserver(observer);
    const auto abort =
      filter->AddObserver(itk::ProgressEvent(), [&](const itk::EventObject &) { filter->AbortGenerateDataOn(); });
    filter->Modified();
    EXPECT_THROW(filter->Update(), itk::ProcessAborted);
    filter->RemoveObserver(abort);
    filter->Update();
    EXPECT_EQ(PixelsOf(*filter->GetOutput()), basins);
  }
}


TEST(NeighborhoodLabelToBasinImageFilter, BackgroundMustNotBeADirection)
{
  const auto filter = MakeFilter(MakeRandomLabels<LabelImageType>(LargeRegion, 27));
  for (const int value : { 0, 13, 26 })
  {
    filter->SetBackgroundValue(static_cast<unsigned char>(value));
    const auto error = ErrorOfUpdate(*filter);
    ExpectContains(error, "BackgroundValue is " + std::to_string(value));
    ExpectContains(error, "27 or more");
  }
  filter->SetBackgroundValue(27);
  EXPECT_EQ(ErrorOfUpdate(*filter), "");

  using SignedType = itk::Image<short, 2>;
  const auto labels = MakeImage<SignedType>({ { { 0, 0 } }, { { 9, 9 } } }, 4);
  labels->SetPixel({ { 2, 2 } }, -1);
  const auto withNegative = MakeFilter<itk::NeighborhoodLabelToBasinImageFilter<SignedType>>(labels);
  withNegative->SetBackgroundValue(-1);
  ExpectSameAsWalk(*withNegative);
  EXPECT_EQ(withNegative->GetNumberOfBasins(), 80u);
}


TEST(NeighborhoodLabelToBasinImageFilter, BorderOfTheDirectionFilterMustNotBeMistaken)
{
  using ImageType = itk::Image<float, 3>;
  using DirectionFilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;
  const auto image = MakeImage<ImageType>(LargeRegion);
  std::iota(image->GetBufferPointer(), image->GetBufferPointer() + LargeRegion.GetNumberOfPixels(), 0.0f);
  const auto directions = DirectionFilterType::New();
  directions->SetInput(image);
  const auto filter = MakeFilter(directions->GetOutput());
  for (const auto radius : { 1, 2 })
  {
    directions->SetRadius(radius);
    directions->SetBackgroundValue(0);
    filter->SetRadius(radius);
    const auto error = ErrorOfUpdate(*filter);
    ExpectContains(error, "border");
    ExpectContains(error, "BackgroundValue");
    ExpectContains(error, "255");
    directions->SetBackgroundValue(255);
    EXPECT_EQ(ErrorOfUpdate(*filter), "");
  }
  // A mask that leaves the border out tells them apart, and so does a torus.
  directions->SetRadius(1);
  directions->SetBackgroundValue(0);
  filter->SetRadius(1);
  const auto mask = MakeImage<FilterType::MaskImageType>(LargeRegion, 0);
  auto       inside = LargeRegion;
  inside.ShrinkByRadius(1);
  for (itk::ImageRegionIteratorWithIndex<FilterType::MaskImageType> it(mask, inside); !it.IsAtEnd(); ++it)
  {
    it.Set(1);
  }
  filter->SetMaskImage(mask);
  EXPECT_EQ(ErrorOfUpdate(*filter), "");
  filter->SetMaskImage(nullptr);
  filter->PeriodicOn();
  EXPECT_EQ(ErrorOfUpdate(*filter), "");
}


TEST(NeighborhoodLabelToBasinImageFilter, LabelsMustFitTheRadius)
{
  for (const unsigned int workUnits : { 1u, 4u })
  {
    const auto labels = MakeRandomLabels<LabelImageType>(LargeRegion, 27);
    labels->SetPixel({ { 12, 1, 222 } }, 200);
    labels->SetPixel({ { 10, 0, 111 } }, 27);
    const auto filter = MakeFilter(labels);
    filter->SetNumberOfWorkUnits(workUnits);
    const auto error = ErrorOfUpdate(*filter);
    ExpectContains(error, "value 27 at [10, 0, 111]");
    ExpectContains(error, "27 labels of Radius [1, 1, 1]");
    filter->SetRadius(2);
    ExpectContains(ErrorOfUpdate(*filter), "value 200 at [12, 1, 222]");

    // The mask excuses one and not the other.
    const auto mask = MakeImage<FilterType::MaskImageType>(LargeRegion, 1);
    mask->SetPixel({ { 10, 0, 111 } }, 0);
    filter->SetRadius(1);
    filter->SetMaskImage(mask);
    ExpectContains(ErrorOfUpdate(*filter), "value 200 at [12, 1, 222]");
  }
  using SignedType = itk::Image<signed char, 2>;
  const auto labels = MakeImage<SignedType>({ { { 0, 0 } }, { { 4, 4 } } }, 4);
  labels->SetPixel({ { 3, 3 } }, -5);
  const auto filter = MakeFilter<itk::NeighborhoodLabelToBasinImageFilter<SignedType>>(labels);
  ExpectContains(ErrorOfUpdate(*filter), "value -5 at [3, 3]");
}


TEST(NeighborhoodLabelToBasinImageFilter, ChecksRadiusMaskAndInput)
{
  const auto labels = MakeRandomLabels<LabelImageType>(LargeRegion, 27);
  const auto filter = MakeFilter(labels);
  filter->SetRadius(0);
  ExpectContains(ErrorOfUpdate(*filter), "Radius is [0, 0, 0]");
  filter->SetRadius(3);
  ExpectContains(ErrorOfUpdate(*filter), "Radius is [3, 3, 3]: its 343 labels");
  filter->SetRadius(1);

  filter->SetMaskImage(MakeImage<FilterType::MaskImageType>({ { { 7, -2, 100 } }, { { 23, 14, 159 } } }));
  ExpectContains(ErrorOfUpdate(*filter), "MaskImage");
  const auto mask = MakeImage<FilterType::MaskImageType>(LargeRegion, 1);
  mask->SetOrigin(itk::Point<double, 3>(std::array<double, 3>{ { 1.0, 0.0, 0.0 } }.data()));
  filter->SetMaskImage(mask);
  ExpectContains(ErrorOfUpdate(*filter), "MaskImage");
  filter->SetMaskImage(nullptr);
  EXPECT_EQ(ErrorOfUpdate(*filter), "");

  EXPECT_NE(ErrorOfUpdate(*FilterType::New()), "");
  ExpectContains(ErrorOfUpdate(*MakeFilter(LabelImageType::New())), "no voxels");
}


TEST(NeighborhoodLabelToBasinImageFilter, PartsOfAnImageSayWhereLabelsLeaveThem)
{
  const auto                              labels = MakeRandomLabels<PlaneType>(LargePlane, 25, 0.1);
  itk::Neighborhood<unsigned char, 2>     neighborhood;
  const std::vector<PlaneType::IndexType> starts{ { { -5, 3 } }, { { 60, 70 } }, { { 145, 143 } } };
  neighborhood.SetRadius(2);
  for (const bool isPeriodic : { false, true })
  {
    for (const auto & start : starts)
    {
      const PlaneType::RegionType region(start, { { 40, 70 } });
      const auto                  part = MakeImage<PlaneType>(region);
      for (itk::ImageRegionIteratorWithIndex<PlaneType> it(part, region); !it.IsAtEnd(); ++it)
      {
        it.Set(labels->GetPixel(it.GetIndex()));
      }
      const auto filter = MakeFilter<PlaneFilterType>(part);
      filter->SetRadius(2);
      ExpectSameAsWalk(*filter); // what leads out is a sink
      EXPECT_EQ(filter->GetExits(), nullptr);
      const auto basins = PixelsOf(*filter->GetOutput());
      filter->SetWholeRegion(LargePlane);
      filter->SetPeriodic(isPeriodic);
      filter->Update();
      EXPECT_EQ(PixelsOf(*filter->GetOutput()), basins);

      std::vector<itk::SizeValueType> expected;
      for (itk::ImageRegionIteratorWithIndex<PlaneType> it(part, region); !it.IsAtEnd(); ++it)
      {
        auto target = it.GetIndex();
        if (it.Get() != filter->GetBackgroundValue())
        {
          target += neighborhood.GetOffset(it.Get());
        }
        if (!region.IsInside(target) && (isPeriodic || LargePlane.IsInside(target)))
        {
          for (unsigned int axis = 0; axis < 2; ++axis)
          {
            const auto length = static_cast<itk::IndexValueType>(LargePlane.GetSize(axis));
            const auto first = LargePlane.GetIndex(axis);
            target[axis] = first + (target[axis] - first + length) % length;
          }
          expected.push_back(filter->GetOutput()->GetPixel(it.GetIndex()));
          expected.push_back(static_cast<itk::SizeValueType>(labels->ComputeOffset(target)));
        }
      }
      EXPECT_EQ(filter->GetExits()->GetBufferedRegion().GetSize(), (itk::Size<2>{ { 2, expected.size() / 2 } }));
      EXPECT_EQ(PixelsOf(*filter->GetExits()), expected);
      EXPECT_GT(expected.size(), 100u);
    }
  }
}


TEST(NeighborhoodLabelToBasinImageFilter, PartsMustLieInTheWholeRegion)
{
  const auto filter = MakeFilter(MakeRandomLabels<LabelImageType>(LargeRegion, 27));
  filter->SetWholeRegion({ { { 7, -2, 100 } }, { { 23, 14, 159 } } });
  ExpectContains(ErrorOfUpdate(*filter), "WholeRegion");
  filter->SetWholeRegion({ { { 0, -2, 100 } }, { { 50, 14, 160 } } });
  EXPECT_EQ(ErrorOfUpdate(*filter), "");
  // Whether its border is that of the whole image is not known.
  const auto zero = MakeFilter(MakeImage<LabelImageType>(LargeRegion, 0));
  ExpectContains(ErrorOfUpdate(*zero), "border");
  zero->SetWholeRegion(LargeRegion);
  EXPECT_EQ(ErrorOfUpdate(*zero), "");
}
