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
#ifndef itkNeighborhoodArgmaxLabelTable_h
#define itkNeighborhoodArgmaxLabelTable_h

#include "itkImage.h"

#include <algorithm>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** Internal: a table as an image, one row of some pixels behind the other. Python has such images as arrays. */
template <typename TPixel>
typename Image<TPixel, 2>::Pointer
MakeTable(SizeValueType columns, const std::vector<TPixel> & pixels)
{
  auto table = Image<TPixel, 2>::New();
  table->SetRegions(Size<2>{ { columns, pixels.size() / columns } });
  table->Allocate();
  std::copy(pixels.begin(), pixels.end(), table->GetBufferPointer());
  return table;
}

} // namespace itk::NeighborhoodArgmaxLabel

#endif
