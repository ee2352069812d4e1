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
#ifndef TiffFile_h
#define TiffFile_h

#include "FileHeader.h"

#include "itkImageIOBase.h"

#include <cstdint>
#include <memory>
#include <string>

#include <tiffio.h>

using TiffPointer = std::unique_ptr<TIFF, void (*)(TIFF *)>;

/** Opens a file and keeps libtiff's complaints for TiffProblem(). */
TiffPointer
OpenTiff(const std::string & file);

/** libtiff's first complaint since the file was opened, or nothing. */
const std::string &
TiffProblem();

/** How the pixels of a page are stored. */
struct TiffPage
{
  std::uint32_t width{ 0 };
  std::uint32_t height{ 0 };
  std::uint16_t bits{ 1 };
  std::uint16_t samples{ 1 };
  std::uint16_t format{ SAMPLEFORMAT_UINT };
  std::uint16_t photometric{ PHOTOMETRIC_MINISBLACK };
  std::uint16_t compression{ COMPRESSION_NONE };

  bool
  operator==(const TiffPage & other) const
  {
    return width == other.width && height == other.height && bits == other.bits && samples == other.samples &&
           format == other.format && photometric == other.photometric;
  }
};

/** Reads TIFF of one value a pixel with libtiff: all integers and real numbers, in strips and tiles; pages are slices.
 * ITK's reader fails on some of them without an error. */
class TiffFileImageIO : public itk::ImageIOBase
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(TiffFileImageIO);

  using Self = TiffFileImageIO;
  using Superclass = itk::ImageIOBase;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
#ifdef itkOverrideGetNameOfClassMacro
  itkOverrideGetNameOfClassMacro(TiffFileImageIO);
#else
  itkTypeMacro(TiffFileImageIO, ImageIOBase);
#endif

  bool
  CanReadFile(const char * file) override;
  void
  ReadImageInformation() override;
  void
  Read(void * buffer) override;

  const FileHeader &
  GetHeader() const
  {
    return m_Header;
  }

  bool
  CanWriteFile(const char *) override
  {
    return false;
  }
  void
  WriteImageInformation() override
  {}
  void
  Write(const void *) override
  {}

protected:
  TiffFileImageIO() = default;

private:
  void
  ReadPages(TIFF * tiff);
  void
  SetPixels(TIFF * tiff);

  FileHeader          m_Header;
  TiffPage            m_Page;
  std::vector<tdir_t> m_Slices; // the pages that are not masks or smaller copies
};

#endif
