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
#include "TiffFile.h"

#include "Program.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <map>
#include <vector>

namespace
{
std::string tiffProblem;

void
NoteProblem(const char *, const char * format, va_list arguments)
{
  std::array<char, 300> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  tiffProblem = tiffProblem.empty() ? text.data() : tiffProblem;
}

/** Most warnings are harmless, such as those about unknown tags. */
void
NoteWarning(const char * module, const char * format, va_list arguments)
{
  if (std::string(format).find("IO error") != std::string::npos)
  {
    NoteProblem(module, format, arguments);
  }
}

TiffPage
ReadPage(TIFF * tiff)
{
  TiffPage page;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &page.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &page.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &page.format);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &page.photometric);
  TIFFGetField(tiff, TIFFTAG_COMPRESSION, &page.compression);
  page.format = page.format == SAMPLEFORMAT_VOID ? SAMPLEFORMAT_UINT : page.format;
  return page;
}

/** The values of a tag that libtiff does not know. */
std::vector<double>
Doubles(TIFF * tiff, std::uint32_t tag)
{
  std::uint32_t  count = 0;
  const double * values = nullptr;
  return TIFFGetField(tiff, tag, &count, &values) == 1 && values ? std::vector<double>(values, values + count)
                                                                 : std::vector<double>();
}

std::string
TagText(TIFF * tiff, std::uint32_t tag)
{
  std::uint32_t count = 0;
  const char *  text = nullptr;
  return TIFFGetField(tiff, tag, &count, &text) == 1 && text ? std::string(text, strnlen(text, count)) : "";
}

/** The value of `name=` in a line of ImageJ, or of `name="..."` in an element of OME. */
std::string
ValueOf(const std::string & text, const std::string & name, bool isXml)
{
  const auto start = isXml ? " " + name + "=\"" : "\n" + name + "=";
  const auto found = ("\n" + text).find(start);
  if (found == std::string::npos)
  {
    return "";
  }
  const auto begin = found + start.size() - 1;
  return text.substr(begin, text.find(isXml ? '"' : '\n', begin) - begin);
}

double
NumberOf(const std::string & text, const std::string & name, bool isXml, double missing)
{
  const auto value = ValueOf(text, name, isXml);
  return value.empty() ? missing : std::strtod(value.c_str(), nullptr);
}

/** Refuses stacks of several channels or times: those are not neighbors. */
void
RefuseSeveralStacks(const std::string & file, double channels, double slices, double times, std::size_t pages)
{
  const auto several = channels > 1              ? Text(channels) + " channels"
                       : slices > 1 && times > 1 ? Text(times) + " times of " + Text(slices) + " slices"
                                                 : "";
  if (!several.empty())
  {
    throw Error(file, "has " + several + " in one row of pages; save one of them alone, as with tifffile or ImageJ");
  }
  const double expected = channels * slices * times;
  if (expected != static_cast<double>(pages) && expected > 1)
  {
    throw Error(file,
                "has " + std::to_string(pages) + " pages, and says that it has " + Text(expected) +
                  "; save it again with a page for each image, as with tifffile");
  }
}

/** Pixels per inch or centimeter; for a stack, they do not tell the distance of slices. */
void
UseResolution(TIFF * tiff, std::size_t pages, FileHeader & header)
{
  float         x = 0;
  float         y = 0;
  std::uint16_t unit = RESUNIT_INCH;
  if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x) != 1 || TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y) != 1)
  {
    return;
  }
  TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
  if (unit == RESUNIT_NONE || !(x > 0) || !(y > 0))
  {
    if (x > 0 && y > 0 && x != y)
    {
      header.spacingNotes.push_back("has pixels of another width than height, but of no unit, which is not used");
    }
    return;
  }
  const double length = unit == RESUNIT_CENTIMETER ? 10 : 25.4;
  if (pages == 1)
  {
    header.spacing = { length / x, length / y };
    return;
  }
  header.spacingNotes.push_back("has " + Text({ x, y }) + " pixels per " +
                                (unit == RESUNIT_CENTIMETER ? "centimeter" : "inch") +
                                ", and no distance of its slices, which is not used");
}

