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
#include "itkNeighborhoodArgmaxLabelImageFilter.h"

#include "PlainLabelImageFilter.h"
#include "RandomImages.h"

#include "itkCastImageFilter.h"
#include "itkGTest.h"
#include "itkImageBufferRange.h"
#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkImageRegionRange.h"
#include "itkPipelineMonitorImageFilter.h"
#include "itkPlatformMultiThreader.h"
#include "itkStreamingImageFilter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace
{
using RandomImages::MakeImage;
using RandomImages::MakeRandomImage;

using ImageType = itk::Image<float, 3>;
using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;
using MaskImageType = FilterType::MaskImageType;
using BorderEnum = FilterType::BorderEnum;

constexpr BorderEnum Borders[] = { BorderEnum::Background, BorderEnum::Inside, BorderEnum::Periodic };

const ImageType::RegionType SmallRegion{ { { -3, 5, 100 } }, { { 21, 9, 8 } } };

// So large that the filter uses several threads.
const ImageType::RegionType LargeRegion{ { { 7, -2, 0 } }, { { 64, 40, 30 } } };

const ImageType::RegionType CubeRegion{ { { 3, 3, 3 } } };

template <typename TImage>
std::vector<typename TImage::PixelType>
PixelsOf(const TImage & image, const typename TImage::RegionType & region)
{
  const itk::ImageRegionRange<const TImage> range(image, region);
  return std::vector<typename TImage::PixelType>(range.cbegin(), range.cend());
}

template <typename TImage>
std::vector<typename TImage::PixelType>
PixelsOf(const TImage & image)
{
  return PixelsOf(image, image.GetBufferedRegion());
}

/** The pixels of an image that is updated in parts. */
template <typename TImage>
std::vector<typename TImage::PixelType>
StreamedPixelsOf(TImage * image, const unsigned int numberOfDivisions)
{
  const auto streamer = itk::StreamingImageFilter<TImage, TImage>::New();
  streamer->SetInput(image);
  streamer->SetNumberOfStreamDivisions(numberOfDivisions);
  streamer->Update();
  return PixelsOf(*streamer->GetOutput());
}

using Change = std::function<void(FilterType &)>;

/** The filter on an image, changed and updated. */
FilterType::Pointer
Updated(const ImageType * image, const Change & change = [](FilterType &) {})
{
  const auto filter = FilterType::New();
  filter->SetInput(image);
  change(*filter);
  filter->Update();
  return filter;
}

/** The label of the voxel in the middle of a cube of 3x3x3 voxels. */
unsigned int
LabelInTheMiddleOf(const ImageType & cube, const Change & change = [](FilterType &) {})
{
  return Updated(&cube, change)->GetOutput()->GetPixel({ { 1, 1, 1 } });
}

/** The filter on a large random image, with a mask and all outputs. */
FilterType::Pointer
MakeFilterOnLargeImage(const BorderEnum border)
{
  const auto mask = MakeImage<MaskImageType>(LargeRegion, 1);
  mask->SetPixel({ { 20, 7, 11 } }, 0);
  mask->SetPixel({ { 7, -2, 0 } }, 0);
  const auto filter = FilterType::New();
  filter->SetInput(MakeRandomImage<ImageType>(LargeRegion));
  filter->SetMaskImage(mask);
  filter->SetBorder(border);
  filter->SetBackgroundValue(99);
  filter->SetGenerateScoreImage(true);
  return filter;
}
} // namespace


TEST(NeighborhoodArgmaxLabelImageFilter, HasTheDocumentedDefaults)
{
  const auto filter = FilterType::New();
  EXPECT_EQ(filter->GetCenterScore(), -100.0);
  EXPECT_FALSE(filter->GetLabelStrictExtrema());
  EXPECT_FALSE(filter->GetAscent());
  EXPECT_TRUE(filter->GetUseImageSpacing());
  EXPECT_TRUE(filter->GetFullyConnected());
  EXPECT_EQ(filter->GetRadius(), FilterType::RadiusType::Filled(1));
  EXPECT_EQ(filter->GetBorder(), BorderEnum::Background);
  EXPECT_EQ(filter->GetBackgroundValue(), 0);
  EXPECT_EQ(filter->GetMaskImage(), nullptr);
  EXPECT_FALSE(filter->GetGenerateScoreImage());
  EXPECT_EQ(filter->GetScoreImage(), nullptr);
  EXPECT_EQ(filter->GetNumberOfOutputs(), 1u);
  EXPECT_STREQ(filter->GetNameOfClass(), "NeighborhoodArgmaxLabelImageFilter");
  EXPECT_STREQ(filter->FilterType::Superclass::GetNameOfClass(), "ImageToImageFilter");
  const itk::LightObject::Pointer another = filter->CreateAnother();
  EXPECT_NE(dynamic_cast<FilterType *>(another.GetPointer()), nullptr);
}


#ifdef ITK_GTEST_EXERCISE_BASIC_OBJECT_METHODS // since ITK 6
TEST(NeighborhoodArgmaxLabelImageFilter, ExercisesBasicObjectMethods)
{
  const auto filter = FilterType::New();
  ITK_GTEST_EXERCISE_BASIC_OBJECT_METHODS(filter, NeighborhoodArgmaxLabelImageFilter, ImageToImageFilter);
}
#endif


