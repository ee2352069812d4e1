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
#include "FileHeader.h"

#include "Program.h"
#include "TiffFile.h"

#include "itkNeighborhoodLabelFilterChecks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include <zlib.h>

namespace fs = std::filesystem;

namespace
{
/** Numbers at fixed positions of a header, in either byte order. */
class Fields
{
public:
  Fields(std::string bytes, bool isSwapped)
    : m_Bytes(std::move(bytes))
    , m_IsSwapped(isSwapped)
  {}

  template <typename TNumber>
  TNumber
  Get(std::size_t place) const
  {
    std::array<char, sizeof(TNumber)> bytes{};
    std::copy_n(m_Bytes.begin() + static_cast<std::ptrdiff_t>(place), sizeof(TNumber), bytes.begin());
    if (m_IsSwapped)
    {
      std::reverse(bytes.begin(), bytes.end());
    }
    TNumber number;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }

private:
  std::string m_Bytes;
  bool        m_IsSwapped;
};

double
Length(const std::vector<double> & vector)
{
  double sum = 0;
  for (const double x : vector)
  {
    sum += x * x;
  }
  return std::sqrt(sum);
}

bool
IsNear(double a, double b, double tolerance = 1e-4)
{
  return std::abs(a - b) <= tolerance * std::max(std::abs(a), std::abs(b));
}

bool
IsOrthogonal(const std::vector<std::vector<double>> & lattice)
{
  for (std::size_t i = 0; i < lattice.size(); ++i)
  {
    for (std::size_t j = 0; j < i; ++j)
    {
      double product = 0;
      for (std::size_t k = 0; k < lattice.size(); ++k)
      {
        product += lattice[i][k] * lattice[j][k];
      }
      if (std::abs(product) > 1e-4 * Length(lattice[i]) * Length(lattice[j]))
      {
        return false;
      }
    }
  }
  return true;
}

/** MAPC, MAPR, MAPS map the axes of the file to those of the cell, at the cell's angles. ITK reads them as X, Y, Z at
 * right angles. */
FileHeader
ReadMrc(const itk::ImageIOBase * io)
{
  auto bytes = ContentsOf(io->GetFileName(), 1024);
  if (bytes.size() < 1024)
  {
    return {};
  }
  const bool   isSwapped = static_cast<unsigned char>(bytes[212]) == 0x11; // the stamp of big endian files
  const Fields header(std::move(bytes), isSwapped);
  FileHeader   result;

  std::array<int, 3>    axes{};
  std::array<double, 3> steps{};
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    axes[axis] = header.Get<std::int32_t>(64 + 4 * axis) - 1;
  }
  auto sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != std::array<int, 3>{ 0, 1, 2 })
  {
    axes = { 0, 1, 2 }; // not filled in
  }
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    const auto of = static_cast<unsigned int>(axes[axis]);
    const auto samples = header.Get<std::int32_t>(28 + 4 * of);
    const auto length = static_cast<double>(header.Get<float>(40 + 4 * of));
    steps[axis] = samples > 0 && length > 0 && std::isfinite(length) ? length / samples : 1;
  }
  const auto cosine = [&](unsigned int a, unsigned int b) {
    // Alpha is the angle between the other two axes, which are Y and Z.
    const auto angle =
      static_cast<double>(header.Get<float>(52 + 4 * static_cast<unsigned int>(3 - axes[a] - axes[b])));
    return angle > 0 && angle < 180 && angle != 90 ? std::cos(angle * std::acos(-1.0) / 180) : 0.0;
  };
  const double bx = cosine(0, 1);
  const double by = std::sqrt(1 - bx * bx);
  const double cx = cosine(0, 2);
  const double cy = (cosine(1, 2) - cx * bx) / by;
  const double cz = std::sqrt(1 - cx * cx - cy * cy);
  result.spacing.assign(steps.begin(), steps.end());
  if ((bx != 0 || cx != 0 || cy != 0) && cz > 0 && io->GetNumberOfDimensions() == 3)
  {
    result.lattice = { { steps[0], 0, 0 },
                       { steps[1] * bx, steps[1] * by, 0 },
                       { steps[2] * cx, steps[2] * cy, steps[2] * cz } };
  }
  result.spacing.resize(io->GetNumberOfDimensions(), 1);

  // Bytes are signed since the format of 2014, and earlier with a flag of IMOD; otherwise the statistics decide.
  constexpr std::int32_t stampOfImod = 1146047817;
  const auto             lowest = header.Get<float>(76);
  const auto             highest = header.Get<float>(80);
  if (header.Get<std::int32_t>(12) == 0)
  {
    const bool isOfImod = header.Get<std::int32_t>(152) == stampOfImod;
    const auto version = header.Get<std::int32_t>(108);
    const bool isSigned = isOfImod            ? (header.Get<std::int32_t>(156) & 1) != 0
                          : lowest <= highest ? lowest < 0
                                              : version >= 20140 && version < 21000;
    if (!isOfImod && lowest > highest && !isSigned)
    {
      throw Error(io->GetFileName(),
                  "does not say whether its bytes are signed; write its minimum and maximum into the header, as "
                  "update_header_stats of mrcfile does");
    }
    result.component = isSigned ? itk::IOComponentEnum::CHAR : itk::IOComponentEnum::UCHAR;
  }
  return result;
}

