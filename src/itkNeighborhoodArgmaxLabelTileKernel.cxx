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
#include "itkNeighborhoodArgmaxLabelRowKernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

namespace itk::NeighborhoodArgmaxLabel
{

namespace
{
/** Rows for the loops, from one address of whole cache lines to another. */
template <typename T>
class AlignedBuffer
{
public:
  void
  Resize(std::size_t n)
  {
    m_Storage.assign(n + CacheLine / sizeof(T), T{});
    void *      start = m_Storage.data();
    std::size_t space = m_Storage.size() * sizeof(T);
    m_Data = static_cast<T *>(std::align(CacheLine, n * sizeof(T), start, space));
  }

  T *
  Data()
  {
    return m_Data;
  }

private:
  static constexpr std::size_t CacheLine = 64;
  std::vector<T>               m_Storage;
  T *                          m_Data{ nullptr };
};
} // namespace

template <typename TPixel>
class TileKernel<TPixel>::Implementation
{
public:
  using Key = KeyOf<TPixel>;
  using ScoreType = ScoreOf<TPixel>;

  Implementation(const Rules & rules, unsigned int numberOfPlanes, std::size_t rows, std::size_t columns)
    : m_Rules(rules)
    , m_Loops(GetLoops())
    , m_RowKernel(rules)
    , m_NumberOfPlanes(numberOfPlanes)
  {
    const bool is3D = numberOfPlanes == 3;
    const bool isFull = rules.candidates.size() > (is3D ? 6 : 4);
    m_Shape = is3D ? (isFull ? Full3D : Faces3D) : (isFull ? Full2D : Faces2D);

    std::fill_n(m_Weights, MaximumNumberOfLabels, 0.0);
    for (const Candidate & candidate : rules.candidates)
    {
      m_Weights[candidate.label] = candidate.weight;
    }
    const double * const w = m_Weights;
    if (m_Shape == Full3D && w[4] == w[10] && w[4] == w[12] && w[1] == w[3] && w[1] == w[9])
    {
      m_Shape = Isotropic3D;
    }
    const auto [least, greatest] =
      std::minmax_element(rules.candidates.begin(), rules.candidates.end(), [](const auto & a, const auto & b) {
        return a.weight < b.weight;
      });
    m_LeastWeight = least->weight;
    m_GreatestWeight = greatest->weight;
    // The scores of keys are computed in float.
    m_HasKeys = m_GreatestWeight / m_LeastWeight < 1 << 16;

    m_IsIsotropic = this->IsIsotropic();
    m_UsesRanks = sizeof(Key) == sizeof(std::int16_t) && m_IsIsotropic;
    if (m_UsesRanks)
    {
      m_RankRules[0] = this->MakeRankRule(false);
      m_RankRules[1] = this->MakeRankRule(true);
    }

    m_Stride = RoundUp(columns) + 2 * Margin;
    for (Plane & plane : m_Planes)
    {
      plane.rows.resize(rows + 2);
      plane.keys.Resize((rows + 2) * m_Stride);
    }
    m_RowsAtOnce = std::max(std::size_t{ 1 }, KeysAtOnce / RoundUp(columns));
    m_NumberOfAcrossRows = m_RowsAtOnce + 2;
    m_Across.resize(2 * m_NumberOfAcrossRows);
    m_AcrossKeys.Resize(m_NumberOfAcrossRows * 6 * m_Stride);
    Key * row = m_AcrossKeys.Data() + Margin;
    for (std::size_t j = 0; j < m_NumberOfAcrossRows; ++j)
    {
      AcrossRows<Key> & across = m_Across[j];
      for (Key ** const member : { &across.pair,
                                   &across.pairSecond,
                                   &across.beside,
                                   &across.besideSecond,
                                   &across.diagonal,
                                   &across.diagonalSecond })
      {
        *member = row;
        row += m_Stride;
      }
      m_Across[j + m_NumberOfAcrossRows] = across;
    }
    m_Undecided.resize(columns + 1);
    m_Codes.Resize(m_RowsAtOnce * m_Stride);
    m_RankCodes.Resize(m_UsesRanks ? m_RowsAtOnce * m_Stride : 0);
    m_HasUndecided = std::make_unique<bool[]>(m_RowsAtOnce);

    const std::vector<TPixel>      values(3);
    const std::vector<Row<TPixel>> constant(rules.numberOfRows, { values.data() + 1, nullptr, nullptr });
    std::uint32_t                  label;
    double                         score;
    m_RowKernel.Label(constant.data(), 1, &label, &score);
    m_LabelOfPlateau = static_cast<std::uint8_t>(label);
  }

