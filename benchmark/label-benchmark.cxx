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

// Times of the filter over pixel types, images, sizes, options, threads and instruction sets, beside a plain filter and
// copying. The names of the benchmarks are
//   filter|plain|copy / pixel type / image / columns x rows x planes / option / instruction set / threads
// and their statistic "min" is the least disturbed of several repetitions.

#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "PlainLabelImageFilter.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <map>
#include <random>
#include <string>

namespace
{
template <typename TPixel, unsigned int VDimension>
using ImagePointer = typename itk::Image<TPixel, VDimension>::Pointer;

/** What the value of a voxel is made of. */
struct Voxel
{
  float full;  ///< the range of the image
  float deep;  ///< a value from which the score of the center is not reached
  float wave;  ///< smooth, about 0 to 1
  float noise; ///< 0 to 1
  float other; ///< 0 to 1
};

const std::map<std::string, float (*)(const Voxel &)> imageKinds{
  { "random", [](const Voxel & v) { return v.full * v.noise; } },
  { "smooth", [](const Voxel & v) { return v.full * v.wave + 0.01f * v.full * (v.noise - 0.5f); } },
  { "integers", [](const Voxel & v) { return std::floor(2000 * v.noise); } },
  { "plateaus", [](const Voxel & v) { return v.wave > 0.5f ? v.full * v.wave + v.noise : 0.0f; } },
  { "constant", [](const Voxel & v) { return v.full / 2; } },
  { "nan", [](const Voxel &) { return std::nanf(""); } },
  { "some-nan", [](const Voxel & v) { return v.other < 0.05f ? std::nanf("") : v.full * v.noise; } },
  { "near-ties", [](const Voxel & v) { return 1000 * (1 + std::floor(4 * v.noise) * 0x1p-23f); } },
  { "tiny", [](const Voxel & v) { return 1e-30f * v.noise; } },
  { "deep", [](const Voxel & v) { return v.other < 0.05f ? 0.0f : v.deep * (1 + 0.01f * v.noise); } },
};

template <typename TPixel, unsigned int VDimension>
ImagePointer<TPixel, VDimension>
MakeImage(const std::string & kind, const itk::Size<VDimension> & size)
{
  const auto image = itk::Image<TPixel, VDimension>::New();
  image->SetRegions(size);
  image->Allocate();
  const auto                            valueOf = imageKinds.at(kind);
  std::mt19937                          engine(1);
  std::uniform_real_distribution<float> uniform(0.0f, 1.0f);
  Voxel                                 voxel;
  voxel.full = std::is_same<TPixel, short>::value ? 4000.0f : 250.0f;
  voxel.deep = std::is_floating_point<TPixel>::value ? 100000.0f : 0.9f * voxel.full;
  TPixel * pixel = image->GetBufferPointer();
  for (const auto & index : itk::ImageRegionIndexRange<VDimension>(image->GetBufferedRegion()))
  {
    const float x = 0.025f * static_cast<float>(index[0]);
    const float y = 0.025f * static_cast<float>(index[1]);
    const float z = VDimension > 2 ? 0.025f * static_cast<float>(index[VDimension - 1]) : 0.0f;
    voxel.wave = 0.5f + 0.2f * std::sin(1.3f * x + 0.7f * y) + 0.15f * std::sin(1.1f * y - 0.9f * z + 1) +
                 0.1f * std::sin(1.7f * z + 0.4f * x + 2);
    voxel.noise = uniform(engine);
    voxel.other = uniform(engine);
    *pixel++ = static_cast<TPixel>(valueOf(voxel));
  }
  return image;
}

/** The last image that was asked for. */
template <typename TPixel, unsigned int VDimension>
ImagePointer<TPixel, VDimension>
GetImage(const std::string & kind, const itk::Size<VDimension> & size)
{
  static std::string                      lastKind;
  static ImagePointer<TPixel, VDimension> image;
  if (image == nullptr || kind != lastKind || image->GetBufferedRegion().GetSize() != size)
  {
    image = nullptr;
    image = MakeImage<TPixel, VDimension>(kind, size);
    lastKind = kind;
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
          const std::string &           kind,
          const itk::Size<VDimension> & size,
          const std::string &           option = "default",
          std::string                   instructionSet = "",
          const unsigned int            threads = 1)
{
  if (instructionSet.empty())
  {
    instructionSet = itk::NeighborhoodArgmaxLabel::GetInstructionSet();
  }
  const std::string name = "filter/" + type + "/" + kind + "/" + SizeText(size) + "/" + option + "/" + instructionSet +
                           "/" + std::to_string(threads);
  Configure(benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State & state) {
    using ImageType = itk::Image<TPixel, VDimension>;
    const auto image = GetImage<TPixel>(kind, size);
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
AddPlain(const std::string &           type,
         const std::string &           kind,
         const itk::Size<VDimension> & size,
         const unsigned int            threads)
{
  const std::string name =
    "plain/" + type + "/" + kind + "/" + SizeText(size) + "/default/-/" + std::to_string(threads);
  Configure(benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State & state) {
    const auto image = GetImage<TPixel>(kind, size);
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
  const std::string name = "copy/" + type + "/random/" + SizeText(size) + "/default/-/1";
  Configure(benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State & state) {
    const auto image = GetImage<TPixel>("random", size);
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
  AddFilter<TPixel>(type, "random", size);
  AddFilter<TPixel>(type, "random", size, "default", "", 2);
  AddFilter<TPixel>(type, "smooth", size);
  AddFilter<TPixel>(type, "random", size, "anisotropic");
  AddFilter<TPixel>(type, "random", itk::Size<2>{ { 4096, 4096 } });
  AddCopy<TPixel>(type, size);
  for (const auto & instructionSet : itk::NeighborhoodArgmaxLabel::GetInstructionSets())
  {
    AddFilter<TPixel>(type, "random", Cube(128), "default", instructionSet);
  }
  for (const auto option : { "inside", "periodic", "mask", "score", "faces", "ascent", "sinks", "strict" })
  {
    AddFilter<TPixel>(type, "random", size, option);
  }
}
} // namespace

int
main(int argc, char * argv[])
{
  AddPlain<float>("float", "random", Cube(128), 1);
  AddPlain<float>("float", "random", Cube(128), 2);
  AddPlain<float>("float", "smooth", Cube(128), 1);

  AddType<float>("float");
  AddType<unsigned char>("uint8");
  AddType<short>("int16");
  AddType<unsigned short>("uint16");
  AddType<double>("double");
  AddType<int>("int32");
  for (const auto kind : { "integers", "plateaus", "constant", "nan", "some-nan", "near-ties", "tiny", "deep" })
  {
    AddFilter<float>("float", kind, Cube(usualLength));
    AddFilter<double>("double", kind, Cube(usualLength));
  }
  for (const auto kind : { "plateaus", "constant", "deep" })
  {
    AddFilter<unsigned char>("uint8", kind, Cube(usualLength));
    AddFilter<short>("int16", kind, Cube(usualLength));
  }
  for (const itk::SizeValueType length : { 16, 32, 64, 128, 512 })
  {
    AddFilter<float>("float", "random", Cube(length));
    AddFilter<float>("float", "random", Cube(length), "default", "", 2);
    AddFilter<unsigned char>("uint8", "random", Cube(length));
    AddFilter<unsigned char>("uint8", "random", Cube(length), "default", "", 2);
  }
  for (const itk::Size<3> & size :
       { itk::Size<3>{ { 100000, 4, 4 } }, itk::Size<3>{ { 2, 2, 1000000 } }, itk::Size<3>{ { 2048, 2048, 1 } } })
  {
    AddFilter<float>("float", "random", size, "inside");
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
