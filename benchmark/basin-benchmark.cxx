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

// Rates of directions and basins beside itk::TobogganImageFilter, and of writing 4 bytes a voxel, which is what basins
// cannot be faster than. The names of the benchmarks are
//   basins|directions+basins|toboggan|write / image or labels / length of the cube / threads

#include "itkNeighborhoodArgmaxLabelHugePages.h"
#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include "itkTobogganImageFilter.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#ifdef __GLIBC__
#  include <malloc.h>
#endif

namespace
{
using ImageType = itk::Image<float, 3>;
using DirectionFilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;
using LabelImageType = DirectionFilterType::OutputImageType;
using BasinFilterType = itk::NeighborhoodLabelToBasinImageFilter<LabelImageType>;

template <typename TImage>
typename TImage::Pointer
MakeCube(const itk::SizeValueType length)
{
  const auto image = TImage::New();
  image->SetRegions(itk::Size<3>::Filled(length));
  image->Allocate(true);
  return image;
}

/** Noise, smoothed a number of times along each axis with the mean of 5 voxels, as if the image were periodic. */
ImageType::Pointer
MakeNoise(const itk::SizeValueType length, const unsigned int numberOfTimes)
{
  const auto               image = MakeCube<ImageType>(length);
  float * const            pixels = image->GetBufferPointer();
  const itk::SizeValueType count = length * length * length;
  std::mt19937             engine(1);
  for (itk::SizeValueType i = 0; i < count; ++i)
  {
    pixels[i] = static_cast<float>(engine() % 65536);
  }
  std::vector<float> line(length);
  for (unsigned int pass = 0; pass < 3 * numberOfTimes; ++pass)
  {
    const itk::SizeValueType stride = pass % 3 == 0 ? 1 : pass % 3 == 1 ? length : length * length;
    for (itk::SizeValueType first = 0; first < count; ++first)
    {
      if (first / stride % length != 0)
      {
        continue;
      }
      for (itk::SizeValueType i = 0; i < length; ++i)
      {
        line[i] = 0;
        for (itk::SizeValueType j = 0; j < 5; ++j)
        {
          line[i] += pixels[first + (i + j) % length * stride] / 5;
        }
      }
      for (itk::SizeValueType i = 0; i < length; ++i)
      {
        pixels[first + i * stride] = line[i];
      }
    }
  }
  return image;
}

/** `path`: to and fro, through every voxel. `checkerboard`: of sinks and of voxels that point at them. `sinks`: nothing
 * else. */
LabelImageType::Pointer
MakeLabels(const std::string & kind, const itk::SizeValueType length)
{
  const auto      labels = MakeCube<LabelImageType>(length);
  unsigned char * label = labels->GetBufferPointer();
  for (itk::SizeValueType z = 0; z < length; ++z)
  {
    for (itk::SizeValueType y = 0; y < length; ++y)
    {
      for (itk::SizeValueType x = 0; x < length; ++x)
      {
        if (kind == "path")
        {
          const bool isXUp = (y + z * length) % 2 == 0;
          const bool isYUp = z % 2 == 0;
          *label = x != (isXUp ? length - 1 : 0)   ? (isXUp ? 14 : 12)
                   : y != (isYUp ? length - 1 : 0) ? (isYUp ? 16 : 10)
                                                   : 22;
        }
        else
        {
          *label = kind == "checkerboard" && (x + y + z) % 2 == 1 ? 12 : 13;
        }
        ++label;
      }
    }
  }
  return labels;
}

/** The labels of a smaller cube, side by side: a float image of the largest cubes would not fit the memory. */
LabelImageType::Pointer
MakeTiles(const LabelImageType * tile, const itk::SizeValueType length)
{
  const auto      labels = MakeCube<LabelImageType>(length);
  const auto      size = tile->GetBufferedRegion().GetSize(0);
  unsigned char * row = labels->GetBufferPointer();
  for (itk::SizeValueType z = 0; z < length; ++z)
  {
    for (itk::SizeValueType y = 0; y < length; ++y)
    {
      for (itk::SizeValueType x = 0; x < length; x += size)
      {
        row = std::copy_n(tile->GetBufferPointer() + (z % size * size + y % size) * size, size, row);
      }
    }
  }
  return labels;
}

DirectionFilterType::Pointer
MakeDirectionFilter(const ImageType * image)
{
  const auto filter = DirectionFilterType::New();
  filter->SetInput(image);
  filter->SetCenterScore(0);
  filter->SetBorder(DirectionFilterType::BorderEnum::Inside);
  return filter;
}

struct Data
{
  ImageType::Pointer      image; // or nullptr
  LabelImageType::Pointer labels;
};

/** The last image or labels that were asked for. */
const Data &
GetData(const std::string & kind, const itk::SizeValueType length)
{
  static std::string lastName;
  static Data        data;
  const std::string  name = kind + std::to_string(length);
  if (name != lastName)
  {
    lastName = name;
    data = {};
    if (length > 512 && (kind == "smooth" || kind == "noise" || kind == "plateau"))
    {
      const LabelImageType::Pointer tile = GetData(kind, 512).labels;
      data = { nullptr, MakeTiles(tile, length) };
      lastName = name;
    }
    else if (kind == "path" || kind == "checkerboard" || kind == "sinks")
    {
      data.labels = MakeLabels(kind, length);
    }
    else
    {
      data.image = kind == "plateau" ? MakeCube<ImageType>(length) : MakeNoise(length, kind == "smooth" ? 3 : 0);
      const auto filter = MakeDirectionFilter(data.image);
      filter->Update();
      data.labels = filter->GetOutput();
      data.labels->DisconnectPipeline();
    }
  }
  return data;
}

using RunType = std::function<void(const Data & data, unsigned int threads)>;

void
Add(const std::string &      method,
    const std::string &      kind,
    const itk::SizeValueType length,
    const unsigned int       threads,
    const RunType &          run)
{
  const std::string name = method + "/" + kind + "/" + std::to_string(length) + "/" + std::to_string(threads);
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State & state) {
                                 const Data & data = GetData(kind, length);
                                 for (auto _ : state)
                                 {
                                   run(data, threads);
                                 }
                                 state.SetItemsProcessed(
                                   static_cast<int64_t>(state.iterations() * length * length * length));
                               })
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
}

