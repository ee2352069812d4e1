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
#include "itkNeighborhoodBasinMergeImageFilter.h"

#include "itkCommand.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkNeighborhoodArgmaxLabelKernel.h"
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <sstream>
#include <tuple>
#include <utility>
#include <vector>

namespace
{
constexpr double infinity = std::numeric_limits<double>::infinity();

template <typename TImage>
typename TImage::Pointer
MakeImage(const typename TImage::SizeType & size, std::vector<typename TImage::PixelType> pixels = {})
{
  const auto image = TImage::New();
  image->SetRegions(size);
  image->Allocate();
  pixels.resize(image->GetLargestPossibleRegion().GetNumberOfPixels());
  std::copy(pixels.begin(), pixels.end(), image->GetBufferPointer());
  return image;
}

template <typename TImage>
std::vector<typename TImage::PixelType>
PixelsOf(const TImage & image)
{
  const auto * const first = image.GetBufferPointer();
  return { first, first + image.GetBufferedRegion().GetNumberOfPixels() };
}

/** Basins as they are numbered, found by looking at all pairs of voxels, one after the other. */
struct PlainBasins
{
  std::vector<double>                                                             lowest;
  std::map<std::pair<std::size_t, std::size_t>, std::pair<double, std::uint64_t>> passes; // value and voxel

  template <typename TFilter>
  explicit PlainBasins(const TFilter & filter)
  {
    const auto & basins = *filter.GetInput();
    const auto & values = *filter.GetValueImage();
    const auto   region = basins.GetLargestPossibleRegion();
    const auto   keyAt = [&](const auto & index) {
      const auto value = static_cast<double>(values.GetPixel(index));
      return filter.GetAscent() ? -value : value;
    };
    using Iterator = itk::ImageRegionConstIteratorWithIndex<typename TFilter::BasinImageType>;
    for (Iterator here(&basins, region); !here.IsAtEnd(); ++here)
    {
      lowest.resize(std::max<std::size_t>(lowest.size(), here.Get()), infinity);
    }
    for (Iterator here(&basins, region); !here.IsAtEnd(); ++here)
    {
      const double height = keyAt(here.GetIndex());
      if (here.Get() == 0 || std::isnan(height))
      {
        continue;
      }
      lowest[here.Get() - 1] = std::min(lowest[here.Get() - 1], height);
      itk::Offset<TFilter::ImageDimension> offset;
      offset.Fill(-1);
      for (bool isMore = true; isMore;)
      {
        this->Look(filter, here.GetIndex(), offset, keyAt);
        unsigned int axis = 0;
        while (axis < TFilter::ImageDimension && ++offset[axis] == 2)
        {
          offset[axis++] = -1;
        }
        isMore = axis < TFilter::ImageDimension;
      }
    }
  }

  template <typename TFilter, typename TIndex, typename TOffset, typename TKeyAt>
  void
  Look(const TFilter & filter, const TIndex & here, const TOffset & offset, const TKeyAt & keyAt)
  {
    const auto & basins = *filter.GetInput();
    const auto   region = basins.GetLargestPossibleRegion();
    auto         there = here;
    int          steps = 0;
    for (unsigned int axis = 0; axis < TFilter::ImageDimension; ++axis)
    {
      steps += offset[axis] != 0;
      there[axis] += offset[axis];
      if (filter.GetPeriodicOfAxis(axis))
      {
        const auto length = static_cast<itk::IndexValueType>(region.GetSize(axis));
        there[axis] = (there[axis] + length) % length;
      }
    }
    if (!region.IsInside(there) || (!filter.GetFullyConnected() && steps > 1))
    {
      return;
    }
    const auto   first = basins.GetPixel(here);
    const auto   second = basins.GetPixel(there);
    const double height = std::max(keyAt(here), keyAt(there));
    if (second == 0 || first >= second || std::isnan(keyAt(there)))
    {
      return;
    }
    const auto voxelOf = [&](const auto & index) { return static_cast<std::uint64_t>(basins.ComputeOffset(index)); };
    const std::uint64_t voxel = keyAt(here) == keyAt(there) ? std::min(voxelOf(here), voxelOf(there))
                                                            : voxelOf(keyAt(here) > keyAt(there) ? here : there);
    auto & pass = passes.insert({ { first - 1, second - 1 }, { infinity, ~std::uint64_t{ 0 } } }).first->second;
    pass = std::min(pass, { height, voxel });
  }