/** The fields that NIfTI-1 and NIfTI-2 have in common. */
struct Nifti
{
  int                              datatype;
  double                           slope;
  double                           intercept;
  int                              units;
  int                              qformCode;
  int                              sformCode;
  double                           timeStep;
  std::array<double, 3>            steps;
  std::vector<std::vector<double>> lattice; // of the sform, in ITK's directions
};

std::optional<Nifti>
ReadNiftiFields(const fs::path & file)
{
  auto bytes = ContentsOf(file, 540);
  if (bytes.size() < 348)
  {
    return {};
  }
  std::int32_t size = 0;
  std::memcpy(&size, bytes.data(), 4);
  const bool isSwapped = size != 348 && size != 540;
  const bool isSecond = size == 540 || size == 0x1c020000;
  const bool isNifti = isSecond ? bytes.compare(4, 2, "n+") == 0 || bytes.compare(4, 2, "ni") == 0
                                : bytes.compare(344, 2, "n+") == 0 || bytes.compare(344, 2, "ni") == 0;
  if (!isNifti || (isSecond && bytes.size() < 540))
  {
    return {};
  }
  const Fields header(std::move(bytes), isSwapped);
  const auto   real = [&](std::size_t first, std::size_t second, unsigned int i) {
    return isSecond ? header.Get<double>(second + 8 * i) : static_cast<double>(header.Get<float>(first + 4 * i));
  };
  const auto code = [&](std::size_t first, std::size_t second) {
    return isSecond ? header.Get<std::int32_t>(second) : header.Get<std::int16_t>(first);
  };
  Nifti result{ header.Get<std::int16_t>(isSecond ? 12 : 70),
                real(112, 176, 0),
                real(116, 184, 0),
                isSecond ? header.Get<std::int32_t>(500) : header.Get<std::int8_t>(123),
                code(252, 344),
                code(254, 348),
                real(76, 104, 4),
                {},
                std::vector<std::vector<double>>(3, std::vector<double>(3)) };
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    result.steps[axis] = std::abs(real(76, 104, axis + 1));
    for (unsigned int row = 0; row < 3; ++row)
    {
      // NIfTI's axes point right, front, up; ITK's left, back, up.
      result.lattice[axis][row] = (row < 2 ? -1 : 1) * real(280 + 16 * row, 400 + 32 * row, axis);
    }
  }
  return result;
}

