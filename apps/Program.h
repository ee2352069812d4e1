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
#ifndef Program_h
#define Program_h

#include "itkNeighborhoodArgmaxLabelImageFilter.h"

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

constexpr const char * programName = "neighborhood-argmax-label";

using Border = itk::NeighborhoodArgmaxLabelImageFilterEnums::Border;

struct Options
{
  std::string               input;
  std::string               output;
  std::string               mask;
  std::vector<double>       spacing; // of all input images, if given
  std::optional<double>     nodata;
  std::optional<double>     nodataOfFile; // as the input declares it
  std::string               score;
  std::string               basins;
  std::optional<double>     depth; // up to which basins join
  std::string               accumulation;
  std::string               preview;
  double                    centerScore{ -100 };
  bool                      labelStrictExtrema{ false };
  bool                      ascent{ false };
  bool                      noImageSpacing{ false };
  bool                      faceConnected{ false };
  std::vector<unsigned int> radius{ 1 };
  Border                    border{ Border::Background };
  unsigned int              backgroundValue{ 0 };
  unsigned int              streamDivisions{ 1 };
  unsigned int              threads{ 0 };
  bool                      noVerify{ false };
};

/** An error message for the user: one line. */
class Error : public std::runtime_error
{
public:
  explicit Error(const std::string & problem)
    : std::runtime_error(problem)
  {}
  Error(const std::filesystem::path & file, const std::string & problem)
    : std::runtime_error(file.string() + ": " + problem)
  {}
};

#endif
