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
#ifndef StagedFiles_h
#define StagedFiles_h

#include <filesystem>
#include <string>

/** An unfinished output file: it appears under its name when all outputs are complete. */
struct StagedFile
{
  std::string           name; // as the user gave it
  std::filesystem::path target;
  std::filesystem::path directory; // hidden, next to the target, and locked while the program runs
  std::filesystem::path file;      // in that directory, with the target's name
};

/** The absolute path, without symbolic links; the last link may lead to a file that does not exist yet. */
std::filesystem::path
Resolve(const std::filesystem::path & file);

/** Makes the directory for an output file; removes those that killed runs have left there, and says so. */
void
StageFile(const std::string & name);

const StagedFile &
Staged(const std::string & name);

/** The reason why the system cannot write more into this staged file, or nothing. */
std::string
WhyNotWritten(const std::filesystem::path & file);

/** Gives all staged files the names of their targets. */
void
PublishStagedFiles();

void
RemoveStagedFiles();

/** The text with the names that the user gave in place of the staged files. */
std::string
NameTargets(std::string text);

#endif
