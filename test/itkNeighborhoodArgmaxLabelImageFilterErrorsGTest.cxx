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
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include "RandomImages.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>

namespace
{
using RandomImages::MakeImage;

using ImageType = itk::Image<float, 3>;
using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;
using MaskImageType = FilterType::MaskImageType;

const ImageType::RegionType Region{ { { -3, 5, 100 } }, { { 21, 9, 8 } } };

using Change = std::function<void(FilterType & filter, ImageType & image)>;

/** The error of the change or the update after it. */
std::string
ErrorOf(const Change & change)
{
  const auto image = MakeImage<ImageType>(Region);
  const auto filter = FilterType::New();
  filter->SetInput(image);
  try
  {
    change(*filter, *image);
  }
  catch (const itk::ExceptionObject & error)
  {
    return error.GetDescription();
  }
  const std::string error = ErrorOfUpdate(*filter);
  EXPECT_EQ(filter->GetOutput()->GetBufferedRegion().GetNumberOfPixels() == 0, !error.empty());
  return error;
}

FilterType::RowSpacingType
RowSpacing(unsigned int length, double value)
{
  FilterType::RowSpacingType spacing(length);
  spacing.Fill(value);
  return spacing;
}

void
SetSpacing(ImageType & image, double length)
{
  const double spacing[] = { 1.0, length, 1.0 };
  image.SetSpacing(spacing);
}

/** A mask that is moved and scaled along an axis. */
MaskImageType::Pointer
MakeMask(const MaskImageType::RegionType & region, double origin = 0.0, double spacing = 1.0)
{
  const auto   mask = MakeImage<MaskImageType>(region, 1);
  const double origins[] = { origin, 0.0, 0.0 };
  const double spacings[] = { 1.0, 1.0, spacing };
  mask->SetOrigin(origins);
  mask->SetSpacing(spacings);
  return mask;
}
} // namespace


