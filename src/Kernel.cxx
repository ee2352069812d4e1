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

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Kernel-inl.h"
#include <hwy/foreach_target.h>

#include "Kernel-inl.h"

#include <hwy/targets.h>

#include <cstring>
#include <stdexcept>

namespace itk::NeighborhoodArgmaxLabel
{

// Highway's tables of the functions of all targets; the choice between them at run time.
#define NeighborhoodArgmaxLabel_DISPATCH(T, Name)                                                           \
  HWY_EXPORT(LabelBytes##Name);                                                                             \
  HWY_EXPORT(LabelWords##Name);                                                                             \
  HWY_EXPORT(StepOf##Name);                                                                                 \
  static void Dispatch(const KernelTable<T> & table, const Block<T, std::uint8_t> & block, void * scratch)  \
  {                                                                                                         \
    HWY_DYNAMIC_DISPATCH(LabelBytes##Name)(table, block, scratch);                                          \
  }                                                                                                         \
  static void Dispatch(const KernelTable<T> & table, const Block<T, std::uint32_t> & block, void * scratch) \
  {                                                                                                         \
    HWY_DYNAMIC_DISPATCH(LabelWords##Name)(table, block, scratch);                                          \
  }                                                                                                         \
  static std::size_t DispatchStep(const KernelTable<T> & table)                                             \
  {                                                                                                         \
    return HWY_DYNAMIC_DISPATCH(StepOf##Name)(table.contest);                                               \
  }

NeighborhoodArgmaxLabel_DISPATCH(std::int8_t, Int8);
NeighborhoodArgmaxLabel_DISPATCH(std::int16_t, Int16);
NeighborhoodArgmaxLabel_DISPATCH(std::int32_t, Int32);
NeighborhoodArgmaxLabel_DISPATCH(float, Float);
NeighborhoodArgmaxLabel_DISPATCH(double, Double);

template <typename TLane>
Kernel<TLane>::Kernel(const Rules & rules)
  : m_Table(std::make_unique<KernelTable<TLane>>(rules))
{}

template <typename TLane>
Kernel<TLane>::~Kernel() = default;

template <typename TLane>
const std::vector<Candidate> &
Kernel<TLane>::GetCandidates() const
{
  return m_Table->candidates;
}

template <typename TLane>
const std::vector<std::size_t> &
Kernel<TLane>::GetGroups() const
{
  return m_Table->groupBegins;
}

template <typename TLane>
std::size_t
Kernel<TLane>::GetStep() const
{
  return DispatchStep(*m_Table);
}

template <typename TLane>
double
Kernel<TLane>::GetLimit() const
{
  return m_Table->limit;
}

template <typename TLane>
bool
Kernel<TLane>::NeedsRaw(const StagedFacts & facts) const
{
  const bool isCenterInfinite = m_Table->centerScreen > std::numeric_limits<float>::max() ||
                                m_Table->centerScore > std::numeric_limits<double>::max();
  return std::is_floating_point_v<TLane> && (facts.isExtreme || (facts.hasNaN && isCenterInfinite));
}

template <typename TLane, typename TLabel>
static void
LabelWithScratch(const KernelTable<TLane> & table, const Block<TLane, TLabel> & block)
{
  // Two vectors for each group. Neighborhoods of radius 1 have up to 40 groups in 4-D.
  constexpr std::size_t    onStack = 128;
  LabelVector              local[onStack];
  std::vector<LabelVector> more(2 * table.groups.size() > onStack ? 2 * table.groups.size() : 0);
  Dispatch(table, block, more.empty() ? local : more.data());
}

template <typename TLane>
void
Kernel<TLane>::Label(const Block<TLane, std::uint8_t> & block) const
{
  LabelWithScratch(*m_Table, block);
}

template <typename TLane>
void
Kernel<TLane>::Label(const Block<TLane, std::uint32_t> & block) const
{
  LabelWithScratch(*m_Table, block);
}

template class Kernel<std::int8_t>;
template class Kernel<std::int16_t>;
template class Kernel<std::int32_t>;
template class Kernel<float>;
template class Kernel<double>;

template <typename TLane>
TLane
AbsentValue(Staging staging)
{
  if constexpr (std::is_floating_point_v<TLane>)
  {
    if (staging == Staging::Ordered)
    {
      return std::numeric_limits<TLane>::infinity();
    }
    // A quiet NaN that no computation returns.
    using Bits = std::conditional_t<sizeof(TLane) == 4, std::uint32_t, std::uint64_t>;
    const auto bits = static_cast<Bits>(sizeof(TLane) == 4 ? 0x7fe5a5a5u : 0x7ffca5a5a5a5a5a5u);
    TLane      value;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }
  return std::numeric_limits<TLane>::max();
}
template std::int8_t  AbsentValue(Staging);
template std::int16_t AbsentValue(Staging);
template std::int32_t AbsentValue(Staging);
template float        AbsentValue(Staging);
template double       AbsentValue(Staging);

// ---- Instruction sets

#if (HWY_TARGETS & (HWY_TARGETS - 1)) == 0 // where the compiler or the processor offers no choice

static std::int64_t
EnabledTargets()
{
  return HWY_TARGETS;
}

static void
DisableTargets(std::int64_t)
{}

#else

static std::int64_t
EnabledTargets()
{
  return hwy::SupportedTargets() & HWY_TARGETS;
}

static void
DisableTargets(std::int64_t targets)
{
  hwy::DisableTargets(targets);
}

#endif

static std::int64_t
AllTargets()
{
  static const std::int64_t targets = EnabledTargets(); // before any are disabled
  return targets;
}

std::vector<std::string>
GetInstructionSets()
{
  std::vector<std::string> names;
  for (std::int64_t rest = AllTargets(); rest != 0; rest &= rest - 1)
  {
    names.insert(names.begin(), hwy::TargetName(rest & -rest)); // a better target has a lower bit
  }
  return names;
}

std::string
GetInstructionSet()
{
  AllTargets();
  const std::int64_t enabled = EnabledTargets();
  return hwy::TargetName(enabled & -enabled);
}

void
SetInstructionSet(const std::string & name)
{
  for (std::int64_t rest = AllTargets(); rest != 0; rest &= rest - 1)
  {
    const std::int64_t target = rest & -rest;
    if (name == hwy::TargetName(target))
    {
      DisableTargets(target - 1);
      return;
    }
  }
  throw std::invalid_argument("SetInstructionSet: '" + name + "' is not one of GetInstructionSets()");
}

} // namespace itk::NeighborhoodArgmaxLabel
