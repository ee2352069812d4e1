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
#include "CompleteFile.h"

#include "ImageFiles.h"
#include "Program.h"
#include "TiffFile.h"
#include "Worker.h"

#include "itkMetaImageIO.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <zlib.h>

namespace fs = std::filesystem;

namespace
{
using Bytes = std::uintmax_t;

[[noreturn]] void
Fail(const itk::ImageIOBase * io, const std::string & found)
{
  throw Error(io->GetFileName(), "is truncated or broken: expected " + Describe(io) + ", found: " + found);
}

void
ExpectBytes(const itk::ImageIOBase * io, Bytes found, Bytes expected)
{
  if (found < expected)
  {
    Fail(io, std::to_string(found) + " bytes of " + std::to_string(expected));
  }
}

/** The decompressed size (zlib, gzip) of the file from this byte on, with all checksums verified. */
Bytes
InflatedSize(const itk::ImageIOBase * io, const fs::path & file, Bytes start)
{
  std::ifstream           stream(file, std::ios::binary);
  std::vector<char>       in(1 << 16);
  std::vector<Bytef>      out(1 << 18);
  std::array<z_stream, 1> inflater{};
  Bytes                   size = 0;
  int                     status = inflateInit2(inflater.data(), 15 + 32);
  stream.seekg(static_cast<std::streamoff>(start));
  const auto fill = [&] {
    stream.read(in.data(), static_cast<std::streamsize>(in.size()));
    inflater[0].next_in = reinterpret_cast<Bytef *>(in.data());
    inflater[0].avail_in = static_cast<uInt>(stream.gcount());
    return stream.gcount() > 0;
  };
  while (status == Z_OK && (inflater[0].avail_in > 0 || fill()))
  {
    inflater[0].next_out = out.data();
    inflater[0].avail_out = static_cast<uInt>(out.size());
    status = inflate(inflater.data(), Z_NO_FLUSH);
    size += out.size() - inflater[0].avail_out;
    // A gzip file may have several members.
    if (status == Z_STREAM_END && (inflater[0].avail_in > 0 || fill()) && *inflater[0].next_in == 0x1f)
    {
      status = inflateReset(inflater.data());
    }
  }
  inflateEnd(inflater.data());
  if (status != Z_STREAM_END)
  {
    Fail(io, status == Z_OK ? "the compressed voxels end too early" : "the compressed voxels are damaged");
  }
  return size;
}

void
CheckInflated(const itk::ImageIOBase * io, const fs::path & file, Bytes start)
{
  ExpectBytes(io, InflatedSize(io, file, start), static_cast<Bytes>(io->GetImageSizeInBytes()));
}

bool
IsGzip(const fs::path & file)
{
  std::ifstream stream(file, std::ios::binary);
  return stream.get() == 0x1f && stream.get() == 0x8b;
}

std::string
Contents(const itk::ImageIOBase * io)
{
  std::ifstream stream(io->GetFileName(), std::ios::binary);
  return { std::istreambuf_iterator<char>(stream), {} };
}

void
CheckMetaImage(itk::ImageIOBase * io)
{
  auto * const meta = dynamic_cast<itk::MetaImageIO &>(*io).GetMetaImagePointer();
  if (!meta->CompressedData())
  {
    return;
  }
  const fs::path file = io->GetFileName();
  const fs::path data = meta->ElementDataFileName();
  const bool     isLocal = data == "LOCAL" || data == "Local" || data == "local";
  Bytes          start = 0;
  if (isLocal)
  {
    std::ifstream stream(file, std::ios::binary);
    for (std::string line; std::getline(stream, line) && line.rfind("ElementDataFile", 0) != 0;)
    {
    }
    start = static_cast<Bytes>(stream.tellg());
  }
  CheckInflated(io, isLocal ? file : file.parent_path() / data, start);
}

/** The voxels follow an empty line or are in a separate file. ITK does not verify their checksum. */
void
CheckNrrd(const itk::ImageIOBase * io)
{
  const fs::path file = io->GetFileName();
  std::string    data;
  bool           isCompressed = false;
  std::ifstream  stream(file, std::ios::binary);
  for (std::string line; std::getline(stream, line) && !line.empty() && line != "\r";)
  {
    line.erase(std::min(line.size(), line.find('\r')));
    const auto value = line.find_first_not_of(' ', line.find(':') + 1);
    const auto text = value == std::string::npos ? "" : line.substr(value);
    isCompressed |= line.rfind("encoding:", 0) == 0 && text.rfind("gz", 0) == 0;
    data = line.rfind("data file:", 0) == 0 || line.rfind("datafile:", 0) == 0 ? text : data;
  }
  if (isCompressed && data.empty())
  {
    CheckInflated(io, file, static_cast<Bytes>(stream.tellg()));
  }
  else if (isCompressed && IsGzip(file.parent_path() / data))
  {
    CheckInflated(io, file.parent_path() / data, 0);
  }
}

/** NIfTI's library reads the voxels of `x.nii` for `x.nii.gz`, and those of another file if a pair has no .img. */
void
CheckNifti(const itk::ImageIOBase * io)
{
  const std::string file = io->GetFileName();
  const auto        endsWith = [&file](const std::string & end) {
    return file.size() > end.size() && file.compare(file.size() - end.size(), end.size(), end) == 0;
  };
  if (endsWith(".nii.gz") && fs::exists(file.substr(0, file.size() - 3)))
  {
    throw Error(file,
                "cannot be read beside " + fs::path(file).stem().string() +
                  ", whose voxels ITK takes instead; move one of them");
  }
  const auto base = fs::path(file).replace_extension().string();
  if (endsWith(".hdr") && !fs::exists(base + ".img") && !fs::exists(base + ".img.gz"))
  {
    Fail(io, "no " + fs::path(base).filename().string() + ".img beside it");
  }
}

/** Checks that all pages and their strips or tiles lie in the file. */
void
CheckTiff(const itk::ImageIOBase * io)
{
  const auto   size = fs::file_size(io->GetFileName());
  const auto   tiff = OpenTiff(io->GetFileName());
  unsigned int page = 0;
  std::string  problem = TiffProblem();
  do
  {
    ++page;
    const std::uint32_t parts = tiff ? TIFFNumberOfStrips(tiff.get()) : 0; // also the number of tiles
    for (std::uint32_t part = 0; part < parts && problem.empty(); ++part)
    {
      const auto start = TIFFGetStrileOffset(tiff.get(), part);
      if (start > size || TIFFGetStrileByteCount(tiff.get(), part) > size - start)
      {
        problem = "its voxels lie beyond the end of the file";
      }
    }
    problem = problem.empty() ? TiffProblem() : problem;
  } while (tiff && problem.empty() && TIFFReadDirectory(tiff.get()));
  problem = problem.empty() ? TiffProblem() : problem;
  if (!problem.empty())
  {
    Fail(io, "on page " + std::to_string(page) + ", " + problem);
  }
}

/** The end marker of JPEG and JPEG 2000, which no voxel contains, must follow the last start of voxels. */
void
CheckEndMarker(const itk::ImageIOBase * io, const std::string & startMarker)
{
  const auto file = Contents(io);
  const auto start = file.rfind(startMarker);
  if (start == std::string::npos || file.find("\xff\xd9", start) == std::string::npos)
  {
    Fail(io, "no end marker");
  }
}

/** The element of the voxels has their length; if they are compressed, a delimiter ends them. */
void
CheckDicom(const itk::ImageIOBase * io)
{
  const auto  bytes = static_cast<std::uint32_t>(io->GetImageSizeInBytes() + io->GetImageSizeInBytes() % 2);
  std::string length;
  for (int byte = 0; byte < 4; ++byte)
  {
    length += static_cast<char>(bytes >> 8 * byte & 255);
  }
  const auto        file = Contents(io);
  const std::string tag("\xe0\x7f\x10\0", 4);
  for (const auto & element : { tag + std::string("OW\0\0", 4), tag + std::string("OB\0\0", 4), tag })
  {
    const auto start = file.find(element + length);
    if (start != std::string::npos)
    {
      ExpectBytes(io, file.size() - start - element.size() - length.size(), bytes);
      return;
    }
    const auto compressed = file.find(element + "\xff\xff\xff\xff");
    if (compressed != std::string::npos &&
        file.find(std::string("\xfe\xff\xdd\xe0\0\0\0\0", 8), compressed) == std::string::npos)
    {
      Fail(io, "no end of the compressed voxels");
    }
  }
}

/** Reads only the last voxel, of formats that ITK reads in pieces: their readers then report missing data. */
void
CheckLastVoxel(itk::ImageIOBase * io)
{
  const bool isNifti = std::string(io->GetNameOfClass()) == "NiftiImageIO"; // It reads regions, but does not say so.
  const bool isText = io->GetFileType() == itk::IOFileEnum::ASCII;          // see FileImageIO::IsText()
  if (isText || (!isNifti && !io->CanStreamRead()))
  {
    return;
  }
  itk::ImageIORegion region(io->GetNumberOfDimensions());
  for (unsigned int axis = 0; axis < io->GetNumberOfDimensions(); ++axis)
  {
    region.SetIndex(axis, static_cast<itk::IndexValueType>(io->GetDimensions(axis)) - 1);
    region.SetSize(axis, 1);
  }
  io->SetUseStreamedReading(true);
  region = isNifti ? region : io->GenerateStreamableReadRegionFromRequestedRegion(region);
  io->SetIORegion(region);
  std::vector<char> voxels(region.GetNumberOfPixels() * io->GetComponentSize());
  io->Read(voxels.data());
  CheckLibraryText();
}
} // namespace

