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

// Times of the filter over pixel types, sizes, options, threads and instruction sets, beside a plain filter and
// copying, on random images; image-benchmark has all others. The names of the benchmarks are
//   filter|plain|copy / pixel type / columns x rows x planes / option / instruction set / threads
// and their statistic "min" is the least disturbed of several repetitions.

#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "../test/PlainLabelImageFilter.h"
#include "../test/RandomImages.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>

namespace
{
template <typename TPixel, unsigned int VDimension>
using ImagePointer = typename itk::Image<TPixel, VDimension>::Pointer;

/** Random numbers. The last image that was asked for is kept. */
template <typename TPixel, unsigned int VDimension>
ImagePointer<TPixel, VDimension>
GetImage(const itk::Size<VDimension> & size)
{
  static ImagePointer<TPixel, VDimension> image;
  if (image == nullptr || image->GetBufferedRegion().GetSize() != size)
  {
    image = nullptr; // its memory, before the next one's
    image = RandomImages::MakeRandomImage<itk::Image<TPixel, VDimension>>(size, "Noise");
  }
  image->SetSpacing(typename itk::Image<TPixel, VDimension>::SpacingType(1.0));
  return image;
}

template <unsigned int VDimension>
std::string
SizeText(const itk::Size<VDimension> & size)
{
  std::string text;
  for (const auto length : size)
  {
    text += (text.empty() ? "" : "x") + std::to_string(length);
  }
  return text;
}

/** The settings of all benchmarks. */
void
Configure(benchmark::internal::Benchmark * benchmark)
{
  benchmark->UseRealTime()->MinTime(0.1)->Repetitions(5)->ReportAggregatesOnly()->ComputeStatistics(
    "min", [](const std::vector<double> & values) { return *std::min_element(values.begin(), values.end()); });
}

template <typename TFilter>
void
RunFilter(benchmark::State & state, TFilter & filter, const itk::SizeValueType numberOfVoxels)
{
  filter.Update(); // the first one waits for the system to give memory
  for (auto _ : state)
  {
    filter.Modified();
    filter.Update();
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * numberOfVoxels));
}

template <typename TFilter, typename TImage>
void
SetOption(TFilter & filter, TImage & image, const std::string & option)
{
  using BorderEnum = itk::NeighborhoodArgmaxLabelImageFilterEnums::Border;
  if (option == "anisotropic")
  {
    auto spacing = image.GetSpacing();
    spacing[0] = 0.7;
    spacing[1] = 0.8;
    spacing[TImage::ImageDimension - 1] *= 2.5;
    image.SetSpacing(spacing);
  }
  else if (option == "inside")
  {
    filter.SetBorder(BorderEnum::Inside);
  }
  else if (option == "periodic")
  {
    filter.SetBorder(BorderEnum::Periodic);
  }
  else if (option == "mask")
  {
    using MaskImageType = typename TFilter::MaskImageType;
    const auto mask = MaskImageType::New();
    mask->CopyInformation(&image);
    mask->SetRegions(image.GetBufferedRegion());
    mask->Allocate();
    // A ball that fills most of the image.
    for (const auto & index : itk::ImageRegionIndexRange<TImage::ImageDimension>(image.GetBufferedRegion()))
    {
      double squared = 0.0;
      for (unsigned int axis = 0; axis < TImage::ImageDimension; ++axis)
      {
        const double position = 2.0 * index[axis] / image.GetBufferedRegion().GetSize(axis) - 1.0;
        squared += position * position;
      }
      mask->SetPixel(index, squared < 1.0);
    }
    filter.SetMaskImage(mask);
  }
  else if (option == "score")
  {
    filter.GenerateScoreImageOn();
  }
  else if (option == "faces")
  {
    filter.FullyConnectedOff();
  }
  else if (option == "ascent")
  {
    filter.AscentOn();
  }
  else if (option == "sinks")
  {
    filter.SetCenterScore(0);
  }
  else if (option == "strict")
  {
    filter.LabelStrictExtremaOn();
  }
}

