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
#include "itkNeighborhoodArgmaxLabelLoops.h"

#include <math.h> // HUGE_VAL, HUGE_VALF, fabsf

// The name of the table; src/CMakeLists.txt compiles this file once for each.
#ifndef NeighborhoodArgmaxLabel_LOOPS
#  define NeighborhoodArgmaxLabel_LOOPS LoopsBaseline
#endif

// Rows that are written never overlap others. Compilers that are not told test it, and take a plain loop where rows
// follow close upon each other.
#if defined(__clang__)
#  define NeighborhoodArgmaxLabel_VECTORIZE _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#  define NeighborhoodArgmaxLabel_VECTORIZE _Pragma("GCC ivdep")
#else
#  define NeighborhoodArgmaxLabel_VECTORIZE
#endif

namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

// ---- The definition -------------------------------------------------------------------------------------------------

template <typename TPixel>
void
Convert(const TPixel * values, RealOf<TPixel> sign, RealOf<TPixel> * reals, std::size_t n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    reals[x] = sign * static_cast<RealOf<TPixel>>(values[x]);
  }
}

template <typename TReal>
bool
IsFinite(const TReal * values, std::size_t n)
{
  IntegerOf<TReal> bad = 0;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x) { bad |= values[x] - values[x] == 0 ? 0 : 1; }
  return bad == 0;
}

template <typename TReal>
void
ExpandMask(const unsigned char * present, IntegerOf<TReal> * mask, std::size_t n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x) { mask[x] = present[x] != 0; }
}

// Candidates come in descending order of their labels, so that the last one that is not less has the lowest label.
template <typename TReal, bool VHostile, bool VMasked>
void
Compete(const TReal *              center,
        const Competitors<TReal> & competitors,
        const TReal *              bestBefore,
        const IntegerOf<TReal> *   winnerBefore,
        TReal *                    best,
        IntegerOf<TReal> *         winner,
        std::size_t                n)
{
  const Competitors<TReal> c = competitors;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    TReal            bestScore = bestBefore[x];
    IntegerOf<TReal> bestLabel = winnerBefore[x];
    for (int k = 0; k < Competitors<TReal>::Number; ++k)
    {
      TReal score = center[x] - c.neighbors[k][x];
      if constexpr (sizeof(TReal) == sizeof(double))
      {
        score *= c.weights[k];
      }
      bool wins = score >= bestScore;
      if constexpr (VHostile)
      {
        wins |= score != score;
      }
      if constexpr (VMasked)
      {
        wins &= c.masks[k][x] != 0;
      }
      bestScore = wins ? score : bestScore;
      bestLabel = wins ? c.labels[k] : bestLabel;
    }
    best[x] = bestScore;
    winner[x] = bestLabel;
  }
}

template <typename TReal, bool VHostile, bool VMasked>
void
Merge(const TReal *            best,
      const IntegerOf<TReal> * winner,
      double                   weight,
      double *                 score,
      std::int64_t *           label,
      std::size_t              n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    const double       s = static_cast<double>(best[x]) * weight;
    const std::int64_t w = winner[x];
    bool               ties = s == score[x];
    bool               wins = s > score[x];
    if constexpr (VHostile)
    {
      const bool isNaN = s != s;
      const bool labelIsNaN = score[x] != score[x];
      ties |= isNaN & labelIsNaN;
      wins |= isNaN & !labelIsNaN;
    }
    wins |= ties & (w < label[x]);
    if constexpr (VMasked)
    {
      wins &= w >= 0;
    }
    score[x] = wins ? s : score[x];
    label[x] = wins ? w : label[x];
  }
}

template <typename TReal>
void
Narrow(const std::int64_t * labels, std::uint8_t * bytes, std::size_t n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    bytes[x] = static_cast<std::uint8_t>(labels[x]);
  }
}

template <typename TReal>
void
MarkNotNegative(const TReal *            center,
                const TReal *            neighbor,
                const IntegerOf<TReal> * mask,
                std::int64_t *           marks,
                std::size_t              n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    const bool negative = center[x] - neighbor[x] < 0;
    marks[x] |= !negative & (mask[x] != 0);
  }
}

// ---- Keys -----------------------------------------------------------------------------------------------------------

