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
#ifndef itkNeighborhoodLabelFilterChecks_h
#define itkNeighborhoodLabelFilterChecks_h

#include "itkMacro.h"
#include "itkNeighborhoodLabels.h"
#include "itkSize.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

// Internal: checks that the filters that make labels share with those that follow them.
namespace itk::NeighborhoodArgmaxLabel
{

/** Throws if a radius has only its center, or more labels than TPixel, or 31 bits, hold exactly. `purpose` and `pixels`
 * are words for the error message. */
template <typename TPixel, unsigned int VDimension>
void
VerifyRadius(const Size<VDimension> & radius, const char * purpose, const char * pixels)
{
  constexpr int  digits = std::min(std::numeric_limits<TPixel>::digits, std::numeric_limits<std::int32_t>::digits);
  constexpr auto greatest = (std::uint64_t{ 1 } << digits) - 1;
  const auto     numberOfLabels = NeighborhoodLabels<VDimension>(radius).GetNumberOfLabels();
  if (numberOfLabels == 1)
  {
    itkGenericExceptionMacro("Radius is " << radius << ": with 0 on every axis there is nothing to " << purpose);
  }
  if (numberOfLabels - 1 > greatest)
  {
    itkGenericExceptionMacro("Radius is " << radius << ": its " << numberOfLabels << " labels do not fit the " << pixels
                                          << " pixel type, with which labels go up to " << greatest);
  }
}

/** Throws if an image has no voxels, or if a mask has another region or position. `name` is a word for the message.
 * verifyPlace() is ITK's own check of the position; its error does not name the mask. */
template <typename TImage, typename TMaskImage, typename TVerify>
void
VerifyImageAndMask(const TImage & image, const TMaskImage * mask, const char * name, const TVerify & verifyPlace)
{
  const auto & region = image.GetLargestPossibleRegion();
  if (region.GetNumberOfPixels() == 0)
  {
    itkGenericExceptionMacro("The " << name << " has no voxels: its size is " << region.GetSize());
  }
  if (mask && mask->GetLargestPossibleRegion() != region)
  {
    const auto & other = mask->GetLargestPossibleRegion();
    itkGenericExceptionMacro("MaskImage has the region of index "
                             << other.GetIndex() << " and size " << other.GetSize() << ", the " << name << " "
                             << region.GetIndex() << " and " << region.GetSize() << ": they must be the same");
  }
  try
  {
    verifyPlace();
  }
  catch (const ExceptionObject & error)
  {
    const std::string text = error.GetDescription(); // after the class and address of the filter
    const auto        inputs = text.find("Inputs");
    itkGenericExceptionMacro("MaskImage lies at another place than the "
                             << name << ". " << text.substr(inputs == std::string::npos ? 0 : inputs));
  }
}

/** Whether double has this number: integers up to 2^53, and greater ones whose last digits are 0. */
template <typename T>
bool
IsHeldByDouble(T value)
{
  if constexpr (std::is_integral_v<T> && sizeof(T) > 4)
  {
    const auto rounded = static_cast<double>(value);
    return rounded < (std::is_signed_v<T> ? 0x1p63 : 0x1p64) && static_cast<T>(rounded) == value;
  }
  else
  {
    return true;
  }
}

/** Throws when an image, whose name is for the message, has less memory than its buffered region needs. */
template <typename TImage>
void
VerifyMemory(const TImage & image, const char * name)
{
  const auto * const container = image.GetPixelContainer();
  const auto         numberOfPixels = image.GetBufferedRegion().GetNumberOfPixels();
  if (container == nullptr || container->Size() < numberOfPixels)
  {
    itkGenericExceptionMacro("The " << name << " has no memory for the " << numberOfPixels
                                    << " voxels of its buffered region: allocate it");
  }
}

} // namespace itk::NeighborhoodArgmaxLabel

#endif
