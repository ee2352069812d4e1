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

// Runs the command-line program on real files and compares with the filter.

#include "ProgramTest.h"

#include "itkNeighborhoodBasinMergeImageFilter.h"
#include "itkNeighborhoodLabelAccumulateImageFilter.h"
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include "itkImageRegionConstIteratorWithIndex.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkRGBPixel.h"
#include "itkVector.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <linux/capability.h>
#include <pty.h>
#include <sys/prctl.h>

namespace
{
/** Drops the capabilities by which root reads all files. */
void
ObeyPermissions()
{
  prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE);
  prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH);
}

template <typename TPixel>
class ProgramPixelTypeTest : public ProgramTest
{};

using PixelTypes = testing::Types<std::uint8_t,
                                  std::int8_t,
                                  std::uint16_t,
                                  std::int16_t,
                                  std::uint32_t,
                                  std::int32_t,
                                  std::uint64_t,
                                  std::int64_t,
                                  float,
                                  double>;
TYPED_TEST_SUITE(ProgramPixelTypeTest, PixelTypes);
} // namespace

TYPED_TEST(ProgramPixelTypeTest, LabelsEveryPixelTypeAndDimension)
{
  this->Write(RandomImage<TypeParam, 2>({ { 12, 11 } }).GetPointer(), "2.vtk");
  this->Write(RandomImage<TypeParam, 3>({ { 9, 8, 7 } }).GetPointer(), "3.nrrd");
  this->Write(RandomImage<TypeParam, 4>({ { 6, 5, 4, 5 } }).GetPointer(), "4.nrrd");
  this->template ExpectFilterLabels<itk::Image<TypeParam, 3>>("3.nrrd", "3.nii.gz");
  this->template ExpectFilterLabels<itk::Image<TypeParam, 4>>("4.nrrd", "4.mha");
}

// Rounding of a large integer to float would make neighbors equal.
TEST_F(ProgramTest, KeepsThePixelTypeOfTheFile)
{
  auto       image = RandomImage<std::int32_t, 3>({ { 9, 8, 7 } });
  const auto size = image->GetPixelContainer()->Size();
  std::for_each(image->GetBufferPointer(), image->GetBufferPointer() + size, [](std::int32_t & v) { v += 1 << 30; });
  this->Write(image.GetPointer(), "in.mha");
  this->ExpectFilterLabels<itk::Image<std::int32_t, 3>>("in.mha", "out.mha");
}

TEST_F(ProgramTest, ReadsAndWritesFormats)
{
  const auto volume = RandomImage<std::uint8_t, 3>({ { 9, 8, 7 } });
  for (const std::string extension : { ".nii.gz", ".nrrd", ".mha", ".vtk", ".gipl", ".hdf5" })
  {
    this->Write(volume.GetPointer(), "in3" + extension);
    this->ExpectFilterLabels<itk::Image<std::uint8_t, 3>>("in3" + extension, "out3" + extension);
  }
  // A TIFF stack has no spacing.
  this->Write(volume.GetPointer(), "in3.tif");
  this->RunWell({ "in3.tif", "out3.tif", "--spacing", "1,1.5,2" });
  this->RunWell({ "in3.nrrd", "out3.nrrd" });
  EXPECT_TRUE(HaveSamePixels(this->Read<LabelImageType>("out3.tif").GetPointer(),
                             this->Read<LabelImageType>("out3.nrrd").GetPointer()));
  const auto picture = RandomImage<std::uint8_t, 2>({ { 12, 11 } });
  for (const std::string extension : { ".png", ".tif", ".mha", ".nrrd", ".nii.gz" })
  {
    this->Write(picture.GetPointer(), "in2" + extension);
    this->ExpectFilterLabels<itk::Image<std::uint8_t, 2>>("in2" + extension, "out2" + extension);
  }
}

TEST_F(ProgramTest, KeepsThePlaceOfTheImage)
{
  auto image = RandomImage<std::int16_t, 3>({ { 9, 8, 7 } });
  auto direction = image->GetDirection();
  direction[1][1] = -1;
  direction[0][0] = -1;
  image->SetDirection(direction);
  this->Write(image.GetPointer(), "in.nii.gz");
  this->RunWell({ "in.nii.gz", "out.nii.gz" });
  const auto labels = this->Read<LabelImageType>("out.nii.gz");
  EXPECT_EQ(labels->GetSpacing(), image->GetSpacing());
  EXPECT_EQ(labels->GetOrigin(), image->GetOrigin());
  EXPECT_EQ(labels->GetDirection(), image->GetDirection());
}