template <typename TInteger>
constexpr TInteger WithoutSign = static_cast<TInteger>(~std::uint64_t{ 0 } >> (65 - 8 * sizeof(TInteger)));

// In the first 32 bits of real numbers without sign, which are in the order of the numbers, and NaN above them.
template <typename TReal>
constexpr std::int32_t InfinityBits = sizeof(TReal) == sizeof(float) ? 0x7f800000 : 0x7ff00000;

template <typename TPixel, bool VMasked, bool VNaN>
std::int32_t
GreatestBits(const TPixel * values, const unsigned char * present, std::size_t n)
{
  using Real = RealOf<TPixel>;
  using Integer = IntegerOf<Real>;
  constexpr int otherBits = 8 * sizeof(Integer) - 32;
  std::int32_t  greatest = 0;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    auto bits = static_cast<std::int32_t>(__builtin_bit_cast(Integer, static_cast<Real>(values[x])) >> otherBits);
    bits &= WithoutSign<std::int32_t>;
    if constexpr (VMasked)
    {
      bits &= present[x] ? -1 : 0;
    }
    if constexpr (VNaN)
    {
      bits = bits > InfinityBits<Real> ? 0 : bits;
    }
    greatest = bits > greatest ? bits : greatest;
  }
  return greatest;
}

template <typename TPixel>
Magnitude
FindMagnitude(const Row<TPixel> * rows, std::size_t numberOfRows, std::size_t n)
{
  using Real = RealOf<TPixel>;
  using Integer = IntegerOf<Real>;
  Magnitude    magnitude;
  std::int32_t greatest = 0;
  for (std::size_t j = 0; j < numberOfRows; ++j)
  {
    const TPixel * const        values = rows[j].values - 1;
    const unsigned char * const present = rows[j].present ? rows[j].present - 1 : nullptr;
    std::int32_t                bits = present ? GreatestBits<TPixel, true, false>(values, present, n + 2)
                                               : GreatestBits<TPixel, false, false>(values, nullptr, n + 2);
    if (bits > InfinityBits<Real>)
    {
      magnitude.hasNaN = true;
      bits = present ? GreatestBits<TPixel, true, true>(values, present, n + 2)
                     : GreatestBits<TPixel, false, true>(values, nullptr, n + 2);
    }
    greatest = bits > greatest ? bits : greatest;
  }
  magnitude.greatest = __builtin_bit_cast(Real, static_cast<Integer>(greatest) << (8 * sizeof(Integer) - 32));
  return magnitude;
}

template <typename TPixel>
bool
HasExactZeros(const TPixel * values, const unsigned char * present, double scale, std::size_t n)
{
  using Real = RealOf<TPixel>;
  const Real      least = 4 / static_cast<Real>(scale);
  IntegerOf<Real> isTiny = 0;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    const auto value = static_cast<Real>(values[x]);
    const auto magnitude = value < 0 ? -value : value;
    isTiny |= (magnitude < least) & (magnitude > 0) ? 1 : 0;
  }
  if (isTiny && present)
  {
    isTiny = 0;
    for (std::size_t x = 0; x < n; ++x)
    {
      const auto value = static_cast<Real>(values[x]);
      const auto magnitude = value < 0 ? -value : value;
      isTiny |= present[x] && magnitude < least && magnitude > 0;
    }
  }
  return isTiny == 0;
}

