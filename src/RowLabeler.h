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
#include <limits>
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
    this->MakeGroups();
    m_Stride = MaximumWidth + 2 * m_Margin;
    m_Reals.resize(rules.numberOfRows * m_Stride);
    m_Competes.resize(rules.numberOfRows * m_Stride);
    m_AllCompete.resize(m_Stride, 1);
    m_RowReals.resize(rules.numberOfRows);
    m_RowCompetes.resize(rules.numberOfRows);
  }

  /** Labels are read after that by GetLabel(). */
  void
  Label(const Row<TPixel> * rows, std::size_t width, double * scores)
  {
    const bool isPlain = std::all_of(
      rows, rows + m_Rules.numberOfRows, [&](const auto & row) { return !row.present && this->IsFinite(row, width); });
    for (unsigned int r = 0; r < m_Rules.numberOfRows; ++r)
    {
      this->TakeRow(rows[r], r, width);
    }
    std::fill_n(scores, width, m_Rules.centerScore);
    std::fill_n(m_Labels, width, m_Rules.centerLabel);
    const Real * const center = m_RowReals[m_Rules.centerRow];
    for (const std::vector<Candidate> & group : m_Groups)
    {
      std::fill_n(m_Best, width, -std::numeric_limits<Real>::infinity());
      std::fill_n(m_Winners, width, -1);
      const auto compete = isPlain ? m_Target.competePlainly : m_Target.compete;
      for (std::size_t first = 0; first < group.size(); first += CandidatesAtOnce)
      {
        compete(center, this->GetCandidateRows(group.data() + first), { m_Best, m_Winners }, width);
      }
      const double weight = sizeof(Real) == sizeof(double) ? 1.0 : group.front().weight;
      m_Target.competeByScores({ m_Best, m_Winners }, weight, scores, m_Labels, width);
    }
    if (m_Rules.labelStrictExtrema)
    {
      this->LabelStrictExtrema(center, width, scores);
    }
    CountLabeledVoxels(Labeler::Definition, width);
  }

  std::uint32_t
  GetLabel(std::size_t x) const
  {
    return static_cast<std::uint32_t>(m_Labels[x]);
  }

private:
  using Real = RealOf<TPixel>;
  using Integer = IntegerOf<Real>;

  /** Candidates of the same weight compete by their differences, which is faster, and the winners of the weights by
   * their scores. Not where a product can round two differences to one score: in double, all compete by their scores;
   * in float, those of extreme weights compete one by one. */
  void
  MakeGroups()
  {
    constexpr bool isDouble = sizeof(Real) == sizeof(double);
    const auto     isModerate = [](double weight) { return weight > 1e-250 && weight < 1e250; };
    for (auto candidate = m_Rules.candidates.rbegin(); candidate != m_Rules.candidates.rend(); ++candidate)
    {
      const auto group = std::find_if(m_Groups.begin(), m_Groups.end(), [&](const auto & candidates) {
        return isDouble || (candidates.front().weight == candidate->weight && isModerate(candidate->weight));
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
    // Whole sets of candidates: the last one again changes nothing.
    for (std::vector<Candidate> & group : m_Groups)
    {
      while (group.size() % CandidatesAtOnce != 0)
      {
        group.push_back(Candidate(group.back()));
      }
    }
  }

  // Rows are surveyed and converted from one voxel before the pointer to one behind the width.

  bool
  IsFinite(const Row<TPixel> & row, std::size_t width) const
  {
    if constexpr (std::is_floating_point_v<TPixel>)
    {
      const RowFacts facts = m_Pixels.survey(row.values - m_Margin + 1, nullptr, width + 2 * m_Margin - 2);
      return !facts.hasNaN && facts.greatest <= std::numeric_limits<double>::max();
    }
    return true;
  }

  void
  TakeRow(const Row<TPixel> & row, unsigned int r, std::size_t width)
  {
    if (std::is_same_v<TPixel, Real> && !m_Rules.ascent)
    {
      m_RowReals[r] = reinterpret_cast<const Real *>(row.values);
    }
    else
    {
      Real * const reals = m_Reals.data() + r * m_Stride;
      m_Pixels.makeReals(
        row.values - m_Margin + 1, nullptr, m_Rules.ascent ? -1 : 1, false, reals + 1, width + 2 * m_Margin - 2);
      m_RowReals[r] = reals + m_Margin;
    }
    m_RowCompetes[r] = m_AllCompete.data() + m_Margin;
    if (row.present)
    {
      Integer * const competes = m_Competes.data() + r * m_Stride + m_Margin;
      std::transform(row.present - m_Margin, row.present + width + m_Margin, competes - m_Margin, [](unsigned char p) {
        return p != 0;
      });
      m_RowCompetes[r] = competes;
    }
  }

  CandidateRows<Real>
  GetCandidateRows(const Candidate * candidates) const
  {
    CandidateRows<Real> rows;
    for (int k = 0; k < CandidatesAtOnce; ++k)
    {
      rows.neighbors[k] = m_RowReals[candidates[k].row] + candidates[k].column;
      rows.competes[k] = m_RowCompetes[candidates[k].row] + candidates[k].column;
      rows.weights[k] = static_cast<Real>(candidates[k].weight);
      rows.labels[k] = static_cast<CodeOf<Real>>(candidates[k].label);
    }
    return rows;
  }

  void
  LabelStrictExtrema(const Real * center, std::size_t width, double * scores)
  {
    std::fill_n(m_Winners, width, 0);
    for (const Candidate & candidate : m_Rules.candidates)
    {
      const Real * const    neighbor = m_RowReals[candidate.row] + candidate.column;
      const Integer * const competes = m_RowCompetes[candidate.row] + candidate.column;
      m_Target.findNoHigher(center, neighbor, competes, m_Winners, width);
    }
    for (std::size_t x = 0; x < width; ++x)
    {
      m_Labels[x] = m_Winners[x] ? m_Labels[x] : m_Rules.centerLabel;
      scores[x] = m_Winners[x] ? scores[x] : m_Rules.centerScore;
    }
  }

  Rules                               m_Rules;
  const RealTarget<Real> &            m_Target{ GetTarget() };
  const PixelTarget<TPixel> &         m_Pixels{ GetTarget() };
  std::vector<std::vector<Candidate>> m_Groups;
  std::size_t                         m_Margin{ 0 };
  std::size_t                         m_Stride{ 0 };
  std::vector<Real>                   m_Reals;
  std::vector<Integer>                m_Competes;
  std::vector<Integer>                m_AllCompete;
  std::vector<const Real *>           m_RowReals;
  std::vector<const Integer *>        m_RowCompetes;
  Real                                m_Best[MaximumWidth];
  CodeOf<Real>                        m_Winners[MaximumWidth];
  double                              m_Labels[MaximumWidth];
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