TEST_F(ProgramTest, OptionsDoWhatTheFilterDoes)
{
  constexpr double infinity = std::numeric_limits<double>::infinity();

  this->ExpectOption({ "--center-score", "20.5" }, [](FilterType * f) { f->SetCenterScore(20.5); });
  this->ExpectOption({ "--center-score", "inf" }, [](FilterType * f) { f->SetCenterScore(infinity); });
  this->ExpectOption({ "--label-strict-extrema" }, [](FilterType * f) { f->LabelStrictExtremaOn(); });
  this->ExpectOption({ "--ascent" }, [](FilterType * f) { f->AscentOn(); });
  this->ExpectOption({ "--no-image-spacing" }, [](FilterType * f) { f->UseImageSpacingOff(); });
  this->ExpectOption({ "--face-connected" }, [](FilterType * f) { f->FullyConnectedOff(); });
  this->ExpectOption({ "--border", "inside" }, [](FilterType * f) { f->SetBorder(Border::Inside); });
  this->ExpectOption({ "--border", "periodic" }, [](FilterType * f) { f->SetBorder(Border::Periodic); });
  this->ExpectOption({ "--background-value", "255" }, [](FilterType * f) { f->SetBackgroundValue(255); });
  this->ExpectOption({ "--radius", "2" }, [](FilterType * f) { f->SetRadius(2); });
  this->ExpectOption({ "--radius", "1,2,0" }, [](FilterType * f) { f->SetRadius({ { 1, 2, 0 } }); });
}

TEST_F(ProgramTest, CenterNeverWinsWithMinusInfinity)
{
  auto image = RandomImage<float, 3>({ { 3, 3, 3 } });
  image->FillBuffer(1000);
  image->SetPixel({ { 1, 1, 1 } }, 0);
  this->Write(image.GetPointer(), "in.mha");
  this->RunWell({ "in.mha", "sink.mha" });
  this->RunWell({ "in.mha", "out.mha", "--center-score", "-inf" });
  EXPECT_EQ(this->Read<LabelImageType>("sink.mha")->GetPixel({ { 1, 1, 1 } }), 13);
  EXPECT_NE(this->Read<LabelImageType>("out.mha")->GetPixel({ { 1, 1, 1 } }), 13);
}

TEST_F(ProgramTest, ThreadsDoNotChangeTheLabels)
{
  this->Write(RandomImage<float, 3>({ { 9, 8, 7 } }).GetPointer(), "in.mha");
  this->RunWell({ "in.mha", "one.mha", "--threads", "1" });
  this->RunWell({ "in.mha", "many.mha", "--threads", "7" });
  EXPECT_TRUE(HaveSamePixels(this->Read<LabelImageType>("one.mha").GetPointer(),
                             this->Read<LabelImageType>("many.mha").GetPointer()));
}

TEST_F(ProgramTest, ManyLabelsTake16Bits)
{
  using WideFilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType, itk::Image<std::uint16_t, 3>>;

  const auto image = RandomImage<float, 3>({ { 9, 8, 7 } });
  this->Write(image.GetPointer(), "in.mha");
  this->RunWell({ "in.mha", "out.mha", "--radius", "3", "--border", "inside", "--background-value", "65535" });
  auto filter = WideFilterType::New();
  filter->SetInput(image);
  filter->SetRadius(3);
  filter->SetBorder(Border::Inside);
  filter->Update();
  EXPECT_TRUE(HaveSamePixels(this->Read<itk::Image<std::uint16_t, 3>>("out.mha").GetPointer(), filter->GetOutput()));
}

TEST_F(ProgramTest, MaskMeansNotZeroInEveryPixelType)
{
  const auto image = RandomImage<float, 3>({ { 9, 8, 7 } });
  auto       mask = RandomImage<std::uint8_t, 3>({ { 9, 8, 7 } }, 2);
  auto       wideMask = RandomImage<std::uint16_t, 3>({ { 9, 8, 7 } });
  auto       smallMask = RandomImage<double, 3>({ { 9, 8, 7 } });
  const auto size = mask->GetPixelContainer()->Size();
  for (itk::SizeValueType i = 0; i < size; ++i)
  {
    auto & inside = mask->GetBufferPointer()[i];
    inside = inside % 4 > 0;
    wideMask->GetBufferPointer()[i] = static_cast<std::uint16_t>(inside * 256);
    smallMask->GetBufferPointer()[i] = inside * -1e-310;
  }
  this->Write(mask.GetPointer(), "mask.nii.gz");
  this->Write(wideMask.GetPointer(), "wide.nrrd");
  this->Write(smallMask.GetPointer(), "small.mha");
  for (const std::string name : { "mask.nii.gz", "wide.nrrd", "small.mha" })
  {
    this->ExpectOption({ "--mask", name, "--background-value", "27" }, [&](FilterType * f) {
      f->SetMaskImage(mask);
      f->SetBackgroundValue(27);
    });
  }
}