template <typename TPixel, bool VMasked, bool VNaN>
int
MakeKeysOf(const TPixel * values, const unsigned char * present, KeyScale keyScale, KeyOf<TPixel> * keys, std::size_t n)
{
  using Key = KeyOf<TPixel>;
  if constexpr (sizeof(TPixel) <= 2)
  {
    const Key sign = static_cast<Key>(keyScale.scale);
    const Key offset = static_cast<Key>(keyScale.offset);
    NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
    {
      Key key = static_cast<Key>((sign * static_cast<Key>(values[x]) + offset) * KeyUnit<Key>);
      if constexpr (VMasked)
      {
        const Key mask = present[x] ? -1 : 0;
        key = (key & mask) | (AbsentKey<Key> & ~mask);
      }
      keys[x] = key;
    }
    return 0;
  }
  else
  {
    using Real = RealOf<TPixel>;
    const Real      scale = static_cast<Real>(keyScale.scale);
    IntegerOf<Real> rest = 0;
    Key             bits = 0;
    NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
    {
      Real value = static_cast<Real>(values[x]);
      Key  mask = -1;
      Key  nan = 0;
      if constexpr (VNaN)
      {
        nan = value != value ? NaNKey : 0;
        value = value != value ? 0 : value;
      }
      if constexpr (VMasked)
      {
        mask = present[x] ? -1 : 0;
        const IntegerOf<Real> wideMask = mask;
        value = __builtin_bit_cast(Real, __builtin_bit_cast(IntegerOf<Real>, value) & wideMask);
      }
      const Real scaled = value * scale;
      const Key  quantized = static_cast<Key>(scaled);
      rest |= __builtin_bit_cast(IntegerOf<Real>, scaled - static_cast<Real>(quantized));
      bits |= quantized;
      keys[x] = ((quantized * KeyUnit<Key> + nan) & mask) | (AbsentKey<Key> & ~mask);
    }
    // Nothing is left but signs of 0; scaling down may round as well.
    const bool isRounded = (rest & WithoutSign<IntegerOf<Real>>) != 0 || (scale < 1 && scale > -1);
    return bits | (isRounded ? 1 : 0);
  }
}

template <typename TPixel, bool VNaN>
int
MakeKeys(const Row<TPixel> * rows, KeyScale scale, Block<KeyOf<TPixel>> keys, std::size_t n)
{
  int bits = 0;
  for (std::size_t j = 0; j < keys.numberOfRows; ++j, keys.first += keys.stride)
  {
    const Row<TPixel> row = rows[j];
    bits |= row.present ? MakeKeysOf<TPixel, true, VNaN>(row.values - 1, row.present - 1, scale, keys.first - 1, n + 2)
                        : MakeKeysOf<TPixel, false, VNaN>(row.values - 1, nullptr, scale, keys.first - 1, n + 2);
  }
  return bits;
}

template <typename TPixel>
void
CodeNaN(const TPixel * values, std::int32_t code, std::int32_t * codes, std::size_t n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    codes[x] = values[x] != values[x] ? code : codes[x];
  }
}

template <typename TPixel>
void
LabelPlateaus(const TPixel * const * rows,
              unsigned int           numberOfRows,
              std::uint8_t           label,
              std::uint8_t *         labels,
              std::size_t            n)
{
  using Real = RealOf<TPixel>;
  const auto isSame = [](TPixel a, TPixel b) { return static_cast<Real>(a) == static_cast<Real>(b); };

  constexpr std::size_t blockSize = 128;
  for (std::size_t begin = 0; begin < n; begin += blockSize)
  {
    const std::size_t    size = n - begin < blockSize ? n - begin : blockSize;
    const TPixel * const center = rows[numberOfRows / 2] + begin - 1;
    IntegerOf<Real>      isColumn[blockSize + 2]; // of one value
    for (unsigned int r = 0; r < numberOfRows; ++r)
    {
      const TPixel * const row = rows[r] + begin - 1;
      NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < size + 2; ++x)
      {
        isColumn[x] = isSame(row[x], center[x]) & (r == 0 || isColumn[x] != 0);
      }
    }
    for (std::size_t x = 0; x < size; ++x)
    {
      const bool isPlateau = ((isColumn[x] & isColumn[x + 1] & isColumn[x + 2]) != 0) &
                             isSame(center[x], center[x + 1]) & isSame(center[x + 1], center[x + 2]);
      labels[begin + x] = isPlateau ? label : labels[begin + x];
    }
  }
}

// Gathering is faster voxel by voxel.
template <typename TPixel>
void
Score(const TPixel *         center,
      const TPixel * const * neighbors,
      const double *         weights,
      const std::uint8_t *   labels,
      std::uint8_t           centerLabel,
      double                 centerScore,
      ScoreOf<TPixel> *      scores,
      std::size_t            n)
{
  for (std::size_t x = 0; x < n; ++x)
  {
    const std::uint8_t label = labels[x];
    const auto   difference = static_cast<RealOf<TPixel>>(center[x]) - static_cast<RealOf<TPixel>>(neighbors[label][x]);
    const double score = static_cast<double>(difference) * weights[label];
    scores[x] = static_cast<ScoreOf<TPixel>>(label == centerLabel ? centerScore : score);
  }
}

