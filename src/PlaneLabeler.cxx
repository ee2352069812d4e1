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
#include "LabelerChoice.h"
#include "RowLabeler.h"

#include <cstring>
#include <memory>

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

/** Rows of a plane as a labeler wants them: memory of their own, or rows of the image. */
template <typename T>
struct StagedPlane
{
  std::vector<T>         memory;
  std::vector<const T *> rows;
  bool                   isStaged{ false };

  /** Voxel 0 of a row of the memory. */
  T *
  GetRow(std::size_t row, std::size_t width)
  {
    const std::size_t size = ScratchRowSize(width);
    memory.resize(std::max(memory.size(), rows.size() * size));
    return memory.data() + row * size + KeyMultiple;
  }
};

std::size_t
WidthOfKeys(std::size_t columns)
{
  return (columns + KeyMultiple - 1) / KeyMultiple * KeyMultiple;
}

} // namespace

template <typename TPixel>
class PlaneLabeler<TPixel>::Implementation
{
public:
  using Real = RealOf<TPixel>;
  using ScoreType = ScoreOf<TPixel>;

  Implementation(const Rules & rules, unsigned int numberOfPlanes, std::size_t rows, std::size_t columns, Labeler first)
    : m_Neighborhood(MakeNeighborhood(rules, numberOfPlanes))
    , m_First(first)
    , m_NumberOfPlanes(numberOfPlanes)
    , m_RowLabeler(rules)
    , m_IsUndecided(std::make_unique<bool[]>(rows))
  {
    if (sizeof(TPixel) == 1 && m_Neighborhood.isIsotropic)
    {
      m_RankRules[false] = MakeRankRule(m_Neighborhood, false);
      m_RankRules[true] = MakeRankRule(m_Neighborhood, true);
    }
    m_Scratch.resize(NumberOfScratchRows * ScratchRowSize(std::max(columns, MinimumWidth)) + 8);
    for (Plane & plane : m_Planes)
    {
      plane.rows.resize(rows + 2);
      plane.next.resize(rows + 2);
      plane.reals.rows.resize(rows + 2);
      plane.keys.rows.resize(rows + 2);
      plane.byteKeys.rows.resize(rows + 2);
    }
  }

  void
  Start(std::size_t rows, std::size_t columns)
  {
    m_Rows = rows;
    m_Columns = columns;
    m_KeyScale = 0.0;
  }

  void
  Push(const Row<TPixel> * rows)
  {
    std::rotate(m_Planes, m_Planes + 1, m_Planes + m_NumberOfPlanes);
    Plane & plane = m_Planes[m_NumberOfPlanes - 1];
    std::transform(rows, rows + m_Rows + 2, plane.rows.begin(), [this](Row<TPixel> row) {
      const bool isMasked = row.mask && std::memchr(row.mask - 1, 0, m_Columns + 2);
      row.mask = isMasked ? row.mask : nullptr;
      return row;
    });
    plane.facts = {};
    plane.keyScale = 0.0;
    plane.reals.isStaged = false;
    plane.byteKeys.isStaged = false;
    for (std::size_t j = 0; j < m_Rows + 2; ++j)
    {
      const Row<TPixel> & row = plane.rows[j];
      plane.next[j] = row.next;
      plane.facts.isMasked |= row.mask != nullptr;
      if constexpr (sizeof(TPixel) > 2)
      {
        const RowFacts facts = m_Pixels.survey(row.values, row.mask, m_Columns);
        plane.facts.greatest = std::max(plane.facts.greatest, facts.greatest);
        plane.facts.hasNaN |= facts.hasNaN;
      }
      else
      {
        plane.facts.greatest = std::numeric_limits<std::uint16_t>::max();
      }
    }
  }

