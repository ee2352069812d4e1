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
// Rates of NeighborhoodArgmaxLabelImageFilter on images that people have, beside random ones of the same type, spacing
// and option, on one thread. The names of the benchmarks are
//   pixel type / image / spacing / option
// and their statistic "min" is the least disturbed of several repetitions. `share` of plot_shares.py is the ratio of
// two of them; with --benchmark_enable_random_interleaving=true all feel the same disturbances. The only argument of
// its own, the first one, is an MRI to read; without it there are only images made by formula.

#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "../test/RandomImages.h"

#include "itkDiscreteGaussianImageFilter.h"
#include "itkGradientMagnitudeImageFilter.h"
#include "itkImageFileReader.h"
#include "itkImageRegionIteratorWithIndex.h"
#include "itkMedianImageFilter.h"
#include "itkMultiThreaderBase.h"

#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace
{
constexpr int length = 192;

using RealImageType = itk::Image<double, 3>;
using FloatImageType = itk::Image<float, 3>;
using ValueFunction = std::function<double(int, int, int)>;

/** Random numbers of [0, 1), the same in each run. */
double
Uniform()
{
  static RandomImages::Random random(1);
  return random.Real(0.0, 1.0);
}

/** A smooth function of about 0 to 1. */
double
Wave(int x, int y, int z)
{
  return 0.5 + 0.2 * std::sin(0.0325 * x + 0.0175 * y) + 0.15 * std::sin(0.0275 * y - 0.0225 * z + 1) +
         0.1 * std::sin(0.0425 * z + 0.01 * x + 2) + 0.05 * std::sin(0.125 * x + 0.1 * y + 0.075 * z);
}

/** Centers and radii of some balls. */
constexpr double balls[][4] = { { 50, 60, 70, 30 },    { 120, 60, 90, 40 },  { 80, 140, 60, 25 },
                                { 140, 130, 140, 45 }, { 40, 150, 150, 20 }, { 100, 100, 100, 15 } };

double
SquaredDistance(const double (&ball)[4], int x, int y, int z)
{
  return (x - ball[0]) * (x - ball[0]) + (y - ball[1]) * (y - ball[1]) + (z - ball[2]) * (z - ball[2]);
}

double
DistanceToBalls(int x, int y, int z)
{
  double least = std::numeric_limits<double>::max();
  for (const auto & ball : balls)
  {
    least = std::min(least, std::sqrt(SquaredDistance(ball, x, y, z)) - ball[3]);
  }
  return std::max(0.0, least);
}

double
SumOfGaussians(int x, int y, int z)
{
  double sum = 0.0;
  for (const auto & ball : balls)
  {
    sum += std::exp(-SquaredDistance(ball, x, y, z) / 300.0);
  }
  return sum;
}

template <typename TImage>
typename TImage::Pointer
MakeImage(const ValueFunction & valueOf)
{
  const auto image = TImage::New();
  image->SetRegions(itk::Size<3>::Filled(length));
  image->Allocate();
  for (itk::ImageRegionIteratorWithIndex<TImage> it(image, image->GetBufferedRegion()); !it.IsAtEnd(); ++it)
  {
    const auto index = it.GetIndex();
    it.Set(static_cast<typename TImage::PixelType>(
      valueOf(static_cast<int>(index[0]), static_cast<int>(index[1]), static_cast<int>(index[2]))));
  }
  return image;
}

/** The value of another image, 0 outside. */
template <typename TImage>
ValueFunction
ValueIn(const TImage * image)
{
  typename TImage::ConstPointer kept = image;
  return [kept](int x, int y, int z) {
    const itk::Index<3> index{ { x, y, z } };
    return kept->GetBufferedRegion().IsInside(index) ? static_cast<double>(kept->GetPixel(index)) : 0.0;
  };
}

template <typename TFilter, typename TImage>
ValueFunction
Filtered(const TImage * image, const std::function<void(TFilter &)> & set)
{
  const auto filter = TFilter::New();
  filter->SetInput(image);
  set(*filter);
  filter->Update();
  return ValueIn(filter->GetOutput());
}

using Kinds = std::vector<std::pair<std::string, std::function<ValueFunction()>>>;

/** What `valueOf` gives, made when it is asked for. */
std::function<ValueFunction()>
Formula(const ValueFunction & valueOf)
{
  return [valueOf] { return valueOf; };
}

/** A kind of the tests. */
std::function<ValueFunction()>
RandomKind(const std::string & name)
{
  return [name] {
    return ValueIn(RandomImages::MakeRandomImage<RealImageType>(itk::Size<3>::Filled(length), name).GetPointer());
  };
}

/** Of integers up to `greatest`. */
Kinds
MakeIntegerKinds(int greatest)
{
  return {
    { "random", Formula([=](int, int, int) { return std::floor(Uniform() * (greatest + 1)); }) },
    { "smooth",
      Formula([=](int x, int y, int z) { return std::floor(greatest * (0.9 * Wave(x, y, z) + 0.01 * Uniform())); }) },
    { "labels", Formula([](int x, int y, int z) { return std::floor(8 * Wave(x, y, z)); }) },
    { "binary", Formula([](int x, int y, int z) { return Wave(x, y, z) > 0.5 ? 1.0 : 0.0; }) },
    { "ramp", Formula([=](int x, int y, int) { return (x + y / 2) % (greatest + 1); }) },
    { "chamfer", Formula([=](int x, int y, int z) {
        return std::min<double>(greatest, std::floor(3 * DistanceToBalls(x, y, z)));
      }) },
  };
}

Kinds
MakeShortKinds()
{
  Kinds kinds = MakeIntegerKinds(4095);
  kinds.push_back({ "ct", Formula([](int x, int y, int z) {
                      const double wave = Wave(x, y, z);
                      return wave > 0.5 ? std::floor((wave - 0.5) * 2000 + 20 * Uniform()) : -1024.0;
                    }) });
  return kinds;
}

Kinds
MakeRealKinds()
{
  return {
    { "random", RandomKind("Noise") },
    { "smooth", Formula([](int x, int y, int z) { return 100 * Wave(x, y, z) + 0.05 * Uniform(); }) },
    { "integers", RandomKind("IntegerValued") },
    { "labels", Formula([](int x, int y, int z) { return std::floor(8 * Wave(x, y, z)); }) },
    { "binary", Formula([](int x, int y, int z) { return Wave(x, y, z) > 0.5 ? 1.0 : 0.0; }) },
    { "ramp", Formula([](int x, int y, int z) { return x + 2 * y + 0.5 * z; }) },
    { "ct", Formula([](int x, int y, int z) {
        const double wave = Wave(x, y, z);
        return wave > 0.5 ? (wave - 0.5) * 2000 + 20 * Uniform() : -1024.0;
      }) },
    { "exponential",
      Formula([](int x, int y, int z) { return std::exp(8 * Wave(x, y, z) * (1 + 0.001 * Uniform())); }) },
    { "distance-map", Formula(DistanceToBalls) },
    { "charge-density", Formula(SumOfGaussians) },
    { "12-bits", Formula([](int x, int y, int z) { return std::floor(4096 * Wave(x, y, z)); }) },
    { "16-bits", Formula([](int x, int y, int z) { return std::floor(65536 * Wave(x, y, z)) / 65536; }) },
    { "nan-outside", Formula([](int x, int y, int z) {
        const double ball[4] = { 96, 96, 96, 80 };
        return SquaredDistance(ball, x, y, z) < ball[3] * ball[3] ? Wave(x, y, z) + 0.001 * Uniform() : std::nan("");
      }) },
    { "denormal", Formula([](int, int, int) { return 1e-39 * Uniform(); }) },
    { "infinity", RandomKind("OneInfinite") },
  };
}

void
AddMri(const FloatImageType * mri, Kinds & kinds, bool isReal)
{
  const ValueFunction value = ValueIn(mri);
  kinds.push_back({ "mri", Formula(value) });
  if (!isReal)
  {
    return;
  }
  using GaussianType = itk::DiscreteGaussianImageFilter<FloatImageType, FloatImageType>;
  using MedianType = itk::MedianImageFilter<FloatImageType, FloatImageType>;
  using GradientType = itk::GradientMagnitudeImageFilter<FloatImageType, FloatImageType>;
  kinds.push_back({ "mri-standardized", Formula([value](int x, int y, int z) {
                      return (static_cast<float>(value(x, y, z)) - 33.37f) / 41.31f;
                    }) });
  kinds.push_back(
    { "mri-by-255", Formula([value](int x, int y, int z) { return static_cast<float>(value(x, y, z)) / 255.0f; }) });
  kinds.push_back({ "mri-smoothed", [mri] {
                     return Filtered<GaussianType>(mri, [](GaussianType & filter) { filter.SetVariance(2.25); });
                   } });
  kinds.push_back(
    { "mri-median", [mri] { return Filtered<MedianType>(mri, [](MedianType & filter) { filter.SetRadius(1); }); } });
  kinds.push_back({ "mri-gradient", [mri] { return Filtered<GradientType>(mri, [](GradientType &) {}); } });
}

template <typename TFilter>
void
SetOption(TFilter & filter, const typename TFilter::InputImageType & image, const std::string & option)
{
  if (option == "center-0")
  {
    filter.SetCenterScore(0);
  }
  else if (option == "center-inf")
  {
    filter.SetCenterScore(-std::numeric_limits<double>::infinity());
  }
  else if (option == "ascent")
  {
    filter.AscentOn();
  }
  else if (option == "strict")
  {
    filter.LabelStrictExtremaOn();
  }
  else if (option == "mask")
  {
    const auto mask = MakeImage<typename TFilter::MaskImageType>([](int x, int y, int z) {
      const double ball[4] = { 96, 96, 96, 96 };
      return SquaredDistance(ball, x, y, z) < ball[3] * ball[3];
    });
    mask->CopyInformation(&image);
    filter.SetMaskImage(mask);
  }
}

/** All kinds of a pixel type. The images are made once, as repetitions follow in any order. */
template <typename TPixel>
void
AddType(const std::string & type, const Kinds & kinds)
{
  using ImageType = itk::Image<TPixel, 3>;
  static std::map<std::string, typename ImageType::Pointer> images;
  const std::array<double, 3> spacings[] = { { 1, 1, 1 }, { 1, 1, 2.5 }, { 0.7, 0.8, 2 } };
  const auto add = [&](const auto & kind, const std::array<double, 3> & spacing, const std::string & option) {
    std::string name = type + "/" + kind.first + "/";
    for (const double s : spacing)
    {
      name += (s == spacing[0] && name.back() == '/' ? "" : " ") + std::to_string(s).substr(0, 3);
    }
    const auto make = kind.second;
    const auto key = kind.first;
    benchmark::RegisterBenchmark((name + "/" + option).c_str(),
                                 [=](benchmark::State & state) {
                                   auto & image = images[key];
                                   if (image == nullptr)
                                   {
                                     image = MakeImage<ImageType>(make());
                                   }
                                   image->SetSpacing(spacing.data());
                                   const auto filter = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>::New();
                                   filter->SetInput(image);
                                   filter->SetNumberOfWorkUnits(1);
                                   SetOption(*filter, *image, option);
                                   filter->Update(); // the first one waits for the system to give memory
                                   for (auto _ : state)
                                   {
                                     filter->Modified();
                                     filter->Update();
                                   }
                                   state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * length * length *
                                                           length);
                                 })
      ->MeasureProcessCPUTime()
      ->Iterations(2)
      ->Repetitions(5)
      ->ReportAggregatesOnly()
      ->ComputeStatistics(
        "min", [](const std::vector<double> & values) { return *std::min_element(values.begin(), values.end()); });
  };
  for (const auto & kind : kinds)
  {
    for (const auto & spacing : spacings)
    {
      add(kind, spacing, "default");
    }
    for (const std::string option : { "center-0", "center-inf", "ascent", "strict", "mask" })
    {
      if (kind.first == "random" || kind.first == "ct" || kind.first == "mri")
      {
        add(kind, spacings[0], option);
      }
    }
  }
}
} // namespace

int
main(int argc, char * argv[])
{
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
  FloatImageType::Pointer mri;
  if (argc > 1 && argv[1][0] != '-')
  {
    mri = itk::ReadImage<FloatImageType>(argv[1]);
    argv[1] = argv[0];
    ++argv;
    --argc;
  }
  const auto withMri = [&](Kinds kinds, bool isReal) {
    if (mri)
    {
      AddMri(mri, kinds, isReal);
    }
    return kinds;
  };
  AddType<float>("float", withMri(MakeRealKinds(), true));
  AddType<double>("double", withMri(MakeRealKinds(), true));
  AddType<short>("int16", withMri(MakeShortKinds(), false));
  AddType<unsigned char>("uint8", withMri(MakeIntegerKinds(255), false));
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