void
CheckComplete(itk::ImageIOBase * io)
{
  const fs::path    file = io->GetFileName();
  const std::string format = io->GetNameOfClass();
  const auto        voxels = static_cast<Bytes>(io->GetImageSizeInBytes());
  const bool        isGzip = IsGzip(file);
  const auto        size = isGzip ? InflatedSize(io, file, 0) : fs::file_size(file);
  if (isGzip)
  {
    ExpectBytes(io, size, voxels);
  }
  if (format == "GiplImageIO")
  {
    constexpr Bytes header = 256;
    ExpectBytes(io, size, header + voxels);
  }
  else if (format == "MetaImageIO")
  {
    CheckMetaImage(io);
  }
  else if (format == "NrrdImageIO")
  {
    CheckNrrd(io);
  }
  else if (format == "NiftiImageIO")
  {
    CheckNifti(io);
  }
  else if (format == "TiffFileImageIO")
  {
    CheckTiff(io);
  }
  else if (format == "JPEGImageIO")
  {
    CheckEndMarker(io, "\xff\xda");
  }
  else if (format == "JPEG2000ImageIO")
  {
    CheckEndMarker(io, "\xff\x90");
  }
  else if (format == "GDCMImageIO")
  {
    CheckDicom(io);
  }
  CheckLastVoxel(io);
}
