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
#include "itkNeighborhoodLabelAccumulateImageFilter.h"

#include "itkImageBufferRange.h"
#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
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

/** The expected sums: walks the path of every voxel to its end, or until it meets itself. */
template <typename TFilter>
struct Walk
{
  using IndexType = typename TFilter::LabelImageType::IndexType;

  explicit Walk(const TFilter & filter)
    : labels(*filter.GetInput())
    , mask(filter.GetMaskImage())
    , background(filter.GetBackgroundValue())
  {
    neighborhood.SetRadius(filter.GetRadius());
    for (unsigned int axis = 0; axis < TFilter::ImageDimension; ++axis)
    {
      isPeriodic[axis] = filter.GetPeriodicOfAxis(axis);
    }
    const auto region = labels.GetLargestPossibleRegion();
    sums.resize(region.GetNumberOfPixels());
    std::set<itk::SizeValueType> firsts; // of cycles
    for (itk::SizeValueType voxel = 0; voxel < sums.size(); ++voxel)
    {
      const auto start = labels.ComputeIndex(static_cast<itk::OffsetValueType>(voxel));
      if (!this->HasLabel(start))
      {
        continue;
      }
      const auto weight = filter.GetWeightImage() ? static_cast<double>(filter.GetWeightImage()->GetPixel(start)) : 1.0;
      std::vector<itk::SizeValueType> path;
      itk::SizeValueType              last = voxel;
      while (std::find(path.cbegin(), path.cend(), last) == path.cend())
      {
        path.push_back(last);
        sums[last] += weight;
        last = this->Next(last);
      }
      if (last != path.back())
      {
        firsts.insert(*std::min_element(std::find(path.cbegin(), path.cend(), last), path.cend()));
      }
    }
    numberOfCycles = firsts.size();
  }

  bool
  HasLabel(const IndexType & index) const
  {
    return labels.GetPixel(index) != background && (mask == nullptr || mask->GetPixel(index) != 0);
  }

  itk::SizeValueType
  Next(const itk::SizeValueType voxel) const
  {
    const auto   index = labels.ComputeIndex(static_cast<itk::OffsetValueType>(voxel));
    IndexType    next = index + neighborhood.GetOffset(static_cast<itk::SizeValueType>(labels.GetPixel(index)));
    const auto & region = labels.GetLargestPossibleRegion();
    for (unsigned int axis = 0; axis < TFilter::ImageDimension; ++axis)
    {
      if (!isPeriodic[axis])
      {
        continue;
      }
      const auto length = static_cast<itk::OffsetValueType>(region.GetSize(axis));
      next[axis] = ((next[axis] - region.GetIndex(axis)) % length + length) % length + region.GetIndex(axis);
    }
    return region.IsInside(next) && this->HasLabel(next) ? static_cast<itk::SizeValueType>(labels.ComputeOffset(next))
                                                         : voxel;
  }

  const typename TFilter::LabelImageType &                  labels;
  const typename TFilter::MaskImageType *                   mask;
  typename TFilter::LabelImageType::PixelType               background;
  std::array<bool, TFilter::ImageDimension>                 isPeriodic;
  itk::Neighborhood<unsigned char, TFilter::ImageDimension> neighborhood;
  std::vector<double>                                       sums;
  itk::SizeValueType                                        numberOfCycles{ 0 };
};

template <typename TFilter>
void
ExpectWalked(TFilter & filter, const std::string & what)
{
  for (const itk::ThreadIdType threads : { 1, 2, 5 })
  {
    filter.SetNumberOfWorkUnits(threads);
    filter.Modified();
    filter.Update();
    const Walk<TFilter> walk(filter);
    const auto          sums = PixelsOf(*filter.GetOutput());
    for (itk::SizeValueType voxel = 0; voxel < sums.size(); ++voxel)
    {
      ASSERT_EQ(static_cast<double>(sums[voxel]), walk.sums[voxel])
        << what << ", voxel " << voxel << ", " << threads << " threads";
    }
    ASSERT_EQ(filter.GetNumberOfCycles(), walk.numberOfCycles) << what;
  }
}

