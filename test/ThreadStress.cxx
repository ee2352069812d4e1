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

// Several filters at once in several threads, for ThreadSanitizer. Keep ITK's platform threader: its threads end with
// each update, so that the sanitizer sees their order although ITK itself is not compiled with it.

#include "itkNeighborhoodArgmaxLabelImageFilter.h"
#include "itkNeighborhoodArgmaxLabelKernel.h"
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include "RandomImages.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

namespace
{
/** The same numbers in each pixel type. */
template <typename TPixel>
typename itk::Image<TPixel, 3>::Pointer
RandomImage()
{
  return RandomImages::MakeRandomImage<itk::Image<TPixel, 3>>(itk::Size<3>{ { 60, 50, 40 } }, "TwentyLevels");
}

/** A number that depends on each basin of the image's labels. */
template <typename TPixel>
std::uint64_t
HashOfBasins(TPixel * pixels, unsigned int workUnits)
{
  using ImageType = itk::Image<TPixel, 3>;
  using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;

  auto image = ImageType::New(); // a new image of pixels that all threads share
  image->SetRegions(itk::Size<3>{ { 60, 50, 40 } });
  image->GetPixelContainer()->SetImportPointer(pixels, image->GetLargestPossibleRegion().GetNumberOfPixels());
  auto filter = FilterType::New();
  filter->SetInput(image);
  filter->SetCenterScore(0);
  filter->SetBackgroundValue(255);
  filter->SetNumberOfWorkUnits(workUnits);
  auto basins = itk::NeighborhoodLabelToBasinImageFilter<typename FilterType::OutputImageType>::New();
  basins->SetInput(filter->GetOutput());
  basins->SetNumberOfWorkUnits(workUnits);
  basins->Update();

  std::uint64_t hash = 0;
  for (itk::SizeValueType i = 0; i < image->GetLargestPossibleRegion().GetNumberOfPixels(); ++i)
  {
    hash = hash * 31 + basins->GetOutput()->GetBufferPointer()[i];
  }
  return hash;
}
} // namespace

int
main()
{
  itk::MultiThreaderBase::SetGlobalDefaultThreader(itk::MultiThreaderBaseEnums::Threader::Platform);
  const auto               bytes = RandomImage<std::uint8_t>();
  const auto               floats = RandomImage<float>();
  const auto               doubles = RandomImage<double>();
  const std::uint64_t      expected = HashOfBasins(floats->GetBufferPointer(), 1);
  std::atomic<int>         wrong{ 0 };
  std::vector<std::thread> threads;
  for (unsigned int thread = 0; thread < 4; ++thread)
  {
    threads.emplace_back([&, thread] {
      for (unsigned int i = 0; i < 6; ++i)
      {
        const unsigned int workUnits = 1 + (thread + i) % 4;
        wrong += HashOfBasins(bytes->GetBufferPointer(), workUnits) != expected;
        wrong += HashOfBasins(floats->GetBufferPointer(), workUnits) != expected;
        wrong += HashOfBasins(doubles->GetBufferPointer(), workUnits) != expected;
      }
    });
  }
  // The instruction set may change at any time: labels do not depend on it.
  for (unsigned int i = 0; i < 100; ++i)
  {
    const auto sets = itk::NeighborhoodArgmaxLabel::GetInstructionSets();
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(sets[i % sets.size()]);
  }
  for (auto & thread : threads)
  {
    thread.join();
  }
  std::cout << wrong << " wrong answers" << std::endl;
  return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