  void
  Start(std::size_t rows, std::size_t columns)
  {
    m_Rows = rows;
    m_Columns = columns;
    m_PlanesToSkip = 0;
    m_PlanesToSkipNext = 1;
    m_IsCareful = false;
  }

  void
  Push(const Row<TPixel> * rows)
  {
    std::rotate(m_Planes, m_Planes + 1, m_Planes + m_NumberOfPlanes);
    Plane & plane = m_Planes[m_NumberOfPlanes - 1];
    std::copy_n(rows, m_Rows + 2, plane.rows.begin());
    plane.keyScale = 0.0;
    plane.magnitude = {};
    plane.isMasked = false;
    for (std::size_t j = 0; j < m_Rows + 2; ++j)
    {
      plane.isMasked |= rows[j].present != nullptr;
    }
    if constexpr (sizeof(TPixel) > 2)
    {
      plane.magnitude = m_Pixels.magnitude(rows, m_Rows + 2, m_Columns);
    }
  }

  void
  Label(std::uint8_t * labels, std::ptrdiff_t labelStride, ScoreType * scores, std::ptrdiff_t scoreStride)
  {
    Magnitude magnitude;
    for (unsigned int k = 0; k < m_NumberOfPlanes; ++k)
    {
      magnitude.greatest = std::max(magnitude.greatest, m_Planes[k].magnitude.greatest);
      magnitude.hasNaN |= m_Planes[k].magnitude.hasNaN;
    }
    // Infinities, or numbers whose differences may be infinite.
    const bool isHostile = magnitude.greatest >= static_cast<double>(std::numeric_limits<RealOf<TPixel>>::max()) / 4;
    if (isHostile || !m_HasKeys || m_PlanesToSkip > 0)
    {
      m_PlanesToSkip -= m_PlanesToSkip > 0;
      for (std::size_t j = 0; j < m_Rows; ++j)
      {
        this->LabelByDefinition(j,
                                0,
                                m_Columns,
                                labels + j * labelStride,
                                scores ? scores + j * scoreStride : nullptr,
                                !isHostile && !magnitude.hasNaN);
      }
      return;
    }
    this->LabelByKeys(magnitude, labels, labelStride, scores, scoreStride);
  }

private:
  static constexpr unsigned int MaximumNumberOfLabels = 27;

  static constexpr int NoCenterOrder = std::numeric_limits<int>::max();
  static constexpr int LowestCenterOrder = std::numeric_limits<int>::min();

  // Starting a loop costs as much as some 30 voxels, while what rows give across is to stay in the first-level cache.
  static constexpr std::size_t KeysAtOnce = 1024 / sizeof(Key);

  // Before and behind a row: KeyMargin, in whole cache lines. Rows of 256 keys and this are no multiple of 4 KiB apart.
  static constexpr std::size_t Margin = 32;

  struct Plane
  {
    std::vector<Row<TPixel>> rows;
    AlignedBuffer<Key>       keys;
    Magnitude                magnitude;
    double                   keyScale{ 0.0 }; // 0: no keys yet
    int                      bits{ 0 };       // what makeKeys() returned
    bool                     isKnownForZeros{ false };
    bool                     hasExactZeros{ false }; // if known: keys of 0 are of values that are 0
    bool                     isMasked{ false };
  };

  static std::size_t
  RoundUp(std::size_t columns)
  {
    return (columns + KeyMultiple - 1) / KeyMultiple * KeyMultiple;
  }

  static const unsigned char *
  Before(const unsigned char * present)
  {
    return present ? present - 1 : nullptr;
  }

  /** The first key of a row; those before it and behind the last one are valid as well. */
  Key *
  KeyRow(Plane & plane, std::size_t row) const
  {
    return plane.keys.Data() + row * m_Stride + Margin;
  }

  /** Asks for what Push() will read, a row at a time: all at once would have to be waited for. */
  void
  FetchNext(const Row<TPixel> & row) const
  {
#if defined(__GNUC__)
    constexpr std::size_t lineLength = 64 / sizeof(TPixel);
    if (row.next)
    {
      for (std::size_t x = 0; x < m_Columns + lineLength; x += lineLength)
      {
        __builtin_prefetch(row.next + x);
      }
    }
#endif
  }

  // ---- The definition, for what keys cannot tell