// The least of some keys and, if wanted, the second; labels may be missing in the second.
template <bool VSecond, typename TKey>
struct Ranking
{
  TKey least;
  TKey second;
};

template <bool VSecond, typename TKey>
inline Ranking<VSecond, TKey>
Rank(TKey a, TKey b)
{
  return { a < b ? a : b, VSecond ? (a < b ? b : a) : a };
}

template <bool VSecond, typename TKey>
inline Ranking<VSecond, TKey>
Merge(Ranking<VSecond, TKey> a, Ranking<VSecond, TKey> b, TKey label)
{
  b.least += label;
  Ranking<VSecond, TKey> result = Rank<VSecond>(a.least, b.least);
  if constexpr (VSecond)
  {
    const TKey second = a.second < b.second ? a.second : b.second;
    result.second = second < result.second ? second : result.second;
  }
  return result;
}

template <int VIndex>
using Index = std::integral_constant<int, VIndex>;

// For the compiler to know that whole vectors are left over.
constexpr std::size_t
WholeVectors(std::size_t n)
{
  return n & ~(KeyMultiple - 1);
}

// A neighbour's key gets its label on the way, less the first label of its class: 2 from column to column but one, 6
// from row to row but one, 18 from plane to plane but one.
template <typename TKey, Shape VShape, bool VSecond>
inline void
AcrossRow(const TKey * below, const TKey * center, const TKey * above, const AcrossRows<TKey> & result, std::size_t n)
{
  constexpr bool         is3D = VShape == Isotropic3D || VShape == Full3D || VShape == Faces3D;
  const AcrossRows<TKey> r = result;
  const auto             store = [](Ranking<VSecond, TKey> ranking, TKey & least, TKey & second) {
    least = ranking.least;
    if constexpr (VSecond)
    {
      second = ranking.second;
    }
  };
  const auto pairAt = [&r](std::size_t x) {
    return Ranking<VSecond, TKey>{ r.pair[x], VSecond ? r.pairSecond[x] : TKey{} };
  };

  if constexpr (is3D)
  {
    const auto * const b = below - KeyMargin<TKey>;
    const auto * const a = above - KeyMargin<TKey>;
    auto * const       least = r.pair - KeyMargin<TKey>;
    auto * const       second = r.pairSecond - KeyMargin<TKey>;
    const std::size_t  withMargins = WholeVectors(n) + 2 * KeyMargin<TKey>;
    NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < withMargins; ++x)
    {
      store(Rank<VSecond, TKey>(b[x], a[x] + 18), least[x], second[x]);
    }
  }
  n = WholeVectors(n);
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    auto beside = Rank<VSecond, TKey>(center[x - 1], center[x + 1] + 2);
    if constexpr (VShape == Isotropic3D)
    {
      beside = Merge<VSecond, TKey>(pairAt(x), beside, 8);
    }
    store(beside, r.beside[x], r.besideSecond[x]);
    if constexpr (VShape == Isotropic3D || VShape == Full3D)
    {
      store(Merge<VSecond, TKey>(pairAt(x - 1), pairAt(x + 1), 2), r.diagonal[x], r.diagonalSecond[x]);
    }
  }
}

template <typename TKey, Shape VShape, bool VSecond>
void
Across(const TKey *             below,
       Block<const TKey>        center,
       const TKey *             above,
       const AcrossRows<TKey> * results,
       std::size_t              n)
{
  for (std::size_t j = 0; j < center.numberOfRows; ++j)
  {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(j) * center.stride;
    AcrossRow<TKey, VShape, VSecond>(below + at, center.first + at, above + at, results[j], n);
  }
}

// What the labels of one row come from.
template <typename TKey>
struct KeyRow
{
  const TKey *     before;
  const TKey *     center;
  const TKey *     behind;
  AcrossRows<TKey> across[3];
};

template <typename TKey>
inline KeyRow<TKey>
GetRow(const KeyRows<TKey> & rows, std::size_t j)
{
  const TKey * const             center = rows.center.first + static_cast<std::ptrdiff_t>(j) * rows.center.stride;
  const AcrossRows<TKey> * const across = rows.across + j;
  return { center - rows.center.stride, center, center + rows.center.stride, { across[0], across[1], across[2] } };
}