/** Random labels with cycles, background and a mask. */
template <typename TLabelImage, typename TOutputImage>
void
ExpectWalkedAtRandom(const typename TLabelImage::SizeType & size,
                     const typename TLabelImage::SizeType & radius,
                     const unsigned int                     seed)
{
  using FilterType = itk::NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>;
  std::mt19937 engine(seed);
  const auto   count = itk::NeighborhoodLabels<TLabelImage::ImageDimension>(radius).GetNumberOfLabels();
  const auto   labels = MakeImage<TLabelImage>(size);
  const auto   mask = MakeImage<typename FilterType::MaskImageType>(size);
  const auto   weights = MakeImage<TOutputImage>(size);
  // From few sinks, little background and long paths to many sinks.
  const unsigned int rare = 1 + engine() % 40;
  for (itk::SizeValueType i = 0; i < labels->GetLargestPossibleRegion().GetNumberOfPixels(); ++i)
  {
    // Half of the labels lead to later voxels.
    const auto label = engine() % 2 ? engine() % count : count / 2 + engine() % (count - count / 2);
    labels->GetBufferPointer()[i] = static_cast<typename TLabelImage::PixelType>(
      engine() % rare ? label : std::numeric_limits<typename TLabelImage::PixelType>::max());
    mask->GetBufferPointer()[i] = engine() % rare > 0;
    weights->GetBufferPointer()[i] = static_cast<typename TOutputImage::PixelType>(engine() % 1000);
  }
  for (const bool isPeriodic : { false, true })
  {
    for (const bool hasMask : { false, true })
    {
      for (const bool hasWeights : { false, true })
      {
        const auto filter = FilterType::New();
        filter->SetInput(labels);
        filter->SetRadius(radius);
        filter->SetPeriodic(isPeriodic);
        filter->SetPart(true);
        filter->SetMaskImage(hasMask ? mask.GetPointer() : nullptr);
        filter->SetWeightImage(hasWeights ? weights.GetPointer() : nullptr);
        ExpectWalked(*filter, "seed " + std::to_string(seed) + (isPeriodic ? " periodic" : ""));
      }
    }
  }
}

using LabelImageType = itk::Image<unsigned char, 2>;
using FilterType = itk::NeighborhoodLabelAccumulateImageFilter<LabelImageType>;
using RealFilterType = itk::NeighborhoodLabelAccumulateImageFilter<LabelImageType, itk::Image<double, 2>>;

LabelImageType::Pointer
MakeRow(const std::vector<unsigned char> & pixels)
{
  const auto labels = MakeImage<LabelImageType>({ { pixels.size(), 1 } });
  std::copy(pixels.cbegin(), pixels.cend(), labels->GetBufferPointer());
  return labels;
}

TEST(NeighborhoodLabelAccumulate, CountsWhatDrainsThroughEachVoxel)
{
  // Right, right, sink, left, background, left.
  const auto filter = FilterType::New();
  filter->SetInput(MakeRow({ 5, 5, 4, 3, 255, 3 }));
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), (std::vector<unsigned int>{ 1, 2, 4, 1, 0, 1 }));
  EXPECT_EQ(filter->GetNumberOfCycles(), 0u);
}

TEST(NeighborhoodLabelAccumulate, GivesAllVoxelsOfACycleWhatReachesIt)
{
  const auto filter = FilterType::New();
  filter->SetInput(MakeRow({ 5, 5, 3, 3, 5, 3 }));
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), (std::vector<unsigned int>{ 1, 4, 4, 1, 2, 2 }));
  EXPECT_EQ(filter->GetNumberOfCycles(), 2u);
}

TEST(NeighborhoodLabelAccumulate, EqualsWalkingFromEachVoxel)
{
  for (unsigned int seed = 0; seed < 12; ++seed)
  {
    const itk::SizeValueType n = seed % 6;
    ExpectWalkedAtRandom<itk::Image<unsigned char, 2>, itk::Image<unsigned int, 2>>(
      { { 4 + n, 7 } }, { { 1, 1 } }, seed);
    ExpectWalkedAtRandom<itk::Image<unsigned short, 2>, itk::Image<double, 2>>(
      { { 9, 3 + n } }, { { 2, seed % 3 } }, seed);
    ExpectWalkedAtRandom<itk::Image<signed char, 3>, itk::Image<std::uint64_t, 3>>(
      { { 5, 4, 2 + n } }, { { 1, 1, 1 } }, seed);
    ExpectWalkedAtRandom<itk::Image<unsigned char, 3>, itk::Image<double, 3>>(
      { { 3 + n, 5, 4 } }, { { 2, 2, 2 } }, seed);
    ExpectWalkedAtRandom<itk::Image<unsigned char, 4>, itk::Image<unsigned int, 4>>(
      { { 3, 4, 2, 1 + n } }, { { 1, 1, 1, 1 } }, seed);
  }
}