  /** The neighbourhood's rows about row j, from column x on. */
  void
  GetNeighborhood(std::size_t j, std::size_t x, Row<TPixel> * rows) const
  {
    for (unsigned int k = 0; k < m_NumberOfPlanes; ++k)
    {
      for (std::size_t i = j; i < j + 3; ++i)
      {
        const Row<TPixel> & row = m_Planes[k].rows[i];
        *rows++ = { row.values + x, row.present ? row.present + x : nullptr, nullptr };
      }
    }
  }

  void
  LabelByDefinition(std::size_t    j,
                    std::size_t    begin,
                    std::size_t    end,
                    std::uint8_t * labels,
                    ScoreType *    scores,
                    bool           isFinite)
  {
    constexpr std::size_t width = RowKernel<TPixel>::MaximumWidth;
    for (std::size_t x = begin; x < end; x += width)
    {
      Row<TPixel>       rows[9];
      double            wideScores[width];
      const std::size_t count = std::min(width, end - x);
      this->GetNeighborhood(j, x, rows);
      m_RowKernel.Label(rows, count, labels + x, wideScores, isFinite);
      if (scores)
      {
        std::transform(
          wideScores, wideScores + count, scores + x, [](double score) { return static_cast<ScoreType>(score); });
      }
    }
  }

  void
  ScoreRow(std::size_t j, const std::uint8_t * labels, ScoreType * scores) const
  {
    Row<TPixel> rows[9];
    this->GetNeighborhood(j, 0, rows);
    const TPixel * neighbors[MaximumNumberOfLabels];
    double         weights[MaximumNumberOfLabels];
    for (unsigned int label = 0; label < 3 * m_Rules.numberOfRows; ++label)
    {
      neighbors[label] = rows[label / 3].values + label % 3 - 1;
      weights[label] = m_Rules.ascent ? -m_Weights[label] : m_Weights[label];
    }
    m_Pixels.score(rows[m_Rules.centerRow].values,
                   neighbors,
                   weights,
                   labels,
                   static_cast<std::uint8_t>(m_Rules.centerLabel),
                   m_Rules.centerScore,
                   scores,
                   m_Columns);
  }

  /** Finds the undecided labels of a row, and returns their number. */
  std::size_t
  FindUndecided(const std::uint8_t * labels)
  {
    std::size_t number = 0;
    for (std::size_t x = 0; x < m_Columns; x += sizeof(std::uint64_t))
    {
      // Eight at a time: adding 1 carries Undecided, and greater ones, into the upper three bits.
      std::uint64_t     eight = 0;
      const std::size_t end = std::min(x + sizeof(eight), m_Columns);
      std::memcpy(&eight, labels + x, end - x);
      if (((eight + 0x0101010101010101) | eight) & 0xe0e0e0e0e0e0e0e0)
      {
        for (std::size_t k = x; k < end; ++k)
        {
          m_Undecided[number] = k;
          number += labels[k] >= Undecided;
        }
      }
    }
    return number;
  }

  bool
  HasExactZeros(double scale)
  {
    return std::all_of(m_Planes, m_Planes + m_NumberOfPlanes, [&](Plane & plane) {
      if (!plane.isKnownForZeros)
      {
        plane.isKnownForZeros = true;
        plane.hasExactZeros = std::all_of(plane.rows.begin(), plane.rows.begin() + m_Rows + 2, [&](const auto & row) {
          return m_Pixels.hasExactZeros(row.values - 1, Before(row.present), scale, m_Columns + 2);
        });
      }
      return plane.hasExactZeros;
    });
  }

  /** Decides what keys left; returns for how many voxels the definition was needed. */
  std::size_t
  Decide(std::size_t j, std::uint8_t * labels, bool hasNaN)
  {
    std::size_t number = this->FindUndecided(labels);
    if (8 * number > m_Columns)
    {
      this->LabelPlateaus(j, labels);
      number = this->FindUndecided(labels);
    }
    Row<TPixel> rows[9];
    this->GetNeighborhood(j, 0, rows);
    constexpr std::size_t shortRun = 4;
    constexpr std::size_t gap = 8;
    for (std::size_t begin = 0, end = 0; begin < number; begin = end)
    {
      for (end = begin + 1; end < number && m_Undecided[end] - m_Undecided[end - 1] < gap; ++end)
      {
      }
      if (end - begin > shortRun)
      {
        this->LabelByDefinition(j, m_Undecided[begin], m_Undecided[end - 1] + 1, labels, nullptr, !hasNaN);
        continue;
      }
      for (std::size_t k = begin; k < end; ++k)
      {
        const std::size_t x = m_Undecided[k];
        labels[x] = static_cast<std::uint8_t>(m_RowKernel.LabelVoxel(rows, static_cast<std::ptrdiff_t>(x)));
      }
    }
    return number;
  }

