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

/** Facts of a file that ITK's readers misread or ignore. */
struct FileHeader
{
  itk::IOComponentEnum             component{ itk::IOComponentEnum::UNKNOWNCOMPONENTTYPE };
  std::vector<double>              spacing{};      // in millimeters if the unit is known
  std::vector<std::vector<double>> lattice{};      // of oblique axes: the step along each one, as a vector in space
  std::vector<std::string>         spacingNotes{}; // facts about the spacing that are not used: "has ..."
  std::vector<std::string>         notes{};        // other facts that are not used
  std::optional<double>            nodata{};
};

/** Reads the header of the file itself; the result is empty for formats that ITK reads correctly. Throws an error with
 * a remedy if the file cannot be read correctly at all. `io` has read the header. */
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

/** The bytes of a file, decompressed if it is gzip. At most `limit`. */
std::string
ContentsOf(const std::filesystem::path & file, std::size_t limit = SIZE_MAX);

#endif
