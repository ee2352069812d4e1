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
#ifndef itkNeighborhoodArgmaxLabelRowKernel_h
#define itkNeighborhoodArgmaxLabelRowKernel_h

#include "itkNeighborhoodArgmaxLabelKernel.h"
#include "itkNeighborhoodArgmaxLabelLoops.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <limits>

namespace itk::NeighborhoodArgmaxLabel
{

/** The definition, candidate by candidate, in loops over a row. */
template <typename TPixel>
class RowKernel<TPixel>::Implementation
{
public:
  using Real = RealOf<TPixel>;
  using Integer = IntegerOf<Real>;

  explicit Implementation(const Rules & rules)
    : m_Rules(rules)
    , m_Loops(GetLoops())
  {
    for (const Candidate & candidate : rules.candidates)
    {
      m_Margin = std::max<std::size_t>(m_Margin, std::abs(candidate.column));
    }
    // Candidates of the same weight compete by their differences, the winners of the weights by their scores. In double
    // a product can round two differences to one score, so there all compete by their scores, as one group.
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
    // Whole sets of competitors: the last one again changes nothing.
    for (auto & group : m_Groups)
    {
      while (group.size() % Competitors<Real>::Number != 0)
      {
        group.push_back(group.back());
      }
    }
    std::fill_n(m_NoBest, MaximumWidth, -std::numeric_limits<Real>::infinity());
    std::fill_n(m_NoWinners, MaximumWidth, Integer{ -1 });
    m_Stride = MaximumWidth + 2 * m_Margin;
    m_Reals.resize(rules.numberOfRows * m_Stride);
    m_Masks.resize(rules.numberOfRows * m_Stride);
    m_RowReals.resize(rules.numberOfRows);
    m_RowMasks.resize(rules.numberOfRows);
  }

  template <typename TLabel>
  void
  Label(const Row<TPixel> * rows, std::size_t width, TLabel * labels, double * scores, bool isKnownFinite = false)
  {
    assert(width <= MaximumWidth);
    const bool isMasked = std::any_of(rows, rows + m_Rules.numberOfRows, [](const auto & row) { return row.present; });
    const bool isHostile = !isKnownFinite && !this->AreFinite(rows, width);
    this->TakeRows(rows, width, isMasked);
    std::fill_n(m_Labels, width, m_Rules.centerLabel);
    std::fill_n(scores, width, m_Rules.centerScore);
    const Real * const center = m_RowReals[m_Rules.centerRow];
    for (const auto & group : m_Groups)
    {
      const Real *    best = m_NoBest;
      const Integer * winners = m_NoWinners;
      for (std::size_t first = 0; first < group.size(); first += Competitors<Real>::Number)
      {
        const auto competitors = this->GetCompetitors(group.data() + first);
        m_Definition.compete[isHostile][isMasked](center, competitors, best, winners, m_Best, m_Winners, width);
        best = m_Best;
        winners = m_Winners;
      }
      const double weight = std::is_same<Real, double>::value ? 1.0 : group.front().weight;
      m_Definition.merge[isHostile][isMasked](m_Best, m_Winners, weight, scores, m_Labels, width);
    }
    if (m_Rules.labelStrictExtrema)
    {
      this->LabelStrictExtrema(width, scores);
    }
    if constexpr (std::is_same<TLabel, std::uint8_t>::value)
    {
      m_Definition.narrow(m_Labels, labels, width);
    }
    else
    {
      std::transform(m_Labels, m_Labels + width, labels, [](std::int64_t label) { return static_cast<TLabel>(label); });
    }
  }

  /** The label of voxel x of rows without infinities: for single voxels, where loops do not pay. */
  unsigned int
  LabelVoxel(const Row<TPixel> * rows, std::ptrdiff_t x) const
  {
    const Real   sign = m_Rules.ascent ? -1 : 1;
    const Real   center = static_cast<Real>(rows[m_Rules.centerRow].values[x]);
    unsigned int label = m_Rules.centerLabel;
    double       best = m_Rules.centerScore;
    bool         isStrictExtremum = true;
    for (const Candidate & candidate : m_Rules.candidates)
    {
      const Row<TPixel> &  row = rows[candidate.row];
      const std::ptrdiff_t at = x + candidate.column;
      if (row.present == nullptr || row.present[at])
      {
        const Real   difference = sign * (center - static_cast<Real>(row.values[at]));
        const double score = static_cast<double>(difference) * candidate.weight;
        if (score != score)
        {
          return candidate.label;
        }
        isStrictExtremum &= difference < 0;
        if (score > best || (score == best && candidate.label < label))
        {
          best = score;
          label = candidate.label;
        }
      }
    }
    return m_Rules.labelStrictExtrema && isStrictExtremum ? m_Rules.centerLabel : label;
  }

private:
  Competitors<Real>
  GetCompetitors(const Candidate * candidates) const
  {
    Competitors<Real> competitors;
    for (int k = 0; k < Competitors<Real>::Number; ++k)
    {
      const Candidate & candidate = candidates[k];
      competitors.neighbors[k] = m_RowReals[candidate.row] + candidate.column;
      competitors.masks[k] = m_RowMasks[candidate.row] + candidate.column;
      competitors.weights[k] = static_cast<Real>(candidate.weight);
      competitors.labels[k] = candidate.label;
    }
    return competitors;
  }

  bool
  AreFinite(const Row<TPixel> * rows, std::size_t width) const
  {
    if constexpr (std::is_floating_point<TPixel>::value)
    {
      return std::all_of(rows, rows + m_Rules.numberOfRows, [&](const auto & row) {
        return m_Definition.isFinite(row.values - m_Margin, width + 2 * m_Margin);
      });
    }
    return true;
  }

  /** The rows as real numbers and masks. */
  void
  TakeRows(const Row<TPixel> * rows, std::size_t width, bool isMasked)
  {
    const std::size_t length = width + 2 * m_Margin;
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
  Real                                m_NoBest[MaximumWidth];
  Integer                             m_NoWinners[MaximumWidth];
  Real                                m_Best[MaximumWidth];
  Integer                             m_Winners[MaximumWidth];
  std::int64_t                        m_Labels[MaximumWidth];
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