bool
UseImageJ(TIFF * tiff, const std::string & file, const std::string & text, std::size_t pages, FileHeader & header)
{
  if (text.rfind("ImageJ=", 0) != 0)
  {
    return false;
  }
  const auto number = [&text](const std::string & name, double missing) {
    return NumberOf(text, name, false, missing);
  };
  const double images = number("images", 1);
  const double channels = number("channels", 1);
  const double times = number("frames", 1);
  RefuseSeveralStacks(file, channels, number("slices", images / (channels * times)), times, pages);

  float x = 0;
  float y = 0;
  TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x);
  TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y);
  const auto   name = ValueOf(text, "unit", false);
  const double unit = Millimeters(name);
  const double step = number("spacing", 0);
  if (unit > 0 && x > 0 && y > 0 && (pages == 1 || (step != 0 && times == 1)))
  {
    header.spacing = { unit / x, unit / y };
    if (pages > 1)
    {
      header.spacing.push_back(unit * std::abs(step));
    }
  }
  else if (!name.empty() && name != "pixel")
  {
    header.spacingNotes.push_back("has a scale in " + name +
                                  (unit == 0   ? ", which is no known unit"
                                   : pages > 1 ? ", and no distance of its slices"
                                               : ", and no resolution") +
                                  ", which is not used");
  }
  else if (step != 0 && step != 1)
  {
    header.spacingNotes.push_back("has slices at a distance of " + Text(step) + " without a unit, which is not used");
  }
  return true;
}

bool
UseOme(const std::string & file, const std::string & text, std::size_t pages, FileHeader & header)
{
  const auto pixels = text.find("<Pixels ");
  if (text.find("<OME") == std::string::npos || pixels == std::string::npos)
  {
    return false;
  }
  const auto element = text.substr(pixels, text.find('>', pixels) - pixels);
  const auto size = [&element](const std::string & axis) { return NumberOf(element, "Size" + axis, true, 1); };
  RefuseSeveralStacks(file, size("C"), size("Z"), size("T"), pages);
  std::vector<double> spacing;
  bool                isAny = false;
  for (const std::string axis : { "X", "Y", "Z" })
  {
    const auto   name = ValueOf(element, "PhysicalSize" + axis + "Unit", true);
    const double unit = Millimeters(name.empty() ? "um" : name);
    const double step = NumberOf(element, "PhysicalSize" + axis, true, 0);
    isAny = isAny || step > 0;
    spacing.push_back(unit * step);
  }
  spacing.resize(pages > 1 ? 3 : 2);
  if (*std::min_element(spacing.begin(), spacing.end()) > 0 && size("T") == 1)
  {
    header.spacing = spacing;
  }
  else if (isAny)
  {
    header.spacingNotes.push_back("has physical sizes of some of its axes only, which are not used");
  }
  return true;
}

/** The model type of a GeoTIFF. Its keys come in fours: key, place, count, value. */
int
ModelOfGeoTiff(TIFF * tiff)
{
  std::uint32_t         count = 0;
  const std::uint16_t * keys = nullptr;
  constexpr int         geoKeyDirectory = 34735;
  constexpr int         modelType = 1024;
  if (TIFFGetField(tiff, geoKeyDirectory, &count, &keys) == 1 && keys != nullptr)
  {
    for (std::uint32_t key = 4; key + 3 < count; key += 4)
    {
      if (keys[key] == modelType)
      {
        return keys[key + 3];
      }
    }
  }
  return 0;
}