void
RunBasins(const LabelImageType * labels, const unsigned int threads)
{
  const auto filter = BasinFilterType::New();
  filter->SetInput(labels);
  filter->SetNumberOfWorkUnits(threads);
  filter->Update();
}

void
RunDirectionsAndBasins(const Data & data, const unsigned int threads)
{
  const auto filter = MakeDirectionFilter(data.image);
  filter->SetNumberOfWorkUnits(threads);
  RunBasins(filter->GetOutput(), threads);
}

/** On one thread. */
void
RunWrite(const Data & data, unsigned int)
{
  const auto image = BasinFilterType::OutputImageType::New();
  image->SetRegions(data.labels->GetBufferedRegion());
  image->Allocate();
  itk::NeighborhoodArgmaxLabel::AdviseHugePages(image.GetPointer());
  const auto pixels = image->GetBufferPointer();
  std::iota(pixels, pixels + image->GetBufferedRegion().GetNumberOfPixels(), 0u);
  benchmark::DoNotOptimize(pixels);
}

void
RunToboggan(const Data & data, unsigned int)
{
  const auto filter = itk::TobogganImageFilter<ImageType>::New();
  filter->SetInput(data.image);
  filter->Update();
}
} // namespace

int
main(int argc, char * argv[])
{
#ifdef __GLIBC__
  // Memory stays with the process. Virtual machines may take back what is given back, and new memory then costs more
  // than basins: from one run to the next up to three times as much.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
#endif
  for (const itk::SizeValueType length : { 64, 128, 256, 512, 1024 })
  {
    for (const std::string kind : { "smooth", "noise", "plateau", "path", "checkerboard", "sinks" })
    {
      for (const unsigned int threads : { 1, 2 })
      {
        Add("basins", kind, length, threads, [](const Data & data, unsigned int n) { RunBasins(data.labels, n); });
      }
      const bool hasImage = length <= 512 && (kind == "smooth" || kind == "noise");
      if (hasImage)
      {
        Add("directions+basins", kind, length, 1, RunDirectionsAndBasins);
        Add("directions+basins", kind, length, 2, RunDirectionsAndBasins);
        Add("toboggan", kind, length, 1, RunToboggan);
      }
      if (kind == "smooth")
      {
        Add("write", kind, length, 1, RunWrite);
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
