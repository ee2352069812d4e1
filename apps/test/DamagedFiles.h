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
#ifndef DamagedFiles_h
#define DamagedFiles_h

#include "ProgramTest.h"

#include <itk_zlib.h>

#include <cstdint>
#include <sstream>

/** Small image files in the formats that ITK writes, and damage to them as a line of text: `NAME OPERATION...`.
 *
 * `cut=N` keeps N bytes; `set=N:HEX` writes bytes from byte N on; `drop=N:M` removes M bytes; `gzip` compresses. */
namespace DamagedFiles
{
/** An extension, or `NAME.EXTENSION` for a variant of a format. */
inline const std::vector<std::string> names{ "mha",       "zlib.mha", "nrrd",    "gzip.nrrd", "nii", "nii.gz",
                                             "vtk",       "gipl",     "gipl.gz", "pages.tif", "tif", "packed.tif",
                                             "png",       "jpg",      "jp2",     "hdf5",      "mrc", "dcm",
                                             "pages.dcm", "mnc",      "pic" };

inline void
Write(const std::string & name, const std::string & file)
{
  const std::string           extension = name.substr(name.rfind('.') + 1);
  const std::set<std::string> flat{ "tif", "packed.tif", "dcm", "png", "jpg", "jp2" };
  if (flat.count(name) > 0)
  {
    itk::WriteImage(RandomImage<std::uint8_t, 2>({ { 12, 11 } }), file, name == "packed.tif");
  }
  else if (name == "zlib.mha" || name == "gzip.nrrd" || name == "nii" || name == "nii.gz")
  {
    itk::WriteImage(RandomImage<float, 3>({ { 9, 8, 7 } }), file, extension == "mha" || extension == "nrrd");
  }
  else
  {
    itk::WriteImage(RandomImage<std::uint8_t, 3>({ { 9, 8, 7 } }), file);
  }
}

inline std::string
Load(const std::string & file)
{
  std::ifstream stream(file, std::ios::binary);
  return { std::istreambuf_iterator<char>(stream), {} };
}

inline void
Store(const std::string & bytes, const std::string & file)
{
  std::ofstream(file, std::ios::binary) << bytes;
}

inline std::string
Apply(std::string bytes, const std::string & operations, const std::string & file)
{
  std::istringstream words(operations);
  for (std::string word; words >> word;)
  {
    std::size_t       number = 0;
    const std::string operation = word.substr(0, word.find('='));
    const std::string value = word.substr(word.find('=') + 1);
    const std::string second = value.substr(value.find(':') + 1);
    std::istringstream(value) >> number;
    if (operation == "cut")
    {
      bytes.resize(std::min(bytes.size(), number));
    }
    else if (operation == "drop")
    {
      bytes.erase(std::min(bytes.size(), number), std::stoul(second));
    }
    else if (operation == "gzip")
    {
      const gzFile out = gzopen(file.c_str(), "wb");
      gzwrite(out, bytes.data(), static_cast<unsigned int>(bytes.size()));
      gzclose(out);
      bytes = Load(file);
    }
    for (std::size_t i = 0; operation == "set" && i < second.size(); i += 2)
    {
      if (number + i / 2 < bytes.size())
      {
        bytes[number + i / 2] = static_cast<char>(std::stoi(second.substr(i, 2), nullptr, 16));
      }
    }
  }
  return bytes;
}
} // namespace DamagedFiles

#endif
