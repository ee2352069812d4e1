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
#ifndef CompleteFile_h
#define CompleteFile_h

#include "itkImageIOBase.h"

/** Throws if a file ends too early or fails the checksums of its format. ITK's readers may return an image without an
 * error if a TIFF, JPEG, DICOM, GIPL or MetaImage file is truncated. `io` has read the header. */
void
CheckComplete(itk::ImageIOBase * io);

#endif