// Calls consume(class, KeyUnit * difference + 31 - label, second) for the winner of each class: the greater difference,
// then the lower label.
template <typename TKey, Shape VShape, bool VSecond, typename TConsumer>
inline void
ForEachClass(const KeyRow<TKey> & rows, std::size_t x, const TConsumer & consume)
{
  using RankingType = Ranking<VSecond, TKey>;
  const AcrossRows<TKey> & b = rows.across[0];
  const AcrossRows<TKey> & c = rows.across[1];
  const AcrossRows<TKey> & a = rows.across[2];
  const auto               pair = [x](const AcrossRows<TKey> & r) {
    return RankingType{ r.pair[x], VSecond ? r.pairSecond[x] : TKey{} };
  };
  const auto beside = [x](const AcrossRows<TKey> & r) {
    return RankingType{ r.beside[x], VSecond ? r.besideSecond[x] : TKey{} };
  };
  const auto diagonal = [x](const AcrossRows<TKey> & r) {
    return RankingType{ r.diagonal[x], VSecond ? r.diagonalSecond[x] : TKey{} };
  };
  const auto merge = [](RankingType first, RankingType second, TKey label) {
    return Merge<VSecond, TKey>(first, second, label);
  };
  const TKey key = rows.center[x];
  const auto give = [&](auto index, RankingType winner) {
    consume(index,
            static_cast<TKey>(key - winner.least + (LabelMask - FirstLabel(VShape, decltype(index)::value))),
            winner.second);
  };
  const auto column = Rank<VSecond, TKey>(rows.before[x], rows.behind[x] + 6);

  if constexpr (VShape == Isotropic3D)
  {
    give(Index<0>{}, merge(beside(c), column, 6));
    give(Index<1>{}, merge(merge(beside(b), beside(a), 6), diagonal(c), 2));
    give(Index<2>{}, merge(diagonal(b), diagonal(a), 6));
  }
  if constexpr (VShape == Full3D)
  {
    give(Index<0>{}, beside(c));
    give(Index<1>{}, pair(c));
    give(Index<2>{}, diagonal(c));
    give(Index<3>{}, column);
    give(Index<4>{}, merge(beside(b), beside(a), 6));
    give(Index<5>{}, merge(pair(b), pair(a), 6));
    give(Index<6>{}, merge(diagonal(b), diagonal(a), 6));
  }
  if constexpr (VShape == Faces3D)
  {
    give(Index<0>{}, beside(c));
    give(Index<1>{}, pair(c));
    give(Index<2>{}, column);
  }
  if constexpr (VShape == Full2D)
  {
    give(Index<0>{}, beside(c));
    give(Index<1>{}, column);
    give(Index<2>{}, merge(beside(b), beside(a), 6));
  }
  if constexpr (VShape == Faces2D)
  {
    give(Index<0>{}, beside(c));
    give(Index<1>{}, column);
  }
}

// A winner whose lead is less than this may not be one: values are rounded by less than 1 towards 0, differences of 26
// bits that float rounds to one number lie at most 4 apart, and labels are worth less than 1, here and in the lead.
constexpr std::int32_t SureLead = 9 * KeyUnit<std::int32_t>;

// Scores are computed with three relative errors of 2^-24 each, differences by the definition with one.
constexpr float RelativeTolerance = 1e-6f;