TEST_F(ProgramTest, WritesTheScore)
{
  const auto image = RandomImage<double, 3>({ { 9, 8, 7 } });
  this->Write(image.GetPointer(), "in.mha");
  this->Write(RandomImage<std::int16_t, 3>({ { 9, 8, 7 } }).GetPointer(), "short.mha");
  this->RunWell({ "in.mha", "out.mha", "--score", "score.nii.gz" });
  this->RunWell({ "short.mha", "out.mha", "--score", "short-score.nrrd" });
  const auto filter = this->Filter(image.GetPointer());
  filter->GenerateScoreImageOn();
  filter->Update();
  EXPECT_TRUE(HaveSamePixels(this->Read<itk::Image<double, 3>>("score.nii.gz").GetPointer(), filter->GetScoreImage()));
  EXPECT_TRUE(HaveSamePixels(this->Read<LabelImageType>("out.mha").GetPointer(), filter->GetOutput()));
  EXPECT_GT(this->Read<ImageType>("short-score.nrrd")->GetPixel({ { 4, 4, 4 } }), 0);
}

TEST_F(ProgramTest, WritesTheBasins)
{
  const auto image = RandomImage<float, 3>({ { 19, 18, 17 } });
  const auto mask = RandomImage<std::uint8_t, 3>({ { 19, 18, 17 } }, 2);
  this->Write(image.GetPointer(), "in.mha");
  this->Write(mask.GetPointer(), "mask.mha");
  struct Case
  {
    Arguments     arguments;
    unsigned char background;
    Border        border;
    unsigned int  radius;
    bool          isMasked;
  };
  for (const auto & [arguments, background, border, radius, isMasked] :
       { Case{ { "--background-value", "255" }, 255, Border::Background, 1, false },
         Case{ { "--background-value", "125", "--radius", "2" }, 125, Border::Background, 2, false },
         Case{ { "--border", "inside" }, 0, Border::Inside, 1, false },
         Case{ { "--border", "periodic" }, 0, Border::Periodic, 1, false },
         Case{ { "--border", "periodic", "--mask", "mask.mha", "--background-value", "27" },
               27,
               Border::Periodic,
               1,
               true } })
  {
    Arguments all{ "in.mha", "out.mha", "--basins", "basins.nii.gz", "--accumulation", "counts.nii.gz" };
    all.insert(all.end(), arguments.begin(), arguments.end());
    this->RunWell(all);

    const auto filter = this->Filter(image.GetPointer());
    filter->SetBackgroundValue(background);
    filter->SetBorder(border);
    filter->SetRadius(radius);
    if (isMasked)
    {
      filter->SetMaskImage(mask);
    }
    const auto basins = itk::NeighborhoodLabelToBasinImageFilter<LabelImageType>::New();
    basins->SetInput(filter->GetOutput());
    basins->SetRadius(radius);
    basins->SetBackgroundValue(background == 0 ? 255 : background);
    basins->SetPeriodic(border == Border::Periodic);
    basins->Update();
    EXPECT_GT(basins->GetNumberOfBasins(), 3U);
    EXPECT_TRUE(HaveSamePixels(this->Read<LabelImageType>("out.mha").GetPointer(), filter->GetOutput()));
    EXPECT_TRUE(
      HaveSamePixels(this->Read<itk::Image<unsigned int, 3>>("basins.nii.gz").GetPointer(), basins->GetOutput()))
      << arguments[1];
    using BasinImageType = itk::Image<unsigned int, 3>;
    const auto merged = itk::NeighborhoodBasinMergeImageFilter<BasinImageType, ImageType>::New();
    merged->SetInput(basins->GetOutput());
    merged->SetValueImage(image);
    merged->SetDepth(0.4);
    merged->SetPeriodic(border == Border::Periodic);
    merged->Update();
    EXPECT_GT(merged->GetNumberOfBasins(), 1U);
    EXPECT_LT(merged->GetNumberOfBasins(), basins->GetNumberOfBasins());
    all.insert(all.end(), { "--depth", "0.4" });
    this->RunWell(all);
    EXPECT_TRUE(HaveSamePixels(this->Read<BasinImageType>("basins.nii.gz").GetPointer(), merged->GetOutput()))
      << arguments[1];
    const auto counts = itk::NeighborhoodLabelAccumulateImageFilter<LabelImageType>::New();
    counts->SetInput(filter->GetOutput());
    counts->SetRadius(radius);
    counts->SetBackgroundValue(basins->GetBackgroundValue());
    counts->SetPeriodic(border == Border::Periodic);
    counts->Update();
    EXPECT_TRUE(
      HaveSamePixels(this->Read<itk::Image<unsigned int, 3>>("counts.nii.gz").GetPointer(), counts->GetOutput()))
      << arguments[1];
  }
}