TEST(NeighborhoodArgmaxLabelImageFilter, PrintsEveryProperty)
{
  const auto filter = FilterType::New();
  filter->SetCenterScore(-12.5);
  filter->LabelStrictExtremaOn();
  filter->AscentOn();
  filter->UseImageSpacingOff();
  filter->FullyConnectedOff();
  filter->SetRadius({ { 1, 2, 0 } });
  filter->SetBorder(BorderEnum::Periodic);
  filter->SetBackgroundValue(65);
  filter->GenerateScoreImageOn();
  filter->SetMaskImage(MakeImage<MaskImageType>(CubeRegion));
  std::ostringstream text;
  filter->Print(text);
  for (const char * const line : { "CenterScore: -12.5\n",
                                   "LabelStrictExtrema: On\n",
                                   "Ascent: On\n",
                                   "UseImageSpacing: Off\n",
                                   "FullyConnected: Off\n",
                                   "Radius: [1, 2, 0]\n",
                                   "Border of axis 0: itk::NeighborhoodArgmaxLabelImageFilterEnums::Border::Periodic\n",
                                   "BackgroundValue: 65\n",
                                   "GenerateScoreImage: On\n",
                                   "MaskImage" })
  {
    ExpectContains(text.str(), line);
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, PrintsEachBorderByItsName)
{
  const auto textOf = [](const BorderEnum border) {
    std::ostringstream text;
    text << border;
    return text.str();
  };
  ExpectContains(textOf(BorderEnum::Background), "Border::Background");
  ExpectContains(textOf(BorderEnum::Inside), "Border::Inside");
  ExpectContains(textOf(BorderEnum::Periodic), "Border::Periodic");
  ExpectContains(textOf(static_cast<BorderEnum>(200)), "INVALID");
}


TEST(NeighborhoodArgmaxLabelImageFilter, SettersModifyOnlyWhenTheValueChanges)
{
  const auto filter = FilterType::New();
  const auto mask = MakeImage<MaskImageType>(CubeRegion);
  for (const std::function<void()> & set :
       std::vector<std::function<void()>>{ [&] { filter->SetCenterScore(0.0); },
                                           [&] { filter->SetLabelStrictExtrema(true); },
                                           [&] { filter->SetAscent(true); },
                                           [&] { filter->SetUseImageSpacing(false); },
                                           [&] { filter->SetFullyConnected(false); },
                                           [&] { filter->SetRadius(2); },
                                           [&] { filter->SetRadius({ { 1, 0, 2 } }); },
                                           [&] { filter->SetBorder(BorderEnum::Inside); },
                                           [&] { filter->SetBackgroundValue(255); },
                                           [&] { filter->SetMaskImage(mask); },
                                           [&] { filter->SetGenerateScoreImage(true); } })
  {
    const auto before = filter->GetMTime();
    set();
    const auto after = filter->GetMTime();
    EXPECT_GT(after, before);
    set();
    EXPECT_EQ(filter->GetMTime(), after);
  }
  EXPECT_EQ(filter->GetCenterScore(), 0.0);
  EXPECT_TRUE(filter->GetLabelStrictExtrema());
  EXPECT_TRUE(filter->GetAscent());
  EXPECT_FALSE(filter->GetUseImageSpacing());
  EXPECT_FALSE(filter->GetFullyConnected());
  EXPECT_EQ(filter->GetRadius(), (FilterType::RadiusType{ { 1, 0, 2 } }));
  EXPECT_EQ(filter->GetBorder(), BorderEnum::Inside);
  EXPECT_EQ(filter->GetBackgroundValue(), 255);
  EXPECT_EQ(filter->GetMaskImage(), mask.GetPointer());
  EXPECT_TRUE(filter->GetGenerateScoreImage());
}


TEST(NeighborhoodArgmaxLabelImageFilter, LabelsAreIndicesOfTheNeighborhoodXFastest)
{
  using Filter1 = itk::NeighborhoodArgmaxLabelImageFilter<itk::Image<float, 1>>;
  using Filter2 = itk::NeighborhoodArgmaxLabelImageFilter<itk::Image<float, 2>>;
  using Filter4 = itk::NeighborhoodArgmaxLabelImageFilter<itk::Image<float, 4>>;
  EXPECT_EQ(Filter1::NumberOfLabels(), 3u);
  EXPECT_EQ(Filter2::NumberOfLabels(), 9u);
  EXPECT_EQ(FilterType::NumberOfLabels(), 27u);
  EXPECT_EQ(Filter4::NumberOfLabels(), 81u);
  EXPECT_EQ(Filter1::LabelOfCenter(), 1u);
  EXPECT_EQ(Filter2::LabelOfCenter(), 4u);
  EXPECT_EQ(FilterType::LabelOfCenter(), 13u);
  EXPECT_EQ(Filter4::LabelOfCenter(), 40u);

  EXPECT_EQ(Filter2::LabelOfOffset({ { 1, -1 } }), 2u);
  EXPECT_EQ(FilterType::LabelOfOffset({ { -1, -1, -1 } }), 0u);
  EXPECT_EQ(FilterType::LabelOfOffset({ { 1, 0, 0 } }), 14u);
  EXPECT_EQ(FilterType::LabelOfOffset({ { 0, 1, 0 } }), 16u);
  EXPECT_EQ(FilterType::LabelOfOffset({ { 0, 0, 1 } }), 22u);
  EXPECT_EQ(FilterType::LabelOfOffset({ { 1, 1, 1 } }), 26u);
  EXPECT_EQ(Filter4::LabelOfOffset({ { 0, 0, 0, -1 } }), 13u);

  EXPECT_EQ(FilterType::NumberOfLabels({ { 3, 3, 3 } }), 343u);
  EXPECT_EQ(FilterType::LabelOfCenter({ { 2, 0, 1 } }), 7u);
  EXPECT_EQ(FilterType::LabelOfOffset({ { 2, 0, 1 } }, { { 2, 0, 1 } }), 14u);
}


TEST(NeighborhoodArgmaxLabelImageFilter, OffsetOfLabelIsTheInverseOfLabelOfOffset)
{
  for (const auto & radius : { FilterType::RadiusType{ { 1, 1, 1 } },
                               FilterType::RadiusType{ { 2, 0, 3 } },
                               FilterType::RadiusType{ { 0, 0, 4 } } })
  {
    for (itk::SizeValueType label = 0; label < FilterType::NumberOfLabels(radius); ++label)
    {
      EXPECT_EQ(FilterType::LabelOfOffset(FilterType::OffsetOfLabel(label, radius), radius), label);
    }
    EXPECT_EQ(FilterType::OffsetOfLabel(FilterType::LabelOfCenter(radius), radius), FilterType::OffsetType{});
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, NumberOfLabelsDoesNotOverflow)
{
  constexpr auto maximum = std::numeric_limits<itk::SizeValueType>::max();
  EXPECT_EQ(FilterType::NumberOfLabels(FilterType::RadiusType::Filled(itk::SizeValueType{ 1 } << 30)), maximum);
  EXPECT_EQ(FilterType::NumberOfLabels({ { maximum / 2, 1, 1 } }), maximum);
}


TEST(NeighborhoodArgmaxLabelImageFilter, PointsToTheOnlyLowerNeighbor)
{
  for (unsigned int label = 0; label < 27; ++label)
  {
    const auto cube = MakeImage<ImageType>(CubeRegion, 5.0f);
    if (label != 13)
    {
      cube->SetPixel(ImageType::IndexType{ { 1, 1, 1 } } + FilterType::OffsetOfLabel(label), 4.0f);
      EXPECT_EQ(LabelInTheMiddleOf(*cube), label);
    }
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, StrictMinimumPointsToTheNeighborThatRisesLeastUnlessAskedOtherwise)
{
  const auto cube = MakeImage<ImageType>(CubeRegion, 9.0f);
  cube->SetPixel({ { 1, 1, 1 } }, 0.0f);
  cube->SetPixel({ { 2, 1, 1 } }, 1.0f);
  EXPECT_EQ(LabelInTheMiddleOf(*cube), 14u);
  EXPECT_EQ(LabelInTheMiddleOf(*cube, [](auto & filter) { filter.LabelStrictExtremaOn(); }), 13u);
  EXPECT_EQ(LabelInTheMiddleOf(*cube, [](auto & filter) { filter.SetCenterScore(0.0); }), 13u);
  EXPECT_EQ(LabelInTheMiddleOf(*cube, [](auto & filter) { filter.SetCenterScore(-1.0); }), 13u);
  EXPECT_EQ(LabelInTheMiddleOf(*cube, [](auto & filter) { filter.SetCenterScore(-1.5); }), 14u);
  cube->SetPixel({ { 0, 1, 1 } }, 1.0f);
  EXPECT_EQ(LabelInTheMiddleOf(*cube, [](auto & filter) { filter.SetCenterScore(-1.0); }), 12u);
  EXPECT_EQ(LabelInTheMiddleOf(*cube, [](auto & filter) { filter.AscentOn(); }), 4u);
}


TEST(NeighborhoodArgmaxLabelImageFilter, SpacingDecidesWhichDirectionIsSteepest)
{
  const auto cube = MakeImage<ImageType>(CubeRegion, 9.0f);
  cube->SetPixel({ { 2, 1, 1 } }, 7.0f);
  cube->SetPixel({ { 1, 1, 2 } }, 6.0f);
  EXPECT_EQ(LabelInTheMiddleOf(*cube), 22u);
  const double spacing[] = { 1.0, 1.0, 2.0 };
  cube->SetSpacing(spacing);
  EXPECT_EQ(LabelInTheMiddleOf(*cube), 14u);
  EXPECT_EQ(LabelInTheMiddleOf(*cube, [](auto & filter) { filter.UseImageSpacingOff(); }), 22u);
}


TEST(NeighborhoodArgmaxLabelImageFilter, AscentIsDescentOfTheNegatedImage)
{
  const auto image = MakeRandomImage<ImageType>(SmallRegion);
  const auto descent = Updated(image);
  const auto negated = MakeRandomImage<ImageType>(SmallRegion);
  for (auto && pixel : itk::MakeImageBufferRange(negated.GetPointer()))
  {
    pixel = -pixel;
  }
  const auto ascent = Updated(negated, [&](auto & filter) { filter.AscentOn(); });
  EXPECT_EQ(PixelsOf(*ascent->GetOutput()), PixelsOf(*descent->GetOutput()));
}


TEST(NeighborhoodArgmaxLabelImageFilter, FollowingLabelsEndsAtASinkWhenCenterScoreIs0)
{
  const auto image = MakeRandomImage<ImageType>(SmallRegion, "FewLevels");
  const auto filter = Updated(image, [&](auto & filter) {
    filter.SetCenterScore(0.0);
    filter.SetBorder(BorderEnum::Inside);
  });
  for (itk::ImageRegionConstIteratorWithIndex<FilterType::OutputImageType> it(filter->GetOutput(), SmallRegion);
       !it.IsAtEnd();
       ++it)
  {
    auto               index = it.GetIndex();
    itk::SizeValueType steps = 0;
    while (filter->GetOutput()->GetPixel(index) != FilterType::LabelOfCenter())
    {
      index += FilterType::OffsetOfLabel(filter->GetOutput()->GetPixel(index));
      ASSERT_LT(++steps, SmallRegion.GetNumberOfPixels());
    }
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, ImageThinnerThanTheNeighborhoodIsBackground)
{
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    ImageType::RegionType region{ { { 8, 8, 8 } } };
    region.SetSize(axis, 2);
    const auto filter = Updated(MakeRandomImage<ImageType>(region), [&](auto & filter) {
      filter.SetBackgroundValue(99);
      filter.GenerateScoreImageOn();
    });
    EXPECT_EQ(PixelsOf(*filter->GetOutput()), std::vector<unsigned char>(128, 99));
    EXPECT_EQ(PixelsOf(*filter->GetScoreImage()), std::vector<float>(128, 0.0f));
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, MaskedVoxelsHaveNoLabelAndDoNotCompete)
{
  const auto cube = MakeImage<ImageType>(CubeRegion, 5.0f);
  cube->SetPixel({ { 0, 0, 0 } }, 1.0f);
  const auto mask = MakeImage<MaskImageType>(CubeRegion, 1);
  mask->SetPixel({ { 0, 0, 0 } }, 0);
  const auto filter = FilterType::New();
  filter->SetInput(cube);
  filter->SetMaskImage(mask);
  filter->SetBorder(BorderEnum::Inside);
  filter->SetBackgroundValue(99);
  filter->GenerateScoreImageOn();
  filter->Update();
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 0, 0, 0 } }), 99);
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 1, 1, 1 } }), 1);

  // The middle as an island:
  mask->FillBuffer(0);
  mask->SetPixel({ { 1, 1, 1 } }, 255);
  mask->Modified();
  filter->Update();
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 1, 1, 1 } }), 13);
  EXPECT_EQ(filter->GetScoreImage()->GetPixel({ { 1, 1, 1 } }), -100.0f);
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 2, 1, 1 } }), 99);
  EXPECT_EQ(filter->GetScoreImage()->GetPixel({ { 2, 1, 1 } }), 0.0f);

  filter->SetMaskImage(nullptr);
  filter->Update();
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 1, 1, 1 } }), 0);
  EXPECT_EQ(filter->GetScoreImage()->GetPixel({ { 1, 1, 1 } }), static_cast<float>(4.0 / std::sqrt(3.0)));
}