template <typename TKey, Shape VShape, KeyAccuracy VAccuracy, bool VCenter>
inline void
CompareScoresOfRow(const KeyRow<TKey> & rows, const ScoreRule & rule, std::int32_t * codes, std::size_t n)
{
  constexpr bool isRounded = VAccuracy == Rounded || VAccuracy == RoundedButZeros || VAccuracy == RoundedWithNaN;
  constexpr bool hasZeros = VAccuracy != Rounded && VAccuracy != RoundedWithNaN;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    float        best = rule.center;
    float        second = -HUGE_VALF;
    std::int32_t code = rule.centerCode;
    std::int32_t greatestOrder = rule.codeOfZero;
    TKey         runnerUp = rows.center[x] + AbsentKey<TKey> / 2;
    ForEachClass<TKey, VShape, isRounded>(rows, x, [&](auto index, std::int32_t order, TKey secondKey) {
      constexpr int  k = decltype(index)::value;
      constexpr bool isFirst = k == 0 && !VCenter;
      constexpr bool isSecond = k == (VCenter ? 0 : 1);
      if constexpr (isFirst && !isRounded)
      {
        order = order > rule.centerOrder ? order : rule.centerOrder;
      }
      float score = static_cast<float>(hasZeros ? order & ~LabelMask : order);
      if constexpr (VShape != Isotropic3D || k > 0 || VAccuracy == SmallIntegers)
      {
        score *= rule.weights[k];
      }
      const bool wins = isFirst || score > best;
      if constexpr (!isFirst)
      {
        const float lesser = score < best ? score : best;
        second = isSecond || lesser > second ? lesser : second;
      }
      code = wins ? order : code;
      runnerUp = wins ? secondKey : runnerUp;
      best = wins ? score : best;
      greatestOrder = isFirst || order > greatestOrder ? order : greatestOrder;
    });
    if constexpr (hasZeros)
    {
      // 0 is the one score that classes share whatever their distances: there the lowest label wins.
      code = best == 0 ? greatestOrder : code;
    }
    if constexpr (VAccuracy == SmallIntegers)
    {
      codes[x] = code;
      continue;
    }
    float tolerance = fabsf(best) * RelativeTolerance;
    if constexpr (isRounded)
    {
      tolerance += RoundedTolerance;
    }
    bool isClose = best - second < tolerance;
    if constexpr (!VCenter && isRounded)
    {
      isClose |= best < rule.sure;
    }
    const TKey lead = static_cast<TKey>(code - rows.center[x] + runnerUp);
    if constexpr (isRounded && !hasZeros)
    {
      isClose |= lead < SureLead;
    }
    if constexpr (VAccuracy == RoundedWithNaN)
    {
      // Whatever its distance, the NaN of the lowest label wins.
      const bool isNaN = greatestOrder >= LeastOrderOfNaN;
      code = isNaN ? greatestOrder : code;
      isClose &= !isNaN;
    }
    if constexpr (VAccuracy == RoundedButZeros)
    {
      // A winner of value 0 is not rounded; what its key leads by 1 is greater. Between zeros the score is 0.
      const bool isZero = (code & ~LabelMask) == rows.center[x];
      isClose &= !(isZero & (best == 0));
      isClose |= (lead < SureLead) & !isZero;
    }
    codes[x] = code & ~(isClose ? LabelMask : 0);
  }
}

template <typename TKey, Shape VShape, KeyAccuracy VAccuracy, bool VCenter>
void
CompareScores(const KeyRows<TKey> & rows, const ScoreRule & scoreRule, std::int32_t * codes, std::size_t n)
{
  const ScoreRule rule = scoreRule;
  n = WholeVectors(n);
  for (std::size_t j = 0; j < rows.center.numberOfRows; ++j)
  {
    CompareScoresOfRow<TKey, VShape, VAccuracy, VCenter>(GetRow(rows, j), rule, codes + j * n, n);
  }
}

// The rank of a score is the number of possible scores up to it, of differences at distances 1, sqrt(2) and sqrt(3):
// for a difference d at the distance sqrt(i + 1) the sum of floor(d / sqrt(i + 1) * sqrt(j + 1)) over j. Each is a
// multiple of d plus the high half of a product, whose factor was checked for all d of 8 bits. Here less 2 * d.
inline std::int16_t
HighProduct(std::int16_t a, std::int16_t b)
{
  return static_cast<std::int16_t>((static_cast<std::int32_t>(a) * static_cast<std::int32_t>(b)) >> 16);
}