TEST_F(ProgramTest, RefusesBasinsWhoseBackgroundIsALabel)
{
  this->Write(RandomImage<float, 3>({ { 9, 8, 7 } }).GetPointer(), "in.mha");
  this->Write(RandomImage<std::uint8_t, 3>({ { 9, 8, 7 } }).GetPointer(), "mask.mha");
  const auto expectError = [this](Arguments arguments, const std::string & text) {
    arguments.insert(arguments.begin(), { "in.mha", "out.mha", "--basins", "basins.mha" });
    this->ExpectError(arguments, "--basins: " + text);
  };
  expectError({}, "the background value 0 is a label as well; set --background-value to 27 or more, or --border");
  expectError({ "--background-value", "26" }, "the background value 26");
  expectError({ "--background-value", "27", "--radius", "2" },
              "the background value 27 is a label as well; set "
              "--background-value to 125 or more");
  expectError({ "--border", "inside", "--mask", "mask.mha" }, "the background value 0");
  expectError({ "--border", "inside", "--stream", "2" }, "needs the labels of the whole image");
  this->ExpectError({ "in.mha", "out.mha", "--depth", "1" }, "--depth: is for basins; give --basins FILE as well");
  this->ExpectError(
    { "in.mha", "out.mha", "--basins", "b.mha", "--border", "inside", "--depth", "1", "--radius", "1,1,0" },
    "--depth: joins basins along all axes, --radius is 0 on one: give each slice alone");
  this->ExpectError({ "in.mha", "out.mha", "--depth", "-1", "--basins", "b.mha" }, "--depth: -1 is not 0 or more");
  this->ExpectError({ "in.mha", "out.mha", "--depth", "nan", "--basins", "b.mha" }, "--depth: nan is not 0 or more");
  this->ExpectError({ "in.mha", "out.mha", "--accumulation", "counts.mha" }, "--accumulation: the background value 0");
}

TEST_F(ProgramTest, StreamingChangesNothing)
{
  const auto image = RandomImage<float, 3>({ { 30, 20, 25 } });
  this->Write(image.GetPointer(), "in.mha");
  this->Write(image.GetPointer(), "in.nii.gz");
  this->Write(RandomImage<std::uint8_t, 3>({ { 30, 20, 25 } }, 2).GetPointer(), "mask.mha");
  for (const std::string input : { "in.mha", "in.nii.gz" })
  {
    for (const std::string extension : { ".mha", ".vtk", ".mrc" })
    {
      const Arguments common{ input, "--mask", "mask.mha", "--border", "inside" };
      Arguments       whole{ "whole" + extension, "--score", "ws" + extension, "--preview", "whole.png" };
      Arguments pieces{ "pieces" + extension, "--score", "ps" + extension, "--preview", "pieces.png", "--stream", "7" };
      whole.insert(whole.end(), common.begin() + 1, common.end());
      pieces.insert(pieces.end(), common.begin() + 1, common.end());
      whole.insert(whole.begin(), input);
      pieces.insert(pieces.begin(), input);
      this->RunWell(whole);
      this->RunWell(pieces);
      EXPECT_TRUE(HaveSamePixels(this->Read<LabelImageType>("whole" + extension).GetPointer(),
                                 this->Read<LabelImageType>("pieces" + extension).GetPointer()));
      EXPECT_TRUE(HaveSamePixels(this->Read<ImageType>("ws" + extension).GetPointer(),
                                 this->Read<ImageType>("ps" + extension).GetPointer()));
      using Picture = itk::Image<itk::RGBPixel<unsigned char>, 2>;
      EXPECT_TRUE(
        HaveSamePixels(this->Read<Picture>("whole.png").GetPointer(), this->Read<Picture>("pieces.png").GetPointer()));
    }
  }
}

TEST_F(ProgramTest, OneSliceOfThreeDimensionsStaysSo)
{
  this->Write(RandomImage<std::uint16_t, 3>({ { 12, 11, 1 } }).GetPointer(), "in.mha");
  const auto result = this->Run({ "in.mha", "out.mha" });
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.text.find("note: all is background, the image is too thin on axis 2"), std::string::npos);
  const auto labels = this->Read<LabelImageType>("out.mha");
  EXPECT_EQ(labels->GetLargestPossibleRegion().GetSize(), (itk::Size<3>{ { 12, 11, 1 } }));

  this->RunWell({ "in.mha", "out.mha", "--radius", "1,1,0" });
  const auto filter = this->Filter(this->Read<itk::Image<std::uint16_t, 3>>("in.mha").GetPointer());
  filter->SetRadius({ { 1, 1, 0 } });
  filter->Update();
  EXPECT_TRUE(HaveSamePixels(this->Read<LabelImageType>("out.mha").GetPointer(), filter->GetOutput()));
}

TEST_F(ProgramTest, ReadsADicomFile)
{
  const auto image = RandomImage<std::uint16_t, 2>({ { 12, 11 } });
  this->Write(image.GetPointer(), "in.dcm");
  this->RunWell({ "in.dcm", "out.mha", "--radius", "1,1,0", "--no-image-spacing" });
  const auto filter = this->Filter(image.GetPointer());
  filter->UseImageSpacingOff();
  filter->Update();
  const auto labels = this->Read<LabelImageType>("out.mha");
  ASSERT_EQ(labels->GetLargestPossibleRegion().GetSize(), (itk::Size<3>{ { 12, 11, 1 } }));
  EXPECT_TRUE(std::equal(
    labels->GetBufferPointer(), labels->GetBufferPointer() + 12 * 11, filter->GetOutput()->GetBufferPointer()));
}