  bool
  IsElder(std::size_t a, std::size_t b) const
  {
    return std::tie(lowest[a], a) < std::tie(lowest[b], b);
  }

  /** How far one has to rise to reach an elder basin: over the least of the highest passes of all ways. */
  std::vector<double>
  GetDepths() const
  {
    const auto                       count = lowest.size();
    std::vector<std::vector<double>> heights(count, std::vector<double>(count, infinity));
    for (const auto & [basins, pass] : passes)
    {
      heights[basins.first][basins.second] = heights[basins.second][basins.first] = pass.first;
    }
    for (std::size_t k = 0; k < count; ++k)
    {
      for (std::size_t i = 0; i < count; ++i)
      {
        for (std::size_t j = 0; j < count; ++j)
        {
          heights[i][j] = std::min(heights[i][j], std::max(heights[i][k], heights[k][j]));
        }
      }
    }
    std::vector<double> depths(count, infinity);
    for (std::size_t i = 0; i < count; ++i)
    {
      for (std::size_t j = 0; j < count; ++j)
      {
        if (j != i && this->IsElder(j, i) && heights[i][j] < infinity)
        {
          depths[i] = std::min(depths[i], heights[i][j] == lowest[i] ? 0.0 : heights[i][j] - lowest[i]);
        }
      }
    }
    return depths;
  }

  /** The group of each basin, by its first one, when those of this depth or less have joined one by one in the order of
   * depth, each over its lowest pass; of equal ones that of the lower numbers. */
  std::vector<std::size_t>
  GetGroups(double depth) const
  {
    std::vector<std::size_t> groups;
    for (std::size_t i = 0; i < lowest.size(); ++i)
    {
      groups.push_back(i);
    }
    while (!groups.empty())
    {
      // Of each group its lowest pass, and how far that is above its lowest value.
      using Way = std::tuple<double, std::pair<std::size_t, std::size_t>, std::size_t>; // value, basins, group
      std::vector<Way>    ways(lowest.size(), { infinity, { 0, 0 }, 0 });
      std::vector<double> bottoms(lowest.size(), infinity);
      for (std::size_t i = 0; i < groups.size(); ++i)
      {
        bottoms[groups[i]] = std::min(bottoms[groups[i]], lowest[i]);
      }
      for (const auto & [basins, pass] : passes)
      {
        const auto a = groups[basins.first];
        const auto b = groups[basins.second];
        if (a != b)
        {
          ways[a] = std::min(ways[a], Way{ pass.first, basins, b });
          ways[b] = std::min(ways[b], Way{ pass.first, basins, a });
        }
      }
      std::size_t shallowest = 0;
      const auto  depthOf = [&](std::size_t i) { return std::get<0>(ways[i]) - bottoms[i]; };
      for (std::size_t i = 0; i < ways.size(); ++i)
      {
        const bool isGroup = std::get<0>(ways[i]) < infinity;
        shallowest = isGroup && !(depthOf(shallowest) <= depthOf(i)) ? i : shallowest;
      }
      if (std::get<0>(ways[shallowest]) == infinity || depthOf(shallowest) > depth)
      {
        break;
      }
      const auto from = std::max(shallowest, std::get<2>(ways[shallowest]));
      const auto to = std::min(shallowest, std::get<2>(ways[shallowest]));
      std::replace(groups.begin(), groups.end(), from, to);
    }
    return groups;
  }
};

template <typename TValue, unsigned int VDimension>
class Comparison
{
public:
  using ValueImageType = itk::Image<TValue, VDimension>;
  using BasinImageType = itk::Image<unsigned int, VDimension>;
  using FilterType = itk::NeighborhoodBasinMergeImageFilter<BasinImageType, ValueImageType>;