FileHeader
ReadNifti(const itk::ImageIOBase * io)
{
  const auto nifti = ReadNiftiFields(io->GetFileName());
  FileHeader result;
  if (!nifti)
  {
    return result;
  }
  const bool isScaled =
    nifti->slope != 0 && std::isfinite(nifti->slope) && (nifti->slope != 1 || nifti->intercept != 0);
  const std::set<int> wide{ 8, 768, 1024, 1280 }; // 32- and 64-bit integers
  if (isScaled && wide.count(nifti->datatype) > 0)
  {
    throw Error(
      io->GetFileName(),
      "has integers of 32 bits or more with a slope or an intercept, which ITK rounds to float; convert it to "
      "float64, as with nibabel");
  }
  const int    unit = nifti->units & 7;
  const double scale = unit == 1 ? 1000 : unit == 3 ? 0.001 : 1;
  if (nifti->sformCode > 0)
  {
    std::vector<double> lengths;
    for (auto & vector : nifti->lattice)
    {
      lengths.push_back(Length(vector));
    }
    bool isUsable = true;
    bool isOther = false;
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      isUsable = isUsable && std::isfinite(lengths[axis]) && lengths[axis] > 0;
      isOther = isOther || !IsNear(lengths[axis], nifti->steps[axis]);
    }
    if (isUsable && (!IsOrthogonal(nifti->lattice) || (isOther && nifti->qformCode <= 0)))
    {
      result.lattice = nifti->lattice;
      for (auto & vector : result.lattice)
      {
        std::for_each(vector.begin(), vector.end(), [scale](double & x) { x *= scale; });
      }
    }
    else if (isUsable && isOther)
    {
      result.spacingNotes.push_back("has a spacing of " + Text(lengths) + " in its sform, " +
                                    Text({ nifti->steps.begin(), nifti->steps.end() }) +
                                    " in its pixdim; the sform is not used");
    }
  }
  if (io->GetNumberOfDimensions() == 4)
  {
    const int    timeUnit = nifti->units & 56;
    const double seconds = nifti->timeStep * (timeUnit == 16 ? 1e-3 : timeUnit == 24 ? 1e-6 : 1);
    if (seconds > 0 && std::isfinite(seconds))
    {
      result.spacing = { io->GetSpacing(0), io->GetSpacing(1), io->GetSpacing(2), seconds };
      result.spacingNotes.push_back("has time as its fourth axis; " + Text(seconds) +
                                    " s are taken for as many millimeters");
    }
  }
  return result;
}

/** Lines `field: value` or `field = value` before the voxels. */
std::map<std::string, std::string>
TextFields(const fs::path & file, char separator)
{
  std::map<std::string, std::string> fields;
  std::istringstream                 lines(ContentsOf(file, 1 << 16));
  const auto                         trim = [](const std::string & text) {
    const auto begin = text.find_first_not_of(" \t\r");
    return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
  };
  for (std::string line; std::getline(lines, line) && !trim(line).empty();)
  {
    const auto end = line.find(separator);
    if (end != std::string::npos)
    {
      fields[trim(line.substr(0, end))] = trim(line.substr(end + 1));
    }
    if (line.rfind("ElementDataFile", 0) == 0)
    {
      break;
    }
  }
  return fields;
}

FileHeader
ReadNrrd(const itk::ImageIOBase * io)
{
  FileHeader result;
  const auto fields = TextFields(io->GetFileName(), ':');
  for (const std::string name : { "units", "space units" })
  {
    const auto found = fields.find(name);
    if (found == fields.end())
    {
      continue;
    }
    std::istringstream units(found->second);
    bool               isOther = false;
    for (std::string unit; units >> unit;)
    {
      isOther = isOther || (unit != "\"mm\"" && unit != "\"\"" && unit != "???" && unit != "none");
    }
    if (isOther)
    {
      result.spacingNotes.push_back("has " + found->second +
                                    " as the units of its axes; all are taken for millimeters");
    }
  }
  return result;
}

FileHeader
ReadMetaImage(const itk::ImageIOBase * io)
{
  FileHeader result;
  const auto fields = TextFields(io->GetFileName(), '=');
  const auto units = fields.find("DistanceUnits");
  if (units != fields.end() && units->second != "mm" && units->second != "?")
  {
    result.spacingNotes.push_back("has " + units->second + " as its unit of distance; it is taken for millimeters");
  }
  return result;
}

template <typename TNumber>
bool
IsWhole(const std::string & word)
{
  TNumber            number{};
  const char * const begin = word.data() + (word[0] == '+' ? 1 : 0);
  const auto         result = std::from_chars(begin, word.data() + word.size(), number);
  return result.ec == std::errc() && result.ptr == word.data() + word.size() &&
         itk::NeighborhoodArgmaxLabel::IsHeldByDouble(number);
}

template <typename TNumber>
bool
IsReal(const std::string & word)
{
  char *     end = nullptr;
  const auto number = std::strtod(word.c_str(), &end);
  return word.find_first_not_of("+-.0123456789eE") == std::string::npos && *end == '\0' &&
         std::abs(number) <= std::numeric_limits<TNumber>::max();
}