namespace
{
using Color = itk::RGBPixel<unsigned char>;
using Picture = itk::Image<Color, 2>;

Color
MakeColor(int red, int green, int blue)
{
  Color color;
  color.Set(static_cast<unsigned char>(red), static_cast<unsigned char>(green), static_cast<unsigned char>(blue));
  return color;
}

/** An image that falls from everywhere to the voxel in the middle, which is 0. */
template <unsigned int VDimension>
typename itk::Image<float, VDimension>::Pointer
Funnel(const itk::Size<VDimension> & size)
{
  auto image = RandomImage<float, VDimension>(size);
  image->SetSpacing(itk::Vector<double, VDimension>(1.0));
  for (itk::ImageRegionIteratorWithIndex<itk::Image<float, VDimension>> it(image, image->GetBufferedRegion());
       !it.IsAtEnd();
       ++it)
  {
    float value = 0;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      value += 10.0F * std::abs(it.GetIndex()[axis] - static_cast<itk::IndexValueType>(size[axis] / 2));
    }
    it.Set(value);
  }
  return image;
}

/** The colors of the picture in the rows from this one on. */
std::set<std::array<int, 3>>
ColorsBelow(const Picture * picture, itk::IndexValueType firstRow)
{
  std::set<std::array<int, 3>> colors;
  for (itk::ImageRegionConstIteratorWithIndex<Picture> it(picture, picture->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    if (it.GetIndex()[1] >= firstRow)
    {
      colors.insert({ it.Get()[0], it.Get()[1], it.Get()[2] });
    }
  }
  return colors;
}
} // namespace

TEST_F(ProgramTest, PreviewShowsTheMiddleSliceAndItsLabels)
{
  this->Write(Funnel<3>({ { 21, 15, 5 } }).GetPointer(), "in.mha");
  auto mask = RandomImage<std::uint8_t, 3>({ { 21, 15, 5 } });
  mask->SetSpacing(itk::Vector<double, 3>(1.0));
  mask->FillBuffer(1);
  mask->SetPixel({ { 5, 2, 2 } }, 0);
  this->Write(mask.GetPointer(), "mask.mha");
  this->RunWell({ "in.mha", "out.mha", "--center-score", "0", "--mask", "mask.mha", "--preview", "p.png" });

  // Each voxel takes 12 x 12 pixels: two slices of 252 x 180, margins of 12.
  const auto picture = this->Read<Picture>("p.png");
  EXPECT_EQ(picture->GetBufferedRegion().GetSize(0), 540U);
  const auto input = [&](int x, int y) { return picture->GetPixel({ { 12 + 12 * x + 6, 12 + 12 * y + 6 } }); };
  const auto label = [&](int x, int y) { return picture->GetPixel({ { 276 + 12 * x + 6, 12 + 12 * y + 6 } }); };

  EXPECT_EQ(label(4, 7), MakeColor(248, 128, 128)); // offset (1, 0, 0)
  EXPECT_EQ(label(16, 7), MakeColor(8, 128, 128));  // offset (-1, 0, 0)
  EXPECT_EQ(label(10, 3), MakeColor(128, 248, 128));
  EXPECT_EQ(label(10, 11), MakeColor(128, 8, 128));
  EXPECT_EQ(label(4, 3), MakeColor(213, 213, 128));
  EXPECT_EQ(label(16, 11), MakeColor(43, 43, 128));
  EXPECT_EQ(label(10, 7), MakeColor(255, 255, 255)); // the sink
  EXPECT_EQ(label(0, 7), MakeColor(0, 0, 0));        // the border
  EXPECT_EQ(label(20, 14), MakeColor(0, 0, 0));
  EXPECT_EQ(label(5, 2), MakeColor(0, 0, 0)); // outside the mask

  EXPECT_EQ(input(10, 7), MakeColor(0, 0, 0));
  EXPECT_EQ(input(0, 0), MakeColor(255, 255, 255));
  EXPECT_EQ(input(5, 7)[0], input(5, 7)[1]);
  EXPECT_GT(input(2, 7)[0], input(8, 7)[0]);
}

TEST_F(ProgramTest, PreviewHasALegendOfOppositeColors)
{
  this->Write(Funnel<2>({ { 20, 20 } }).GetPointer(), "2.mha");
  this->Write(Funnel<3>({ { 20, 20, 5 } }).GetPointer(), "3.mha");
  this->Write(Funnel<4>({ { 20, 20, 5, 5 } }).GetPointer(), "4.mha");
  const std::vector<std::size_t> numbersOfDirections{ 8, 26, 80 };
  for (std::size_t i = 0; i < 3; ++i)
  {
    this->RunWell({ std::to_string(i + 2) + ".mha", "out.mha", "--preview", "p.png" });
    const auto picture = this->Read<Picture>("p.png");
    EXPECT_GE(picture->GetBufferedRegion().GetSize(0), 500U);
    auto colors = ColorsBelow(picture, 12 + 12 * 20 + 12);
    for (const int gray : { 0, 40, 230, 255 }) // background, text, page, sink
    {
      EXPECT_EQ(colors.erase({ gray, gray, gray }), 1U) << gray;
    }
    EXPECT_EQ(colors.size(), numbersOfDirections[i]);
    for (const auto & color : colors)
    {
      EXPECT_EQ(colors.count({ 256 - color[0], 256 - color[1], 256 - color[2] }), 1U);
    }
  }
}

