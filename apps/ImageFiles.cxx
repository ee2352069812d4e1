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
#include "ImageFiles.h"

#include "TiffFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <stdio.h> // dprintf
#include <unistd.h>

namespace fs = std::filesystem;

void
CheckLibraryText()
{
  static std::size_t checked = 0;
  const auto         text = LibraryText();
  const auto         start = text.find("MetaImage: ", std::exchange(checked, text.size()));
  if (start != std::string::npos)
  {
    throw std::runtime_error(text.substr(start));
  }
}

namespace
{
/** Whether TiffFileImageIO reads the file; the TIFF files of Zeiss (.lsm) differ from others. */
bool
IsTiff(const fs::path & file)
{
  std::ifstream stream(file, std::ios::binary);
  std::string   start(4, '\0');
  stream.read(start.data(), 4);
  const std::set<std::string> stamps{ { "II*\0", 4 }, { "II+\0", 4 }, { "MM\0*", 4 }, { "MM\0+", 4 } };
  return stamps.count(start) > 0 && file.extension() != ".lsm";
}

itk::ImageIOBase::Pointer
FindReader(const fs::path & file)
{
  if (IsTiff(file))
  {
    return TiffFileImageIO::New().GetPointer();
  }
  auto reader = itk::ImageIOFactory::CreateImageIO(file.c_str(), itk::IOFileModeEnum::ReadMode);
  if (!reader)
  {
    const auto start = ContentsOf(file, 8);
    const bool isNifti2 = start.find("n+2") == 4 || start.find("ni2") == 4;
    throw Error(file,
                isNifti2 ? "is NIfTI-2, which ITK does not read; convert it to NIfTI-1, as with nibabel"
                         : "not an image that ITK can read");
  }
  return reader;
}
} // namespace

void
PrintNote(const fs::path & file, const std::string & text)
{
  static std::set<std::string> printed;
  const auto                   line = std::string(programName) + ": note: " + file.string() + text + "\n";
  if (printed.insert(line).second)
  {
    dprintf(Terminal(), "%s", line.c_str());
  }
}

void
NoteLibraryText(const fs::path & file)
{
  static std::size_t noted = 0;
  const auto         text = LibraryText();
  std::istringstream lines(text.substr(std::exchange(noted, text.size())));
  for (std::string line; std::getline(lines, line) && !file.empty();)
  {
    // Before the text, ITK and GDCM print a line with the position in their source; ITK also prints the object.
    const auto object = line.find("): ");
    line.erase(0, line.find("(0x") < object && object != std::string::npos ? object + 3 : 0);
    const std::set<std::string> places{ "WARNING: In ", "Warning: In ", "Error: In " };
    const bool                  isPlace = places.count(line.substr(0, line.find("In ") + 3)) > 0;
    if (!isPlace && line.find_first_not_of(" \t\r") != std::string::npos)
    {
      const auto begin = line.find_first_not_of(" \t\r");
      PrintNote(file, ": " + line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1));
    }
  }
}

void
NoteHeader(const FileImageIO * io, const Options & options)
{
  const auto & header = io->GetHeader();
  for (const auto & note : header.spacingNotes)
  {
    if (options.spacing.empty() && !options.noImageSpacing)
    {
      PrintNote(io->GetFileName(), " " + note + ": give --spacing");
    }
  }
  for (const auto & note : header.notes)
  {
    PrintNote(io->GetFileName(), " " + note);
  }
}

FileImageIO::Pointer
ReadHeader(const fs::path & file, const std::vector<double> & spacing)
{
  if (!fs::exists(file))
  {
    throw Error(file, "no such file");
  }
  if (fs::is_directory(file))
  {
    throw Error(file, "is a directory");
  }
  if (!fs::is_regular_file(file))
  {
    throw Error(file, "is a pipe or a device; a file is needed");
  }
  if (access(file.c_str(), R_OK) != 0)
  {
    throw Error(file, std::string("cannot be read: ") + std::strerror(errno));
  }
  const auto before = Begin({ "reading", file, {} });
  auto       io = FileImageIO::New();
  io->SetReader(FindReader(file), spacing);
  io->SetFileName(file.string());
  io->ReadImageInformation();
  Begin(before);
  return io;
}

FileImageIO::Pointer
ReadScalarHeader(const fs::path & file, const std::vector<double> & spacing)
{
  auto io = ReadHeader(file, spacing);
  if (io->GetPixelType() != itk::IOPixelEnum::SCALAR || io->GetNumberOfComponents() != 1)
  {
    throw Error(file,
                "pixels of type " + itk::ImageIOBase::GetPixelTypeAsString(io->GetPixelType()) + " with " +
                  std::to_string(io->GetNumberOfComponents()) +
                  " components; one value a pixel is needed: convert it to gray, or take one "
                  "band, as with gdal_translate -b 1");
  }
  if (io->GetNumberOfDimensions() < 2 || io->GetNumberOfDimensions() > 4)
  {
    throw Error(file, std::to_string(io->GetNumberOfDimensions()) + " dimensions; 2, 3 or 4 are needed");
  }
  return io;
}

std::string
SizeAsString(const itk::ImageIOBase * io)
{
  std::string text = std::to_string(io->GetDimensions(0));
  for (unsigned int axis = 1; axis < io->GetNumberOfDimensions(); ++axis)
  {
    text += "x" + std::to_string(io->GetDimensions(axis));
  }
  return text;
}

std::string
Describe(const itk::ImageIOBase * io)
{
  return SizeAsString(io) + " voxels of " + itk::ImageIOBase::GetComponentTypeAsString(io->GetComponentType());
}

void
Flush(const fs::path & file)
{
  const int  descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool isFlushed = descriptor >= 0 && fsync(descriptor) == 0;
  if (!isFlushed)
  {
    throw Error(file, std::string("cannot be written to the disk: ") + std::strerror(errno));
  }
  close(descriptor);
}

void
ShowProgress(itk::ProcessObject * process, unsigned int runs)
{
  if (!isatty(Terminal()))
  {
    return;
  }
  const auto show = [](float part) {
    const int  percent = static_cast<int>(100 * std::min(1.0F, part));
    const auto bar = std::string(percent / 2, '#') + std::string(50 - percent / 2, ' ');
    dprintf(Terminal(), "\r[%s] %d %%", bar.c_str(), percent);
  };
  const auto done = std::make_shared<float>(0.0F);
  process->AddObserver(itk::ProgressEvent(),
                       [=](const itk::EventObject &) { show((*done + process->GetProgress()) / runs); });
  process->AddObserver(itk::EndEvent(), [=](const itk::EventObject &) { show(++*done / runs); });
}