  /** Random values; basins of them, or random ones of the same number all over. */
  explicit Comparison(unsigned int seed)
    : m_Random(seed)
  {
    typename ValueImageType::SizeType size;
    const unsigned int                longest = VDimension == 2 ? 40 : VDimension == 3 ? 14 : 7;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      size[axis] = 1 + m_Random() % longest;
    }
    size[0] = m_Random() % 3 == 0 ? 1 + m_Random() % 3 : size[0] + m_Random() % 20;
    const unsigned int  levels = std::vector<unsigned int>{ 2, 5, 100, 100000 }[seed % 4];
    std::vector<TValue> values;
    for (std::size_t i = 0; i < std::size_t{ 40 } * 60 * 40; ++i)
    {
      values.push_back(static_cast<TValue>(m_Random() % levels));
      if (std::is_floating_point_v<TValue> && m_Random() % 50 == 0)
      {
        values.back() = std::numeric_limits<TValue>::quiet_NaN();
      }
    }
    values.resize(itk::ImageRegion<VDimension>(size).GetNumberOfPixels());
    m_Filter->SetValueImage(MakeImage<ValueImageType>(size, values));
    std::vector<unsigned int> basins;
    const unsigned int        cell = 2 + m_Random() % 4;
    for (std::size_t i = 0; i < values.size(); ++i)
    {
      // Cells of a raster, some of which are background.
      std::size_t number = 0;
      std::size_t rest = i;
      for (unsigned int axis = 0; axis < VDimension; ++axis)
      {
        number = 7 * number + rest % size[axis] / cell;
        rest /= size[axis];
      }
      basins.push_back(static_cast<unsigned int>(number % 61));
    }
    m_Filter->SetInput(MakeImage<BasinImageType>(size, basins));
    m_Filter->SetAscent(m_Random() % 2 == 0);
    m_Filter->SetFullyConnected(m_Random() % 3 != 0);
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      m_Filter->SetPeriodicOfAxis(axis, m_Random() % 3 == 0);
    }
    m_Filter->SetNumberOfWorkUnits(1 + m_Random() % 5);
  }

  void
  Run()
  {
    m_Filter->Update();
    const PlainBasins plain(*m_Filter);
    const double      sign = m_Filter->GetAscent() ? -1 : 1;

    std::vector<double> passes;
    for (const auto & [basins, pass] : plain.passes)
    {
      passes.insert(passes.end(),
                    { basins.first + 1.0, basins.second + 1.0, sign * pass.first, static_cast<double>(pass.second) });
    }
    EXPECT_EQ(PixelsOf(*m_Filter->GetPasses()), passes);

    const auto depths = plain.GetDepths();
    const auto hierarchy = PixelsOf(*m_Filter->GetHierarchy());
    ASSERT_EQ(hierarchy.size(), 5 * depths.size());
    for (std::size_t i = 0; i < depths.size(); ++i)
    {
      const double * const row = hierarchy.data() + 5 * i;
      EXPECT_EQ(row[0], sign * plain.lowest[i]);
      EXPECT_EQ(row[1], depths[i]);
      EXPECT_EQ(row[3] == 0, depths[i] == infinity);
      if (row[3] != 0 && row[1] != 0) // the pass may be one of a basin that has joined
      {
        EXPECT_EQ(sign * row[2], plain.lowest[i] + depths[i]);
      }
      // The joined basin is at the pass, the other one there may be one that has joined before.
      const auto isPass = [&](const auto & other) {
        const auto joined = static_cast<std::size_t>(row[3]) - 1;
        return (other.first.first == joined || other.first.second == joined) && sign * other.second.first == row[2] &&
               static_cast<double>(other.second.second) == row[4];
      };
      EXPECT_EQ(row[3] != 0, std::any_of(plain.passes.begin(), plain.passes.end(), isPass));
    }
    for (const double depth : { 0.0, 1.0, 3.0, 40.0, 30000.0, infinity })
    {
      m_Filter->SetDepth(depth);
      m_Filter->Update();
      const auto isLeft = [&](double one) { return one > depth || one == infinity; };
      EXPECT_EQ(m_Filter->GetNumberOfBasins(), std::count_if(depths.begin(), depths.end(), isLeft)) << depth;
      this->ExpectGroups(plain.GetGroups(depth));
    }
  }

