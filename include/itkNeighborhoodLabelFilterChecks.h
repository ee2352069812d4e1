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
#include "itkNeighborhoodArgmaxLabelHugePages.h"

namespace itk::NeighborhoodArgmaxLabel
{

/** Throws when an image has no voxels, or a mask is not of its region. The name is how messages call the image. */
template <typename TImage, typename TMaskImage>
void
VerifyImageAndMask(const TImage & image, const TMaskImage * mask, const char * name)
{
  const auto & region = image.GetLargestPossibleRegion();
  if (region.GetNumberOfPixels() == 0)
  {
    itkGenericExceptionMacro("The " << name << " has no voxels: its size is " << region.GetSize());
  }
  if (mask && mask->GetLargestPossibleRegion() != region)
  {
    itkGenericExceptionMacro("MaskImage has the region " << mask->GetLargestPossibleRegion() << " and the " << name
                                                         << " " << region << ": they must be the same");
  }
}

/** Calls verify(), which is ITK's check that inputs lie at the same place, and names the mask in its error. */
template <typename TVerify>
void
VerifyPlaceOfMask(const TVerify & verify, const char * name)
{
  try
  {
    verify();
  }
  catch (const ExceptionObject & error)
  {
    itkGenericExceptionMacro("MaskImage lies at another place than the " << name << ". " << error.GetDescription());
  }
}

/** Huge pages for new outputs, or nullptr. */
template <typename... TImage>
void
AdviseHugePagesForAll(TImage *... images)
{
  (AdviseHugePages(images), ...);
}

} // namespace itk::NeighborhoodArgmaxLabel

#endif