  void
  LabelPlateaus(std::size_t j, std::uint8_t * labels) const
  {
    Row<TPixel> rows[9];
    this->GetNeighborhood(j, 0, rows);
    const TPixel * values[9];
    for (unsigned int r = 0; r < m_Rules.numberOfRows; ++r)
    {
      if (rows[r].present)
      {
        return;
      }
      values[r] = rows[r].values;
    }
    m_Pixels.labelPlateaus(values, m_Rules.numberOfRows, m_LabelOfPlateau, labels, m_Columns);
  }

  // ---- Keys

  /** How the keys of three planes are compared. */
  struct Comparison
  {
    double      scale;
    bool        isExact;
    bool        isMasked;
    bool        hasNaN;
    bool        isScored; // by what keys tell
    KeyAccuracy accuracy;
    ScoreRule   scoreRule;
  };

  void
  LabelByKeys(Magnitude      magnitude,
              std::uint8_t * labels,
              std::ptrdiff_t labelStride,
              ScoreType *    scores,
              std::ptrdiff_t scoreStride)
  {
    Comparison comparison = this->MakeComparison(magnitude);
    comparison.isScored =
      scores && std::is_integral<TPixel>::value && comparison.isExact && this->PrepareScores(comparison.scale);
    this->RankAcross(0, 2, comparison);
    std::size_t redone = 0;
    for (std::size_t j = 0; j < m_Rows; j += m_RowsAtOnce)
    {
      const std::size_t         numberOfRows = std::min(m_RowsAtOnce, m_Rows - j);
      const Block<std::uint8_t> block{ labels + static_cast<std::ptrdiff_t>(j) * labelStride,
                                       labelStride,
                                       numberOfRows };
      this->RankAcross(j + 2, numberOfRows, comparison);
      this->Compare(j, comparison, block);
      for (std::size_t k = 0; k < numberOfRows; ++k)
      {
        std::uint8_t * const rowLabels = labels + static_cast<std::ptrdiff_t>(j + k) * labelStride;
        if (m_HasUndecided[k])
        {
          const std::size_t number = this->Decide(j + k, rowLabels, comparison.hasNaN);
          redone += number;
          if (comparison.accuracy == Rounded && !m_IsCareful && 64 * number > m_Columns)
          {
            m_IsCareful = true;
            comparison.accuracy = this->ChooseAccuracy(comparison);
          }
        }
        if (scores)
        {
          ScoreType * const rowScores = scores + static_cast<std::ptrdiff_t>(j + k) * scoreStride;
          if (!comparison.isScored || m_HasUndecided[k])
          {
            this->ScoreRow(j + k, rowLabels, rowScores);
          }
          else if constexpr (std::is_integral<TPixel>::value)
          {
            this->ScoreCodes(k, rowScores);
          }
        }
      }
    }
    // Where most of a plane was labelled twice, the next ones are left to the definition at once, each time for longer.
    if (2 * redone > m_Rows * m_Columns)
    {
      m_PlanesToSkip = m_PlanesToSkipNext;
      m_PlanesToSkipNext = std::min(2 * m_PlanesToSkipNext, 32u);
    }
    else
    {
      m_PlanesToSkipNext = 1;
    }
  }

  Comparison
  MakeComparison(Magnitude magnitude)
  {
    Comparison comparison{};
    comparison.isMasked = std::any_of(m_Planes, m_Planes + m_NumberOfPlanes, [](const auto & p) { return p.isMasked; });
    comparison.hasNaN = magnitude.hasNaN;
    comparison.scale = this->ChooseScale(
      magnitude.greatest, comparison.isMasked || comparison.hasNaN ? LargestKeyValueOfMasked : LargestKeyValue);
    int bits = 0;
    for (unsigned int k = 0; k < m_NumberOfPlanes; ++k)
    {
      this->MakeKeys(m_Planes[k], comparison.scale);
      bits |= m_Planes[k].bits;
    }
    // Differences of up to 26 bits, the last two of them 0, are exact in float.
    comparison.isExact = (bits & 3) == 0 && !comparison.hasNaN;
    comparison.accuracy = this->ChooseAccuracy(comparison);
    if (!m_UsesRanks)
    {
      comparison.scoreRule = this->MakeScoreRule(comparison.scale, comparison.isMasked);
      if (comparison.isExact &&
          this->HasSmallIntegers(2 * magnitude.greatest * comparison.scale, bits, comparison.scoreRule))
      {
        comparison.accuracy = SmallIntegers;
        for (int k = 0; k < NumberOfClasses(m_Shape); ++k)
        {
          comparison.scoreRule.weights[k] = static_cast<float>(SmallIntegerFactor / std::sqrt(k + 1.0));
        }
      }
    }
    return comparison;
  }