private:
  /** The output is the number of each group, in the order of its first basin. */
  void
  ExpectGroups(const std::vector<std::size_t> & groups) const
  {
    std::vector<unsigned int> numbers{ 0 };
    unsigned int              count = 0;
    for (std::size_t i = 0; i < groups.size(); ++i)
    {
      numbers.push_back(groups[i] == i ? ++count : numbers[groups[i] + 1]);
    }
    const auto before = PixelsOf(*m_Filter->GetInput());
    const auto after = PixelsOf(*m_Filter->GetOutput());
    for (std::size_t voxel = 0; voxel < before.size(); ++voxel)
    {
      ASSERT_EQ(after[voxel], numbers[before[voxel]]) << voxel;
    }
  }

  std::mt19937                       m_Random;
  const typename FilterType::Pointer m_Filter{ FilterType::New() };
};

template <typename TValue, unsigned int VDimension>
void
CompareRandomImages()
{
  for (const auto & name : itk::NeighborhoodArgmaxLabel::GetInstructionSets())
  {
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(name);
    for (unsigned int seed = 0; seed < 40 && !testing::Test::HasFailure(); ++seed)
    {
      SCOPED_TRACE(name + ", seed " + std::to_string(seed));
      Comparison<TValue, VDimension>(seed).Run();
    }
  }
}

/** Basins of an image, merged. */
template <typename TImage>
struct Pipeline
{
  using BasinImageType = itk::Image<unsigned int, TImage::ImageDimension>;
  using LabelerType =
    itk::NeighborhoodArgmaxLabelImageFilter<TImage, itk::Image<unsigned char, TImage::ImageDimension>>;
  using FollowerType = itk::NeighborhoodLabelToBasinImageFilter<typename LabelerType::OutputImageType, BasinImageType>;
  using FilterType = itk::NeighborhoodBasinMergeImageFilter<BasinImageType, TImage>;

  explicit Pipeline(TImage * image)
  {
    labeler->SetInput(image);
    labeler->SetCenterScore(0);
    labeler->SetBorder(itk::NeighborhoodArgmaxLabelImageFilterEnums::Border::Inside);
    follower->SetInput(labeler->GetOutput());
    filter->SetInput(follower->GetOutput());
    filter->SetValueImage(image);
  }

  const typename LabelerType::Pointer  labeler{ LabelerType::New() };
  const typename FollowerType::Pointer follower{ FollowerType::New() };
  const typename FilterType::Pointer   filter{ FilterType::New() };
};

/** A cube of random integers below 1000. */
itk::Image<float, 3>::Pointer
MakeNoise(const itk::SizeValueType length)
{
  std::mt19937       random(4);
  std::vector<float> values;
  for (itk::SizeValueType i = 0; i < length * length * length; ++i)
  {
    values.push_back(static_cast<float>(random() % 1000));
  }
  return MakeImage<itk::Image<float, 3>>({ { length, length, length } }, values);
}
} // namespace

TEST(NeighborhoodBasinMergeImageFilter, RandomImages)
{
  CompareRandomImages<std::uint8_t, 2>();
  CompareRandomImages<std::int8_t, 3>();
  CompareRandomImages<std::uint16_t, 3>();
  CompareRandomImages<std::int16_t, 4>();
  CompareRandomImages<std::int32_t, 2>();
  CompareRandomImages<std::uint32_t, 3>();
  CompareRandomImages<std::int64_t, 2>();
  CompareRandomImages<float, 3>();
  CompareRandomImages<float, 4>();
  CompareRandomImages<double, 2>();
  CompareRandomImages<double, 3>();
}

