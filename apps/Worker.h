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
#ifndef Worker_h
#define Worker_h

#include <filesystem>
#include <functional>
#include <string>

/** From here on no signal ends the program: RunWorker() waits for signals that would, and the caller cleans up. Ignored
 * signals stay ignored. */
void
HoldSignals();

/** How the work ended. */
struct Outcome
{
  int         status{ 0 }; // for exit(); 128 + number for a signal
  std::string problem{};
};

/** Does the work in a separate process, whose prints are kept back, and waits for it. So an exception, a crash in a
 * library, a limit of the system and a signal to either process all end in the same way: with one line. */
Outcome
RunWorker(const std::function<void()> & work);

/** The worker's current activity, for error messages. */
struct Activity
{
  const char *          verb; // "reading", "writing", "labeling"
  std::filesystem::path file;
  std::string           expected; // contents of the file to read: "20x20x20 voxels of float"
};

/** Begins an activity and returns the previous one. */
Activity
Begin(const Activity & activity);

/** What libraries have printed in the worker. */
std::string
LibraryText();

/** The original stderr; the worker's own is redirected. */
int
Terminal();

#endif