bool
UseGeoTiff(TIFF * tiff, std::size_t pages, FileHeader & header)
{
  constexpr int pixelScale = 33550;
  constexpr int transformation = 34264;
  constexpr int geographic = 2;
  const auto    scale = Doubles(tiff, pixelScale);
  const auto    matrix = Doubles(tiff, transformation);
  if (scale.size() >= 2 && scale[0] > 0 && scale[1] > 0)
  {
    header.spacing = { scale[0], scale[1] };
  }
  else if (matrix.size() >= 16 && matrix[0] * matrix[5] - matrix[1] * matrix[4] != 0)
  {
    header.lattice = { { matrix[0], matrix[4] }, { matrix[1], matrix[5] } };
  }
  else
  {
    return false;
  }
  if (pages > 1)
  {
    header.spacing.clear();
    header.lattice.clear();
    header.spacingNotes.push_back("has the scale of a map, and no distance of its slices, which is not used");
  }
  else if (ModelOfGeoTiff(tiff) == geographic)
  {
    header.spacingNotes.push_back("has a spacing in degrees, which are not as long in both directions");
  }
  header.notes.push_back("has a place on a map, which outputs do not keep");
  return true;
}

FileHeader
HeaderOf(TIFF * tiff, const std::string & file, const TiffPage & page, std::size_t pages)
{
  constexpr int gdalNodata = 42113;
  FileHeader    header;
  const char *  description = nullptr;
  TIFFGetField(tiff, TIFFTAG_IMAGEDESCRIPTION, &description);
  const std::string text = description ? description : "";
  const bool        isFound =
    UseImageJ(tiff, file, text, pages, header) || UseOme(file, text, pages, header) || UseGeoTiff(tiff, pages, header);
  if (!isFound)
  {
    UseResolution(tiff, pages, header);
  }
  const auto nodata = TagText(tiff, gdalNodata);
  char *     end = nullptr;
  const auto value = std::strtod(nodata.c_str(), &end);
  if (end != nodata.c_str())
  {
    header.nodata = value;
  }
  std::uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
  if (orientation != ORIENTATION_TOPLEFT)
  {
    header.notes.push_back("has rows in another orientation than the usual; they are taken as they are stored");
  }
  if (page.photometric == PHOTOMETRIC_MINISWHITE)
  {
    header.notes.push_back("has 0 for white; its values are taken as they are stored");
  }
  return header;
}

bool
IsGrayPalette(TIFF * tiff, const TiffPage & page)
{
  std::uint16_t * red = nullptr;
  std::uint16_t * green = nullptr;
  std::uint16_t * blue = nullptr;
  const auto      size = std::size_t{ 1 } << page.bits;
  return TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue) == 1 && std::equal(red, red + size, green) &&
         std::equal(red, red + size, blue) && std::is_sorted(red, red + size);
}

/** Converts half floats by their bits. */
float
FromHalf(std::uint16_t half)
{
  const int   exponent = half >> 10 & 31;
  const int   fraction = half & 1023;
  const float size = exponent == 31  ? (fraction ? NAN : INFINITY)
                     : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                     : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return (half & 0x8000) != 0 ? -size : size;
}

/** Converts a row of a strip or a tile to pixels in memory: bits become bytes, half floats become floats. */
void
Unpack(const TiffPage & page, const unsigned char * row, std::size_t count, unsigned char * pixels)
{
  if (page.format == SAMPLEFORMAT_IEEEFP && page.bits == 16)
  {
    for (std::size_t i = 0; i < count; ++i)
    {
      std::uint16_t half = 0;
      std::memcpy(&half, row + 2 * i, 2);
      const float value = FromHalf(half);
      std::memcpy(pixels + 4 * i, &value, 4);
    }
    return;
  }
  if (page.bits % 8 == 0)
  {
    std::memcpy(pixels, row, count * (page.bits / 8));
    return;
  }
  for (std::size_t i = 0, bit = 0; i < count; ++i)
  {
    unsigned int value = 0;
    for (unsigned int n = 0; n < page.bits; ++n, ++bit)
    {
      value = value << 1 | (row[bit / 8] >> (7 - bit % 8) & 1U);
    }
    if (page.bits < 8)
    {
      pixels[i] = static_cast<unsigned char>(value);
    }
    else
    {
      const auto wide = static_cast<std::uint16_t>(value);
      std::memcpy(pixels + 2 * i, &wide, 2);
    }
  }
}