TEST(NeighborhoodBasinMergeImageFilter, ARowIsAnImage)
{
  using ImageType = itk::Image<short, 2>;
  //                                                    basins: 1     2     3        4
  Pipeline<ImageType> pipeline(MakeImage<ImageType>({ { 12, 1 } }, { 5, 1, 9, 0, 7, 3, 8, 20, 4, 6, -9, 2 }));
  const std::vector<std::pair<double, std::vector<unsigned int>>> cases{
    { 1.5, { 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5 } }, { 2, { 1, 1, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4 } },
    { 4, { 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3 } },   { 8, { 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2 } },
    { 19, { 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2 } },  { 20, { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 } },
  };
  for (const auto & [depth, expected] : cases)
  {
    pipeline.filter->SetDepth(depth);
    pipeline.filter->Update();
    const auto merged = PixelsOf(*pipeline.filter->GetOutput());
    // Voxels beside a pass belong to the steeper side.
    EXPECT_EQ(std::vector<unsigned int>({ merged[1], merged[3], merged[5], merged[8], merged[10] }),
              std::vector<unsigned int>({ expected[1], expected[3], expected[5], expected[8], expected[10] }))
      << depth;
  }
  const std::vector<double> hierarchy{ 1, 8, 9, 2, 2, 0, 20, 20, 4,        7,        3, 4, 7,
                                       2, 4, 4, 2, 6, 5, 9,  -9, infinity, infinity, 0, -1 };
  EXPECT_EQ(PixelsOf(*pipeline.filter->GetHierarchy()), hierarchy);
}

TEST(NeighborhoodBasinMergeImageFilter, AnotherDepthLooksAtNothingAgain)
{
  using ImageType = itk::Image<unsigned char, 2>;
  const auto          image = MakeImage<ImageType>({ { 4, 1 } }, { 1, 5, 0, 3 });
  Pipeline<ImageType> pipeline(image);
  pipeline.filter->Update();
  EXPECT_EQ(pipeline.filter->GetNumberOfBasins(), 2U);
  // The memory changes behind the pipeline's back.
  image->GetBufferPointer()[1] = 200;
  pipeline.filter->SetDepth(4);
  pipeline.filter->Update();
  EXPECT_EQ(pipeline.filter->GetNumberOfBasins(), 1U);
  // And is looked at when it says so, or when an option needs it.
  image->Modified();
  pipeline.filter->Update();
  EXPECT_EQ(pipeline.filter->GetNumberOfBasins(), 2U);
  image->GetBufferPointer()[1] = 5;
  pipeline.filter->SetFullyConnected(false);
  pipeline.filter->Update();
  EXPECT_EQ(pipeline.filter->GetNumberOfBasins(), 1U);
}

TEST(NeighborhoodBasinMergeImageFilter, PlateausAreOneBasin)
{
  using ImageType = itk::Image<unsigned char, 2>;
  const auto blob = MakeImage<ImageType>({ { 200, 200 } });
  for (itk::SizeValueType i = 0; i < 200U * 200U; ++i)
  {
    const double x = static_cast<double>(i % 200) - 100;
    const double y = static_cast<double>(i / 200) - 100;
    blob->GetBufferPointer()[i] = static_cast<unsigned char>(200 * std::exp(-(x * x + y * y) / 3200));
  }
  Pipeline<ImageType> pipeline(blob);
  pipeline.labeler->SetAscent(true);
  pipeline.filter->SetAscent(true);
  pipeline.filter->Update();
  EXPECT_GT(pipeline.follower->GetNumberOfBasins(), 100U);
  EXPECT_EQ(pipeline.filter->GetNumberOfBasins(), 1U);
}

