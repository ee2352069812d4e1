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
#ifndef FileHeader_h
#define FileHeader_h

#include "itkImageIOBase.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/** What a file says where ITK's readers say something else, or nothing. */
struct FileHeader
{
  itk::IOComponentEnum             component{ itk::IOComponentEnum::UNKNOWNCOMPONENTTYPE };
  std::vector<double>              spacing{}; // in millimeters where the unit is known
  std::vector<std::vector<double>> lattice{}; // the step along each axis, as a vector in space, where they are oblique
  std::vector<std::string>         spacingNotes{}; // what is known of the spacing and not used: "has ..."
  std::vector<std::string>         notes{};        // whatever else is not used
  std::optional<double>            nodata{};
};

/** Reads it by an own look at the file; of formats that ITK's readers understand well it is empty. Throws what cannot
 * be read right at all, with a remedy. `io` has read the header. */
FileHeader
ReadFileHeader(const itk::ImageIOBase * io);

/** One unit in millimeters; 0 if it is not known. */
double
Millimeters(const std::string & unit);

/** A few digits, as in "0.25". */
std::string
Text(double number);

/** "0.1 x 0.1 x 0.3" */
std::string
Text(const std::vector<double> & numbers);

/** All bytes of a file; of a compressed one (gzip) what they mean. At most `limit`. */
std::string
ContentsOf(const std::filesystem::path & file, std::size_t limit = SIZE_MAX);

#endif