TEST(NeighborhoodArgmaxLabelImageFilter, ScoreImageExistsOnlyWhileItIsAskedFor)
{
  const auto filter = Updated(MakeRandomImage<ImageType>(SmallRegion));
  const auto labels = PixelsOf(*filter->GetOutput());
  EXPECT_EQ(filter->GetNumberOfOutputs(), 1u);

  filter->GenerateScoreImageOn();
  ASSERT_NE(filter->GetScoreImage(), nullptr);
  EXPECT_EQ(const_cast<const FilterType &>(*filter).GetScoreImage(), filter->GetScoreImage());
  EXPECT_EQ(filter->GetNumberOfOutputs(), 2u);
  EXPECT_EQ(filter->GetNumberOfIndexedOutputs(), 1u);
  filter->Update();
  EXPECT_EQ(filter->GetScoreImage()->GetBufferedRegion(), SmallRegion);
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), labels);

  filter->GenerateScoreImageOff();
  EXPECT_EQ(filter->GetScoreImage(), nullptr);
  EXPECT_EQ(filter->GetNumberOfOutputs(), 1u);
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), labels);
}


TEST(NeighborhoodArgmaxLabelImageFilter, ScoreImageIsDoubleForDoubleOnly)
{
  const auto isScoreType = [](auto pixel, auto score) {
    using Filter = itk::NeighborhoodArgmaxLabelImageFilter<itk::Image<decltype(pixel), 2>>;
    return std::is_same<typename Filter::ScoreImageType, itk::Image<decltype(score), 2>>::value;
  };
  EXPECT_TRUE(isScoreType(uint8_t{}, float{}));
  EXPECT_TRUE(isScoreType(int32_t{}, float{}));
  EXPECT_TRUE(isScoreType(int64_t{}, float{}));
  EXPECT_TRUE(isScoreType(float{}, float{}));
  EXPECT_TRUE(isScoreType(double{}, double{}));

  using DoubleImageType = itk::Image<double, 3>;
  const auto cube = MakeImage<DoubleImageType>(CubeRegion, 1.0 + 1e-12);
  cube->SetPixel({ { 2, 1, 1 } }, 1.0);
  const auto filter = itk::NeighborhoodArgmaxLabelImageFilter<DoubleImageType>::New();
  filter->SetInput(cube);
  filter->GenerateScoreImageOn();
  filter->Update();
  EXPECT_EQ(filter->GetScoreImage()->GetPixel({ { 1, 1, 1 } }), (1.0 + 1e-12) - 1.0);
}


