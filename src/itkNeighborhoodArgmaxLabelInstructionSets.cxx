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
#include "itkNeighborhoodArgmaxLabelKernel.h"
#include "itkNeighborhoodArgmaxLabelLoops.h"

#include <atomic>
#include <stdexcept>

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

struct InstructionSet
{
  const char *  name;
  const Loops * loops;
};

std::vector<InstructionSet>
FindInstructionSets()
{
  std::vector<InstructionSet> sets{ { "baseline", &LoopsBaseline } };
#ifdef NeighborhoodArgmaxLabel_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.1"))
  {
    sets.push_back({ "sse4.1", &LoopsSse41 });
  }
  if (__builtin_cpu_supports("avx2"))
  {
    sets.push_back({ "avx2", &LoopsAvx2 });
  }
#endif
  return sets;
}

const std::vector<InstructionSet> &
AllInstructionSets()
{
  static const std::vector<InstructionSet> sets = FindInstructionSets();
  return sets;
}

std::atomic<const InstructionSet *> &
CurrentInstructionSet()
{
  static std::atomic<const InstructionSet *> current{ &AllInstructionSets().back() };
  return current;
}

} // namespace

std::vector<std::string>
GetInstructionSets()
{
  std::vector<std::string> names;
  for (const auto & set : AllInstructionSets())
  {
    names.emplace_back(set.name);
  }
  return names;
}

const Loops &
GetLoops()
{
  return *CurrentInstructionSet().load()->loops;
}

std::string
GetInstructionSet()
{
  return CurrentInstructionSet().load()->name;
}

void
SetInstructionSet(const std::string & name)
{
  for (const auto & set : AllInstructionSets())
  {
    if (name == set.name)
    {
      CurrentInstructionSet() = &set;
      return;
    }
  }
  throw std::invalid_argument("SetInstructionSet: '" + name + "' is not one of GetInstructionSets()");
}

} // namespace itk::NeighborhoodArgmaxLabel
