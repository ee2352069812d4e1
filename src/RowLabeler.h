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
#ifndef RowLabeler_h
#define RowLabeler_h

#include "Target.h"

#include <algorithm>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** Add to GetNumbersOfLabeledVoxels(). */
void
CountLabeledVoxels(Labeler labeler, std::size_t number);

/** The definition on rows of any neighborhood. */
template <typename TPixel>
class RowLabeler<TPixel>::Implementation
{
public:
  explicit Implementation(const Rules & rules)
    : m_Rules(rules)
  {
    for (const Candidate & candidate : rules.candidates)
    {
      m_Margin = std::max<std::size_t>(m_Margin, std::max(candidate.column, -candidate.column));
    }
    // Whole sets of candidates: the last one again changes nothing.
    while (m_Rules.candidates.size() % CandidatesAtOnce != 0)
    {
      m_Rules.candidates.push_back(m_Rules.candidates.back());
    }
    m_Stride = MaximumWidth + 2 * m_Margin;
    m_Reals.resize(rules.numberOfRows * m_Stride);
    m_Competes.resize(rules.numberOfRows * m_Stride);
  }

  /** Labels are read after that by GetLabel(). */
  void
  Label(const Row<TPixel> * rows, std::size_t width, double * scores)
  {
    for (unsigned int r = 0; r < m_Rules.numberOfRows; ++r)
    {
      this->TakeRow(rows[r], r, width);
    }
    std::fill_n(scores, width, m_Rules.centerScore);
    std::fill_n(m_Labels, width, m_Rules.centerLabel);
    std::fill_n(m_IsAbove, width, 0);
    const BestRow best{ scores, m_Labels, m_IsAbove };
    for (std::size_t first = 0; first < m_Rules.candidates.size(); first += CandidatesAtOnce)
    {
      CandidateRow<Real> candidates[CandidatesAtOnce];
      for (int k = 0; k < CandidatesAtOnce; ++k)
      {
        const Candidate & candidate = m_Rules.candidates[first + k];
        const auto        at = static_cast<std::ptrdiff_t>(candidate.row * m_Stride + m_Margin) + candidate.column;
        candidates[k] = { m_Reals.data() + at, m_Competes.data() + at, candidate.weight, candidate.label };
      }
      m_Target.compete(m_Reals.data() + m_Rules.centerRow * m_Stride + m_Margin, candidates, best, width);
    }
    for (std::size_t x = 0; x < width && m_Rules.labelStrictExtrema; ++x)
    {
      m_Labels[x] = m_IsAbove[x] ? m_Labels[x] : m_Rules.centerLabel;
      scores[x] = m_IsAbove[x] ? scores[x] : m_Rules.centerScore;
    }
    CountLabeledVoxels(Labeler::Definition, width);
  }

  std::int64_t
  GetLabel(std::size_t x) const
  {
    return m_Labels[x];
  }

private:
  using Real = RealOf<TPixel>;

  void
  TakeRow(const Row<TPixel> & row, unsigned int r, std::size_t width)
  {
    const auto  margin = static_cast<std::ptrdiff_t>(m_Margin);
    const Real  sign = m_Rules.ascent ? -1 : 1;
    Real *      reals = m_Reals.data() + r * m_Stride;
    auto *      competes = m_Competes.data() + r * m_Stride;
    const auto  count = static_cast<std::ptrdiff_t>(width) + 2 * margin;
    for (std::ptrdiff_t x = 0; x < count; ++x)
    {
      reals[x] = sign * static_cast<Real>(row.values[x - margin]);
    }
    for (std::ptrdiff_t x = 0; x < count; ++x)
    {
      competes[x] = row.present == nullptr || row.present[x - margin] != 0;
    }
  }

  Rules                        m_Rules;
  const RealTarget<Real> &     m_Target{ GetTarget() };
  std::size_t                  m_Margin{ 0 };
  std::size_t                  m_Stride{ 0 };
  std::vector<Real>            m_Reals;
  std::vector<IntegerOf<Real>> m_Competes;
  std::int64_t                 m_Labels[MaximumWidth];
  std::int64_t                 m_IsAbove[MaximumWidth];
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