/** Whether ITK's readers of text read a word as the number that it is. */
bool
IsNumberOf(itk::IOComponentEnum component, const std::string & word)
{
  switch (component)
  {
    case itk::IOComponentEnum::UCHAR:
      return IsWhole<unsigned char>(word);
    case itk::IOComponentEnum::CHAR:
      return IsWhole<signed char>(word);
    case itk::IOComponentEnum::USHORT:
      return IsWhole<unsigned short>(word);
    case itk::IOComponentEnum::SHORT:
      return IsWhole<short>(word);
    case itk::IOComponentEnum::UINT:
      return IsWhole<unsigned int>(word);
    case itk::IOComponentEnum::INT:
      return IsWhole<int>(word);
    case itk::IOComponentEnum::ULONG:
    case itk::IOComponentEnum::ULONGLONG:
      return IsWhole<std::uint64_t>(word);
    case itk::IOComponentEnum::LONG:
    case itk::IOComponentEnum::LONGLONG:
      return IsWhole<std::int64_t>(word);
    case itk::IOComponentEnum::FLOAT:
      return IsReal<float>(word);
    default:
      return IsReal<double>(word);
  }
}

/** From the first word on that is no number of the pixel type, such as nan, 1.5 among integers, or one that is too
 * great, ITK's readers of text read other numbers or zeros. */
void
CheckNumbers(const itk::ImageIOBase * io, const std::string & text)
{
  const auto         count = static_cast<itk::SizeValueType>(io->GetImageSizeInComponents());
  std::istringstream words(text);
  std::string        word;
  for (itk::SizeValueType i = 0; i < count; ++i)
  {
    if (!(words >> word))
    {
      throw Error(io->GetFileName(),
                  "is not complete: it has " + std::to_string(i) + " numbers for " + std::to_string(count) + " voxels");
    }
    if (!IsNumberOf(io->GetComponentType(), word))
    {
      throw Error(io->GetFileName(),
                  "has \"" + word.substr(0, 20) + "\" among its voxels, which ITK does not read as " +
                    itk::ImageIOBase::GetComponentTypeAsString(io->GetComponentType()) +
                    "; write it in binary, or as a type that has this number");
    }
  }
}

void
CheckVtkText(const itk::ImageIOBase * io)
{
  if (io->GetFileType() != itk::IOFileEnum::ASCII)
  {
    return;
  }
  const auto  bytes = ContentsOf(io->GetFileName());
  std::size_t at = bytes.find('\n', bytes.find("\nSCALARS") + 1);
  at = bytes.compare(std::min(at, bytes.size()), 13, "\nLOOKUP_TABLE") == 0 ? bytes.find('\n', at + 1) : at;
  CheckNumbers(io, bytes.substr(std::min(at, bytes.size())));
}

void
CheckMetaImageText(const itk::ImageIOBase * io)
{
  const fs::path file = io->GetFileName();
  const auto     fields = TextFields(file, '=');
  const auto     data = fields.find("ElementDataFile");
  const bool     isOfSeveralFiles =
    data != fields.end() && (data->second.rfind("LIST", 0) == 0 || data->second.find('%') != std::string::npos);
  if (io->GetFileType() != itk::IOFileEnum::ASCII || data == fields.end() || isOfSeveralFiles)
  {
    return;
  }
  const bool isLocal = data->second == "LOCAL" || data->second == "Local" || data->second == "local";
  const auto text = ContentsOf(isLocal ? file : file.parent_path() / data->second);
  const auto at = isLocal ? text.find('\n', text.find("ElementDataFile")) : 0;
  CheckNumbers(io, text.substr(std::min(at, text.size())));
}

/** The sign of the pixel type, which ITK drops. */
FileHeader
ReadJpeg2000(const itk::ImageIOBase * io)
{
  FileHeader     result;
  const auto     bytes = ContentsOf(io->GetFileName(), 1 << 16);
  const auto     size = bytes.find("\xff\x4f\xff\x51");
  constexpr auto depthAt = 42;
  if (size == std::string::npos || size + depthAt >= bytes.size())
  {
    return result;
  }
  const auto depth = static_cast<unsigned char>(bytes[size + depthAt]);
  const int  bits = (depth & 127) + 1;
  if (bits > 16)
  {
    throw Error(io->GetFileName(),
                "has " + std::to_string(bits) + " bits a pixel, of which ITK reads 16; convert it to TIFF");
  }
  if ((depth & 128) != 0)
  {
    result.component = bits > 8 ? itk::IOComponentEnum::SHORT : itk::IOComponentEnum::CHAR;
  }
  return result;
}