  void
  Label(std::uint8_t * labels, std::ptrdiff_t labelStride, ScoreType * scores, std::ptrdiff_t scoreStride)
  {
    PlaneFacts facts;
    for (unsigned int k = 0; k < m_NumberOfPlanes; ++k)
    {
      facts.greatest = std::max(facts.greatest, m_Planes[k].facts.greatest);
      facts.hasNaN |= m_Planes[k].facts.hasNaN;
      facts.isMasked |= m_Planes[k].facts.isMasked;
    }
    Labeler labeler = ChooseLabeler<TPixel>(m_Neighborhood, facts, m_First);
    if (labeler == Labeler::Direct && m_First <= Labeler::Keys && MayHaveExactKeys(m_Neighborhood, facts))
    {
      facts.hasExactKeys = this->HasExactKeys(facts);
      labeler = ChooseLabeler<TPixel>(m_Neighborhood, facts, m_First);
    }
    PlaneResults results{ labels, labelStride, nullptr, nullptr, scoreStride, m_Columns, m_IsUndecided.get() };
    if constexpr (std::is_same_v<ScoreType, float>)
    {
      results.floatScores = scores;
    }
    else
    {
      results.doubleScores = scores;
    }
    this->LabelBy(labeler, facts, results, scores);
  }

private:
  struct Plane
  {
    std::vector<Row<TPixel>>  rows;
    std::vector<const void *> next;
    PlaneFacts                facts;
    StagedPlane<Real>         reals;
    StagedPlane<std::int16_t> byteKeys;
    StagedPlane<std::int32_t> keys;
    double                    keyScale{ 0.0 }; // of the last try to make keys
    bool                      hasExactKeys{ false };
  };

  void
  LabelBy(Labeler labeler, const PlaneFacts & facts, const PlaneResults & results, ScoreType * scores)
  {
    switch (labeler)
    {
      case Labeler::Ranks:
        this->LabelByRanks(facts, results, scores);
        break;
      case Labeler::Keys:
        m_Target.labelByKeys(this->MakePlaneRows(&Plane::keys, WidthOfKeys(m_Columns)),
                             MakeKeyRule(m_Neighborhood, facts, m_KeyScale),
                             results,
                             m_Scratch.data());
        break;
      case Labeler::Direct:
        for (unsigned int k = 0; k < m_NumberOfPlanes; ++k)
        {
          this->StageReals(m_Planes[k]);
        }
        m_Reals.labelDirectly(this->MakePlaneRows(&Plane::reals, std::max(m_Columns, MinimumWidth)),
                              MakeDirectRule(m_Neighborhood, facts),
                              results,
                              m_Scratch.data());
        break;
      case Labeler::Definition:
        for (std::size_t j = 0; j < m_Rows; ++j)
        {
          this->LabelByDefinition(j, results, scores);
        }
        return;
    }
    std::size_t rows = m_Rows;
    if (labeler == Labeler::Ranks)
    {
      // Undecided rows were counted with the definition.
      rows = static_cast<std::size_t>(std::count(results.isUndecided, results.isUndecided + m_Rows, false));
    }
    CountLabeledVoxels(labeler, rows * m_Columns);
  }

  template <typename T>
  PlaneRows<T>
  MakePlaneRows(StagedPlane<T> Plane::* staged, std::size_t width)
  {
    const Plane & last = m_Planes[m_NumberOfPlanes - 1];
    PlaneRows<T>  plane{};
    for (unsigned int k = 0; k < 3; ++k)
    {
      plane.planes[k] = (m_Planes[m_NumberOfPlanes == 3 ? k : 0].*staged).rows.data();
    }
    plane.numberOfRows = m_Rows;
    plane.width = width;
    plane.next = last.next.front() ? last.next.data() : nullptr;
    plane.bytesOfNext = m_Columns * sizeof(TPixel);
    return plane;
  }

