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
#include "Target.h"

#include <atomic>
#include <stdexcept>

namespace itk::NeighborhoodArgmaxLabel
{

extern const Target TargetBaseline;
extern const Target TargetSse41;
extern const Target TargetAvx2;
extern const Target TargetAvx512;

namespace
{

struct InstructionSet
{
  const char *   name;
  const Target * target;
};

std::vector<InstructionSet>
FindInstructionSets()
{
#if defined(__aarch64__)
  return { { "neon", &TargetBaseline } };
#else
  std::vector<InstructionSet> sets{ { "baseline", &TargetBaseline } };
#  ifdef NeighborhoodArgmaxLabel_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.1"))
  {
    sets.push_back({ "sse4.1", &TargetSse41 });
  }
  if (__builtin_cpu_supports("avx2"))
  {
    sets.push_back({ "avx2", &TargetAvx2 });
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") &&
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
  {
    sets.push_back({ "avx512", &TargetAvx512 });
  }
#  endif
  return sets;
#endif
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

const Target &
GetTarget()
{
  return *CurrentInstructionSet().load()->target;
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
