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

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

// ---- Instruction sets -----------------------------------------------------------------------------------------------

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

// ---- Rows -----------------------------------------------------------------------------------------------------------

template <typename TPixel>
class RowKernel<TPixel>::Implementation
{
public:
  using Real = RealOf<TPixel>;
  using Integer = IntegerOf<Real>;

  explicit Implementation(const Rules & rules)
    : m_Rules(rules)
    , m_Loops(*CurrentInstructionSet().load()->loops)
  {
    for (const Candidate & candidate : rules.candidates)
    {
      m_Margin = std::max<std::size_t>(m_Margin, std::abs(candidate.column));
    }
    // Candidates of the same weight compete by their differences, the winners of the weights by their scores. In double a
    // product can round two differences to one score, so there all compete by their scores, as one group.
    for (auto candidate = rules.candidates.rbegin(); candidate != rules.candidates.rend(); ++candidate)
    {
      const bool isDouble = std::is_same<Real, double>::value;
      const auto group = std::find_if(m_Groups.begin(), m_Groups.end(), [&](const auto & candidates) {
        return isDouble || candidates.front().weight == candidate->weight;
      });
      if (group == m_Groups.end())
      {
        m_Groups.push_back({ *candidate });
      }
      else
      {
        group->push_back(*candidate);
      }
    }
    m_Stride = MaximumWidth + 2 * m_Margin;
    m_Reals.resize(rules.numberOfRows * m_Stride);
    m_Masks.resize(rules.numberOfRows * m_Stride);
    m_RowReals.resize(rules.numberOfRows);
    m_RowMasks.resize(rules.numberOfRows);
  }

  void
  Label(const Row<TPixel> * rows, std::size_t width, std::uint32_t * labels, double * scores)
  {
    const bool isMasked = std::any_of(rows, rows + m_Rules.numberOfRows, [](const auto & row) { return row.present; });
    const bool isFinite = this->TakeRows(rows, width, isMasked);
    std::fill_n(m_Labels, width, m_Rules.centerLabel);
    std::fill_n(scores, width, m_Rules.centerScore);
    const Real * const center = m_RowReals[m_Rules.centerRow];
    for (const auto & group : m_Groups)
    {
      m_Definition.start(m_Best, m_Winners, width);
      for (std::size_t first = 0; first < group.size(); first += Competitors<Real>::Number)
      {
        const auto competitors = this->GetCompetitors(group, first);
        m_Definition.compete[!isFinite][isMasked](center, competitors, m_Best, m_Winners, width);
      }
      const double weight = std::is_same<Real, double>::value ? 1.0 : group.front().weight;
      m_Definition.merge(m_Best, m_Winners, weight, scores, m_Labels, width);
    }
    if (m_Rules.labelStrictExtrema)
    {
      this->LabelStrictExtrema(width, scores);
    }
    std::copy_n(m_Labels, width, labels);
  }

private:
  /** The candidates of a group from `first` on; where there are too few, the last one again, which changes nothing. */
  Competitors<Real>
  GetCompetitors(const std::vector<Candidate> & group, std::size_t first) const
  {
    Competitors<Real> competitors;
    for (std::size_t k = 0; k < Competitors<Real>::Number; ++k)
    {
      const Candidate & candidate = group[std::min(first + k, group.size() - 1)];
      competitors.neighbors[k] = m_RowReals[candidate.row] + candidate.column;
      competitors.masks[k] = m_RowMasks[candidate.row] + candidate.column;
      competitors.weights[k] = static_cast<Real>(candidate.weight);
      competitors.labels[k] = candidate.label;
    }
    return competitors;
  }

  /** The rows as real numbers and masks; true if all numbers are finite. */
  bool
  TakeRows(const Row<TPixel> * rows, std::size_t width, bool isMasked)
  {
    const std::size_t length = width + 2 * m_Margin;
    bool              isFinite = true;
    for (unsigned int r = 0; r < m_Rules.numberOfRows; ++r)
    {
      const TPixel * const values = rows[r].values - m_Margin;
      Real * const         reals = m_Reals.data() + r * m_Stride;
      Integer * const      mask = m_Masks.data() + r * m_Stride;
      if (std::is_same<TPixel, Real>::value && !m_Rules.ascent)
      {
        m_RowReals[r] = reinterpret_cast<const Real *>(rows[r].values);
      }
      else
      {
        m_Pixels.convert(values, m_Rules.ascent ? -1 : 1, reals, length);
        m_RowReals[r] = reals + m_Margin;
      }
      if constexpr (std::is_floating_point<TPixel>::value)
      {
        isFinite = isFinite && m_Definition.isFinite(values, length);
      }
      if (rows[r].present)
      {
        m_Definition.expandMask(rows[r].present - m_Margin, mask, length);
      }
      else if (isMasked || m_Rules.labelStrictExtrema)
      {
        std::fill_n(mask, length, 1);
      }
      m_RowMasks[r] = mask + m_Margin;
    }
    return isFinite;
  }

  void
  LabelStrictExtrema(std::size_t width, double * scores)
  {
    std::int64_t notNegative[MaximumWidth] = {};
    for (const Candidate & candidate : m_Rules.candidates)
    {
      m_Definition.markNotNegative(m_RowReals[m_Rules.centerRow],
                                   m_RowReals[candidate.row] + candidate.column,
                                   m_RowMasks[candidate.row] + candidate.column,
                                   notNegative,
                                   width);
    }
    for (std::size_t x = 0; x < width; ++x)
    {
      if (!notNegative[x])
      {
        m_Labels[x] = m_Rules.centerLabel;
        scores[x] = m_Rules.centerScore;
      }
    }
  }

  Rules                               m_Rules;
  const Loops &                       m_Loops;
  const DefinitionLoops<Real> &       m_Definition{ m_Loops };
  const PixelLoops<TPixel> &          m_Pixels{ m_Loops };
  std::size_t                         m_Margin{ 0 };
  std::size_t                         m_Stride{ 0 };
  std::vector<std::vector<Candidate>> m_Groups;
  std::vector<Real>                   m_Reals;
  std::vector<Integer>                m_Masks;
  std::vector<const Real *>           m_RowReals;
  std::vector<const Integer *>        m_RowMasks;
  Real                                m_Best[MaximumWidth];
  Integer                             m_Winners[MaximumWidth];
  std::int64_t                        m_Labels[MaximumWidth];
};

template <typename TPixel>
RowKernel<TPixel>::RowKernel(const Rules & rules)
  : m_Implementation(std::make_unique<Implementation>(rules))
{}

template <typename TPixel>
RowKernel<TPixel>::~RowKernel() = default;

template <typename TPixel>
void
RowKernel<TPixel>::Label(const Row<TPixel> * rows, std::size_t width, std::uint32_t * labels, double * scores)
{
  m_Implementation->Label(rows, width, labels, scores);
}

template class RowKernel<std::int8_t>;
template class RowKernel<std::uint8_t>;
template class RowKernel<std::int16_t>;
template class RowKernel<std::uint16_t>;
template class RowKernel<std::int32_t>;
template class RowKernel<std::uint32_t>;
template class RowKernel<float>;
template class RowKernel<double>;

} // namespace itk::NeighborhoodArgmaxLabel
