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
#ifndef LabelFile_h
#define LabelFile_h

#include "Program.h"

#include "itkImageIOBase.h"

/** Labels the input file, whose pixels are of this type, and writes all outputs as staged files. */
template <unsigned int VDimension>
void
LabelFile(const Options & options, itk::IOComponentEnum component);

#endif
