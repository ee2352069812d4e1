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

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace
{
std::vector<StagedFile> stagedFiles;

const std::string prefix = std::string(".") + programName + "-";
const std::string pattern = prefix + "XXXXXX";

/** Locks a staging directory until the program and its worker have ended. */
bool
LockDirectory(const fs::path & directory)
{
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (file >= 0 && flock(file, LOCK_EX | LOCK_NB) == 0)
  {
    return true;
  }
  close(file);
  return false;
}

/** Removes the staging directories of runs that have ended. */
void
RemoveLeftovers(const fs::path & parent)
{
  std::error_code       ignored;
  std::vector<fs::path> leftovers;
  for (const auto & entry : fs::directory_iterator(parent, ignored))
  {
    const auto name = entry.path().filename().string();
    if (name.size() == pattern.size() && name.rfind(prefix, 0) == 0 && LockDirectory(entry.path()))
    {
      leftovers.push_back(entry.path());
    }
  }
  for (const auto & leftover : leftovers)
  {
    fs::remove_all(leftover, ignored);
    std::fprintf(stderr,
                 "%s: note: %s was left by a run that was killed; it %s\n",
                 programName,
                 leftover.c_str(),
                 ignored ? "cannot be removed" : "is removed");
  }
}
} // namespace

fs::path
Resolve(const fs::path & file)
{
  if (file.empty())
  {
    return file;
  }
  auto path = fs::absolute(file);
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(path)); ++links)
  {
    path = path.parent_path() / fs::read_symlink(path);
  }
  return fs::weakly_canonical(path);
}

void
StageFile(const std::string & name)
{
  const auto target = Resolve(name);
  if (fs::is_directory(target))
  {
    throw Error(name, "is a directory");
  }
  if (fs::exists(target) && !fs::is_regular_file(target))
  {
    throw Error(name, "is a pipe or a device, and no place for an image file");
  }
  if (fs::exists(target) && access(target.c_str(), W_OK) != 0)
  {
    throw Error(name, std::string("may not be replaced: ") + std::strerror(errno));
  }
  RemoveLeftovers(target.parent_path());

  // Until the directory is locked, a run that starts now may remove it as a leftover.
  for (int tries = 0; tries < 10; ++tries)
  {
    auto directory = (target.parent_path() / pattern).string();
    if (!mkdtemp(directory.data()))
    {
      throw Error(name, "cannot write into " + target.parent_path().string() + ": " + std::strerror(errno));
    }
    const bool isLocked = LockDirectory(directory);
    if (fs::exists(directory) && (isLocked || errno != EWOULDBLOCK))
    {
      stagedFiles.push_back({ name, target, directory, fs::path(directory) / target.filename() });
      return;
    }
  }
  throw Error(name, "other runs keep removing what this one stages beside it");
}

const StagedFile &
Staged(const std::string & name)
{
  return *std::find_if(
    stagedFiles.begin(), stagedFiles.end(), [&name](const StagedFile & staged) { return staged.name == name; });
}

std::string
WhyNotWritten(const fs::path & file)
{
  std::error_code ignored;
  rlimit          limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const auto size = fs::file_size(file, ignored);
  if (!ignored && size >= limit.rlim_cur)
  {
    return std::strerror(EFBIG);
  }
  const auto probe = file.parent_path() / "probe";
  const int  descriptor = open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0)
  {
    return std::strerror(errno);
  }
  const int error = posix_fallocate(descriptor, 0, 64 * 1024);
  close(descriptor);
  fs::remove(probe, ignored);
  return error == ENOSPC || error == EDQUOT || error == EIO ? std::strerror(error) : "";
}

void
PublishStagedFiles()
{
  std::string published;
  for (const auto & staged : stagedFiles)
  {
    std::error_code error;
    fs::rename(staged.file, staged.target, error);
    if (error)
    {
      throw Error(staged.name,
                  "cannot be given its name: " + error.message() + (published.empty() ? "" : "; written:" + published));
    }
    const int directory = open(staged.target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fsync(directory); // its new entry; some file systems cannot
    close(directory);
    published += " " + staged.name;
  }
}

void
RemoveStagedFiles()
{
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
    for (auto start = text.find(staged.file.string()); start != std::string::npos;
         start = text.find(staged.file.string()))
    {
      text.replace(start, staged.file.string().size(), staged.name);
    }
  }
  return text;
}
