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

/** An output file on the way: it appears under its name when all of them are whole. */
struct StagedFile
{
  std::filesystem::path target;
  std::filesystem::path directory; // hidden, beside the target
  std::filesystem::path file;      // in that directory, of the target's name
};

/** The absolute path, without symbolic links. */
std::filesystem::path
Resolve(const std::filesystem::path & file);

/** Names the file to be written in place of `target`. From the first call on, a signal removes all such files and ends
 * the program. */
StagedFile
StageFile(const std::filesystem::path & target);

/** Gives all staged files the names of their targets. */
void
PublishStagedFiles();

void
RemoveStagedFiles();

/** The text with the targets in place of the staged files. */
std::string
NameTargets(std::string text);

#endif