TEST(NeighborhoodBasinMergeImageFilter, TablesOfParts)
{
  using ImageType = itk::Image<float, 3>;
  Pipeline<ImageType> pipeline(MakeNoise(20));
  using FilterType = Pipeline<ImageType>::FilterType;
  using TableType = FilterType::TableType;
  pipeline.filter->SetDepth(300);
  pipeline.filter->Update();
  const auto hierarchy = PixelsOf(*pipeline.filter->GetHierarchy());
  const auto passes = PixelsOf(*pipeline.filter->GetPasses());
  const auto numberOfBasins = hierarchy.size() / 5;

  // Each pass twice, the second time higher, and in another order.
  std::vector<double> rows;
  for (std::size_t i = passes.size(); i > 0; i -= 4)
  {
    const double * const row = passes.data() + i - 4;
    rows.insert(rows.end(), { row[0], row[1], row[2] + 1, 0.0, row[1], row[0], row[2], row[3] });
  }
  const auto lowest = MakeImage<TableType>({ { 1, numberOfBasins } });
  for (std::size_t i = 0; i < numberOfBasins; ++i)
  {
    lowest->GetBufferPointer()[i] = hierarchy[5 * i];
  }
  const auto table = MakeImage<TableType>({ { 4, rows.size() / 4 } }, rows);
  const auto joined = FilterType::MakeHierarchy(table, lowest, false);
  EXPECT_EQ(PixelsOf(*joined), hierarchy);
  const auto numbers = PixelsOf(*FilterType::Cut(joined, 300));
  const auto before = PixelsOf(*pipeline.follower->GetOutput());
  const auto after = PixelsOf(*pipeline.filter->GetOutput());
  for (std::size_t i = 0; i < before.size(); ++i)
  {
    ASSERT_EQ(after[i], numbers[before[i] - 1]);
  }
}

TEST(NeighborhoodBasinMergeImageFilter, TablesOfOtherImagesAreRefused)
{
  using FilterType = itk::NeighborhoodBasinMergeImageFilter<itk::Image<unsigned int, 2>, itk::Image<float, 2>>;
  using TableType = FilterType::TableType;
  const auto errorOf = [](const auto & function) {
    try
    {
      function();
    }
    catch (const itk::ExceptionObject & error)
    {
      return std::string(error.GetDescription());
    }
    return std::string();
  };
  const auto lowest = MakeImage<TableType>({ { 1, 2 } }, { 0, 0 });
  for (const double number : { 0.0, 3.0, -1.0, std::nan("") })
  {
    const auto passes = MakeImage<TableType>({ { 4, 1 } }, { 1, number, 5, 0 });
    ExpectContains(errorOf([&] { FilterType::MakeHierarchy(passes, lowest, false); }), "but there are basins 1 to 2");
  }
  ExpectContains(errorOf([&] { FilterType::MakeHierarchy(lowest, lowest, false); }),
                 "passes has 1 columns: give one of 4");
  ExpectContains(errorOf([&] { FilterType::Cut(lowest, 0); }), "hierarchy has 1 columns: give one of 5");
  const auto hierarchy = MakeImage<TableType>({ { 5, 2 } }, { 0, 0, 0, 3, 0, 0, 0, 0, 0, 0 });
  ExpectContains(errorOf([&] { FilterType::Cut(hierarchy, 0); }),
                 "A table has the basin 3, but there are basins 1 to 2");
}

TEST(NeighborhoodBasinMergeImageFilter, ErrorsNameTheParameter)
{
  using ImageType = itk::Image<std::int64_t, 2>;
  using BasinImageType = itk::Image<unsigned int, 2>;
  const auto filter = itk::NeighborhoodBasinMergeImageFilter<BasinImageType, ImageType>::New();
  filter->SetInput(MakeImage<BasinImageType>({ { 2, 2 } }, { 1, 1, 2, 2 }));
  ExpectContains(ErrorOfUpdate(*filter), "ValueImage");
  filter->SetValueImage(MakeImage<ImageType>({ { 3, 2 } }));
  ExpectContains(ErrorOfUpdate(*filter), "ValueImage has the region of index [0, 0] and size [3, 2], the basins");
  filter->SetValueImage(MakeImage<ImageType>({ { 2, 2 } }, { 1, 2, 3, 4 }));
  for (const double depth : { -1.0, std::numeric_limits<double>::quiet_NaN() })
  {
    filter->SetDepth(depth);
    ExpectContains(ErrorOfUpdate(*filter), "Depth is ");
    ExpectContains(ErrorOfUpdate(*filter), ": give 0 or more, in units of the values");
  }
  filter->SetDepth(0);
  filter->SetValueImage(MakeImage<ImageType>({ { 2, 2 } }, { 1, 2, (std::int64_t{ 1 } << 53) + 1, 4 }));
  ExpectContains(ErrorOfUpdate(*filter),
                 "ValueImage has the value 9007199254740993 at [0, 1], which double does not hold");
  filter->SetValueImage(MakeImage<ImageType>({ { 2, 2 } }, { 1, 2, 3, 4 }));
  filter->SetInput(MakeImage<BasinImageType>({ { 2, 2 } }, { 1, 1, 2, 0x80000000U }));
  ExpectContains(ErrorOfUpdate(*filter),
                 "The basins have the number 2147483648 at [1, 1]: numbers are from 0 to 2^31 - 1");
  EXPECT_THROW(filter->SetPeriodicOfAxis(2, true), itk::ExceptionObject);
  EXPECT_THROW(filter->GetPeriodicOfAxis(2), itk::ExceptionObject);
}

