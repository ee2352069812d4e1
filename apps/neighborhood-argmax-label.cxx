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

// The command-line program: labels an image file, whatever its format, pixel type and dimension.

#include "ImageFiles.h"
#include "LabelFile.h"
#include "Program.h"
#include "StagedFiles.h"
#include "Worker.h"

#include "itkMultiThreaderBase.h"
#include "itkVersion.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

namespace fs = std::filesystem;

namespace
{
CLI::Option *
AddFile(CLI::App & app, const std::string & name, std::string & file, const std::string & help)
{
  return app.add_option(name, file, help)->type_name("FILE");
}

/** Reads `R[,R...]`. CLI11 would drop empty values of a list, and join lists. */
std::vector<unsigned int>
Radius(const std::string & given)
{
  std::vector<unsigned int> radius;
  std::istringstream        values(given + ',');
  for (std::string value; std::getline(values, value, ',');)
  {
    const auto * const end = value.data() + value.size();
    const auto         result = std::from_chars(value.data(), end, radius.emplace_back());
    if (result.ec != std::errc() || result.ptr != end)
    {
      throw Error("--radius: " + given + " is not one number for all axes, or one for each, such as 1,1,0");
    }
  }
  return radius;
}

/** Reads `X,Y[,...]`. */
std::vector<double>
Spacing(const std::string & given)
{
  std::vector<double> spacing;
  std::istringstream  values(given + ',');
  for (std::string value; std::getline(values, value, ',');)
  {
    char * end = nullptr;
    spacing.push_back(std::strtod(value.c_str(), &end));
    if (value.empty() || *end != '\0' || !(spacing.back() > 0) || !std::isfinite(spacing.back()))
    {
      throw Error("--spacing: " + given + " is not one number above 0 for each axis, such as 0.5,0.5,2");
    }
  }
  return spacing;
}

/** Options that decide which voxels compete, and how. */
void
AddRules(CLI::App & app, Options & options)
{
  app
    .add_option("--center-score", options.centerScore, "Score of the center; -inf: it never wins,\n0: minima are sinks")
    ->type_name("X")
    ->capture_default_str();
  app.add_flag("--label-strict-extrema", options.labelStrictExtrema, "Strict minima get the label of the center");
  app.add_flag("--ascent", options.ascent, "Steepest ascent instead of descent");
  app.add_flag("--no-image-spacing", options.noImageSpacing, "Distances in voxels instead of physical units");
  app
    .add_option_function<std::string>(
      "--spacing",
      [&options](const std::string & given) { options.spacing = Spacing(given); },
      "Distances of pixels along each axis, x first,\nif INPUT has none or wrong ones")
    ->type_name("X,Y[,...]");
  app.add_flag("--face-connected", options.faceConnected, "Only face neighbors compete; labels keep their numbers");
  app
    .add_option_function<std::string>(
      "--radius",
      [&options](const std::string & given) { options.radius = Radius(given); },
      "One for all axes (default: 1) or one for each;\n1,1,0: slice by slice")
    ->type_name("R[,R...]");
  app
    .add_option_function<std::string>(
      "--border",
      [&options](const std::string & name) {
        options.border = name == "inside" ? Border::Inside : name == "periodic" ? Border::Periodic : Border::Background;
      },
      "Where the neighborhood leaves the image: the background value,\n"
      "only the neighbors inside compete, or the image wraps round")
    ->type_name("B")
    ->check(CLI::IsMember({ "background", "inside", "periodic" }))
    ->default_str("background");
  app.add_option("--background-value", options.backgroundValue, "Label at background borders and outside the mask")
    ->type_name("N")
    ->capture_default_str();
  AddFile(app,
          "--mask",
          options.mask,
          "Image of the same size and place: voxels where it is 0\nget no label and do not compete");
  app
    .add_option_function<double>(
      "--nodata",
      [&options](const double & value) { options.nodata = value; },
      "Voxels of this value, or nan, are outside the mask\n(default: what a GeoTIFF says)")
    ->type_name("V");
}

void
AddFurtherOutputs(CLI::App & app, Options & options)
{
  AddFile(app, "--score", options.score, "Also write the score (the slope) of each voxel's label");
  AddFile(app,
          "--basins",
          options.basins,
          "Also write the basin that each voxel drains to, 32 bits a pixel: numbers from 1\n"
          "on, 0 is background. With --mask, or a background border, --background-value\n"
          "must not be a label, such as 255; --center-score 0 makes each minimum a basin");
  app
    .add_option_function<double>(
      "--depth",
      [&options](const double & depth) {
        if (!(depth >= 0))
        {
          throw Error("--depth: " + Text(depth) + " is not 0 or more, in units of the values");
        }
        options.depth = depth;
      },
      "Of --basins: those from whose lowest value one rises by D or less to a lower one\n"
      "join it; 0: what a plateau divides")
    ->type_name("D");
  AddFile(app,
          "--accumulation",
          options.accumulation,
          "Also write the number of voxels that drain through each voxel, 32 bits a pixel;\n"
          "the background value as for --basins");
  AddFile(app, "--preview", options.preview, "Also draw the middle slice and its labels")->type_name("FILE.png");
}

/** Options that change no label. */
void
AddMeans(CLI::App & app, Options & options)
{
  app
    .add_option("--stream",
                options.streamDivisions,
                "Work in N pieces, for images larger than memory. This depends on the formats:\n"
                "ITK must write OUTPUT and the score file in pieces (.mha, .hdf5, .mrc, .vtk);\n"
                "an input that it does not read in pieces (compressed, NIfTI, NRRD, PNG) is\n"
                "read whole")
    ->type_name("N")
    ->check(CLI::Range(1, 1000000, "from 1 on"));
  app.add_option("--threads", options.threads, "Number of threads (default: one for each processor)")
    ->type_name("N")
    ->check(CLI::Range(1, static_cast<int>(itk::ITK_MAX_THREADS)));
  app.add_flag("--no-verify", options.noVerify, "Do not read the output back and compare it before it gets its name");
}

/** CLI11 would read an empty number as 0. */
void
RefuseEmptyValues(CLI::App & app)
{
  const auto problem = [](const std::string & given) { return given.empty() ? "the value is empty" : ""; };
  for (auto * const option : app.get_options())
  {
    option->check(CLI::Validator(problem, ""));
  }
}

void
ParseCommandLine(int argc, char ** argv, Options & options)
{
  CLI::App app{
    "Labels every voxel of an image with the neighbor in whose direction the image falls most steeply.\n"
    "A label is the index of that neighbor, x fastest: in 3-D (oz+1)*9 + (oy+1)*3 + (ox+1), the center is 13.",
    programName
  };
  app.get_formatter()->column_width(36);
  AddFile(app, "INPUT", options.input, "Image of 2 to 4 dimensions with one value a pixel, in any format of ITK")
    ->required();
  AddFile(app,
          "OUTPUT",
          options.output,
          "Labels, in the format that the extension names: 8 bits a pixel, or 16\n"
          "if the radius needs them. Formats that lose values or take two files are refused")
    ->required();
  AddRules(app, options);
  AddFurtherOutputs(app, options);
  AddMeans(app, options);
  RefuseEmptyValues(app);
  app.set_version_flag("--version",
                       std::string(programName) + " " NEIGHBORHOOD_ARGMAX_LABEL_VERSION " (ITK " +
                         itk::Version::GetITKVersion() + ")");
  try
  {
    app.parse(argc, argv);
  }
  catch (const CLI::ParseError & error)
  {
    if (error.get_exit_code() == 0)
    {
      app.exit(error);
      if (!std::cout.flush())
      {
        throw Error("standard output: cannot be written");
      }
      std::exit(EXIT_SUCCESS);
    }
    throw Error(std::string(error.what()) + " (see --help)");
  }
}

void
CheckFileNames(const Options & options)
{
  std::vector<fs::path> files;
  for (const auto & name : { options.input,
                             options.mask,
                             options.output,
                             options.score,
                             options.basins,
                             options.accumulation,
                             options.preview })
  {
    files.push_back(Resolve(name));
  }
  for (std::size_t output = 2; output < files.size(); ++output)
  {
    for (std::size_t other = 0; other < output; ++other)
    {
      std::error_code ignored;
      if (!files[output].empty() &&
          (files[output] == files[other] || fs::equivalent(files[output], files[other], ignored)))
      {
        throw Error(files[output], "is named twice; an output needs a file of its own");
      }
    }
  }
  if (!options.preview.empty() && fs::path(options.preview).extension() != ".png")
  {
    throw Error(options.preview, "the extension of the preview has to be .png");
  }
}

/** Opens a file, checks that it is complete, and prints notes on it. */
FileImageIO::Pointer
Open(const fs::path & file, const Options & options)
{
  const auto io = ReadScalarHeader(file, options.spacing);
  const auto before = Begin({ "reading", file, Describe(io) });
  CheckComplete(io->GetReader());
  NoteLibraryText(file);
  NoteHeader(io, options);
  Begin(before);
  return io;
}

void
CheckMask(const itk::ImageIOBase * image, const Options & options)
{
  const fs::path file = options.mask;
  const auto     mask = Open(file, options);
  if (SizeAsString(mask) != SizeAsString(image))
  {
    throw Error(file, "the mask has " + SizeAsString(mask) + " voxels, the image " + SizeAsString(image));
  }
}

void
Label(Options options)
{
  Begin({ "labeling", options.input, {} });
  if (options.threads > 0)
  {
    itk::MultiThreaderBase::SetGlobalMaximumNumberOfThreads(options.threads);
  }
  const auto image = Open(options.input, options);
  if (!options.mask.empty())
  {
    CheckMask(image, options);
  }
  options.nodataOfFile = image->GetHeader().nodata;
  switch (image->GetNumberOfDimensions())
  {
    case 2:
      return LabelFile<2>(options, image->GetComponentType());
    case 3:
      return LabelFile<3>(options, image->GetComponentType());
    default:
      return LabelFile<4>(options, image->GetComponentType());
  }
}

std::string
OneLine(const std::string & text)
{
  std::istringstream words(text);
  std::string        line;
  for (std::string word; words >> word;)
  {
    line += (line.empty() ? "" : " ") + word;
  }
  return line;
}

void
ClearProgress()
{
  if (isatty(STDERR_FILENO))
  {
    std::fputs("\r\033[K", stderr);
  }
}
} // namespace

int
main(int argc, char * argv[])
{
  Outcome outcome;
  try
  {
    Options options;
    ParseCommandLine(argc, argv, options);
    CheckFileNames(options);
    HoldSignals();
    for (const auto & name : { options.output, options.score, options.basins, options.accumulation, options.preview })
    {
      if (!name.empty())
      {
        StageFile(name);
      }
    }
    outcome = RunWorker([&options] { Label(options); });
    if (outcome.status == EXIT_SUCCESS)
    {
      PublishStagedFiles();
    }
  }
  catch (const std::exception & exception)
  {
    outcome = { EXIT_FAILURE, exception.what() };
  }
  ClearProgress();
  if (outcome.status != EXIT_SUCCESS)
  {
    std::fprintf(stderr, "%s: %s\n", programName, OneLine(outcome.problem).c_str());
  }
  RemoveStagedFiles();
  return outcome.status;
}