/** The values of an element at any position of a little endian file. */
std::vector<std::string>
DicomValues(const std::string & bytes, const std::string & tag)
{
  std::vector<std::string> values;
  for (auto at = bytes.find(tag); at != std::string::npos && at + 8 <= bytes.size(); at = bytes.find(tag, at + 4))
  {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i]));
    };
    const bool isExplicit = std::isupper(static_cast<unsigned char>(bytes[at + 4])) &&
                            std::isupper(static_cast<unsigned char>(bytes[at + 5]));
    const auto length = isExplicit ? byte(6) + 256 * byte(7) : byte(4) + 256 * byte(5) + 65536 * byte(6);
    auto       value = bytes.substr(at + 8, std::min<std::size_t>(length, 128));
    value.erase(std::find_if(value.rbegin(), value.rend(), [](char c) { return c != ' ' && c != '\0'; }).base(),
                value.end());
    values.push_back(value);
  }
  return values;
}

std::vector<double>
DicomNumbers(const std::string & value)
{
  std::vector<double> numbers;
  std::istringstream  parts(value);
  for (std::string part; std::getline(parts, part, '\\');)
  {
    numbers.push_back(std::strtod(part.c_str(), nullptr));
  }
  return numbers;
}

/** The mean step of frames, and how far one is away from its place at even steps. */
struct FrameSteps
{
  std::vector<double> mean{ 0, 0, 0 };
  double              farthest{ 0 };
  bool                areInOrder{ true };
};

FrameSteps
StepsOfFrames(const std::vector<std::vector<double>> & places)
{
  FrameSteps steps;
  for (unsigned int k = 0; k < 3; ++k)
  {
    steps.mean[k] = (places.back()[k] - places.front()[k]) / static_cast<double>(places.size() - 1);
  }
  for (std::size_t i = 1; i < places.size(); ++i)
  {
    double              along = 0;
    std::vector<double> away(3);
    for (unsigned int k = 0; k < 3; ++k)
    {
      along += (places[i][k] - places[i - 1][k]) * steps.mean[k];
      away[k] = places[i][k] - places[0][k] - static_cast<double>(i) * steps.mean[k];
    }
    steps.areInOrder = steps.areInOrder && along > 0;
    steps.farthest = std::max(steps.farthest, Length(away));
  }
  return steps;
}

/** Frames of an enhanced file, which GDCM takes as they come, at the distance of the first two, or 1 where others
 * differ. */
void
ReadFrames(const itk::ImageIOBase * io, const std::string & bytes, FileHeader & result)
{
  const auto valuesOf = [&](char group, char element) {
    const auto values = DicomValues(bytes, { group, '\0', element, '\0' });
    return std::set<std::string>(values.begin(), values.end()).size() == 1 ? DicomNumbers(values[0])
                                                                           : std::vector<double>{};
  };
  const auto axes = valuesOf('\x20', '\x37');
  const auto sizes = valuesOf('\x28', '\x30'); // of pixels: from row to row, from column to column

  std::vector<std::vector<double>> places;
  for (const auto & position : DicomValues(bytes, std::string("\x20\0\x32\0", 4)))
  {
    places.push_back(DicomNumbers(position));
    places.back().resize(3);
  }
  if (io->GetNumberOfDimensions() != 3 || places.size() < 2 || places.size() != io->GetDimensions(2) ||
      axes.size() != 6 || sizes.size() != 2)
  {
    return;
  }
  const auto steps = StepsOfFrames(places);
  if (!steps.areInOrder)
  {
    throw Error(io->GetFileName(),
                "has frames that do not follow each other in space; save one stack in the order of positions, as with "
                "highdicom");
  }
  const double                           distance = Length(steps.mean);
  const std::vector<std::vector<double>> lattice{ { axes[0] * sizes[1], axes[1] * sizes[1], axes[2] * sizes[1] },
                                                  { axes[3] * sizes[0], axes[4] * sizes[0], axes[5] * sizes[0] },
                                                  steps.mean };
  const bool isSame = IsNear(io->GetSpacing(0), sizes[1]) && IsNear(io->GetSpacing(1), sizes[0]) &&
                      IsNear(io->GetSpacing(2), distance) && IsOrthogonal(lattice);
  if (!isSame && Length(lattice[0]) > 0 && Length(lattice[1]) > 0)
  {
    result.lattice = lattice;
  }
  if (steps.farthest > 1e-3 * distance)
  {
    result.notes.push_back("has frames that are up to " + Text(steps.farthest) +
                           " mm away from where an even distance " + "of " + Text(distance) +
                           " mm has them; it is used");
  }
}

