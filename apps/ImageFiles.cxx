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

#include <iostream>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace
{
/** Whether a library reads without complaint, be it by an exception or on std::cerr; NIfTI's own lines are dropped. */
bool
CanRead(itk::ImageIOBase * io, void * buffer)
{
  const LibraryMessages messages;
  const int             terminal = dup(STDERR_FILENO);
  const int             nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, STDERR_FILENO);
  close(nowhere);
  bool isRead = true;
  try
  {
    io->Read(buffer);
  }
  catch (const itk::ExceptionObject &)
  {
    isRead = false;
  }
  dup2(terminal, STDERR_FILENO);
  close(terminal);
  return isRead && messages.GetFailure().empty();
}
} // namespace

LibraryMessages::LibraryMessages()
  : m_Cerr(std::cerr.rdbuf(m_Text.rdbuf()))
{}

LibraryMessages::~LibraryMessages() { std::cerr.rdbuf(m_Cerr); }

std::string
LibraryMessages::GetFailure() const
{
  const auto text = m_Text.str();
  const auto start = text.find("MetaImage: ");
  return start == std::string::npos ? "" : text.substr(start);
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
  auto io = itk::ImageIOFactory::CreateImageIO(file.c_str(), itk::IOFileModeEnum::ReadMode);
  if (!io)
  {
    throw Error(file, "not an image that ITK can read");
  }
  io->SetFileName(file.string());
  io->ReadImageInformation();
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

void
CheckLastVoxel(itk::ImageIOBase * io)
{
  const bool isNifti = std::string(io->GetNameOfClass()) == "NiftiImageIO"; // It reads regions, but does not say so.
  if (!isNifti && !io->CanStreamRead())
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
  if (!CanRead(io, voxels.data()))
  {
    throw Error(io->GetFileName(), "is truncated or broken");
  }
}