TEST_F(ProgramTest, PreviewShowsAScanUpright)
{
  auto image = RandomImage<float, 3>({ { 10, 10, 5 } });
  image->SetSpacing(itk::Vector<double, 3>(1.0));
  for (itk::ImageRegionIteratorWithIndex<ImageType> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    it.Set(static_cast<float>(it.GetIndex()[1]));
  }
  this->Write(image.GetPointer(), "down.mha");
  auto direction = image->GetDirection();
  direction[1][1] = -1; // towards the front
  image->SetDirection(direction);
  this->Write(image.GetPointer(), "up.mha");
  this->RunWell({ "down.mha", "out.mha", "--preview", "down.png" });
  this->RunWell({ "up.mha", "out.mha", "--preview", "up.png" });

  const auto down = this->Read<Picture>("down.png");
  const auto up = this->Read<Picture>("up.png");
  EXPECT_EQ(down->GetPixel({ { 20, 20 } })[0], 0);
  EXPECT_EQ(down->GetPixel({ { 20, 240 } })[0], 255);
  EXPECT_EQ(up->GetPixel({ { 20, 20 } })[0], 255);
  EXPECT_EQ(up->GetPixel({ { 20, 240 } })[0], 0);
}

TEST_F(ProgramTest, PreviewFollowsTheSpacing)
{
  auto         image = Funnel<2>({ { 30, 10 } });
  const double spacing[]{ 1, 3 };
  image->SetSpacing(spacing);
  this->Write(image.GetPointer(), "in.mha");
  this->RunWell({ "in.mha", "out.mha", "--preview", "p.png" });
  const auto picture = this->Read<Picture>("p.png");
  EXPECT_EQ(picture->GetPixel({ { 13, 12 + 10 * 8 * 3 - 1 } }), MakeColor(255, 255, 255)); // the last row of the input
  EXPECT_EQ(picture->GetPixel({ { 13, 12 + 10 * 8 * 3 } }), MakeColor(230, 230, 230));     // the page below
}

TEST_F(ProgramTest, RefusesBadArguments)
{
  this->Write(RandomImage<float, 3>({ { 9, 8, 7 } }).GetPointer(), "in.mha");
  const auto expectError = [this](Arguments arguments, const std::string & text) {
    arguments.insert(arguments.begin(), { "in.mha", "out.mha" });
    this->ExpectError(arguments, text);
  };
  this->ExpectError({}, "INPUT is required");
  this->ExpectError({ "in.mha" }, "OUTPUT is required");
  expectError({ "more.mha" }, "more.mha");
  expectError({ "--unknown" }, "--unknown");
  this->ExpectError({ "in.mha", "" }, "OUTPUT: the value is empty");
  for (const std::string option :
       { "--score", "--center-score", "--radius", "--threads", "--stream", "--spacing", "--nodata" })
  {
    expectError({ option, "" }, option + ": ");
  }
  for (const std::string radius : { "x", "-1", "1.5", "1,,1", "1,1,", ",1", "1 1", "99999999999" })
  {
    expectError({ "--radius", radius }, "--radius: " + radius + " is not one number");
  }
  expectError({ "--radius", "1", "--radius", "2" }, "--radius");
  expectError({ "--threads", "1", "--threads", "2" }, "--threads");
  expectError({ "--center-score", "x" }, "--center-score");
  expectError({ "--center-score", "nan" }, "CenterScore is nan");
  expectError({ "--radius", "1,1" }, "--radius: 2 values for an image of 3 dimensions");
  expectError({ "--radius", "0" }, "Radius is [0, 0, 0]");
  expectError({ "--radius", "30" }, "--radius: more than 65536 labels");
  expectError({ "--radius", "4000000000" }, "--radius: more than 65536 labels");
  expectError({ "--border", "mirror" }, "{background,inside,periodic}");
  expectError({ "--background-value", "256" }, "--background-value: 256 does not fit labels of 8 bits");
  expectError({ "--background-value", "-1" }, "--background-value");
  expectError({ "--stream", "0" }, "--stream");
  expectError({ "--threads", "0" }, "--threads");
  expectError({ "--preview", "p.jpg" }, "p.jpg: the extension of the preview has to be .png");
}

