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
#ifndef itkNeighborhoodArgmaxLabelHugePages_h
#define itkNeighborhoodArgmaxLabelHugePages_h

#include "NeighborhoodArgmaxLabelExport.h"

#include <cstddef>

namespace itk::NeighborhoodArgmaxLabel
{

/** Internal: asks the operating system for huge pages in memory that has not been written to yet. The first write to a
 * page costs more than the labels or basins in it, and there are 512 times fewer pages of 2 MiB than of 4 KiB. Works on
 * Linux with huge pages "madvise" or "always"; does nothing elsewhere. */
NeighborhoodArgmaxLabel_EXPORT void
AdviseHugePages(void * memory, std::size_t size);

/** The same for the pixels of an image. Does nothing for nullptr. */
template <typename TImage>
void
AdviseHugePages(TImage * image)
{
  if (image)
  {
    AdviseHugePages(image->GetBufferPointer(),
                    image->GetBufferedRegion().GetNumberOfPixels() * sizeof(typename TImage::PixelType));
  }
}

} // namespace itk::NeighborhoodArgmaxLabel

#endif