/** Large enough for several slabs, and for rounds on all threads. */
TEST(NeighborhoodLabelAccumulate, IsTheSameForAnyNumberOfThreads)
{
  using VolumeType = itk::Image<unsigned char, 3>;
  using VolumeFilterType = itk::NeighborhoodLabelAccumulateImageFilter<VolumeType>;
  std::mt19937 engine(3);
  const auto   labels = MakeImage<VolumeType>({ { 48, 48, 48 } });
  for (const unsigned int sinks : { 5, 5000 })
  {
    for (itk::SizeValueType i = 0; i < 48 * 48 * 48; ++i)
    {
      // Mostly along z, in both directions, across all slabs.
      const unsigned int column = i % 48;
      labels->GetBufferPointer()[i] = static_cast<unsigned char>(engine() % sinks == 0 ? 13
                                                                 : column % 3 == 0     ? 22
                                                                 : column % 3 == 1     ? 4
                                                                                       : 19);
    }
    const auto filter = VolumeFilterType::New();
    filter->SetInput(labels);
    filter->SetPeriodic(true);
    std::vector<unsigned int> expected;
    for (const itk::ThreadIdType threads : { 1, 2, 3, 16, 48 })
    {
      filter->SetNumberOfWorkUnits(threads);
      filter->Update();
      expected = threads == 1 ? PixelsOf(*filter->GetOutput()) : expected;
      ASSERT_EQ(PixelsOf(*filter->GetOutput()), expected) << threads;
    }
    if (sinks == 5)
    {
      const Walk<VolumeFilterType> walk(*filter);
      ASSERT_EQ(std::vector<double>(expected.cbegin(), expected.cend()), walk.sums);
    }
  }
}

TEST(NeighborhoodLabelAccumulate, SumsAtSinksAreSizesOfBasins)
{
  using ImageType = itk::Image<float, 3>;
  using VolumeType = itk::Image<unsigned char, 3>;
  const auto   image = MakeImage<ImageType>({ { 40, 40, 40 } });
  std::mt19937 engine(4);
  std::generate_n(image->GetBufferPointer(), 40 * 40 * 40, [&] { return static_cast<float>(engine() % 100); });
  const auto directions = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>::New();
  directions->SetInput(image);
  directions->SetCenterScore(0);
  directions->SetBackgroundValue(255);
  const auto basins = itk::NeighborhoodLabelToBasinImageFilter<VolumeType>::New();
  basins->SetInput(directions->GetOutput());
  basins->GenerateSinkImageOn();
  basins->Update();
  const auto filter = itk::NeighborhoodLabelAccumulateImageFilter<VolumeType>::New();
  filter->SetInput(directions->GetOutput());
  filter->Update();
  EXPECT_EQ(filter->GetNumberOfCycles(), 0u);
  std::vector<unsigned int> sizes(basins->GetNumberOfBasins() + 1);
  for (const auto basin : PixelsOf(*basins->GetOutput()))
  {
    ++sizes[basin];
  }
  const auto sinks = PixelsOf(*basins->GetSinkImage());
  const auto sums = PixelsOf(*filter->GetOutput());
  for (itk::SizeValueType i = 0; i < sinks.size(); ++i)
  {
    if (sinks[i] != 0)
    {
      ASSERT_EQ(sums[i], sizes[sinks[i]]);
    }
  }
}

TEST(NeighborhoodLabelAccumulate, RoundsWeightsToTheUnitOnly)
{
  const auto   weights = MakeImage<itk::Image<double, 2>>({ { 4, 1 } });
  const double pixels[]{ 0.1, -1e-30, 3e5, std::numeric_limits<double>::quiet_NaN() };
  std::copy_n(pixels, 4, weights->GetBufferPointer());
  const auto filter = RealFilterType::New();
  filter->SetInput(MakeRow({ 5, 5, 4, 255 })); // the weight that is not finite has no label
  filter->SetWeightImage(weights);
  filter->Update();
  const double unit = std::ldexp(1.0, 19 + 3 - 62); // 3e5 < 2^19, 4 voxels < 2^3
  const double first = std::rint(0.1 / unit) * unit;
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), (std::vector<double>{ first, first, first + 3e5, 0 }));
  // A power of two scales all weights alike.
  for (const double factor : { std::ldexp(1.0, 900), std::ldexp(1.0, -900) })
  {
    for (unsigned int i = 0; i < 3; ++i)
    {
      weights->GetBufferPointer()[i] = pixels[i] * factor;
    }
    weights->Modified();
    filter->Update();
    EXPECT_EQ(PixelsOf(*filter->GetOutput())[2], (first + 3e5) * factor);
  }
  weights->FillBuffer(0);
  weights->Modified();
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), (std::vector<double>{ 0, 0, 0, 0 }));
  weights->FillBuffer(std::numeric_limits<double>::max() / 4); // sums do not overflow double
  weights->Modified();
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput())[2], std::numeric_limits<double>::max() / 4 * 3);
}