TEST(NeighborhoodArgmaxLabelImageFilterErrors, NameTheOptionAndItsValue)
{
  const std::pair<const char *, Change> rows[] = {
    { "Radius is [0, 0, 0]", [](auto & filter, auto &) { filter.SetRadius(0); } },
    { "Radius is [3, 3, 3]: its 343 labels do not fit", [](auto & filter, auto &) { filter.SetRadius(3); } },
    { "CenterScore is nan", [](auto & filter, auto &) { filter.SetCenterScore(RandomImages::NaN); } },
    { "Border is 3", [](auto & filter, auto &) { filter.SetBorder(static_cast<FilterType::BorderEnum>(3)); } },
    { "axis 3 of SetBorderOfAxis", [](auto & filter, auto &) { filter.SetBorderOfAxis(3, {}); } },
    { "axis 3 of GetBorderOfAxis", [](auto & filter, auto &) { filter.GetBorderOfAxis(3); } },
    { "axis 3 of SetSpacingOfRows", [](auto & filter, auto &) { filter.SetSpacingOfRows(3, {}); } },
    { "axis 3 of GetSpacingOfRows", [](auto & filter, auto &) { filter.GetSpacingOfRows(3); } },
    { "SpacingOfRows of axis 1 has 8 numbers: give one for each of the 9 rows",
      [](auto & filter, auto &) { filter.SetSpacingOfRows(1, RowSpacing(8, 1.0)); } },
    { "SpacingOfRows of axis 0 is 0 in row 0",
      [](auto & filter, auto &) { filter.SetSpacingOfRows(0, RowSpacing(9, 0.0)); } },
    { "The spacing of the input image is [1, 1e-301, 1]", [](auto &, auto & image) { SetSpacing(image, 1e-301); } },
    { "The spacing of the input image is [1, 1e+301, 1]", [](auto &, auto & image) { SetSpacing(image, 1e301); } },
    { "MaskImage",
      [](auto & filter, auto &) { filter.SetMaskImage(MakeMask({ Region.GetIndex(), { { 21, 9, 7 } } })); } },
    { "MaskImage", [](auto & filter, auto &) { filter.SetMaskImage(MakeMask(Region.GetSize())); } },
    { "MaskImage", [](auto & filter, auto &) { filter.SetMaskImage(MakeMask(Region, 1.0)); } },
    { "MaskImage", [](auto & filter, auto &) { filter.SetMaskImage(MakeMask(Region, 0.0, 2.0)); } },
  };
  for (const auto & [part, change] : rows)
  {
    ExpectContains(ErrorOf(change), part);
  }
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, DirectionMustBeRegularAndForSpacingOfRowsOrthonormal)
{
  const auto lean = [](FilterType &, ImageType & image) {
    auto direction = image.GetDirection();
    direction(0, 1) = 0.5;
    image.SetDirection(direction);
  };
  EXPECT_EQ(ErrorOf(lean), "");
  ExpectContains(ErrorOf([&](FilterType & filter, ImageType & image) {
                   lean(filter, image);
                   filter.SetSpacingOfRows(0, RowSpacing(9, 1.0));
                 }),
                 "SpacingOfRows of axis 0 is set, and the direction");
  ExpectContains(ErrorOf([](FilterType &, ImageType & image) {
                   auto direction = image.GetDirection();
                   direction(0, 0) = 1e-13;
                   image.SetDirection(direction);
                 }),
                 "direction of the input image is singular");
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, SpacingThatPlaysNoPartMayBeAny)
{
  EXPECT_EQ(ErrorOf([](FilterType & filter, ImageType & image) {
              SetSpacing(image, 1e-301);
              filter.SetSpacingOfRows(1, RowSpacing(8, 0.0));
              filter.UseImageSpacingOff();
            }),
            "");
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, MasksOfTheImageAreTaken)
{
  EXPECT_EQ(ErrorOf([](FilterType & filter, ImageType &) { filter.SetMaskImage(MakeMask(Region)); }), "");
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, NumbersThatDoubleDoesNotHold)
{
  using LongImageType = itk::Image<std::int64_t, 1>;
  const auto image = MakeImage<LongImageType>(itk::Size<1>{ { 9 } });
  const auto mask = MakeImage<itk::Image<unsigned char, 1>>(itk::Size<1>{ { 9 } }, 1);
  image->SetPixel({ { 7 } }, (std::int64_t{ 1 } << 53) + 1);
  const auto filter = itk::NeighborhoodArgmaxLabelImageFilter<LongImageType>::New();
  filter->SetInput(image);
  ExpectContains(ErrorOfUpdate(*filter), "9007199254740993 at [7]");
  mask->SetPixel({ { 7 } }, 0);
  filter->SetMaskImage(mask);
  EXPECT_EQ(ErrorOfUpdate(*filter), "");
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, LabelHelpersThrowOutsideTheNeighborhood)
{
  EXPECT_THROW(FilterType::LabelOfOffset({ { 2, 0, 0 } }), itk::ExceptionObject);
  EXPECT_THROW(FilterType::LabelOfOffset({ { 0, 0, -2 } }), itk::ExceptionObject);
  EXPECT_THROW(FilterType::LabelOfOffset({ { 1, 0, 0 } }, { { 0, 1, 1 } }), itk::ExceptionObject);
  EXPECT_THROW(FilterType::OffsetOfLabel(27), itk::ExceptionObject);
  EXPECT_THROW(FilterType::OffsetOfLabel(3, { { 1, 0, 0 } }), itk::ExceptionObject);
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, LabelsFitUpToTheMaximumOfTheOutputPixelType)
{
  const auto errorAtRadius = [](auto pixel, const itk::SizeValueType radius) {
    using RowType = itk::Image<float, 1>;
    const auto filter = itk::NeighborhoodArgmaxLabelImageFilter<RowType, itk::Image<decltype(pixel), 1>>::New();
    filter->SetInput(MakeImage<RowType>({ { { 300 } } }));
    filter->SetRadius(radius);
    return ErrorOfUpdate(*filter);
  };
  EXPECT_EQ(errorAtRadius(uint8_t{}, 127), "");
  ExpectContains(errorAtRadius(uint8_t{}, 128), "257");
  EXPECT_EQ(errorAtRadius(uint16_t{}, 128), "");
  EXPECT_EQ(errorAtRadius(int8_t{}, 63), "");
  ExpectContains(errorAtRadius(int8_t{}, 64), "129");
  ExpectContains(errorAtRadius(int8_t{}, 64), "127");
  // The output type must hold all labels exactly; labels have at most 31 bits.
  ExpectContains(errorAtRadius(float{}, 1 << 23), "16777217 labels do not fit");
  ExpectContains(errorAtRadius(uint64_t{}, 1 << 30), "2147483649 labels do not fit");
  ExpectContains(errorAtRadius(double{}, itk::NumericTraits<itk::SizeValueType>::max()), "labels do not fit");
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, InputIsRequired)
{
  ExpectContains(ErrorOfUpdate(*FilterType::New()), "Input Primary is required but not set");
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, InputMustHaveVoxels)
{
  const auto filter = FilterType::New();
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    ImageType::RegionType region{ { { 5, 5, 5 } } };
    region.SetSize(axis, 0);
    filter->SetInput(MakeImage<ImageType>(region));
    EXPECT_THROW(filter->UpdateLargestPossibleRegion(), itk::ExceptionObject);
  }
  filter->SetInput(ImageType::New());
  EXPECT_THROW(filter->UpdateLargestPossibleRegion(), itk::ExceptionObject);
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, RequestedRegionMustLieInTheImage)
{
  const auto filter = FilterType::New();
  filter->SetInput(MakeImage<ImageType>(Region));
  filter->UpdateOutputInformation();
  filter->GetOutput()->SetRequestedRegion(ImageType::RegionType{ { { 500, 500, 500 } }, { { 2, 2, 2 } } });
  EXPECT_THROW(filter->Update(), itk::InvalidRequestedRegionError);
}


TEST(NeighborhoodArgmaxLabelImageFilterErrors, ImagesWithoutMemoryAreRefused)
{
  using ByteImageType = itk::Image<unsigned char, 2>;
  const auto empty = ByteImageType::New();
  empty->SetRegions(itk::Size<2>{ { 30, 30 } });
  const auto image = ByteImageType::New();
  image->SetRegions(empty->GetLargestPossibleRegion());
  image->Allocate(true);

  const auto labels = itk::NeighborhoodArgmaxLabelImageFilter<ByteImageType>::New();
  labels->SetInput(empty);
  ExpectContains(ErrorOfUpdate(*labels), "The input image has no memory for the 900 voxels");
  labels->SetInput(image);
  labels->SetMaskImage(empty);
  ExpectContains(ErrorOfUpdate(*labels), "The mask image has no memory for the 900 voxels");

  const auto basins = itk::NeighborhoodLabelToBasinImageFilter<ByteImageType>::New();
  basins->SetInput(empty);
  ExpectContains(ErrorOfUpdate(*basins), "The label image has no memory for the 900 voxels");
  basins->SetInput(image);
  basins->SetMaskImage(empty);
  ExpectContains(ErrorOfUpdate(*basins), "The mask image has no memory for the 900 voxels");
}