template <Shape VShape, bool VScored>
inline void
CompareRanksOfRow(const KeyRow<std::int16_t> & rows,
                  const RankRule &             rule,
                  std::int16_t *               codes,
                  std::int16_t *               differences,
                  std::size_t                  n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    std::int16_t best = -32768;
    ForEachClass<std::int16_t, VShape, false>(rows, x, [&](auto index, std::int16_t order, std::int16_t) {
      constexpr int  squaredDistance = SquaredDistance(VShape, decltype(index)::value);
      constexpr auto least = static_cast<std::int16_t>(LeastRankedDifference(squaredDistance) * KeyUnit<std::int16_t>);
      const auto     ranked = order > least ? order : least;
      const auto     twice = static_cast<std::int16_t>(ranked >> 5);
      const auto     beyond = static_cast<std::int16_t>(
        (squaredDistance == 1 ? twice : 0) + HighProduct(twice, rule.factors[squaredDistance - 1][0]) +
        HighProduct(twice, rule.factors[squaredDistance - 1][1]) - rule.shift);
      const auto key = static_cast<std::int16_t>(beyond * (LabelMask + 1) + ranked);
      if constexpr (VScored)
      {
        differences[decltype(index)::value * n + x] = twice;
      }
      best = key > best ? key : best;
    });
    codes[x] = best < rule.center ? rule.centerCode : best;
  }
}

template <Shape VShape, bool VScored>
void
CompareRanks(const KeyRows<std::int16_t> & rows,
             const RankRule &              rankRule,
             std::int16_t *                codes,
             std::int16_t *                differences,
             std::size_t                   n)
{
  const RankRule rule = rankRule;
  n = WholeVectors(n);
  for (std::size_t j = 0; j < rows.center.numberOfRows; ++j)
  {
    CompareRanksOfRow<VShape, VScored>(
      GetRow(rows, j), rule, codes + j * n, differences + j * NumberOfClasses(VShape) * n, n);
  }
}

// The greatest score is the greatest of the classes, whichever wins: products and rounding keep the order.
void
ScoreRanks(const std::int16_t * const * differences, const RankScores & rankScores, float * scores, std::size_t n)
{
  const RankScores           r = rankScores;
  const std::int16_t * const first = differences[0];
  const std::int16_t * const second = differences[1];
  const std::int16_t * const third = differences[2];
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    const auto  greater = [](float a, float b) { return a > b ? a : b; };
    const auto  scoreOf = [&r](float difference, int k) { return difference * r.high[k] + difference * r.low[k]; };
    const float score = greater(greater(scoreOf(first[x], 0), scoreOf(second[x], 1)), scoreOf(third[x], 2));
    scores[x] = score < r.least ? r.center : greater(score, r.center);
  }
}

void
ScoreCodes(const std::int32_t * codes,
           const double *       weights,
           std::int32_t         centerCode,
           double               centerScore,
           float *              scores,
           std::size_t          n)
{
  // Weights are looked up one by one, what follows is done in vectors.
  constexpr std::size_t blockSize = 64;
  for (std::size_t begin = 0; begin < n; begin += blockSize)
  {
    const std::size_t          size = n - begin < blockSize ? n - begin : blockSize;
    const std::int32_t * const block = codes + begin;
    double                     weight[blockSize];
    for (std::size_t x = 0; x < size; ++x)
    {
      weight[x] = weights[block[x] & LabelMask];
    }
    NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < size; ++x)
    {
      const double score = (block[x] >> 5) * weight[x];
      scores[begin + x] = static_cast<float>((block[x] & LabelMask) == centerCode ? centerScore : score);
    }
  }
}

template <typename TCode>
void
MaskCodes(const unsigned char * present, TCode * codes, std::size_t n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    const TCode mask = present[x] ? -1 : 0;
    codes[x] = static_cast<TCode>((codes[x] & mask) | (LabelMask & ~mask));
  }
}

template <typename TCode>
inline bool
FinishRange(const TCode * codes, std::uint8_t * labels, std::size_t n)
{
  // In bytes from the start: of these, most fit a vector.
  std::uint8_t isUndecided = 0;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    const auto code = static_cast<std::uint8_t>(codes[x]);
    const auto label = static_cast<std::uint8_t>(~code & LabelMask);
    isUndecided |= label == Undecided ? 1 : 0;
    labels[x] = label;
  }
  return isUndecided != 0;
}

template <typename TCode>
void
Finish(const TCode * codes, std::size_t codeStride, Block<std::uint8_t> labels, std::size_t n, bool * hasUndecided)
{
  for (std::size_t j = 0; j < labels.numberOfRows; ++j, codes += codeStride, labels.first += labels.stride)
  {
    if (n < KeyMultiple)
    {
      hasUndecided[j] = FinishRange(codes, labels.first, n);
      continue;
    }
    // The last vectors overlap those before them.
    const std::size_t rest = n - KeyMultiple;
    hasUndecided[j] = FinishRange(codes, labels.first, WholeVectors(n));
    hasUndecided[j] |= FinishRange(codes + rest, labels.first + rest, KeyMultiple);
  }
}

