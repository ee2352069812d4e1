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
#ifndef ImageFiles_h
#define ImageFiles_h

#include "Program.h"
#include "StagedFiles.h"

#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>

/** Collects what is printed on std::cerr: MetaIO reports a failure nowhere else, the chatter of GDCM is of no use. */
class LibraryMessages
{
public:
  LibraryMessages();
  ~LibraryMessages();
  LibraryMessages(const LibraryMessages &) = delete;
  LibraryMessages &
  operator=(const LibraryMessages &) = delete;

  /** What MetaIO had to say, or nothing. */
  std::string
  GetFailure() const;

private:
  std::ostringstream m_Text;
  std::streambuf *   m_Cerr;
};

/** The header of a file that has one value a pixel and 2 to 4 dimensions. */
itk::ImageIOBase::Pointer
ReadHeader(const std::filesystem::path & file);

std::string
SizeAsString(const itk::ImageIOBase * io);

/** Finds truncated files: some of ITK's readers and writers say nothing, unless the last voxel alone is asked for. */
void
CheckLastVoxel(itk::ImageIOBase * io);

/** Whether a few voxels, written to the file and read back, are the same. */
template <typename TImage>
bool
KeepsImage(itk::ImageIOBase * io, const std::filesystem::path & file)
{
  using PixelType = typename TImage::PixelType;

  auto image = TImage::New();
  image->SetRegions(TImage::SizeType::Filled(4));
  image->Allocate();
  auto * const pixels = image->GetBufferPointer();
  const auto   size = image->GetPixelContainer()->Size();
  for (itk::SizeValueType i = 0; i < size; ++i)
  {
    pixels[i] = static_cast<PixelType>(i % 7 * 37);
  }
  try
  {
    auto writer = itk::ImageFileWriter<TImage>::New();
    writer->SetImageIO(io);
    writer->SetFileName(file.string());
    writer->SetInput(image);
    writer->Update();

    auto reader = itk::ImageFileReader<TImage>::New();
    reader->SetFileName(file.string());
    reader->Update();
    return reader->GetImageIO()->GetNumberOfDimensions() == TImage::ImageDimension &&
           reader->GetImageIO()->GetComponentType() == itk::ImageIOBase::MapPixelType<PixelType>::CType &&
           std::equal(pixels, pixels + size, reader->GetOutput()->GetBufferPointer());
  }
  catch (const itk::ExceptionObject &)
  {
    return false;
  }
}

/** Refuses a format of two files, one that does not keep such an image, and one that cannot be streamed if `stream`. */
template <typename TImage>
void
CheckFormat(const StagedFile & staged, bool stream)
{
  const auto io = itk::ImageIOFactory::CreateImageIO(staged.file.c_str(), itk::IOFileModeEnum::WriteMode);
  if (!io)
  {
    throw Error(staged.target, "the extension names no format that ITK can write");
  }
  const bool isKept = KeepsImage<TImage>(io, staged.file);
  if (std::distance(std::filesystem::directory_iterator(staged.directory), std::filesystem::directory_iterator()) > 1)
  {
    throw Error(staged.target, "formats of two files are not supported; use .mha, .nrrd or .nii.gz");
  }
  if (!isKept)
  {
    const auto component = itk::ImageIOBase::MapPixelType<typename TImage::PixelType>::CType;
    throw Error(staged.target,
                "this format does not keep a " + std::to_string(TImage::ImageDimension) + "-D image of " +
                  itk::ImageIOBase::GetComponentTypeAsString(component));
  }
  std::filesystem::remove(staged.file);
  io->SetUseStreamedWriting(true);
  if (stream && !io->CanStreamWrite())
  {
    throw Error(staged.target, "ITK does not write this format in pieces; use .mha with --stream");
  }
}

/** Writes the file in a number of pieces, each of which runs the pipeline. */
template <typename TImage>
void
WriteFile(TImage * image, const std::filesystem::path & file, unsigned int divisions)
{
  auto writer = itk::ImageFileWriter<TImage>::New();
  writer->SetInput(image);
  writer->SetFileName(file.string());
  writer->SetNumberOfStreamDivisions(divisions);
  writer->Update();
  CheckLastVoxel(ReadHeader(file));
}

#endif
