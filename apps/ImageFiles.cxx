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

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
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

itk::ImageIOBase::Pointer
ReadHeader(const fs::path & file)
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
  auto       io = itk::ImageIOFactory::CreateImageIO(file.c_str(), itk::IOFileModeEnum::ReadMode);
  if (!io)
  {
    throw Error(file, "not an image that ITK can read");
  }
  io->SetFileName(file.string());
  io->ReadImageInformation();
  Begin(before);
  return io;
}

itk::ImageIOBase::Pointer
ReadScalarHeader(const fs::path & file)
{
  auto io = ReadHeader(file);
  if (io->GetPixelType() != itk::IOPixelEnum::SCALAR || io->GetNumberOfComponents() != 1)
  {
    throw Error(file,
                "pixels of type " + itk::ImageIOBase::GetPixelTypeAsString(io->GetPixelType()) + " with " +
                  std::to_string(io->GetNumberOfComponents()) + " components; one value a pixel is needed");
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