TEST_F(ProgramTest, RefusesInputsThatAreNoImagesOfScalars)
{
  const auto volume = RandomImage<float, 3>({ { 9, 8, 7 } });
  this->Write(volume.GetPointer(), "in.mha");
  this->Write(RandomImage<float, 1>({ { 9 } }).GetPointer(), "1d.mha");
  this->Write(RandomImage<float, 5>({ { 3, 3, 3, 3, 3 } }).GetPointer(), "5d.mha");
  auto rgb = Picture::New();
  rgb->SetRegions(Picture::SizeType{ { 8, 8 } });
  rgb->Allocate(true);
  this->Write(rgb.GetPointer(), "rgb.png");
  auto vectors = itk::Image<itk::Vector<float, 3>, 3>::New();
  vectors->SetRegions(itk::Size<3>{ { 4, 4, 4 } });
  vectors->Allocate(true);
  this->Write(vectors.GetPointer(), "vector.nrrd");
  std::ofstream(this->Path("text.nii.gz")) << "no image";
  std::ofstream(this->Path("empty.png"));

  this->ExpectError({ "nothing.mha", "out.mha" }, "nothing.mha: no such file");
  this->ExpectError({ ".", "out.mha" }, ".: is a directory");
  fs::permissions(this->Path("text.nii.gz"), fs::perms::none);
  this->ExpectError({ "text.nii.gz", "out.mha" }, "text.nii.gz: cannot be read: Permission denied", ObeyPermissions);
  fs::permissions(this->Path("text.nii.gz"), fs::perms::owner_all);
  this->ExpectError({ "text.nii.gz", "out.mha" }, "text.nii.gz: not an image that ITK can read");
  this->ExpectError({ "empty.png", "out.mha" }, "empty.png: not an image that ITK can read");
  this->ExpectError({ "1d.mha", "out.mha" }, "1d.mha: 1 dimensions; 2, 3 or 4 are needed");
  this->ExpectError({ "5d.mha", "out.mha" }, "5d.mha: 5 dimensions; 2, 3 or 4 are needed");
  this->ExpectError({ "rgb.png", "out.mha" }, "rgb.png: pixels of type rgb with 3 components");
  this->ExpectError({ "vector.nrrd", "out.mha" }, "vector.nrrd: pixels of type vector with 3 components");
  this->ExpectError({ "in.mha", "out.mha", "--mask", "rgb.png" }, "rgb.png: pixels of type rgb");
  this->ExpectError({ "in.mha", "out.mha", "--mask", "nothing.mha" }, "nothing.mha: no such file");
  mkfifo(this->Path("pipe.mha").c_str(), 0600);
  this->ExpectError({ "pipe.mha", "out.mha" }, "pipe.mha: is a pipe or a device; a file is needed");

  this->Write(volume.GetPointer(), "x.nii");
  this->Write(volume.GetPointer(), "x.nii.gz");
  this->ExpectError({ "x.nii.gz", "out.mha" }, "x.nii.gz: cannot be read beside x.nii");
  this->ExpectFilterLabels<ImageType>("x.nii", "out.mha");
}

TEST_F(ProgramTest, RefusesTruncatedInputs)
{
  const auto volume = RandomImage<float, 3>({ { 20, 20, 20 } });
  for (const std::string extension : { ".mha", ".nii", ".nii.gz", ".nrrd", ".vtk", ".mrc" })
  {
    const auto name = extension.substr(1) + extension; // the NIfTI library would mix up x.nii and x.nii.gz
    this->Write(volume.GetPointer(), name);
    this->Truncate(name);
    this->ExpectError({ name, "out.mha" }, name);
  }
  itk::WriteImage(volume, this->Path("compressed.mha"), true);
  this->Truncate("compressed.mha");
  this->ExpectError({ "compressed.mha", "out.mha" },
                    "is truncated or broken: expected 20x20x20 voxels of float, found: the compressed");
  this->Write(RandomImage<std::uint8_t, 2>({ { 40, 40 } }).GetPointer(), "in.png");
  this->Truncate("in.png");
  this->ExpectError({ "in.png", "out.mha" }, "in.png");

  this->Write(volume.GetPointer(), "whole.mha");
  this->ExpectError({ "whole.mha", "out.mha", "--mask", "nii.gz.nii.gz" }, "nii.gz.nii.gz: is truncated or broken");
}

TEST_F(ProgramTest, RefusesMasksThatDoNotLieOnTheImage)
{
  this->Write(RandomImage<float, 3>({ { 9, 8, 7 } }).GetPointer(), "in.mha");
  this->Write(RandomImage<std::uint8_t, 3>({ { 9, 8, 6 } }).GetPointer(), "small.mha");
  this->Write(RandomImage<std::uint8_t, 2>({ { 9, 8 } }).GetPointer(), "flat.mha");
  auto elsewhere = RandomImage<std::uint8_t, 3>({ { 9, 8, 7 } });
  elsewhere->SetOrigin(itk::Point<double, 3>(3.0));
  this->Write(elsewhere.GetPointer(), "elsewhere.mha");

  const auto expectError = [this](const std::string & mask, const std::string & text) {
    this->ExpectError({ "in.mha", "out.mha", "--mask", mask }, text);
  };
  expectError("small.mha", "small.mha: the mask has 9x8x6 voxels, the image 9x8x7");
  expectError("flat.mha", "flat.mha: the mask has 9x8 voxels, the image 9x8x7");
  expectError(
    "elsewhere.mha",
    "label: MaskImage lies at another place than the input image. Inputs do not occupy the same physical space!");
}

