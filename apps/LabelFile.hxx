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
#ifndef LabelFile_hxx
#define LabelFile_hxx

#include "LabelFile.h"

#include "Followers.h"
#include "ImageFiles.h"
#include "LabelPreview.h"
#include "StagedFiles.h"
#include "Worker.h"

#include "itkBinaryGeneratorImageFilter.h"
#include "itkUnaryGeneratorImageFilter.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include <stdio.h> // dprintf

/** Notes that no voxel will be labeled: a single DICOM slice, for example, is a 3-D image. */
template <unsigned int VDimension>
void
NoteThinImage(const itk::Size<VDimension> & size, const itk::Size<VDimension> & radius, const Options & options)
{
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    if (options.border == Border::Background && size[axis] <= 2 * radius[axis])
    {
      dprintf(Terminal(),
              "%s: note: all is background, the image is too thin on axis %u (see --radius, --border)\n",
              programName,
              axis);
      return;
    }
  }
}

/** The number as a pixel, if the pixel type holds it. */
template <typename TPixel>
std::optional<TPixel>
AsPixel(double number)
{
  if (std::is_floating_point<TPixel>::value)
  {
    return static_cast<TPixel>(number);
  }
  // Outside [low, high) a conversion is undefined. `high` is exact; double would round the maximum of 64 bits.
  const auto low = static_cast<double>(std::numeric_limits<TPixel>::lowest());
  const auto high = std::ldexp(1.0, std::numeric_limits<TPixel>::digits);
  const bool isPixel = number >= low && number < high && number == std::trunc(number);
  return isPixel ? std::optional<TPixel>(static_cast<TPixel>(number)) : std::nullopt;
}

/** Converts pixels of any type to a mask: 1 where they are not 0. Pixels of 8 bits stay unchanged. */
struct NotZero
{
  using ComponentType = bool;

  static unsigned int
  GetNumberOfComponents()
  {
    return 1;
  }
  static void
  SetNthComponent(int, unsigned char & pixel, const ComponentType & isNotZero)
  {
    pixel = isNotZero;
  }
};

/** Reads the complete file, in the requested pieces if ITK can. */
template <typename TReader>
typename TReader::Pointer
MakeReader(const std::string & file, const std::vector<double> & spacing)
{
  const auto     io = ReadHeader(file, spacing);
  const Activity reading{ "reading", file, Describe(io) };
  const auto     before = Begin(reading);
  auto           reader = TReader::New();
  reader->SetImageIO(io);
  reader->SetFileName(file);
  reader->UpdateOutputInformation();
  Begin(before);
  Tell(reader, reading);
  return reader;
}

/** The nodata of the user, or that of the file, which its pixel type may not hold. */
template <typename TPixel>
std::optional<double>
NodataOf(const Options & options)
{
  const auto isPixel = [](double number) {
    return std::is_floating_point<TPixel>::value || (!std::isnan(number) && AsPixel<TPixel>(number));
  };
  if (options.nodata && !isPixel(*options.nodata))
  {
    throw Error("--nodata: " + Text(*options.nodata) + " is no value of pixels of " +
                itk::ImageIOBase::GetComponentTypeAsString(itk::ImageIOBase::MapPixelType<TPixel>::CType));
  }
  if (options.nodata || !options.nodataOfFile || !isPixel(*options.nodataOfFile))
  {
    return options.nodata;
  }
  PrintNote(options.input, " has " + Text(*options.nodataOfFile) + " as nodata; these voxels are outside the mask");
  return options.nodataOfFile;
}

/** The pixels that are inside the mask, if there is one, and not nodata. */
template <typename TImage>
typename itk::ImageSource<itk::Image<unsigned char, TImage::ImageDimension>>::Pointer
WithoutNodata(const TImage * image, const itk::Image<unsigned char, TImage::ImageDimension> * mask, double value)
{
  using PixelType = typename TImage::PixelType;
  using MaskType = itk::Image<unsigned char, TImage::ImageDimension>;
  const auto nodata = AsPixel<PixelType>(value);
  const auto isData = [=](const PixelType & pixel) -> unsigned char {
    return std::isnan(value) ? static_cast<double>(pixel) == static_cast<double>(pixel) : !(nodata && pixel == *nodata);
  };
  if (mask == nullptr)
  {
    auto filter = itk::UnaryGeneratorImageFilter<TImage, MaskType>::New();
    filter->SetFunctor(isData);
    filter->SetInput(image);
    return filter.GetPointer();
  }
  auto filter = itk::BinaryGeneratorImageFilter<TImage, MaskType, MaskType>::New();
  filter->SetFunctor([=](const PixelType & pixel, const unsigned char & isInside) -> unsigned char {
    return isInside != 0 && isData(pixel) != 0;
  });
  filter->SetInput1(image);
  filter->SetInput2(mask);
  return filter.GetPointer();
}

/** Runs the filters and writes all outputs as staged files. */
template <typename TFilter>
void
WriteOutputs(TFilter * filter, const Followers<typename TFilter::OutputImageType> & followers, const Options & options)
{
  const unsigned int divisions = options.streamDivisions;
  const bool         stream = divisions > 1;
  CheckFormat<typename TFilter::OutputImageType>(Staged(options.output), stream);
  if (!options.score.empty())
  {
    CheckFormat<typename TFilter::ScoreImageType>(Staged(options.score), stream);
  }
  followers.VerifyFormats();

  const bool verify = !options.noVerify;
  ShowProgress(filter, stream && !options.score.empty() ? 2 * divisions : divisions);
  Tell(filter, { "labeling", options.input, {} });
  WriteFile(filter->GetOutput(), Staged(options.output), divisions, verify);
  if (!options.score.empty())
  {
    WriteFile(filter->GetScoreImage(), Staged(options.score), divisions, verify);
  }
  followers.Write(filter->GetInput());
  if (!options.preview.empty())
  {
    const auto picture = LabelPreview::Draw(LabelPreview::CollectMiddleSlice(filter));
    WriteFile(picture.GetPointer(), Staged(options.preview), 1, verify);
  }
}

