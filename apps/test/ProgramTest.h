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
#ifndef ProgramTest_h
#define ProgramTest_h

#include "itkNeighborhoodArgmaxLabelImageFilter.h"

#include "itkImageFileReader.h"
#include "itkImageFileWriter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;
using Border = itk::NeighborhoodArgmaxLabelImageFilterEnums::Border;

struct Result
{
  int         status;
  std::string text; // of stdout and stderr
};

/** Random pixels in a range that every type holds, with spacing, origin and a flipped y axis. */
template <typename TPixel, unsigned int VDimension>
typename itk::Image<TPixel, VDimension>::Pointer
RandomImage(const itk::Size<VDimension> & size, unsigned int seed = 1)
{
  auto image = itk::Image<TPixel, VDimension>::New();
  image->SetRegions(size);
  image->Allocate();
  std::mt19937 random(seed);
  const auto   count = image->GetPixelContainer()->Size();
  for (itk::SizeValueType i = 0; i < count; ++i)
  {
    image->GetBufferPointer()[i] = static_cast<TPixel>(random() % 120);
  }
  auto spacing = image->GetSpacing();
  auto origin = image->GetOrigin();
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    spacing[axis] = 1 + 0.5 * axis;
    origin[axis] = 10.0 * axis;
  }
  image->SetSpacing(spacing);
  image->SetOrigin(origin);
  return image;
}

template <typename TImage>
bool
HaveSamePixels(const TImage * a, const TImage * b)
{
  const auto size = a->GetPixelContainer()->Size();
  return a->GetLargestPossibleRegion() == b->GetLargestPossibleRegion() &&
         std::equal(a->GetBufferPointer(), a->GetBufferPointer() + size, b->GetBufferPointer());
}

class ProgramTest : public testing::Test
{
public:
  using ImageType = itk::Image<float, 3>;
  using LabelImageType = itk::Image<unsigned char, 3>;
  using FilterType = itk::NeighborhoodArgmaxLabelImageFilter<ImageType>;
  using Configure = std::function<void(FilterType *)>;

protected:
  ProgramTest()
  {
    std::string name = (fs::temp_directory_path() / "ProgramTest-XXXXXX").string();
    m_Directory = mkdtemp(name.data());
  }

  ~ProgramTest() override { fs::remove_all(m_Directory); }

  std::string
  Path(const std::string & name) const
  {
    return (m_Directory / name).string();
  }

  /** The files and folders in the directory, including hidden ones. */
  std::set<std::string>
  Files() const
  {
    std::set<std::string> names;
    for (const auto & entry : fs::recursive_directory_iterator(m_Directory))
    {
      names.insert(entry.path().string().substr(m_Directory.string().size() + 1));
    }
    return names;
  }

  /** Starts the program in the directory, after `prepare` in its process. */
  pid_t
  Start(const Arguments & arguments, const std::function<void()> & prepare = [] {}) const
  {
    const pid_t child = fork();
    if (child < 0) // to kill(), -1 means all processes
    {
      throw std::runtime_error("the program cannot be started");
    }
    if (child == 0)
    {
      const int output = open(this->OutputFile(getpid()).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(output, STDOUT_FILENO);
      dup2(output, STDERR_FILENO);
      for (int signal = 1; signal < NSIG; ++signal)
      {
        std::signal(signal, SIG_DFL); // tests in the background of a shell ignore SIGINT
      }
      prepare();
      this->Execute(arguments);
    }
    return child;
  }

  [[noreturn]] void
  Execute(const Arguments & arguments) const
  {
    std::vector<char *> argv{ const_cast<char *>(NEIGHBORHOOD_ARGMAX_LABEL_PROGRAM) };
    for (const auto & argument : arguments)
    {
      argv.push_back(const_cast<char *>(argument.c_str()));
    }
    argv.push_back(nullptr);
    if (chdir(m_Directory.c_str()) == 0)
    {
      execv(argv[0], argv.data());
    }
    _exit(127);
  }

  Result
  Finish(pid_t child) const
  {
    int status = 0;
    waitpid(child, &status, 0);
    std::ifstream     file(this->OutputFile(child));
    const std::string text(std::istreambuf_iterator<char>(file), {});
    fs::remove(this->OutputFile(child));
    return { WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), text };
  }