  /** What rows from j on give across, of the rows + 2 of the planes. */
  void
  RankAcross(std::size_t j, std::size_t numberOfRows, const Comparison & comparison)
  {
    Plane & above = m_Planes[m_NumberOfPlanes - 1];
    for (std::size_t k = j; k < j + numberOfRows; ++k)
    {
      this->FetchNext(above.rows[k]);
    }
    m_KeyLoops.shapes[m_Shape].across[!comparison.isExact](
      KeyRow(m_Planes[0], j),
      { KeyRow(m_Planes[m_NumberOfPlanes / 2], j), static_cast<std::ptrdiff_t>(m_Stride), numberOfRows },
      KeyRow(above, j),
      m_Across.data() + j % m_NumberOfAcrossRows,
      RoundUp(m_Columns));
  }

  /** Whether ScoreCodes() gives the scores of the definition. */
  bool
  PrepareScores(double scale)
  {
    if (m_UsesRanks)
    {
      if (m_Differences.Data() == nullptr)
      {
        m_Differences.Resize(NumberOfClasses(m_Shape) * m_RowsAtOnce * m_Stride);
        m_HasRankScores = this->MakeRankScores();
      }
      return m_HasRankScores;
    }
    for (unsigned int label = 0; label < MaximumNumberOfLabels; ++label)
    {
      m_WeightsOfCodes[LabelMask - label] = m_Weights[label] * (LabelMask + 1) / KeyUnit<Key> / scale;
    }
    return true;
  }

  /** Scores of row k of those last compared, all of whose labels are decided. */
  void
  ScoreCodes(std::size_t k, float * scores)
  {
    const std::size_t width = RoundUp(m_Columns);
    const std::size_t at = k * width;
    if constexpr (sizeof(Key) == sizeof(std::int16_t))
    {
      if (m_UsesRanks)
      {
        // Two classes: the last one again changes nothing.
        const int            numberOfClasses = NumberOfClasses(m_Shape);
        const std::int16_t * differences[3];
        for (int c = 0; c < 3; ++c)
        {
          differences[c] = m_Differences.Data() + numberOfClasses * at + std::min(c, numberOfClasses - 1) * width;
        }
        m_RankLoops.scoreRanks(differences, m_RankScores, scores, m_Columns);
        return;
      }
    }
    m_RankLoops.scoreCodes(m_Codes.Data() + at,
                           m_WeightsOfCodes,
                           LabelMask - static_cast<std::int32_t>(m_Rules.centerLabel),
                           m_Rules.centerScore,
                           scores,
                           m_Columns);
  }

  /** Labels of rows from j on, and into m_HasUndecided whether keys do not decide all of a row. */
  void
  Compare(std::size_t j, const Comparison & comparison, Block<std::uint8_t> labels)
  {
    Plane &            center = m_Planes[m_NumberOfPlanes / 2];
    const std::size_t  width = RoundUp(m_Columns);
    const KeyRows<Key> keyRows{ { KeyRow(center, j + 1), static_cast<std::ptrdiff_t>(m_Stride), labels.numberOfRows },
                                m_Across.data() + j % m_NumberOfAcrossRows };
    const auto         finish = [&](const auto maskLoop, const auto finishLoop, auto * codes) {
      for (std::size_t k = 0; k < labels.numberOfRows; ++k)
      {
        if (const unsigned char * const present = center.rows[j + 1 + k].present)
        {
          maskLoop(present, codes + k * width, m_Columns);
        }
      }
      finishLoop(codes, width, labels, m_Columns, m_HasUndecided.get());
    };
    if constexpr (sizeof(Key) == sizeof(std::int16_t))
    {
      if (m_UsesRanks)
      {
        m_RankLoops.compareRanks[m_Shape][comparison.isScored](
          keyRows, m_RankRules[comparison.isMasked], m_RankCodes.Data(), m_Differences.Data(), width);
        finish(m_RankLoops.maskRanks, m_RankLoops.finishRanks, m_RankCodes.Data());
        return;
      }
    }
    const bool byScore =
      comparison.isExact ? comparison.scoreRule.centerOrder == NoCenterOrder : m_IsCareful || comparison.hasNaN;
    m_KeyLoops.shapes[m_Shape].compareScores[comparison.accuracy][byScore](
      keyRows, comparison.scoreRule, m_Codes.Data(), width);
    if (comparison.hasNaN)
    {
      // All scores are NaN: the first label of those present.
      const std::uint32_t first = comparison.isMasked ? Undecided : m_Rules.candidates.front().label;
      for (std::size_t k = 0; k < labels.numberOfRows; ++k)
      {
        m_Pixels.codeNaN(center.rows[j + 1 + k].values,
                         LabelMask - static_cast<std::int32_t>(first),
                         m_Codes.Data() + k * width,
                         m_Columns);
      }
    }
    finish(m_RankLoops.maskScores, m_RankLoops.finishScores, m_Codes.Data());
  }

