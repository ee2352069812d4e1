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
#include "itkNeighborhoodArgmaxLabelImageFilter.h"

namespace itk
{

std::ostream &
operator<<(std::ostream & out, NeighborhoodArgmaxLabelImageFilterEnums::Border value)
{
  switch (value)
  {
    case NeighborhoodArgmaxLabelImageFilterEnums::Border::Background:
      return out << "itk::NeighborhoodArgmaxLabelImageFilterEnums::Border::Background";
    case NeighborhoodArgmaxLabelImageFilterEnums::Border::Inside:
      return out << "itk::NeighborhoodArgmaxLabelImageFilterEnums::Border::Inside";
    case NeighborhoodArgmaxLabelImageFilterEnums::Border::Periodic:
      return out << "itk::NeighborhoodArgmaxLabelImageFilterEnums::Border::Periodic";
    default:
      return out << "INVALID VALUE FOR itk::NeighborhoodArgmaxLabelImageFilterEnums::Border";
  }
}

} // end namespace itk
