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
#ifndef FileImageIO_h
#define FileImageIO_h

#include "FileHeader.h"

#include "itkImageIOBase.h"

#include <vector>

/** One of ITK's readers, corrected by the FileHeader. */
class FileImageIO : public itk::ImageIOBase
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(FileImageIO);

  using Self = FileImageIO;
  using Superclass = itk::ImageIOBase;
  using Pointer = itk::SmartPointer<Self>;
  itkNewMacro(Self);
#ifdef itkOverrideGetNameOfClassMacro
  itkOverrideGetNameOfClassMacro(FileImageIO);
#else
  itkTypeMacro(FileImageIO, ImageIOBase);
#endif

  /** The spacing that the user gave, or nothing. */
  void
  SetReader(itk::ImageIOBase * reader, const std::vector<double> & spacing);

  itk::ImageIOBase *
  GetReader() const
  {
    return m_Reader;
  }

  const FileHeader &
  GetHeader() const
  {
    return m_Header;
  }

  bool
  CanReadFile(const char * file) override;
  void
  ReadImageInformation() override;
  void
  Read(void * buffer) override;
  bool
  CanStreamRead() override;
  itk::ImageIORegion
  GenerateStreamableReadRegionFromRequestedRegion(const itk::ImageIORegion & requested) const override;

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
  FileImageIO() = default;

private:
  /** MetaIO reads pieces of text from where they would be in binary, and more than there is memory for. */
  bool
  IsText() const;

  void
  PutRight();

  itk::ImageIOBase::Pointer m_Reader;
  std::vector<double>       m_GivenSpacing;
  FileHeader                m_Header;
};

#endif