  KeyAccuracy
  ChooseAccuracy(const Comparison & comparison)
  {
    if (comparison.isExact)
    {
      return Exact;
    }
    if (comparison.hasNaN)
    {
      return RoundedWithNaN;
    }
    return m_IsCareful && this->HasExactZeros(comparison.scale) ? RoundedButZeros : Rounded;
  }

  /** The scale of the planes' keys: the last one, as long as the greatest value fits and uses most of the bits. */
  double
  ChooseScale(double magnitude, int largestKeyValue)
  {
    if constexpr (sizeof(TPixel) <= 2)
    {
      return 1.0;
    }
    const double scaled = magnitude * m_Scale;
    if (!(scaled < largestKeyValue && scaled >= largestKeyValue / 8) && magnitude > 0.0)
    {
      // The scale and its inverse must be normal numbers.
      constexpr int limit = std::is_same<RealOf<TPixel>, float>::value ? 120 : 1000;
      const int     exponent = std::ilogb(largestKeyValue) - 1 - std::ilogb(magnitude);
      m_Scale = std::ldexp(1.0, std::max(-limit, std::min(exponent, limit)));
    }
    return m_Scale;
  }

  void
  MakeKeys(Plane & plane, double scale)
  {
    if (plane.keyScale == scale)
    {
      return;
    }
    plane.keyScale = scale;
    plane.isKnownForZeros = false;
    KeyScale keyScale{ m_Rules.ascent ? -scale : scale, 0 };
    if constexpr (sizeof(TPixel) == 1)
    {
      keyScale.offset = m_Rules.ascent ? std::numeric_limits<TPixel>::max() : -std::numeric_limits<TPixel>::min();
    }
    // What lies behind the keys is from other rows: it leads to labels that are not used.
    plane.bits = m_Pixels.makeKeys[plane.magnitude.hasNaN](
      plane.rows.data(), keyScale, { KeyRow(plane, 0), static_cast<std::ptrdiff_t>(m_Stride), m_Rows + 2 }, m_Columns);
  }

  /** Whether exact keys of values of these bits, with differences up to `greatest`, are SmallIntegers; so must be the
   * centre's. */
  bool
  HasSmallIntegers(double greatest, int bits, const ScoreRule & rule) const
  {
    if (sizeof(TPixel) <= 2 || m_Shape != Isotropic3D || !m_IsIsotropic || rule.centerOrder == NoCenterOrder)
    {
      return false;
    }
    if (rule.centerOrder != LowestCenterOrder)
    {
      // Beyond the others it may lie, far from all of them.
      bits |= (rule.centerOrder & ~LabelMask) / KeyUnit<Key>;
    }
    return greatest <= static_cast<double>(LargestSmallInteger) * (bits & -bits);
  }

  ScoreRule
  MakeScoreRule(double scale, bool isMasked) const
  {
    ScoreRule rule;
    for (int k = 0; k < NumberOfClasses(m_Shape); ++k)
    {
      rule.weights[k] = static_cast<float>(m_Weights[FirstLabel(m_Shape, k)] / m_GreatestWeight);
    }
    // Beyond any difference of keys, and nearer to 0 than any but 0.
    constexpr double greatest = 1e30;
    constexpr double least = 1e-30;
    double           center = m_Rules.centerScore * scale * KeyUnit<Key> / m_GreatestWeight;
    if (m_Rules.centerScore != 0.0)
    {
      center = std::copysign(std::max(least, std::min(std::abs(center), greatest)), m_Rules.centerScore);
    }
    if (m_Rules.labelStrictExtrema)
    {
      center = std::max(center, -least);
    }
    rule.center = static_cast<float>(center);
    rule.centerCode = LabelMask - static_cast<int>(m_Rules.centerLabel);
    rule.codeOfZero = rule.center == 0.0f ? rule.centerCode : -1;
    if (isMasked)
    {
      // A score that no absent neighbour reaches: keys are less than 1/2 of AbsentKey. Where nothing exceeds it, the
      // keys do not tell whether one is present.
      const float absent = -0.5f * AbsentKey<Key> * static_cast<float>(m_LeastWeight / m_GreatestWeight);
      if (rule.center < absent)
      {
        rule.center = absent;
        rule.centerCode = LabelMask - Undecided;
      }
    }
    rule.centerOrder = this->MakeCenterOrder(rule, scale);
    rule.sure = rule.center + std::abs(rule.center) * 1e-6f + 2 * RoundedTolerance + 1;
    return rule;
  }