TEST_F(ProgramTest, RefusesOutputsBeforeAnyWork)
{
  this->Write(RandomImage<float, 3>({ { 9, 8, 7 } }).GetPointer(), "in.mha");
  fs::create_directory(this->Path("directory.mha"));
  fs::create_symlink("in.mha", this->Path("link.mha"));
  const auto expectError = [this](const std::string & output, const std::string & text) {
    this->ExpectError({ "in.mha", output }, text);
  };
  expectError("out", "the extension names no format that ITK can write");
  expectError("out.xyz", "the extension names no format that ITK can write");
  expectError("out.png", "this format does not keep a 3-D image of unsigned_char");
  expectError("out.jpg", "this format does not keep a 3-D image of unsigned_char");
  expectError("nowhere/out.mha", "No such file or directory");
  expectError("directory.mha", "is a directory");
  expectError("in.mha", "is named twice");
  expectError("./in.mha", "is named twice");
  expectError("link.mha", "is named twice");
  mkfifo(this->Path("pipe.mha").c_str(), 0600);
  expectError("pipe.mha", "pipe.mha: is a pipe or a device, and no place for an image file");
  expectError("/dev/null", "/dev/null: is a pipe or a device");
  for (const std::string extension : { ".mhd", ".nhdr", ".hdr", ".img" })
  {
    expectError("out" + extension, "formats of two files are not supported");
  }
  this->ExpectError({ "in.mha", "out.mha", "--score", this->Path("out.mha") }, "is named twice");
  this->ExpectError({ "in.mha", "out.mha", "--basins", "in.mha" }, "is named twice");
  this->ExpectError({ "in.mha", "out.mha", "--basins", "b.png", "--border", "inside" },
                    "b.png: this format does not keep a 3-D image of unsigned_int");
  this->ExpectError({ "in.mha", "out.mha", "--score", "score.png" }, "does not keep a 3-D image of float");
  this->ExpectError({ "in.mha", "out.mha", "--preview", "nowhere/p.png" }, "No such file or directory");
  this->ExpectError({ "in.mha", "out.nii", "--stream", "2" }, "out.nii: ITK does not write this format in pieces");
  this->ExpectError({ "in.mha", "out.mha", "--stream", "2", "--score", "score.nrrd" }, "does not write this format");

  this->Write(RandomImage<std::uint8_t, 2>({ { 40, 40 } }).GetPointer(), "flat.png");
  this->ExpectError({ "flat.png", "out.jpg" }, "this format does not keep a 2-D image of unsigned_char");
}

TEST_F(ProgramTest, FailureLeavesAnOlderOutputAlone)
{
  std::ofstream(this->Path("out.mha")) << "older";
  this->Write(RandomImage<float, 3>({ { 9, 8, 7 } }).GetPointer(), "in.nii.gz");
  this->Truncate("in.nii.gz");
  this->ExpectError({ "in.nii.gz", "out.mha" }, "in.nii.gz");
  std::string text;
  std::ifstream(this->Path("out.mha")) >> text;
  EXPECT_EQ(text, "older");
}

TEST_F(ProgramTest, ProgressBarOnATerminalOnly)
{
  this->Write(RandomImage<float, 3>({ { 40, 40, 40 } }).GetPointer(), "in.mha");
  int         terminal = 0;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0)
  {
    this->Execute({ "in.mha", "out.mha", "--stream", "4" });
  }
  std::string text;
  for (char character; read(terminal, &character, 1) == 1;)
  {
    text += character;
  }
  EXPECT_EQ(this->Finish(child).status, 0);
  close(terminal);
  EXPECT_NE(text.find("[####"), std::string::npos) << text;
  EXPECT_NE(text.find("] 100 %"), std::string::npos) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);

  this->RunWell({ "in.mha", "out.mha" });
}

TEST_F(ProgramTest, TellsItsVersionAndOptions)
{
  const auto version = this->Run({ "--version" });
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.text.rfind("neighborhood-argmax-label ", 0), 0U);
  this->ExpectError({ "--version" }, "standard output: cannot be written", [] { close(STDOUT_FILENO); });
  const auto help = this->Run({ "--help" });
  EXPECT_EQ(help.status, 0);
  for (const std::string option : { "--center-score",
                                    "--label-strict-extrema",
                                    "--ascent",
                                    "--no-image-spacing",
                                    "--face-connected",
                                    "--radius",
                                    "--border",
                                    "--score",
                                    "--basins",
                                    "--background-value",
                                    "--mask",
                                    "--spacing",
                                    "--nodata",
                                    "--preview",
                                    "--stream",
                                    "--threads",
                                    "--no-verify",
                                    "--version" })
  {
    EXPECT_NE(help.text.find(option), std::string::npos) << option;
  }
}