TEST(NeighborhoodBasinMergeImageFilter, NaNLeadsNowhere)
{
  using ImageType = itk::Image<float, 2>;
  using BasinImageType = itk::Image<unsigned int, 2>;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const auto  filter = itk::NeighborhoodBasinMergeImageFilter<BasinImageType, ImageType>::New();
  filter->SetInput(MakeImage<BasinImageType>({ { 4, 1 } }, { 1, 1, 2, 2 }));
  filter->SetDepth(infinity);
  for (const std::vector<float> & values : { std::vector<float>{ nan, nan, nan, nan }, { 1, nan, 3, 4 } })
  {
    filter->SetValueImage(MakeImage<ImageType>({ { 4, 1 } }, values));
    filter->Update();
    EXPECT_EQ(filter->GetNumberOfBasins(), 2U);
  }
  const auto high = static_cast<float>(infinity);
  filter->SetValueImage(MakeImage<ImageType>({ { 4, 1 } }, { high, high, high, high }));
  filter->SetDepth(0);
  filter->Update();
  EXPECT_EQ(filter->GetNumberOfBasins(), 1U);
}

TEST(NeighborhoodBasinMergeImageFilter, IsAFilterAsAnyOther)
{
  using ImageType = itk::Image<float, 3>;
  Pipeline<ImageType> pipeline(MakeNoise(40));
  auto &              filter = *pipeline.filter;
  pipeline.follower->Update();

  // It can be aborted, and goes on afterwards.
  const auto abort = itk::CStyleCommand::New();
  abort->SetCallback([](itk::Object * object, const itk::EventObject &, void *) {
    static_cast<itk::ProcessObject *>(object)->AbortGenerateDataOn();
  });
  const auto tag = filter.AddObserver(itk::ProgressEvent(), abort);
  EXPECT_THROW(filter.Update(), itk::ProcessAborted);
  filter.RemoveObserver(tag);
  filter.ResetPipeline();
  filter.AbortGenerateDataOff();
  filter.Update();
  EXPECT_GT(filter.GetNumberOfBasins(), 1U);
  EXPECT_EQ(filter.GetProgress(), 1.0f);

  // Any requested region needs all.
  filter.Modified();
  filter.GetOutput()->SetRequestedRegion(itk::ImageRegion<3>({ { 3, 3, 3 } }, { { 2, 2, 2 } }));
  filter.Update();
  EXPECT_EQ(filter.GetOutput()->GetBufferedRegion(), filter.GetOutput()->GetLargestPossibleRegion());

  std::ostringstream text;
  filter.Print(text);
  for (const auto * const name :
       { "Depth: 0", "Ascent: Off", "FullyConnected: On", "Periodic along axis 2: Off", "NumberOfBasins: " })
  {
    ExpectContains(text.str(), name);
  }
}

#ifdef ITK_GTEST_EXERCISE_BASIC_OBJECT_METHODS // since ITK 6
TEST(NeighborhoodBasinMergeImageFilter, ExercisesBasicObjectMethods)
{
  using FilterType = itk::NeighborhoodBasinMergeImageFilter<itk::Image<unsigned int, 3>, itk::Image<float, 3>>;
  const auto filter = FilterType::New();
  ITK_GTEST_EXERCISE_BASIC_OBJECT_METHODS(filter, NeighborhoodBasinMergeImageFilter, ImageToImageFilter);
}
#endif