  /** What the centre's score is worth as a difference of the first class, if that is exact. */
  int
  MakeCenterOrder(const ScoreRule & rule, double scale) const
  {
    const double weight = m_Weights[FirstLabel(m_Shape, 0)];
    const double difference = m_Rules.centerScore / weight;
    if (rule.centerCode == LabelMask - Undecided)
    {
      return static_cast<int>(std::ceil(rule.center / rule.weights[0] / KeyUnit<Key>)) * KeyUnit<Key>;
    }
    if (m_Rules.labelStrictExtrema && m_Rules.centerScore < 0.0)
    {
      return NoCenterOrder;
    }
    if (difference * scale <= -2.0 * LargestKeyValue)
    {
      return LowestCenterOrder;
    }
    const bool isExact = difference * weight == m_Rules.centerScore && difference * scale < LargestKeyValue &&
                         std::floor(difference * scale) == difference * scale;
    return isExact ? static_cast<int>(difference * scale) * KeyUnit<Key> + rule.centerCode : NoCenterOrder;
  }

  /** Whether the distances are 1, sqrt(2) and sqrt(3), but for a common factor. */
  bool
  IsIsotropic() const
  {
    if (m_Shape == Full3D)
    {
      return false;
    }
    for (int k = 0; k < NumberOfClasses(m_Shape); ++k)
    {
      const double ratio = m_GreatestWeight / m_Weights[FirstLabel(m_Shape, k)];
      const int    squared = SquaredDistance(m_Shape, k);
      if (squared == 1 ? ratio != 1.0 : std::abs(ratio * ratio - squared) > 1e-12)
      {
        return false;
      }
    }
    return true;
  }

  RankRule
  MakeRankRule(bool isMasked) const
  {
    constexpr int unit = LabelMask + 1;
    const auto    rankOf = [](int difference, int squaredDistance) {
      int rank = -RankShift;
      for (int other = 1; other <= 3; ++other)
      {
        rank += other == squaredDistance
                     ? difference
                     : static_cast<int>(std::floor(difference * std::sqrt(1.0 * other / squaredDistance)));
      }
      return rank;
    };
    // The greatest rank at which keys do not tell whether a neighbour is present, or what the difference is.
    int lowest = rankOf(LeastRankedDifference(1), 1);
    for (int k = 0; k < NumberOfClasses(m_Shape) && isMasked; ++k)
    {
      lowest =
        std::max(lowest, rankOf(LeastRankedDifference(SquaredDistance(m_Shape, k)), SquaredDistance(m_Shape, k)));
    }
    int center = (lowest + 1) * unit;
    for (int k = 0; k < NumberOfClasses(m_Shape); ++k)
    {
      // The greatest difference whose score does not exceed the center's, and the one before.
      const int    squared = SquaredDistance(m_Shape, k);
      const double weight = m_Weights[FirstLabel(m_Shape, k)];
      int greatest = static_cast<int>(std::max(-256.0, std::min(std::floor(m_Rules.centerScore / weight) + 1, 255.0)));
      while (greatest >= -255 && greatest * weight > m_Rules.centerScore)
      {
        --greatest;
      }
      for (int difference = std::max(greatest - 1, -255); difference <= greatest; ++difference)
      {
        const int    rank = rankOf(difference, squared);
        const double score = difference * weight;
        if (score < m_Rules.centerScore)
        {
          center = std::max(center, (rank + 1) * unit);
        }
        if (score == m_Rules.centerScore)
        {
          center = std::max(center, rank * unit + LabelMask - static_cast<int>(m_Rules.centerLabel));
        }
      }
    }
    if (m_Rules.labelStrictExtrema)
    {
      center = std::max(center, -RankShift * unit);
    }
    const bool isLowest = center == (lowest + 1) * unit;
    const int  code = LabelMask - (isLowest ? Undecided : static_cast<int>(m_Rules.centerLabel));
    RankRule   rule;
    rule.center = static_cast<std::int16_t>(std::min(center, 32767));
    rule.centerCode = static_cast<std::int16_t>(code);
    return rule;
  }