  Result
  Run(const Arguments & arguments) const
  {
    return this->Finish(this->Start(arguments));
  }

  /** Runs the program and expects success without output. */
  void
  RunWell(const Arguments & arguments) const
  {
    const auto result = this->Run(arguments);
    EXPECT_EQ(result.status, 0) << testing::PrintToString(arguments);
    EXPECT_EQ(result.text, "");
  }

  template <typename TImage>
  void
  Write(const TImage * image, const std::string & name) const
  {
    itk::WriteImage(image, this->Path(name));
  }

  /** Reads a file that must have this dimension and size of pixels. */
  template <typename TImage>
  typename TImage::Pointer
  Read(const std::string & name) const
  {
    auto reader = itk::ImageFileReader<TImage>::New();
    reader->SetFileName(this->Path(name));
    reader->Update();
    EXPECT_EQ(reader->GetImageIO()->GetNumberOfDimensions(), TImage::ImageDimension);
    EXPECT_EQ(reader->GetImageIO()->GetComponentSize(),
              sizeof(typename itk::NumericTraits<typename TImage::PixelType>::ValueType));
    return reader->GetOutput();
  }

  template <typename TImage>
  static typename itk::NeighborhoodArgmaxLabelImageFilter<TImage>::Pointer
  Filter(const TImage * image)
  {
    auto filter = itk::NeighborhoodArgmaxLabelImageFilter<TImage>::New();
    filter->SetInput(image);
    return filter;
  }

  /** Expects that the program's default labels of a file are those of the filter for the image in the file. */
  template <typename TImage>
  void
  ExpectFilterLabels(const std::string & input, const std::string & output) const
  {
    this->RunWell({ input, output });
    const auto filter = this->Filter(this->Read<TImage>(input).GetPointer());
    filter->Update();
    using LabelType = itk::Image<unsigned char, TImage::ImageDimension>;
    EXPECT_TRUE(HaveSamePixels(this->Read<LabelType>(output).GetPointer(), filter->GetOutput()))
      << input << " to " << output;
  }

  /** Expects that the program with these arguments gives the output of the configured filter, not the default one. */
  void
  ExpectOption(Arguments arguments, const Configure & configure) const
  {
    const auto image = RandomImage<float, 3>({ { 9, 8, 7 } });
    this->Write(image.GetPointer(), "in.mha");
    arguments.insert(arguments.end(), { "in.mha", "out.mha" });
    this->RunWell(arguments);

    const auto plain = this->Filter(image.GetPointer());
    plain->Update();
    const auto configured = this->Filter(image.GetPointer());
    configure(configured);
    configured->Update();

    const auto labels = this->Read<LabelImageType>("out.mha");
    EXPECT_TRUE(HaveSamePixels(labels.GetPointer(), configured->GetOutput())) << arguments[0];
    EXPECT_FALSE(HaveSamePixels(labels.GetPointer(), plain->GetOutput())) << arguments[0];
  }

  /** Expects failure, one line with the text, and no new file. */
  void
  ExpectError(
    const Arguments &             arguments,
    const std::string &           text,
    const std::function<void()> & prepare = [] {}) const
  {
    const auto before = this->Files();
    const auto result = this->Finish(this->Start(arguments, prepare));
    EXPECT_GT(result.status, 0) << testing::PrintToString(arguments);
    ExpectOneLine(result.text, text);
    EXPECT_EQ(this->Files(), before) << testing::PrintToString(arguments);
  }

  static void
  ExpectOneLine(const std::string & line, const std::string & text)
  {
    EXPECT_EQ(line.rfind("neighborhood-argmax-label: ", 0), 0U) << line;
    EXPECT_NE(line.find(text), std::string::npos) << line << "lacks: " << text;
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  }

  /** Halves the file. */
  void
  Truncate(const std::string & name) const
  {
    fs::resize_file(this->Path(name), fs::file_size(this->Path(name)) / 2);
  }

private:
  std::string
  OutputFile(pid_t child) const
  {
    return m_Directory.string() + "." + std::to_string(child);
  }

  fs::path m_Directory;
};

#endif