FileHeader
ReadDicom(const itk::ImageIOBase * io)
{
  FileHeader     result;
  const fs::path file = io->GetFileName();
  auto           bytes = ContentsOf(file);
  bytes.resize(std::min(bytes.size(), bytes.rfind(std::string("\xe0\x7f\x10\0O", 5)))); // pixels may look like tags
  const auto colors = DicomValues(bytes, std::string("\x28\0\x04\0", 4));
  if (!colors.empty() && colors[0] == "MONOCHROME1")
  {
    throw Error(file,
                "is MONOCHROME1, whose values ITK inverts; convert it to MONOCHROME2, or its array to another format");
  }
  for (const auto & [name, tag] : { std::pair("slope", std::string("\x28\0\x53\x10", 4)),
                                    std::pair("intercept", std::string("\x28\0\x52\x10", 4)) })
  {
    const auto values = DicomValues(bytes, tag);
    if (std::set<std::string>(values.begin(), values.end()).size() > 1)
    {
      throw Error(file,
                  std::string("has a ") + name +
                    " of its own for each frame, and ITK takes the first for all; convert it " +
                    "with a program that uses them, such as highdicom");
    }
  }
  ReadFrames(io, bytes, result);
  const auto steps = DicomValues(bytes, std::string("\x28\0\x30\0", 4));
  const bool isUnspaced = result.lattice.empty() && io->GetSpacing(0) == 1 && io->GetSpacing(1) == 1;
  if (!steps.empty() && isUnspaced && steps[0] != "1\\1" && std::strtod(steps[0].c_str(), nullptr) != 1)
  {
    result.spacingNotes.push_back("has a pixel spacing of " + steps[0] + ", which is not used");
  }
  return result;
}
} // namespace

double
Millimeters(const std::string & unit)
{
  static const std::map<std::string, double> units{
    { "mm", 1 },          { "millimeter", 1 },    { "um", 1e-3 }, { "micron", 1e-3 },    { "microns", 1e-3 },
    { "\u00b5m", 1e-3 },  { "\u03bcm", 1e-3 },    { "nm", 1e-6 }, { "nanometer", 1e-6 }, { "cm", 10 },
    { "\\u00B5m", 1e-3 }, { "micrometer", 1e-3 }, { "m", 1000 },  { "meter", 1000 },     { "inch", 25.4 },
    { "\xb5m", 1e-3 },    { "in", 25.4 },         { "pm", 1e-9 }, { "\u00c5", 1e-7 },    { "km", 1e6 },
  };
  const auto found = units.find(unit);
  return found == units.end() ? 0 : found->second;
}

std::string
Text(double number)
{
  std::ostringstream text;
  text << number;
  return text.str();
}

std::string
Text(const std::vector<double> & numbers)
{
  std::string text;
  for (const double number : numbers)
  {
    text += (text.empty() ? "" : " x ") + Text(number);
  }
  return text;
}

std::string
ContentsOf(const fs::path & file, std::size_t limit)
{
  std::string  bytes;
  const gzFile in = gzopen(file.c_str(), "rb");
  char         part[1 << 14];
  for (int got; in != nullptr && bytes.size() < limit && (got = gzread(in, part, sizeof part)) > 0;)
  {
    bytes.append(part, std::min(static_cast<std::size_t>(got), limit - bytes.size()));
  }
  if (in != nullptr)
  {
    gzclose(in);
  }
  return bytes;
}

FileHeader
ReadFileHeader(const itk::ImageIOBase * io)
{
  const std::string format = io->GetNameOfClass();
  if (format == "TiffFileImageIO")
  {
    return dynamic_cast<const TiffFileImageIO *>(io)->GetHeader();
  }
  if (format == "MRCImageIO")
  {
    return ReadMrc(io);
  }
  if (format == "NiftiImageIO")
  {
    return ReadNifti(io);
  }
  if (format == "NrrdImageIO")
  {
    return ReadNrrd(io);
  }
  if (format == "MetaImageIO")
  {
    CheckMetaImageText(io);
    return ReadMetaImage(io);
  }
  if (format == "VTKImageIO")
  {
    CheckVtkText(io);
  }
  if (format == "JPEG2000ImageIO")
  {
    return ReadJpeg2000(io);
  }
  return format == "GDCMImageIO" ? ReadDicom(io) : FileHeader{};
}