  /** False if there is a difference whose score is rounded otherwise, or to 0. */
  bool
  MakeRankScores()
  {
    m_RankScores.center = static_cast<float>(m_Rules.centerScore);
    m_RankScores.least = m_Rules.labelStrictExtrema ? 0.0f : -std::numeric_limits<float>::infinity();
    bool isExact = true;
    for (int k = 0; k < 3; ++k)
    {
      const double weight = m_Weights[FirstLabel(m_Shape, std::min(k, NumberOfClasses(m_Shape) - 1))] / 2;
      const int    exponent = 15 - std::ilogb(weight);
      const auto   high = static_cast<float>(std::ldexp(std::floor(std::ldexp(weight, exponent)), -exponent));
      const auto   low = static_cast<float>(weight - high);
      for (int difference = 2; difference < 512; difference += 2)
      {
        const auto score = static_cast<float>(difference * weight);
        isExact &= score > 0 && difference * high + difference * low == score;
      }
      m_RankScores.high[k] = high;
      m_RankScores.low[k] = low;
    }
    return isExact;
  }

  Rules                                      m_Rules;
  const Loops &                              m_Loops;
  const PixelLoops<TPixel> &                 m_Pixels{ m_Loops };
  const KeyLoops<Key> &                      m_KeyLoops{ m_Loops };
  const RankLoops &                          m_RankLoops{ m_Loops };
  typename RowKernel<TPixel>::Implementation m_RowKernel;
  unsigned int                               m_NumberOfPlanes;
  Shape                                      m_Shape;
  double                                     m_Weights[MaximumNumberOfLabels]; // by label
  double                                     m_LeastWeight;
  double                                     m_GreatestWeight;
  bool                                       m_HasKeys;
  bool                                       m_IsIsotropic;
  bool                                       m_UsesRanks;
  RankRule                                   m_RankRules[2]{}; // [masked]
  bool                                       m_HasRankScores{ false };
  RankScores                                 m_RankScores;
  double                                     m_WeightsOfCodes[LabelMask + 1]{};
  std::uint8_t                               m_LabelOfPlateau;
  double                                     m_Scale{ 1.0 };
  std::size_t                                m_Rows{ 0 };
  std::size_t                                m_Columns{ 0 };
  unsigned int                               m_PlanesToSkip{ 0 };
  unsigned int                               m_PlanesToSkipNext{ 1 };
  bool                                       m_IsCareful{ false };
  Plane                                      m_Planes[3];
  std::size_t                                m_Stride;
  AlignedBuffer<Key>                         m_AcrossKeys;
  std::size_t                                m_RowsAtOnce;
  std::size_t                                m_NumberOfAcrossRows;
  std::vector<AcrossRows<Key>>               m_Across; // a ring, twice, for it to go on behind its end
  std::unique_ptr<bool[]>                    m_HasUndecided;
  AlignedBuffer<std::int32_t>                m_Codes;
  AlignedBuffer<std::int16_t>                m_RankCodes;
  AlignedBuffer<std::int16_t>                m_Differences;
  std::vector<std::size_t>                   m_Undecided; // columns
};

template <typename TPixel>
TileKernel<TPixel>::TileKernel(const Rules & rules, unsigned int numberOfPlanes, std::size_t rows, std::size_t columns)
  : m_Implementation(std::make_unique<Implementation>(rules, numberOfPlanes, rows, columns))
{}

template <typename TPixel>
TileKernel<TPixel>::~TileKernel() = default;

template <typename TPixel>
void
TileKernel<TPixel>::Start(std::size_t rows, std::size_t columns)
{
  m_Implementation->Start(rows, columns);
}

template <typename TPixel>
void
TileKernel<TPixel>::Push(const Row<TPixel> * rows)
{
  m_Implementation->Push(rows);
}

template <typename TPixel>
void
TileKernel<TPixel>::Label(std::uint8_t *    labels,
                          std::ptrdiff_t    labelStride,
                          ScoreOf<TPixel> * scores,
                          std::ptrdiff_t    scoreStride)
{
  m_Implementation->Label(labels, labelStride, scores, scoreStride);
}

template class TileKernel<std::int8_t>;
template class TileKernel<std::uint8_t>;
template class TileKernel<std::int16_t>;
template class TileKernel<std::uint16_t>;
template class TileKernel<std::int32_t>;
template class TileKernel<std::uint32_t>;
template class TileKernel<float>;
template class TileKernel<double>;

} // namespace itk::NeighborhoodArgmaxLabel