  void
  StageReals(Plane & plane)
  {
    if (plane.reals.isStaged)
    {
      return;
    }
    plane.reals.isStaged = true;
    const bool isStandIn = plane.facts.hasNaN || plane.facts.isMasked;
    const bool isCopied =
      !std::is_same_v<TPixel, Real> || isStandIn || m_Neighborhood.ascent || m_Columns < MinimumWidth;
    for (std::size_t j = 0; j < m_Rows + 2; ++j)
    {
      const Row<TPixel> & row = plane.rows[j];
      if (isCopied)
      {
        Real * const reals = plane.reals.GetRow(j, std::max(m_Columns, MinimumWidth));
        m_Pixels.makeReals(row.values, row.mask, m_Neighborhood.ascent ? -1 : 1, isStandIn, reals, m_Columns);
        plane.reals.rows[j] = reals;
      }
      else
      {
        plane.reals.rows[j] = reinterpret_cast<const Real *>(row.values);
      }
    }
  }

  /** Whether all planes have exact keys; makes them on the way. */
  bool
  HasExactKeys(const PlaneFacts & facts)
  {
    m_KeyScale = ChooseKeyScale(facts.greatest, m_KeyScale);
    const auto isKnownAsInexact = [&](const Plane & plane) {
      return plane.keyScale == m_KeyScale && !plane.hasExactKeys;
    };
    return std::none_of(m_Planes, m_Planes + m_NumberOfPlanes, isKnownAsInexact) &&
           std::all_of(m_Planes, m_Planes + m_NumberOfPlanes, [&](Plane & plane) { return this->MakeKeys(plane); });
  }

  bool
  MakeKeys(Plane & plane)
  {
    if (plane.keyScale == m_KeyScale)
    {
      return plane.hasExactKeys;
    }
    plane.keyScale = m_KeyScale;
    plane.hasExactKeys = false;
    const std::size_t numberOfRows = m_Rows + 2;
    const std::size_t width = WidthOfKeys(m_Columns);
    const double      scale = m_Neighborhood.ascent ? -m_KeyScale : m_KeyScale;
    for (std::size_t j = 0; j < numberOfRows; ++j)
    {
      // First the row that ended the last try: planes are alike.
      const std::size_t    at = (m_RowThatWasRounded + j) % numberOfRows;
      const Row<TPixel> &  row = plane.rows[at];
      std::int32_t * const keys = plane.keys.GetRow(at, width);
      plane.keys.rows[at] = keys;
      if (!m_Pixels.makeKeys(row.values, row.mask, scale, keys, m_Columns))
      {
        m_RowThatWasRounded = at;
        return false;
      }
    }
    plane.hasExactKeys = true;
    return true;
  }

  void
  LabelByRanks(const PlaneFacts & facts, const PlaneResults & results, ScoreType * scores)
  {
    if constexpr (sizeof(TPixel) == 1)
    {
      using Limits = std::numeric_limits<TPixel>;
      const std::size_t               width = WidthOfKeys(m_Columns);
      const int                       sign = m_Neighborhood.ascent ? -1 : 1;
      const int                       offset = m_Neighborhood.ascent ? Limits::max() : -Limits::min();
      const BytePixelTarget<TPixel> & bytes = m_Target;
      for (unsigned int k = 0; k < m_NumberOfPlanes; ++k)
      {
        StagedPlane<std::int16_t> & staged = m_Planes[k].byteKeys;
        for (std::size_t j = 0; j < m_Rows + 2 && !staged.isStaged; ++j)
        {
          const Row<TPixel> &  row = m_Planes[k].rows[j];
          std::int16_t * const keys = staged.GetRow(j, width);
          bytes.makeByteKeys(row.values, row.mask, sign, offset, keys, m_Columns);
          staged.rows[j] = keys;
        }
        staged.isStaged = true;
      }
      m_Target.labelByRanks(
        this->MakePlaneRows(&Plane::byteKeys, width), m_RankRules[facts.isMasked], results, m_Scratch.data());
      for (std::size_t j = 0; j < m_Rows; ++j)
      {
        if (m_IsUndecided[j])
        {
          this->LabelByDefinition(j, results, scores);
        }
      }
    }
  }