template <typename TPixel, unsigned int VDimension>
void
AddFilter(const std::string &           type,
          const itk::Size<VDimension> & size,
          const std::string &           option = "default",
          std::string                   instructionSet = "",
          const unsigned int            threads = 1)
{
  if (instructionSet.empty())
  {
    instructionSet = itk::NeighborhoodArgmaxLabel::GetInstructionSet();
  }
  const std::string name =
    "filter/" + type + "/" + SizeText(size) + "/" + option + "/" + instructionSet + "/" + std::to_string(threads);
  Configure(benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State & state) {
    using ImageType = itk::Image<TPixel, VDimension>;
    const auto image = GetImage<TPixel>(size);
    const auto filter = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>::New();
    const auto usual = itk::NeighborhoodArgmaxLabel::GetInstructionSet();
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(instructionSet);
    filter->SetInput(image);
    filter->SetNumberOfWorkUnits(threads);
    SetOption(*filter, *image, option);
    RunFilter(state, *filter, image->GetBufferedRegion().GetNumberOfPixels());
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(usual);
  }));
}

template <typename TPixel, unsigned int VDimension>
void
AddPlain(const std::string & type, const itk::Size<VDimension> & size, const unsigned int threads)
{
  const std::string name = "plain/" + type + "/" + SizeText(size) + "/default/-/" + std::to_string(threads);
  Configure(benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State & state) {
    const auto image = GetImage<TPixel>(size);
    const auto filter = PlainLabelImageFilter<itk::Image<TPixel, VDimension>>::New();
    filter->SetInput(image);
    filter->SetNumberOfWorkUnits(threads);
    RunFilter(state, *filter, image->GetBufferedRegion().GetNumberOfPixels());
  }));
}

/** Reads the image once and writes bytes once. */
template <typename TPixel, unsigned int VDimension>
void
AddCopy(const std::string & type, const itk::Size<VDimension> & size)
{
  const std::string name = "copy/" + type + "/" + SizeText(size) + "/default/-/1";
  Configure(benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State & state) {
    const auto image = GetImage<TPixel>(size);
    const auto n = image->GetBufferedRegion().GetNumberOfPixels();
    const auto labels = ImagePointer<unsigned char, VDimension>(itk::Image<unsigned char, VDimension>::New());
    labels->SetRegions(size);
    labels->Allocate(true);
    for (auto _ : state)
    {
      const TPixel * const  from = image->GetBufferPointer();
      unsigned char * const to = labels->GetBufferPointer();
      std::transform(
        from, from + n, to, [](TPixel value) { return static_cast<unsigned char>(static_cast<int>(value)); });
      benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * n));
  }));
}

constexpr itk::SizeValueType usualLength = 256;

itk::Size<3>
Cube(const itk::SizeValueType length)
{
  return itk::Size<3>::Filled(length);
}

template <typename TPixel>
void
AddType(const std::string & type)
{
  const auto size = Cube(usualLength);
  AddFilter<TPixel>(type, size);
  AddFilter<TPixel>(type, size, "default", "", 2);
  AddFilter<TPixel>(type, size, "anisotropic");
  AddFilter<TPixel>(type, itk::Size<2>{ { 4096, 4096 } });
  AddCopy<TPixel>(type, size);
  for (const auto & instructionSet : itk::NeighborhoodArgmaxLabel::GetInstructionSets())
  {
    AddFilter<TPixel>(type, Cube(128), "default", instructionSet);
  }
  for (const auto option : { "inside", "periodic", "mask", "score", "faces", "ascent", "sinks", "strict" })
  {
    AddFilter<TPixel>(type, size, option);
  }
}
} // namespace

int
main(int argc, char * argv[])
{
  AddPlain<float>("float", Cube(128), 1);
  AddPlain<float>("float", Cube(128), 2);

  AddType<float>("float");
  AddType<unsigned char>("uint8");
  AddType<short>("int16");
  AddType<unsigned short>("uint16");
  AddType<double>("double");
  AddType<int>("int32");
  for (const itk::SizeValueType length : { 16, 32, 64, 128, 512 })
  {
    AddFilter<float>("float", Cube(length));
    AddFilter<float>("float", Cube(length), "default", "", 2);
    AddFilter<unsigned char>("uint8", Cube(length));
    AddFilter<unsigned char>("uint8", Cube(length), "default", "", 2);
  }
  for (const itk::Size<3> & size :
       { itk::Size<3>{ { 100000, 4, 4 } }, itk::Size<3>{ { 2, 2, 1000000 } }, itk::Size<3>{ { 2048, 2048, 1 } } })
  {
    AddFilter<float>("float", size, "inside");
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
