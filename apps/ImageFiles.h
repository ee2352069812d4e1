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

#include "CompleteFile.h"
#include "FileImageIO.h"
#include "Program.h"
#include "StagedFiles.h"
#include "Worker.h"

#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"
#include "itkImageRegionConstIterator.h"
#include "itkImageRegionSplitterSlowDimension.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>

#include <zlib.h>

/** Throws what MetaIO has printed since the last call: it reports failures in no other way. */
void
CheckLibraryText();

/** Prints a line, once. */
void
PrintNote(const std::filesystem::path & file, const std::string & text);

/** Prints each line that ITK has printed since the last call as a note on the file. */
void
NoteLibraryText(const std::filesystem::path & file);

/** Prints the facts about the file that are not used. */
void
NoteHeader(const FileImageIO * io, const Options & options);

/** Opens a file. A given spacing overrides that of the file. */
FileImageIO::Pointer
ReadHeader(const std::filesystem::path & file, const std::vector<double> & spacing = {});

/** Refuses all but one value a pixel, and 2 to 4 dimensions. */
FileImageIO::Pointer
ReadScalarHeader(const std::filesystem::path & file, const std::vector<double> & spacing);

std::string
SizeAsString(const itk::ImageIOBase * io);

/** "20x20x20 voxels of float" */
std::string
Describe(const itk::ImageIOBase * io);

/** Flushes a file to the disk. */
void
Flush(const std::filesystem::path & file);

/** Sets the program's activity while the process object runs. */
inline void
Tell(itk::ProcessObject * process, const Activity & activity)
{
  const auto before = std::make_shared<Activity>();
  process->AddObserver(itk::StartEvent(), [=](const itk::EventObject &) {
    CheckLibraryText();
    NoteLibraryText({}); // of earlier activities
    *before = Begin(activity);
  });
  process->AddObserver(itk::EndEvent(), [=](const itk::EventObject &) {
    CheckLibraryText();
    NoteLibraryText(activity.verb == std::string("reading") ? activity.file : "");
    Begin(*before);
  });
}

/** A progress bar over a number of runs of the process object; only on a terminal. */
void
ShowProgress(itk::ProcessObject * process, unsigned int runs);

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
    reader->SetImageIO(ReadHeader(file));
    reader->SetFileName(file.string());
    reader->Update();
    return reader->GetImageIO()->GetNumberOfDimensions() == TImage::ImageDimension &&
           reader->GetImageIO()->GetComponentType() == itk::ImageIOBase::MapPixelType<PixelType>::CType &&
           std::equal(pixels, pixels + size, reader->GetOutput()->GetBufferPointer());
  }
  catch (const std::exception &)
  {
    Begin({ "writing", file, {} });
    return false;
  }
}

/** Refuses a format of two files, one that does not keep such an image, and, to `stream`, one that cannot stream. */
template <typename TImage>
void
CheckFormat(const StagedFile & staged, bool stream)
{
  const auto before = Begin({ "writing", staged.file, {} });
  {
    const auto io = itk::ImageIOFactory::CreateImageIO(staged.file.c_str(), itk::IOFileModeEnum::WriteMode);
    if (!io)
    {
      throw Error(staged.name, "the extension names no format that ITK can write");
    }
    const bool isKept = KeepsImage<TImage>(io, staged.file);
    if (std::distance(std::filesystem::directory_iterator(staged.directory), std::filesystem::directory_iterator()) > 1)
    {
      throw Error(staged.name, "formats of two files are not supported; use .mha, .nrrd or .nii.gz");
    }
    if (!isKept)
    {
      const auto component = itk::ImageIOBase::MapPixelType<typename TImage::PixelType>::CType;
      throw Error(staged.name,
                  "this format does not keep a " + std::to_string(TImage::ImageDimension) + "-D image of " +
                    itk::ImageIOBase::GetComponentTypeAsString(component));
    }
    io->SetUseStreamedWriting(true);
    if (stream && !io->CanStreamWrite())
    {
      throw Error(staged.name, "ITK does not write this format in pieces; use .mha with --stream");
    }
  }
  std::filesystem::remove(staged.file);
  Begin(before);
}

/** Continues a CRC-32 with the voxels of a region, in their order. */
template <typename TImage>
uLong
Checksum(uLong checksum, const TImage * image, typename TImage::RegionType region)
{
  const auto row = region.GetSize(0) * sizeof(typename TImage::PixelType);
  region.SetSize(0, 1);
  for (itk::ImageRegionConstIterator<TImage> it(image, region); !it.IsAtEnd(); ++it)
  {
    checksum = crc32_z(checksum, reinterpret_cast<const Bytef *>(&it.Value()), row);
  }
  return checksum;
}

/** The checksum of a file, read in pieces if ITK can. */
template <typename TImage>
uLong
ChecksumOfFile(const std::filesystem::path & file)
{
  auto reader = itk::ImageFileReader<TImage>::New();
  reader->SetImageIO(ReadHeader(file));
  reader->SetFileName(file.string());
  reader->UpdateOutputInformation();
  auto * const image = reader->GetOutput();
  const auto   whole = image->GetLargestPossibleRegion();
  auto * const io = reader->GetModifiableImageIO();
  io->SetUseStreamedReading(true);

  constexpr itk::SizeValueType pieceSize = 1 << 26;
  const auto                   splitter = itk::ImageRegionSplitterSlowDimension::New();
  const auto                   wanted = static_cast<unsigned int>(io->GetImageSizeInBytes() / pieceSize + 1);
  unsigned int                 pieces = io->CanStreamRead() ? splitter->GetNumberOfSplits(whole, wanted) : 1;
  uLong                        checksum = 0;
  for (unsigned int piece = 0; piece < pieces; ++piece)
  {
    auto region = whole;
    splitter->GetSplit(piece, pieces, region);
    image->SetRequestedRegion(region);
    image->Update();
    checksum = Checksum(checksum, image, region);
  }
  return checksum;
}

/** Writes the staged file in a number of pieces, each of which runs the pipeline, flushes it to the disk, and checks
 * that it is complete. */
template <typename TImage>
void
WriteFile(TImage * image, const StagedFile & staged, unsigned int divisions, bool verify)
{
  const auto before = Begin({ "writing", staged.file, {} });
  uLong      written = 0;
  {
    auto writer = itk::ImageFileWriter<TImage>::New();
    writer->SetInput(image);
    writer->SetFileName(staged.file.string());
    writer->SetNumberOfStreamDivisions(divisions);
    writer->AddObserver(itk::ProgressEvent(), [&](const itk::EventObject &) {
      if (verify && writer->GetProgress() > 0) // a piece is written and still in memory
      {
        written = Checksum(written, image, image->GetRequestedRegion());
      }
    });
    writer->Update();
  } // HDF5 writes the rest when the file is closed
  CheckLibraryText();
  Flush(staged.file);
  CheckComplete(ReadHeader(staged.file)->GetReader());
  if (verify && ChecksumOfFile<TImage>(staged.file) != written)
  {
    throw Error(staged.file, "was written wrongly: its voxels differ when read back");
  }
  Begin(before);
}

#endif