  void
  LabelByDefinition(std::size_t j, const PlaneResults & results, ScoreType * scores)
  {
    constexpr std::size_t width = RowLabeler<TPixel>::MaximumWidth;
    for (std::size_t begin = 0; begin < m_Columns; begin += width)
    {
      Row<TPixel>       rows[9];
      double            wideScores[width];
      const std::size_t count = std::min(width, m_Columns - begin);
      for (unsigned int k = 0; k < 3 * m_NumberOfPlanes; ++k)
      {
        const Row<TPixel> & row = m_Planes[k / 3].rows[j + k % 3];
        rows[k] = { row.values + begin, row.mask ? row.mask + begin : nullptr, nullptr };
      }
      m_RowLabeler.Label(rows, count, wideScores);
      const auto     row = static_cast<std::ptrdiff_t>(j);
      std::uint8_t * labels = results.labels + row * results.labelStride + begin;
      for (std::size_t x = 0; x < count; ++x)
      {
        labels[x] = static_cast<std::uint8_t>(m_RowLabeler.GetLabel(x));
      }
      for (std::size_t x = 0; x < count && scores; ++x)
      {
        scores[row * results.scoreStride + static_cast<std::ptrdiff_t>(begin + x)] =
          static_cast<ScoreType>(wideScores[x]);
      }
    }
  }

  Neighborhood                                m_Neighborhood;
  RankRule                                    m_RankRules[2]{}; // by whether there is a mask
  Labeler                                     m_First;
  unsigned int                                m_NumberOfPlanes;
  const Target &                              m_Target{ GetTarget() };
  const PixelTarget<TPixel> &                 m_Pixels{ m_Target };
  const RealTarget<Real> &                    m_Reals{ m_Target };
  typename RowLabeler<TPixel>::Implementation m_RowLabeler;
  Plane                                       m_Planes[3];
  std::size_t                                 m_Rows{ 0 };
  std::size_t                                 m_Columns{ 0 };
  double                                      m_KeyScale{ 0.0 };
  std::size_t                                 m_RowThatWasRounded{ 0 };
  std::unique_ptr<bool[]>                     m_IsUndecided;
  std::vector<double>                         m_Scratch;
};

template <typename TPixel>
PlaneLabeler<TPixel>::PlaneLabeler(const Rules & rules,
                                   unsigned int  numberOfPlanes,
                                   std::size_t   rows,
                                   std::size_t   columns,
                                   Labeler       first)
  : m_Implementation(std::make_unique<Implementation>(rules, numberOfPlanes, rows, columns, first))
{}

template <typename TPixel>
PlaneLabeler<TPixel>::~PlaneLabeler() = default;

template <typename TPixel>
void
PlaneLabeler<TPixel>::Start(std::size_t rows, std::size_t columns)
{
  m_Implementation->Start(rows, columns);
}

template <typename TPixel>
void
PlaneLabeler<TPixel>::Push(const Row<TPixel> * rows)
{
  m_Implementation->Push(rows);
}

template <typename TPixel>
void
PlaneLabeler<TPixel>::Label(std::uint8_t *    labels,
                            std::ptrdiff_t    labelStride,
                            ScoreOf<TPixel> * scores,
                            std::ptrdiff_t    scoreStride)
{
  m_Implementation->Label(labels, labelStride, scores, scoreStride);
}

template class PlaneLabeler<std::int8_t>;
template class PlaneLabeler<std::uint8_t>;
template class PlaneLabeler<std::int16_t>;
template class PlaneLabeler<std::uint16_t>;
template class PlaneLabeler<std::int32_t>;
template class PlaneLabeler<std::uint32_t>;
template class PlaneLabeler<float>;
template class PlaneLabeler<double>;

} // namespace itk::NeighborhoodArgmaxLabel