/** The pipeline, with the types of its pixels. */
template <typename TPixel, unsigned int VDimension, typename TLabel>
void
LabelPixels(const Options & options, const itk::Size<VDimension> & radius)
{
  using InputImageType = itk::Image<TPixel, VDimension>;
  using LabelImageType = itk::Image<TLabel, VDimension>;
  using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<InputImageType, LabelImageType>;
  using MaskReaderType = itk::ImageFileReader<typename FilterType::MaskImageType, NotZero>;

  if (options.backgroundValue > std::numeric_limits<TLabel>::max())
  {
    throw Error("--background-value: " + std::to_string(options.backgroundValue) + " does not fit labels of " +
                std::to_string(8 * sizeof(TLabel)) + " bits");
  }

  auto reader = MakeReader<itk::ImageFileReader<InputImageType>>(options.input, options.spacing);

  auto filter = FilterType::New();
  filter->SetInput(reader->GetOutput());
  filter->SetCenterScore(options.centerScore);
  filter->SetLabelStrictExtrema(options.labelStrictExtrema);
  filter->SetAscent(options.ascent);
  filter->SetUseImageSpacing(!options.noImageSpacing);
  filter->SetFullyConnected(!options.faceConnected);
  filter->SetRadius(radius);
  filter->SetBorder(options.border);
  filter->SetBackgroundValue(static_cast<TLabel>(options.backgroundValue));
  filter->SetGenerateScoreImage(!options.score.empty());

  typename MaskReaderType::Pointer maskReader;
  if (!options.mask.empty())
  {
    maskReader = MakeReader<MaskReaderType>(options.mask, options.spacing);
    filter->SetMaskImage(maskReader->GetOutput());
  }
  typename itk::ImageSource<typename FilterType::MaskImageType>::Pointer nodataFilter;
  const auto                                                             nodata = NodataOf<TPixel>(options);
  if (nodata)
  {
    const auto * const mask = maskReader ? maskReader->GetOutput() : nullptr;
    nodataFilter = WithoutNodata<InputImageType>(reader->GetOutput(), mask, *nodata);
    filter->SetMaskImage(nodataFilter->GetOutput());
  }
  const Followers<LabelImageType> followers(filter->GetOutput(), radius, maskReader || nodata, options);
  filter->UpdateOutputInformation();
  NoteThinImage(filter->GetOutput()->GetLargestPossibleRegion().GetSize(), radius, options);
  WriteOutputs(filter.GetPointer(), followers, options);
}

/** Chooses labels of 8 bits, or of 16 if the radius needs them. */
template <typename TPixel, unsigned int VDimension>
void
LabelPixels(const Options & options)
{
  if (options.radius.size() != 1 && options.radius.size() != VDimension)
  {
    throw Error("--radius: " + std::to_string(options.radius.size()) + " values for an image of " +
                std::to_string(VDimension) + " dimensions");
  }
  itk::Size<VDimension> radius;
  double                labels = 1;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    radius[axis] = options.radius[options.radius.size() == 1 ? 0 : axis];
    labels *= 2.0 * static_cast<double>(radius[axis]) + 1;
  }
  if (labels > 65536)
  {
    throw Error("--radius: more than 65536 labels");
  }
  if (labels > 256)
  {
    // Every integer type that double holds may be read as double here: the differences are the same.
    constexpr bool isKept =
      std::is_same<TPixel, float>::value || (std::is_integral<TPixel>::value && sizeof(TPixel) > 4);
    using WidePixelType = std::conditional_t<isKept, TPixel, double>;
    LabelPixels<WidePixelType, VDimension, unsigned short>(options, radius);
  }
  else
  {
    LabelPixels<TPixel, VDimension, unsigned char>(options, radius);
  }
}

template <unsigned int VDimension>
void
LabelFile(const Options & options, itk::IOComponentEnum component)
{
  switch (component)
  {
    case itk::IOComponentEnum::UCHAR:
      return LabelPixels<std::uint8_t, VDimension>(options);
    case itk::IOComponentEnum::CHAR:
      return LabelPixels<std::int8_t, VDimension>(options);
    case itk::IOComponentEnum::USHORT:
      return LabelPixels<std::uint16_t, VDimension>(options);
    case itk::IOComponentEnum::SHORT:
      return LabelPixels<std::int16_t, VDimension>(options);
    case itk::IOComponentEnum::UINT:
      return LabelPixels<std::uint32_t, VDimension>(options);
    case itk::IOComponentEnum::INT:
      return LabelPixels<std::int32_t, VDimension>(options);
    case itk::IOComponentEnum::ULONG:
    case itk::IOComponentEnum::ULONGLONG:
      return LabelPixels<std::uint64_t, VDimension>(options);
    case itk::IOComponentEnum::LONG:
    case itk::IOComponentEnum::LONGLONG:
      return LabelPixels<std::int64_t, VDimension>(options);
    case itk::IOComponentEnum::FLOAT:
      return LabelPixels<float, VDimension>(options);
    case itk::IOComponentEnum::DOUBLE:
      return LabelPixels<double, VDimension>(options);
    default:
      throw Error(options.input,
                  "pixels of type " + itk::ImageIOBase::GetComponentTypeAsString(component) + " are not supported");
  }
}

#endif