itk::IOComponentEnum
ComponentOf(const TiffPage & page)
{
  using Component = itk::IOComponentEnum;
  static const std::map<std::pair<int, int>, Component> components{
    { { SAMPLEFORMAT_UINT, 8 }, Component::UCHAR },      { { SAMPLEFORMAT_INT, 8 }, Component::CHAR },
    { { SAMPLEFORMAT_UINT, 16 }, Component::USHORT },    { { SAMPLEFORMAT_INT, 16 }, Component::SHORT },
    { { SAMPLEFORMAT_UINT, 32 }, Component::UINT },      { { SAMPLEFORMAT_INT, 32 }, Component::INT },
    { { SAMPLEFORMAT_UINT, 64 }, Component::ULONGLONG }, { { SAMPLEFORMAT_INT, 64 }, Component::LONGLONG },
    { { SAMPLEFORMAT_IEEEFP, 16 }, Component::FLOAT },   { { SAMPLEFORMAT_IEEEFP, 32 }, Component::FLOAT },
    { { SAMPLEFORMAT_IEEEFP, 64 }, Component::DOUBLE },
  };
  const auto found = components.find({ page.format, page.bits });
  if (found != components.end())
  {
    return found->second;
  }
  const bool isPacked = page.format == SAMPLEFORMAT_UINT && page.bits < 16;
  return !isPacked ? Component::UNKNOWNCOMPONENTTYPE : page.bits < 8 ? Component::UCHAR : Component::USHORT;
}
} // namespace

TiffPointer
OpenTiff(const std::string & file)
{
  tiffProblem.clear();
  TIFFSetErrorHandler(NoteProblem);
  TIFFSetWarningHandler(NoteWarning);
  return { TIFFOpen(file.c_str(), "r"), TIFFClose };
}

const std::string &
TiffProblem()
{
  return tiffProblem;
}

bool
TiffFileImageIO::CanReadFile(const char * file)
{
  return OpenTiff(file) != nullptr;
}

void
TiffFileImageIO::ReadPages(TIFF * tiff)
{
  m_Slices.clear();
  bool hasMask = false;
  do
  {
    std::uint32_t kind = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
    const auto page = ReadPage(tiff);
    hasMask = hasMask || (kind & FILETYPE_MASK) != 0;
    if ((kind & (FILETYPE_MASK | FILETYPE_REDUCEDIMAGE)) != 0)
    {
      continue;
    }
    if (m_Slices.empty())
    {
      m_Page = page;
    }
    if (!(page == m_Page))
    {
      throw Error(m_FileName,
                  "has pages of different sizes or types, the first and the " +
                    std::to_string(TIFFCurrentDirectory(tiff) + 1) + "th; save one kind of them alone");
    }
    m_Slices.push_back(TIFFCurrentDirectory(tiff));
  } while (TIFFReadDirectory(tiff));
  if (m_Slices.empty())
  {
    throw Error(m_FileName, "has no page that is an image of its full size");
  }
  TIFFSetDirectory(tiff, m_Slices[0]);
  m_Header = HeaderOf(tiff, m_FileName, m_Page, m_Slices.size());
  if (hasMask)
  {
    m_Header.notes.push_back("has a mask among its pages, which is not used: give it as --mask");
  }
}

