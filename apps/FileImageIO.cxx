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
#include "FileImageIO.h"

#include "Program.h"

#include <cmath>

namespace
{
/** Whether ITK has refused a sheared sform of NIfTI, which it does after it has read everything else. */
bool
HasRefusedShear(itk::ImageIOBase * reader)
{
  try
  {
    reader->ReadImageInformation();
    return false;
  }
  catch (const itk::ExceptionObject & exception)
  {
    const std::string text = exception.GetDescription();
    if (reader->GetNameOfClass() != std::string("NiftiImageIO") || text.find("orthonormal") == std::string::npos)
    {
      throw;
    }
    return true;
  }
}
} // namespace

void
FileImageIO::SetReader(itk::ImageIOBase * reader, const std::vector<double> & spacing)
{
  m_Reader = reader;
  m_GivenSpacing = spacing;
}

bool
FileImageIO::CanReadFile(const char * file)
{
  return m_Reader->CanReadFile(file);
}

void
FileImageIO::ReadImageInformation()
{
  m_Reader->SetFileName(m_FileName);
  const bool hasRefusedShear = HasRefusedShear(m_Reader);
  m_Header = ReadFileHeader(m_Reader);
  if (hasRefusedShear && m_Header.lattice.empty())
  {
    throw Error(m_FileName,
                "has a matrix without right angles, which ITK does not read; set its qform, as with nibabel");
  }

  const unsigned int dimension = m_Reader->GetNumberOfDimensions();
  this->SetNumberOfDimensions(dimension);
  for (unsigned int axis = 0; axis < dimension; ++axis)
  {
    this->SetDimensions(axis, m_Reader->GetDimensions(axis));
    this->SetSpacing(axis, m_Reader->GetSpacing(axis));
    this->SetOrigin(axis, m_Reader->GetOrigin(axis));
    this->SetDirection(axis, m_Reader->GetDirection(axis));
  }
  this->SetPixelType(m_Reader->GetPixelType());
  this->SetComponentType(m_Reader->GetComponentType());
  this->SetNumberOfComponents(m_Reader->GetNumberOfComponents());
  this->PutRight();
}

void
FileImageIO::PutRight()
{
  const unsigned int dimension = this->GetNumberOfDimensions();
  if (m_Header.component != itk::IOComponentEnum::UNKNOWNCOMPONENTTYPE)
  {
    this->SetComponentType(m_Header.component);
  }
  for (unsigned int axis = 0; axis < dimension && axis < m_Header.spacing.size(); ++axis)
  {
    this->SetSpacing(axis, m_Header.spacing[axis]);
  }
  for (unsigned int axis = 0; axis < dimension && axis < m_Header.lattice.size(); ++axis)
  {
    auto   direction = m_Header.lattice[axis];
    double sum = 0;
    for (const double x : direction)
    {
      sum += x * x;
    }
    for (double & x : direction)
    {
      x /= std::sqrt(sum);
    }
    direction.resize(dimension, 0);
    this->SetSpacing(axis, std::sqrt(sum));
    this->SetDirection(axis, direction);
  }
  if (!m_GivenSpacing.empty() && m_GivenSpacing.size() != dimension)
  {
    throw Error("--spacing: " + std::to_string(m_GivenSpacing.size()) + " values for an image of " +
                std::to_string(dimension) + " dimensions");
  }
  for (unsigned int axis = 0; axis < m_GivenSpacing.size(); ++axis)
  {
    this->SetSpacing(axis, m_GivenSpacing[axis]);
  }
}

bool
FileImageIO::IsText() const
{
  return m_Reader->GetFileType() == itk::IOFileEnum::ASCII;
}

void
FileImageIO::Read(void * buffer)
{
  m_Reader->SetUseStreamedReading(this->GetUseStreamedReading() && !this->IsText());
  m_Reader->SetIORegion(this->GetIORegion());
  m_Reader->Read(buffer);
}

bool
FileImageIO::CanStreamRead()
{
  return m_Reader->CanStreamRead() && !this->IsText();
}

itk::ImageIORegion
FileImageIO::GenerateStreamableReadRegionFromRequestedRegion(const itk::ImageIORegion & requested) const
{
  m_Reader->SetUseStreamedReading(this->GetUseStreamedReading() && !this->IsText());
  return m_Reader->GenerateStreamableReadRegionFromRequestedRegion(requested);
}