/** An image in which labels that lead out have steps of 0 voxels. */
TEST(NeighborhoodLabelAccumulate, CountsInImagesOfOneVoxelOnAnAxis)
{
  for (unsigned int seed = 0; seed < 5; ++seed)
  {
    ExpectWalkedAtRandom<itk::Image<unsigned char, 3>, itk::Image<unsigned int, 3>>(
      { { 1, 1, 6 } }, { { 1, 1, 1 } }, seed);
    ExpectWalkedAtRandom<itk::Image<unsigned char, 3>, itk::Image<double, 3>>({ { 2, 1, 6 } }, { { 2, 1, 1 } }, seed);
    ExpectWalkedAtRandom<itk::Image<unsigned char, 2>, itk::Image<unsigned int, 2>>({ { 1, 7 } }, { { 1, 1 } }, seed);
  }
}

TEST(NeighborhoodLabelAccumulate, TakesWhatEntersAPart)
{
  const auto               weights = MakeImage<itk::Image<double, 2>>({ { 4, 1 } }, 0.5);
  const auto               entries = MakeImage<RealFilterType::EntryTableType>({ { 2, 2 } });
  const itk::SizeValueType rows[]{ 1, 8, 0, static_cast<itk::SizeValueType>(-4) }; // voxels and units
  std::copy_n(rows, 4, entries->GetBufferPointer());
  const auto filter = RealFilterType::New();
  filter->SetInput(MakeRow({ 5, 5, 5, 5 }));
  filter->SetWeightImage(weights);
  filter->PartOn();
  filter->SetWeightUnit(0.25);
  filter->SetEntries(entries);
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), (std::vector<double>{ -0.5, 2, 2.5, 3 }));
  filter->SetWeightUnit(std::ldexp(1.0, -61));
  EXPECT_NE(ErrorOfUpdate(*filter).find("WeightUnit is"), std::string::npos);
  filter->SetWeightUnit(0.25);
  entries->GetBufferPointer()[0] = 4;
  filter->Modified();
  EXPECT_NE(ErrorOfUpdate(*filter).find("Entries has the voxel 4"), std::string::npos);
}

TEST(NeighborhoodLabelAccumulate, RefusesWhatIsWrong)
{
  const auto filter = RealFilterType::New();
  filter->SetInput(MakeRow({ 5, 5, 9 }));
  EXPECT_NE(ErrorOfUpdate(*filter).find("has the value 9 at [2, 0]"), std::string::npos);
  filter->SetInput(MakeRow({ 0, 0, 0 }));
  EXPECT_NE(ErrorOfUpdate(*filter).find("is 0 all over its border"), std::string::npos);
  filter->PartOn();
  EXPECT_EQ(ErrorOfUpdate(*filter), "");
  const auto weights = MakeImage<itk::Image<double, 2>>({ { 3, 1 } }, std::numeric_limits<double>::infinity());
  filter->SetWeightImage(weights);
  EXPECT_NE(ErrorOfUpdate(*filter).find("WeightImage has the value inf at [0, 0]"), std::string::npos);
  filter->SetWeightImage(MakeImage<itk::Image<double, 2>>({ { 2, 1 } }, 1));
  EXPECT_NE(ErrorOfUpdate(*filter).find("WeightImage has the region"), std::string::npos);
  filter->SetWeightImage(nullptr);
  filter->SetBackgroundValue(8);
  EXPECT_NE(ErrorOfUpdate(*filter).find("BackgroundValue is 8"), std::string::npos);
  filter->SetRadius(0);
  EXPECT_NE(ErrorOfUpdate(*filter).find("nothing to follow"), std::string::npos);
}
} // namespace

#ifdef ITK_GTEST_EXERCISE_BASIC_OBJECT_METHODS // since ITK 6
TEST(NeighborhoodLabelAccumulateImageFilter, ExercisesBasicObjectMethods)
{
  using FilterType = itk::NeighborhoodLabelAccumulateImageFilter<itk::Image<unsigned char, 3>>;
  const auto filter = FilterType::New();
  ITK_GTEST_EXERCISE_BASIC_OBJECT_METHODS(filter, NeighborhoodLabelAccumulateImageFilter, ImageToImageFilter);
}
#endif
