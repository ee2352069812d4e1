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

// FaultsTest preloads this into the program: a run stops at a call of a function, tells the test its process, and waits
// until the test releases it. HOLD_POINT is "FUNCTION REACHED RELEASED HOW": two ends of pipes, and "wait" or "spin".

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <poll.h>
#include <unistd.h>

namespace
{
void
HoldAt(const char * function)
{
  const char * const point = std::getenv("HOLD_POINT");
  char               wanted[16] = "";
  char               how[16] = "";
  int                reached = -1;
  int                released = -1;
  if (point == nullptr || std::sscanf(point, "%15s %d %d %15s", wanted, &reached, &released, how) != 4 ||
      std::strcmp(wanted, function) != 0)
  {
    return;
  }
  unsetenv("HOLD_POINT"); // only the first call stops
  const auto  before = errno;
  const pid_t process = getpid();
  if (write(reached, &process, sizeof process) == sizeof process)
  {
    pollfd end{ released, POLLIN, 0 };
    while (poll(&end, 1, std::strcmp(how, "spin") == 0 ? 0 : -1) <= 0)
    {
    }
  }
  errno = before;
}

template <typename TFunction>
TFunction *
Next(const char * name)
{
  return reinterpret_cast<TFunction *>(dlsym(RTLD_NEXT, name));
}
} // namespace

// The program calls this before it reads a file.
extern "C" int
access(const char * path, int mode) noexcept
{
  if (mode == R_OK)
  {
    HoldAt("access");
  }
  return Next<int(const char *, int)>("access")(path, mode);
}

// ITK's reader of NIfTI opens files with this.
extern "C" std::FILE *
fopen(const char * path, const char * mode)
{
  if (std::strstr(path, ".nii") != nullptr)
  {
    HoldAt("fopen");
  }
  return Next<std::FILE *(const char *, const char *)>("fopen")(path, mode);
}

// The program calls this after a file is written and before it is read back.
extern "C" int
fsync(int file)
{
  HoldAt("fsync");
  return Next<int(int)>("fsync")(file);
}