void
TiffFileImageIO::SetPixels(TIFF * tiff)
{
  std::uint32_t depth = 1;
  TIFFGetField(tiff, TIFFTAG_IMAGEDEPTH, &depth);
  const std::string remedy = "; convert it, as with gdal_translate or tifffile";
  this->SetNumberOfComponents(m_Page.samples);
  this->SetPixelType(m_Page.samples == 1                                            ? itk::IOPixelEnum::SCALAR
                     : m_Page.photometric == PHOTOMETRIC_RGB && m_Page.samples == 3 ? itk::IOPixelEnum::RGB
                                                                                    : itk::IOPixelEnum::VECTOR);
  this->SetComponentType(ComponentOf(m_Page));
  if (m_Page.photometric == PHOTOMETRIC_PALETTE && !IsGrayPalette(tiff, m_Page))
  {
    throw Error(m_FileName, "has the numbers of colors in a palette; convert it to gray, or save the numbers alone");
  }
  if (m_ComponentType == itk::IOComponentEnum::UNKNOWNCOMPONENTTYPE)
  {
    throw Error(m_FileName,
                "has " + std::to_string(m_Page.bits) + " bits a value of sample format " +
                  std::to_string(m_Page.format) + ", which are not supported" + remedy + " to float32 or float64");
  }
  if (depth > 1)
  {
    throw Error(m_FileName, "has pages of several slices" + remedy + " to one page for each");
  }
  if (!TIFFIsCODECConfigured(m_Page.compression))
  {
    throw Error(m_FileName,
                "is compressed by scheme " + std::to_string(m_Page.compression) + ", which libtiff does not decode" +
                  remedy + " to a file that is not compressed");
  }
}

void
TiffFileImageIO::ReadImageInformation()
{
  const auto tiff = OpenTiff(m_FileName);
  if (!tiff)
  {
    throw std::runtime_error(TiffProblem());
  }
  this->ReadPages(tiff.get());
  this->SetPixels(tiff.get());
  const bool isStack = m_Slices.size() > 1;
  this->SetNumberOfDimensions(isStack ? 3 : 2);
  this->SetDimensions(0, m_Page.width);
  this->SetDimensions(1, m_Page.height);
  if (isStack)
  {
    this->SetDimensions(2, m_Slices.size());
  }
}

void
TiffFileImageIO::Read(void * buffer)
{
  const auto        tiff = OpenTiff(m_FileName);
  const std::size_t pixelSize = this->GetComponentSize();
  auto *            slice = static_cast<unsigned char *>(buffer);
  for (const auto page : m_Slices)
  {
    if (!tiff || !TIFFSetDirectory(tiff.get(), page))
    {
      throw std::runtime_error(TiffProblem());
    }
    const bool    isTiled = TIFFIsTiled(tiff.get()) != 0;
    std::uint32_t width = m_Page.width;
    std::uint32_t height = m_Page.height;
    if (isTiled)
    {
      TIFFGetField(tiff.get(), TIFFTAG_TILEWIDTH, &width);
      TIFFGetField(tiff.get(), TIFFTAG_TILELENGTH, &height);
    }
    else
    {
      TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_ROWSPERSTRIP, &height);
    }
    if (width == 0 || height == 0)
    {
      throw std::runtime_error("strips or tiles without pixels");
    }
    const auto rowSize = static_cast<std::size_t>(isTiled ? TIFFTileRowSize(tiff.get()) : TIFFScanlineSize(tiff.get()));
    std::vector<unsigned char> part(
      static_cast<std::size_t>(isTiled ? TIFFTileSize(tiff.get()) : TIFFStripSize(tiff.get())));
    std::uint32_t number = 0;
    for (std::uint32_t y = 0; y < m_Page.height; y += std::min(height, m_Page.height - y))
    {
      for (std::uint32_t x = 0; x < m_Page.width; x += std::min(width, m_Page.width - x), ++number)
      {
        const auto size = static_cast<tmsize_t>(part.size());
        const auto got = isTiled ? TIFFReadEncodedTile(tiff.get(), number, part.data(), size)
                                 : TIFFReadEncodedStrip(tiff.get(), number, part.data(), size);
        const auto rows = std::min(height, m_Page.height - y);
        if (got < static_cast<tmsize_t>(rows * rowSize))
        {
          throw std::runtime_error(TiffProblem().empty() ? "a part of its pixels is missing" : TiffProblem());
        }
        for (std::uint32_t row = 0; row < rows; ++row)
        {
          const auto place = (std::size_t{ y } + row) * m_Page.width + x;
          Unpack(m_Page, &part[row * rowSize], std::min(width, m_Page.width - x), slice + place * pixelSize);
        }
      }
    }
    slice += std::size_t{ m_Page.width } * m_Page.height * pixelSize;
  }
}