TEST(NeighborhoodArgmaxLabelImageFilter, KeepsSpacingOriginAndDirection)
{
  const auto               image = MakeRandomImage<ImageType>(SmallRegion);
  const double             spacing[] = { 0.5, 2.0, 3.0 };
  const double             origin[] = { -7.0, 11.0, 0.25 };
  ImageType::DirectionType direction;
  direction.Fill(0.0);
  direction[0][1] = direction[2][2] = 1.0;
  direction[1][0] = -1.0;
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  image->SetDirection(direction);
  const auto filter = Updated(image, [&](auto & filter) { filter.GenerateScoreImageOn(); });
  for (const itk::ImageBase<3> * const output : { static_cast<itk::ImageBase<3> *>(filter->GetOutput()),
                                                  static_cast<itk::ImageBase<3> *>(filter->GetScoreImage()) })
  {
    EXPECT_EQ(output->GetSpacing(), image->GetSpacing());
    EXPECT_EQ(output->GetOrigin(), image->GetOrigin());
    EXPECT_EQ(output->GetDirection(), image->GetDirection());
    EXPECT_EQ(output->GetLargestPossibleRegion(), SmallRegion);
    EXPECT_EQ(output->GetBufferedRegion(), SmallRegion);
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, RequestedRegionIsThatPartOfTheWholeResult)
{
  const auto image = MakeRandomImage<ImageType>(SmallRegion);
  const auto mask = MakeRandomImage<MaskImageType>(SmallRegion, "Half");
  for (const auto border : Borders)
  {
    for (const auto & radius : { FilterType::RadiusType{ { 1, 1, 1 } }, FilterType::RadiusType{ { 2, 0, 1 } } })
    {
      const auto setUp = [&](FilterType & filter, const ImageType * input, const MaskImageType * inputMask) {
        filter.SetInput(input);
        filter.SetMaskImage(inputMask);
        filter.SetBorder(border);
        filter.SetRadius(radius);
        filter.SetBackgroundValue(99);
        filter.GenerateScoreImageOn();
      };
      const auto whole = FilterType::New();
      setUp(*whole, image, mask);
      whole->Update();

      for (const auto & region : { ImageType::RegionType{ { { -3, 5, 100 } }, { { 1, 1, 1 } } },
                                   ImageType::RegionType{ { { 17, 13, 107 } }, { { 1, 1, 1 } } },
                                   ImageType::RegionType{ { { 5, 9, 103 } }, { { 1, 1, 1 } } },
                                   ImageType::RegionType{ { { 2, 7, 102 } }, { { 11, 4, 3 } } },
                                   ImageType::RegionType{ { { -3, 8, 104 } }, { { 21, 1, 1 } } },
                                   ImageType::RegionType{ { { -3, 5, 107 } }, { { 21, 9, 1 } } },
                                   ImageType::RegionType{ { { 17, 5, 100 } }, { { 1, 9, 8 } } },
                                   ImageType::RegionType{ { { -2, 6, 101 } }, { { 19, 7, 6 } } } })
      {
        // The casts buffer only the region that is requested from them.
        const auto imageSource = itk::CastImageFilter<ImageType, ImageType>::New();
        imageSource->SetInput(image);
        const auto maskSource = itk::CastImageFilter<MaskImageType, MaskImageType>::New();
        maskSource->SetInput(mask);
        const auto part = FilterType::New();
        setUp(*part, imageSource->GetOutput(), maskSource->GetOutput());
        part->UpdateOutputInformation();
        part->GetOutput()->SetRequestedRegion(region);
        part->Update();
        EXPECT_EQ(part->GetOutput()->GetBufferedRegion(), region);
        EXPECT_EQ(part->GetScoreImage()->GetBufferedRegion(), region);
        EXPECT_EQ(PixelsOf(*part->GetOutput()), PixelsOf(*whole->GetOutput(), region)) << border << region;
        EXPECT_EQ(PixelsOf(*part->GetScoreImage()), PixelsOf(*whole->GetScoreImage(), region)) << border << region;
      }
    }
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, ScoreImageCanBeRequestedByItself)
{
  const ImageType::RegionType region{ { { 2, 7, 102 } }, { { 11, 4, 3 } } };
  const auto                  image = MakeRandomImage<ImageType>(SmallRegion);
  const auto                  whole = Updated(image, [&](auto & filter) { filter.GenerateScoreImageOn(); });
  const auto                  part = FilterType::New();
  part->SetInput(image);
  part->GenerateScoreImageOn();
  part->UpdateOutputInformation();
  part->GetScoreImage()->SetRequestedRegion(region);
  part->GetScoreImage()->Update();
  EXPECT_EQ(PixelsOf(*part->GetScoreImage()), PixelsOf(*whole->GetScoreImage(), region));
}


TEST(NeighborhoodArgmaxLabelImageFilter, RequestsThePaddedAndCroppedRegionOfItsInputs)
{
  const auto requestedOf = [](const BorderEnum border, const ImageType::RegionType & region) {
    const auto image = MakeImage<ImageType>(SmallRegion);
    const auto mask = MakeImage<MaskImageType>(SmallRegion);
    const auto filter = FilterType::New();
    filter->SetInput(image);
    filter->SetMaskImage(mask);
    filter->SetBorder(border);
    filter->SetRadius({ { 2, 1, 0 } });
    filter->UpdateOutputInformation();
    filter->GetOutput()->SetRequestedRegion(region);
    filter->GetOutput()->PropagateRequestedRegion();
    EXPECT_EQ(mask->GetRequestedRegion(), image->GetRequestedRegion());
    return image->GetRequestedRegion();
  };
  const ImageType::RegionType inner{ { { 2, 7, 102 } }, { { 3, 2, 1 } } };
  const ImageType::RegionType innerPadded{ { { 0, 6, 102 } }, { { 7, 4, 1 } } };
  const ImageType::RegionType corner{ { { -2, 13, 107 } }, { { 3, 1, 1 } } };
  for (const auto border : Borders)
  {
    EXPECT_EQ(requestedOf(border, inner), innerPadded);
    EXPECT_EQ(requestedOf(border, SmallRegion), SmallRegion);
  }
  const ImageType::RegionType cornerCropped{ { { -3, 12, 107 } }, { { 6, 2, 1 } } };
  EXPECT_EQ(requestedOf(BorderEnum::Background, corner), cornerCropped);
  EXPECT_EQ(requestedOf(BorderEnum::Inside, corner), cornerCropped);
  const ImageType::RegionType wholeRowsAndColumns{ { { -3, 5, 107 } }, { { 21, 9, 1 } } };
  EXPECT_EQ(requestedOf(BorderEnum::Periodic, corner), wholeRowsAndColumns);
}


TEST(NeighborhoodArgmaxLabelImageFilter, StreamsInBothDirections)
{
  constexpr unsigned int numberOfDivisions = 5;
  const auto             image = MakeRandomImage<ImageType>(LargeRegion);
  for (const auto border : { BorderEnum::Background, BorderEnum::Inside })
  {
    const auto whole = Updated(image, [&](auto & filter) { filter.SetBorder(border); });

    const auto source = itk::CastImageFilter<ImageType, ImageType>::New();
    source->SetInput(image);
    const auto inputMonitor = itk::PipelineMonitorImageFilter<ImageType>::New();
    inputMonitor->SetInput(source->GetOutput());
    const auto filter = FilterType::New();
    filter->SetInput(inputMonitor->GetOutput());
    filter->SetBorder(border);
    const auto outputMonitor = itk::PipelineMonitorImageFilter<FilterType::OutputImageType>::New();
    outputMonitor->SetInput(filter->GetOutput());
    const auto streamed = StreamedPixelsOf(outputMonitor->GetOutput(), numberOfDivisions);

    EXPECT_TRUE(inputMonitor->VerifyAllInputCanStream(numberOfDivisions));
    EXPECT_TRUE(outputMonitor->VerifyAllInputCanStream(numberOfDivisions));
    for (const auto & region : inputMonitor->GetUpdatedBufferedRegions())
    {
      EXPECT_LE(region.GetSize(2), LargeRegion.GetSize(2) / numberOfDivisions + 2);
    }
    EXPECT_EQ(streamed, PixelsOf(*whole->GetOutput()));
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, StreamsItsMask)
{
  constexpr unsigned int numberOfDivisions = 5;
  const auto             image = MakeRandomImage<ImageType>(LargeRegion);
  const auto             mask = MakeRandomImage<MaskImageType>(LargeRegion, "Half");
  const auto             whole = Updated(image, [&](auto & filter) { filter.SetMaskImage(mask); });

  const auto source = itk::CastImageFilter<MaskImageType, MaskImageType>::New();
  source->SetInput(mask);
  const auto maskMonitor = itk::PipelineMonitorImageFilter<MaskImageType>::New();
  maskMonitor->SetInput(source->GetOutput());
  const auto filter = FilterType::New();
  filter->SetInput(image);
  filter->SetMaskImage(maskMonitor->GetOutput());
  const auto streamed = StreamedPixelsOf(filter->GetOutput(), numberOfDivisions);

  // Not VerifyAllInputCanStream: with several inputs, ProcessObject sends each of them every request twice.
  EXPECT_TRUE(maskMonitor->VerifyInputFilterExecutedStreaming(numberOfDivisions));
  EXPECT_TRUE(maskMonitor->VerifyInputFilterBufferedRequestedRegions());
  for (const auto & region : maskMonitor->GetUpdatedBufferedRegions())
  {
    EXPECT_LE(region.GetSize(2), LargeRegion.GetSize(2) / numberOfDivisions + 2);
  }
  EXPECT_EQ(streamed, PixelsOf(*whole->GetOutput()));
}


TEST(NeighborhoodArgmaxLabelImageFilter, NumberOfStreamDivisionsPlaysNoPart)
{
  for (const auto border : Borders)
  {
    const auto whole = MakeFilterOnLargeImage(border);
    whole->Update();
    for (const unsigned int numberOfDivisions : { 2u, 7u, 30u, 100u })
    {
      const auto filter = MakeFilterOnLargeImage(border);
      const auto labels = StreamedPixelsOf(filter->GetOutput(), numberOfDivisions);
      EXPECT_EQ(labels, PixelsOf(*whole->GetOutput())) << border << numberOfDivisions;

      const auto scores = StreamedPixelsOf(filter->GetScoreImage(), numberOfDivisions);
      EXPECT_EQ(scores, PixelsOf(*whole->GetScoreImage())) << border << numberOfDivisions;
    }
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, NumberOfWorkUnitsPlaysNoPart)
{
  for (const auto border : Borders)
  {
    const auto single = MakeFilterOnLargeImage(border);
    single->SetNumberOfWorkUnits(1);
    single->Update();
    for (const unsigned int numberOfWorkUnits : { 2u, 3u, 8u, 61u, 128u })
    {
      const auto filter = MakeFilterOnLargeImage(border);
      filter->SetNumberOfWorkUnits(numberOfWorkUnits);
      filter->Update();
      EXPECT_EQ(PixelsOf(*filter->GetOutput()), PixelsOf(*single->GetOutput())) << border << numberOfWorkUnits;
      EXPECT_EQ(PixelsOf(*filter->GetScoreImage()), PixelsOf(*single->GetScoreImage())) << border << numberOfWorkUnits;
    }
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, ProgressRisesInSmallStepsTo1)
{
  for (const auto border : Borders)
  {
    for (const unsigned int numberOfWorkUnits : { 1u, 4u })
    {
      const auto         filter = MakeFilterOnLargeImage(border);
      std::vector<float> progress{ 0.0f };
      filter->SetNumberOfWorkUnits(numberOfWorkUnits);
      filter->AddObserver(itk::ProgressEvent(),
                          [&](const itk::EventObject &) { progress.push_back(filter->GetProgress()); });
      filter->Update();
      EXPECT_TRUE(std::is_sorted(progress.cbegin(), progress.cend()));
      EXPECT_LE(progress.back(), 1.0f);
      EXPECT_NEAR(filter->GetProgress(), 1.0f, 1e-5f);
      // ITK reports progress only in the thread of the caller.
      if (numberOfWorkUnits == 1)
      {
        EXPECT_NEAR(progress.back(), 1.0f, 1e-5f);
        EXPECT_GE(progress.size(), 20u);
        for (std::size_t i = 1; i < progress.size(); ++i)
        {
          EXPECT_LE(progress[i] - progress[i - 1], 0.3f);
        }
      }
    }
  }
}


TEST(NeighborhoodArgmaxLabelImageFilter, AbortedUpdateThrowsAndTheNextOneIsWhole)
{
  for (const auto & region : { SmallRegion, LargeRegion })
  {
    for (const unsigned int numberOfWorkUnits : { 1u, 4u })
    {
      const auto image = MakeRandomImage<ImageType>(region);
      const auto whole = Updated(image);

      const auto filter = FilterType::New();
      filter->SetInput(image);
      filter->SetNumberOfWorkUnits(numberOfWorkUnits);
      const auto observer =
        filter->AddObserver(itk::ProgressEvent(), [&](const itk::EventObject &) { filter->AbortGenerateDataOn(); });
      bool hasAborted = false;
      filter->AddObserver(itk::AbortEvent(), [&](const itk::EventObject &) { hasAborted = true; });
      EXPECT_THROW(filter->Update(), itk::ProcessAborted);
      EXPECT_TRUE(hasAborted);

      filter->RemoveObserver(observer);
      filter->Update();
      EXPECT_EQ(PixelsOf(*filter->GetOutput()), PixelsOf(*whole->GetOutput()));
    }
  }
}


/** Aborts the filter as its threads begin, and drops their exceptions, as ITK's thread pool does with some. */
class DroppingThreader : public itk::PlatformMultiThreader
{
public:
  using Self = DroppingThreader;
  using Superclass = itk::PlatformMultiThreader;
  using Pointer = itk::SmartPointer<Self>;
  itkFactorylessNewMacro(Self);

  void
  ParallelizeImageRegion(unsigned int,
                         const itk::IndexValueType index[],
                         const itk::SizeValueType  size[],
                         ThreadingFunctorType      function,
                         itk::ProcessObject *      filter) override
  {
    filter->AbortGenerateDataOn();
    try
    {
      function(index, size);
    }
    catch (...)
    {}
  }
};


TEST(NeighborhoodArgmaxLabelImageFilter, WhatOtherThreadsThrowIsNotLost)
{
  const auto filter = FilterType::New();
  filter->SetInput(MakeRandomImage<ImageType>(LargeRegion));
  filter->SetMultiThreader(DroppingThreader::New());
  EXPECT_THROW(filter->Update(), itk::ProcessAborted);
}


TEST(NeighborhoodArgmaxLabelImageFilter, ChangedOptionOrInputIsSeenByTheNextUpdate)
{
  const auto   image = MakeRandomImage<ImageType>(SmallRegion);
  const auto   filter = FilterType::New();
  unsigned int numberOfRuns = 0;
  filter->AddObserver(itk::StartEvent(), [&](const itk::EventObject &) { ++numberOfRuns; });
  filter->SetInput(image);
  filter->Update();
  filter->Update();
  EXPECT_EQ(numberOfRuns, 1u);
  const auto first = PixelsOf(*filter->GetOutput());

  filter->AscentOn();
  filter->Update();
  EXPECT_EQ(numberOfRuns, 2u);
  EXPECT_NE(PixelsOf(*filter->GetOutput()), first);
  filter->AscentOff();
  filter->Update();
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), first);

  image->SetPixel({ { 5, 9, 103 } }, -1e6f);
  image->Modified();
  filter->Update();
  EXPECT_EQ(filter->GetOutput()->GetPixel({ { 4, 9, 103 } }), 14);

  const auto second = MakeRandomImage<ImageType>(LargeRegion);
  filter->SetInput(second);
  filter->UpdateLargestPossibleRegion();
  const auto fresh = Updated(second);
  EXPECT_EQ(filter->GetOutput()->GetLargestPossibleRegion(), LargeRegion);
  EXPECT_EQ(PixelsOf(*filter->GetOutput()), PixelsOf(*fresh->GetOutput()));
}


TEST(NeighborhoodArgmaxLabelImageFilter, LeavesItsInputAsItIs)
{
  const auto image = MakeRandomImage<ImageType>(SmallRegion);
  const auto before = PixelsOf(*image);
  const auto filter = Updated(image);
  EXPECT_EQ(PixelsOf(*image), before);
}


TEST(NeighborhoodArgmaxLabelImageFilter, LabelsAreTheSameInEveryOutputPixelType)
{
  const auto image = MakeRandomImage<ImageType>(SmallRegion);
  const auto bytes = Updated(image, [&](auto & filter) { filter.SetBackgroundValue(100); });
  const auto expectSame = [&](auto pixel) {
    using OutputImageType = itk::Image<decltype(pixel), 3>;
    const auto filter = itk::NeighborhoodArgmaxLabelImageFilter<ImageType, OutputImageType>::New();
    filter->SetInput(image);
    filter->SetBackgroundValue(100);
    filter->Update();
    const auto labels = PixelsOf(*bytes->GetOutput());
    EXPECT_EQ(PixelsOf(*filter->GetOutput()), std::vector<decltype(pixel)>(labels.cbegin(), labels.cend()));
  };
  expectSame(int8_t{});
  expectSame(uint16_t{});
  expectSame(int32_t{});
  expectSame(float{});
}


TEST(NeighborhoodArgmaxLabelImageFilter, LabelsAreThoseOfAPlainFilterOfITK)
{
  const auto image = MakeRandomImage<ImageType>(itk::ImageRegion<3>(itk::Size<3>{ { 37, 21, 12 } }));
  const auto plain = PlainLabelImageFilter<ImageType>::New();
  plain->SetInput(image);
  plain->Update();
  EXPECT_EQ(PixelsOf(*Updated(image)->GetOutput()), PixelsOf(*plain->GetOutput()));
}


TEST(NeighborhoodArgmaxLabelImageFilter, MaskedIslandIsItsOwnCenterAtEveryDistance)
{
  // The greatest difference to an absent neighbor, at distances that bring its score close to that of the center.
  using ByteImageType = itk::Image<signed char, 2>;
  const auto   image = MakeImage<ByteImageType>(itk::Size<2>{ { 66, 3 } }, 127);
  const double spacing[] = { std::sqrt(2.0), 5.0 };
  image->SetSpacing(spacing);
  const auto mask = MakeImage<itk::Image<unsigned char, 2>>(image->GetBufferedRegion());
  mask->CopyInformation(image);
  const itk::Index<2> island{ { 33, 1 } };
  mask->SetPixel(island, 1);

  for (const double centerScore : { -100.0, -1000.0, 0.0 })
  {
    const auto filter = itk::NeighborhoodArgmaxLabelImageFilter<ByteImageType>::New();
    filter->SetInput(image);
    filter->SetMaskImage(mask);
    filter->SetCenterScore(centerScore);
    filter->Update();
    EXPECT_EQ(filter->GetOutput()->GetPixel(island), 4);
  }
}