// ---- The table ------------------------------------------------------------------------------------------------------

template <typename TReal>
constexpr DefinitionLoops<TReal>
MakeDefinitionLoops()
{
  return { IsFinite<TReal>,
           ExpandMask<TReal>,
           { { Compete<TReal, false, false>, Compete<TReal, false, true> },
             { Compete<TReal, true, false>, Compete<TReal, true, true> } },
           { { Merge<TReal, false, false>, Merge<TReal, false, true> },
             { Merge<TReal, true, false>, Merge<TReal, true, true> } },
           Narrow<TReal>,
           MarkNotNegative<TReal> };
}

template <typename TPixel>
constexpr PixelLoops<TPixel>
MakePixelLoops()
{
  return { Convert<TPixel>,       FindMagnitude<TPixel>,
           HasExactZeros<TPixel>, { MakeKeys<TPixel, false>, MakeKeys<TPixel, std::is_floating_point<TPixel>::value> },
           CodeNaN<TPixel>,       LabelPlateaus<TPixel>,
           Score<TPixel> };
}

template <typename TKey, Shape VShape>
constexpr ShapeLoops<TKey>
MakeShapeLoops()
{
  ShapeLoops<TKey> loops{};
  loops.across[0] = Across<TKey, VShape, false>;
  loops.compareScores[Exact][0] = CompareScores<TKey, VShape, Exact, false>;
  loops.compareScores[Exact][1] = CompareScores<TKey, VShape, Exact, true>;
  if constexpr (sizeof(TKey) > sizeof(std::int16_t) && VShape == Isotropic3D)
  {
    loops.compareScores[SmallIntegers][0] = CompareScores<TKey, VShape, SmallIntegers, false>;
  }
  if constexpr (sizeof(TKey) > sizeof(std::int16_t))
  {
    loops.across[1] = Across<TKey, VShape, true>;
    loops.compareScores[Rounded][0] = CompareScores<TKey, VShape, Rounded, false>;
    loops.compareScores[Rounded][1] = CompareScores<TKey, VShape, Rounded, true>;
    loops.compareScores[RoundedWithNaN][1] = CompareScores<TKey, VShape, RoundedWithNaN, true>;
    loops.compareScores[RoundedButZeros][1] = CompareScores<TKey, VShape, RoundedButZeros, true>;
  }
  return loops;
}

template <typename TKey>
constexpr KeyLoops<TKey>
MakeKeyLoops()
{
  return { { MakeShapeLoops<TKey, Isotropic3D>(),
             MakeShapeLoops<TKey, Full3D>(),
             MakeShapeLoops<TKey, Faces3D>(),
             MakeShapeLoops<TKey, Full2D>(),
             MakeShapeLoops<TKey, Faces2D>() } };
}

} // namespace

const Loops NeighborhoodArgmaxLabel_LOOPS = {
  { { { CompareRanks<Isotropic3D, false>, CompareRanks<Isotropic3D, true> },
      {},
      { CompareRanks<Faces3D, false>, CompareRanks<Faces3D, true> },
      { CompareRanks<Full2D, false>, CompareRanks<Full2D, true> },
      { CompareRanks<Faces2D, false>, CompareRanks<Faces2D, true> } },
    ScoreRanks,
    ScoreCodes,
    MaskCodes<std::int16_t>,
    MaskCodes<std::int32_t>,
    Finish<std::int16_t>,
    Finish<std::int32_t> },
  MakeKeyLoops<std::int16_t>(),
  MakeKeyLoops<std::int32_t>(),
  MakeDefinitionLoops<float>(),
  MakeDefinitionLoops<double>(),
  MakePixelLoops<std::int8_t>(),
  MakePixelLoops<std::uint8_t>(),
  MakePixelLoops<std::int16_t>(),
  MakePixelLoops<std::uint16_t>(),
  MakePixelLoops<std::int32_t>(),
  MakePixelLoops<std::uint32_t>(),
  MakePixelLoops<float>(),
  MakePixelLoops<double>(),
};

} // namespace itk::NeighborhoodArgmaxLabel
