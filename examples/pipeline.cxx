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

// Labels an image file.

#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include "itkNeighborhoodArgmaxLabelImageFilter.h"

#include <cstdlib>
#include <iostream>

int
main(int argc, char * argv[])
{
  if (argc != 3)
  {
    std::cerr << "Usage: " << argv[0] << " INPUT OUTPUT\n";
    return EXIT_FAILURE;
  }
  using ImageType = itk::Image<float, 3>;
  using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;

  auto filter = FilterType::New();
  filter->SetInput(itk::ReadImage<ImageType>(argv[1]));
  filter->SetCenterScore(0); // sinks get the label 13
  filter->SetBackgroundValue(255);
  itk::WriteImage(filter->GetOutput(), argv[2]);
  return EXIT_SUCCESS;
}
