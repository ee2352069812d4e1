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
#include "StagedFiles.h"

#include "Program.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include <unistd.h>

namespace fs = std::filesystem;

namespace
{
std::vector<StagedFile> stagedFiles;

void
HandleSignals(void (*handler)(int))
{
  for (const int signal : { SIGHUP, SIGINT, SIGPIPE, SIGTERM })
  {
    std::signal(signal, handler);
  }
}

/** Calls only what is safe in a signal handler. */
void
RemoveStagedFilesAndExit(int signal)
{
  for (const auto & staged : stagedFiles)
  {
    unlink(staged.file.c_str());
    rmdir(staged.directory.c_str());
  }
  _exit(128 + signal);
}
} // namespace

fs::path
Resolve(const fs::path & file)
{
  return file.empty() ? file : fs::weakly_canonical(fs::absolute(file));
}

StagedFile
StageFile(const fs::path & target)
{
  const auto file = Resolve(target);
  if (fs::is_directory(file))
  {
    throw Error(target, "is a directory");
  }
  auto directory = (file.parent_path() / (std::string(".") + programName + "-XXXXXX")).string();

  HandleSignals(SIG_IGN);
  if (!mkdtemp(directory.data()))
  {
    throw Error(target, "cannot write into " + file.parent_path().string() + ": " + std::strerror(errno));
  }
  stagedFiles.push_back({ file, directory, fs::path(directory) / file.filename() });
  HandleSignals(RemoveStagedFilesAndExit);
  return stagedFiles.back();
}

void
PublishStagedFiles()
{
  HandleSignals(SIG_IGN);
  for (const auto & staged : stagedFiles)
  {
    fs::rename(staged.file, staged.target);
  }
}

void
RemoveStagedFiles()
{
  HandleSignals(SIG_IGN);
  for (const auto & staged : stagedFiles)
  {
    std::error_code ignored;
    fs::remove_all(staged.directory, ignored);
  }
}

std::string
NameTargets(std::string text)
{
  for (const auto & staged : stagedFiles)
  {
    const auto start = text.find(staged.file.string());
    if (start != std::string::npos)
    {
      text.replace(start, staged.file.string().size(), staged.target.string());
    }
  }
  return text;
}
