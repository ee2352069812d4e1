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
#ifndef PlainLabelImageFilter_h
#define PlainLabelImageFilter_h

#include "PlainDefinition.h"

#include "itkBufferedImageNeighborhoodPixelAccessPolicy.h"
#include "itkImageRegionRange.h"
#include "itkImageToImageFilter.h"
#include "itkIndexRange.h"
#include "itkShapedImageNeighborhoodRange.h"

#include <algorithm>
#include <cmath>
#include <vector>

/** The same labels, for 3x3x3 neighborhoods and the default options, as a filter in the style of ITK 5: the reference
 * for speed. */
template <typename TImage>
class PlainLabelImageFilter : public itk::ImageToImageFilter<TImage, itk::Image<unsigned char, TImage::ImageDimension>>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(PlainLabelImageFilter);

  using Self = PlainLabelImageFilter;
  using OutputImageType = itk::Image<unsigned char, TImage::ImageDimension>;
  using Superclass = itk::ImageToImageFilter<TImage, OutputImageType>;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);

protected:
  PlainLabelImageFilter() { this->DynamicMultiThreadingOn(); }

  void
  DynamicThreadedGenerateData(const itk::ImageRegion<TImage::ImageDimension> & region) override
  {
    const TImage * const    input = this->GetInput();
    OutputImageType * const output = this->GetOutput();

    const auto          offsets = PlainDefinition::Offsets(itk::Size<TImage::ImageDimension>::Filled(1));
    std::vector<double> weights;
    for (const auto & offset : offsets)
    {
      itk::Vector<double, TImage::ImageDimension> vector;
      std::copy(offset.begin(), offset.end(), vector.begin());
      weights.push_back(PlainDefinition::Weight(vector));
    }
    const std::size_t center = offsets.size() / 2;

    auto interior = input->GetLargestPossibleRegion();
    interior.ShrinkByRadius(1);
    auto                                   inner = region;
    itk::ImageRegionRange<OutputImageType> all(*output, region);
    std::fill(all.begin(), all.end(), 0);
    if (!inner.Crop(interior))
    {
      return;
    }
    // The policy without checks: no voxel of a neighborhood lies outside the image.
    itk::ShapedImageNeighborhoodRange<const TImage, itk::BufferedImageNeighborhoodPixelAccessPolicy<const TImage>>
      neighborhood(*input, inner.GetIndex(), offsets);
    for (const auto & index : itk::ImageRegionIndexRange<TImage::ImageDimension>(inner))
    {
      neighborhood.SetLocation(index);
      const float   value = static_cast<float>(input->GetPixel(index));
      double        best = -HUGE_VAL;
      unsigned char label = 0;
      std::size_t   k = 0;
      for (const auto neighbor : neighborhood)
      {
        const double score =
          k == center ? -100.0 : static_cast<double>(value - static_cast<float>(neighbor)) * weights[k];
        if (score > best)
        {
          best = score;
          label = static_cast<unsigned char>(k);
        }
        ++k;
      }
      output->SetPixel(index, label);
    }
  }
};

#endif
