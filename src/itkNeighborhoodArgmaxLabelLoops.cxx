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

template <typename TReal>
void
Start(TReal * best, IntegerOf<TReal> * winner, std::size_t n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    best[x] = -static_cast<TReal>(HUGE_VAL);
    winner[x] = -1;
  }
}

// Candidates come in descending order of their labels, so that the last one that is not less has the lowest label.
template <typename TReal, bool VHostile, bool VMasked>
void
Compete(const TReal *              center,
        const Competitors<TReal> & competitors,
        TReal *                    best,
        IntegerOf<TReal> *         winner,
        std::size_t                n)
{
  const Competitors<TReal> c = competitors;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    TReal            bestScore = best[x];
    IntegerOf<TReal> bestLabel = winner[x];
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

// In the bits of real numbers without sign, which are in the order of the numbers, and NaN above them.
template <typename TPixel, bool VMasked>
double
MagnitudeOf(const TPixel * values, const unsigned char * present, std::size_t n)
{
  using Real = RealOf<TPixel>;
  using Integer = IntegerOf<Real>;
  constexpr Integer withoutSign =
    static_cast<Integer>(~std::uint64_t{ 0 } >> (8 * (sizeof(std::uint64_t) - sizeof(Integer)) + 1));
  Integer greatest = 0;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    Integer bits = __builtin_bit_cast(Integer, static_cast<Real>(values[x])) & withoutSign;
    if constexpr (VMasked)
    {
      bits &= present[x] ? -1 : 0;
    }
    greatest = bits > greatest ? bits : greatest;
  }
  const double magnitude = __builtin_bit_cast(Real, greatest);
  return magnitude == magnitude ? magnitude : HUGE_VAL;
}

template <typename TPixel>
double
Magnitude(const TPixel * values, const unsigned char * present, std::size_t n)
{
  return present ? MagnitudeOf<TPixel, true>(values, present, n) : MagnitudeOf<TPixel, false>(values, present, n);
}

template <typename TPixel>
bool
HasExactZeros(const TPixel * values, const unsigned char * present, double scale, std::size_t n)
{
  using Real = RealOf<TPixel>;
  const Real      least = 1 / static_cast<Real>(scale);
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

template <typename TPixel, bool VMasked>
bool
MakeKeysOf(const TPixel * values, const unsigned char * present, KeyScale keyScale, KeyOf<TPixel> * keys, std::size_t n)
{
  using Key = KeyOf<TPixel>;
  if constexpr (sizeof(TPixel) <= 2)
  {
    const Key sign = static_cast<Key>(keyScale.scale);
    const Key offset = static_cast<Key>(keyScale.offset);
    NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
    {
      Key key = static_cast<Key>((sign * static_cast<Key>(values[x]) + offset) * KeyUnit);
      if constexpr (VMasked)
      {
        const Key mask = present[x] ? -1 : 0;
        key = (key & mask) | (AbsentKey<Key> & ~mask);
      }
      keys[x] = key;
    }
    return true;
  }
  else
  {
    using Real = RealOf<TPixel>;
    const Real   scale = static_cast<Real>(keyScale.scale);
    const Real   inverse = 1 / scale;
    std::int32_t rounded = 0;
    NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
    {
      Real value = static_cast<Real>(values[x]);
      Key  mask = -1;
      if constexpr (VMasked)
      {
        mask = present[x] ? -1 : 0;
        const IntegerOf<Real> wideMask = mask;
        value = __builtin_bit_cast(Real, __builtin_bit_cast(IntegerOf<Real>, value) & wideMask);
      }
      const Key quantized = static_cast<Key>(value * scale);
      rounded |= static_cast<Real>(quantized) * inverse != value ? 1 : 0;
      keys[x] = ((quantized * KeyUnit) & mask) | (AbsentKey<Key> & ~mask);
    }
    return rounded == 0;
  }
}

template <typename TPixel>
bool
MakeKeys(const TPixel * values, const unsigned char * present, KeyScale scale, KeyOf<TPixel> * keys, std::size_t n)
{
  return present ? MakeKeysOf<TPixel, true>(values, present, scale, keys, n)
                 : MakeKeysOf<TPixel, false>(values, present, scale, keys, n);
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
  const auto least = [](Real a, Real b) { return a < b ? a : b; };
  const auto greatest = [](Real a, Real b) { return a > b ? a : b; };

  constexpr std::size_t blockSize = 128;
  for (std::size_t begin = 0; begin < n; begin += blockSize)
  {
    const std::size_t size = n - begin < blockSize ? n - begin : blockSize;
    Real              minimum[blockSize + 2];
    Real              maximum[blockSize + 2];
    for (unsigned int r = 0; r < numberOfRows; ++r)
    {
      const TPixel * const row = rows[r] + begin - 1;
      NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < size + 2; ++x)
      {
        const auto value = static_cast<Real>(row[x]);
        minimum[x] = r == 0 ? value : least(minimum[x], value);
        maximum[x] = r == 0 ? value : greatest(maximum[x], value);
      }
    }
    for (std::size_t x = 0; x < size; ++x)
    {
      const Real low = least(least(minimum[x], minimum[x + 1]), minimum[x + 2]);
      const Real high = greatest(greatest(maximum[x], maximum[x + 1]), maximum[x + 2]);
      labels[begin + x] = low == high ? label : labels[begin + x];
    }
  }
}

template <typename TPixel>
void
Score(const TPixel *         center,
      const TPixel * const * neighbors,
      const double *         weights,
      const std::uint8_t *   labels,
      double *               scores,
      std::size_t            n)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    const auto difference =
      static_cast<RealOf<TPixel>>(center[x]) - static_cast<RealOf<TPixel>>(neighbors[labels[x]][x]);
    scores[x] = static_cast<double>(difference) * weights[labels[x]];
  }
}

// The lesser of two keys. With leads wanted, by how much it leads.
template <bool VLead, typename TKey>
inline TKey
Least(TKey a, TKey b, TKey & lead)
{
  const TKey least = a < b ? a : b;
  if constexpr (VLead)
  {
    const TKey other = a < b ? b : a;
    const TKey by = other - least;
    lead = by < lead ? by : lead;
  }
  return least;
}

template <typename TKey>
constexpr TKey FarLead = AbsentKey<TKey>;

template <int VIndex>
using Index = std::integral_constant<int, VIndex>;

// A neighbour's key gets its label on the way, less the first label of its class: 2 from column to column but one, 6
// from row to row but one, 18 from plane to plane but one.
template <typename TKey, Shape VShape, bool VLead>
void
Across(const TKey * below, const TKey * center, const TKey * above, const AcrossRows<TKey> & result, std::size_t n)
{
  constexpr bool         is3D = VShape == Isotropic3D || VShape == Full3D || VShape == Faces3D;
  const AcrossRows<TKey> r = result;

  if constexpr (is3D)
  {
    constexpr auto margin = static_cast<std::ptrdiff_t>(KeyMargin<TKey>);
    NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = -margin; x < static_cast<std::ptrdiff_t>(n) + margin; ++x)
    {
      TKey least = FarLead<TKey>;
      r.pair[x] = Least<VLead, TKey>(below[x], above[x] + 18, least);
      if constexpr (VLead)
      {
        r.pairLead[x] = least;
      }
    }
  }
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    TKey least = FarLead<TKey>;
    TKey winner = Least<VLead, TKey>(center[x - 1], center[x + 1] + 2, least);
    if constexpr (is3D && VLead)
    {
      const TKey leadBefore = r.pairLead[x - 1];
      const TKey leadHere = r.pairLead[x];
      const TKey leadBehind = r.pairLead[x + 1];
      least = leadBefore < least ? leadBefore : least;
      least = leadHere < least ? leadHere : least;
      least = leadBehind < least ? leadBehind : least;
    }
    if constexpr (VShape == Isotropic3D)
    {
      winner = Least<VLead, TKey>(r.pair[x], winner + 8, least);
    }
    if constexpr (VShape == Isotropic3D || VShape == Full3D)
    {
      r.diagonal[x] = Least<VLead, TKey>(r.pair[x - 1], r.pair[x + 1] + 2, least);
    }
    r.beside[x] = winner;
    if constexpr (VLead)
    {
      r.lead[x] = least;
    }
  }
}

// Calls consume(class, 32 * difference + 31 - label) for the winner of each class: the greater difference, then the
// lower label. Lowers `lead` to the least lead of a winner.
template <typename TKey, Shape VShape, bool VLead, typename TConsumer>
inline void
ForEachClass(const KeyRows<TKey> & rows, std::size_t x, TKey & lead, const TConsumer & consume)
{
  const AcrossRows<TKey> & b = rows.acrossBefore;
  const AcrossRows<TKey> & c = rows.acrossCenter;
  const AcrossRows<TKey> & a = rows.acrossBehind;
  if constexpr (VLead)
  {
    lead = b.lead[x] < lead ? b.lead[x] : lead;
    lead = c.lead[x] < lead ? c.lead[x] : lead;
    lead = a.lead[x] < lead ? a.lead[x] : lead;
  }
  const TKey key = rows.center[x];
  const auto pairOf = [&lead](TKey first, TKey second) { return Least<VLead, TKey>(first, second + 6, lead); };
  const auto give = [&](auto index, TKey winner) {
    consume(index, static_cast<TKey>(key - winner + (LabelMask - FirstLabel(VShape, decltype(index)::value))));
  };
  const TKey inColumn = pairOf(rows.before[x], rows.behind[x]);

  if constexpr (VShape == Isotropic3D)
  {
    give(Index<0>{}, Least<VLead, TKey>(c.beside[x], inColumn + 6, lead));
    give(Index<1>{}, Least<VLead, TKey>(pairOf(b.beside[x], a.beside[x]), c.diagonal[x] + 2, lead));
    give(Index<2>{}, pairOf(b.diagonal[x], a.diagonal[x]));
  }
  if constexpr (VShape == Full3D)
  {
    give(Index<0>{}, c.beside[x]);
    give(Index<1>{}, c.pair[x]);
    give(Index<2>{}, c.diagonal[x]);
    give(Index<3>{}, inColumn);
    give(Index<4>{}, pairOf(b.beside[x], a.beside[x]));
    give(Index<5>{}, pairOf(b.pair[x], a.pair[x]));
    give(Index<6>{}, pairOf(b.diagonal[x], a.diagonal[x]));
  }
  if constexpr (VShape == Faces3D)
  {
    give(Index<0>{}, c.beside[x]);
    give(Index<1>{}, c.pair[x]);
    give(Index<2>{}, inColumn);
  }
  if constexpr (VShape == Full2D)
  {
    give(Index<0>{}, c.beside[x]);
    give(Index<1>{}, inColumn);
    give(Index<2>{}, pairOf(b.beside[x], a.beside[x]));
  }
  if constexpr (VShape == Faces2D)
  {
    give(Index<0>{}, c.beside[x]);
    give(Index<1>{}, inColumn);
  }
}

// A winner whose lead over another neighbour is less than this may not be one: values are rounded by less than 1
// towards 0, and differences that the definition rounds to one number lie at most 1 apart.
constexpr std::int32_t SureLead = 4 * KeyUnit;

// Scores are computed with three relative errors of 2^-24 each.
constexpr float RelativeTolerance = 5e-7f;

template <typename TKey, Shape VShape, KeyAccuracy VAccuracy>
void
CompareScores(const KeyRows<TKey> & keyRows, const ScoreRule & scoreRule, std::int32_t * codes, std::size_t n)
{
  const KeyRows<TKey> rows = keyRows;
  const ScoreRule     rule = scoreRule;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    TKey         lead = FarLead<TKey>;
    float        best = rule.center;
    float        second = -HUGE_VALF;
    std::int32_t code = rule.centerCode;
    std::int32_t codeOfZero = rule.codeOfZero;
    ForEachClass<TKey, VShape, VAccuracy != Exact>(rows, x, lead, [&](auto index, std::int32_t order) {
      constexpr int k = decltype(index)::value;
      float         score = static_cast<float>(order & ~LabelMask);
      if constexpr (VShape != Isotropic3D || k > 0)
      {
        score *= rule.weights[k];
      }
      const float lesser = score < best ? score : best;
      second = k == 0 || lesser > second ? lesser : second;
      code = score > best ? order : code;
      best = score > best ? score : best;
      codeOfZero = order > codeOfZero ? order : codeOfZero;
    });
    // 0 is the one score that classes share whatever their distances: there the lowest label wins.
    code = best == 0 ? codeOfZero : code;
    bool isClose = best - second < fabsf(best) * RelativeTolerance + rule.tolerance;
    if constexpr (VAccuracy == Rounded)
    {
      isClose |= lead < SureLead;
    }
    if constexpr (VAccuracy == RoundedButZeros)
    {
      // A winner of value 0 is not rounded; what its key leads by 1 is greater. Between zeros the score is 0.
      const bool isZero = (code & ~LabelMask) == rows.center[x];
      isClose &= !(isZero & (best == 0));
      isClose |= (lead < SureLead) & !isZero;
    }
    codes[x] = (code & LabelMask) | (isClose ? 128 : 0);
  }
}

// The rank of a score is the number of possible scores up to it, of differences at distances 1, sqrt(2) and sqrt(3):
// for a difference d at the distance sqrt(i + 1) the sum of floor(d / sqrt(i + 1) * sqrt(j + 1)) over j. Each is d, or
// the high half of a product that was checked for all d of 8 bits.
inline std::int16_t
HighProduct(std::int16_t a, std::int16_t b)
{
  return static_cast<std::int16_t>((static_cast<std::int32_t>(a) * static_cast<std::int32_t>(b)) >> 16);
}

template <int VSquaredDistance>
inline std::int16_t
RankOf(std::int16_t d)
{
  const auto twice = static_cast<std::int16_t>(2 * d);
  if constexpr (VSquaredDistance == 1)
  {
    return 3 * d + HighProduct(twice, 13573) + HighProduct(twice, 23988);
  }
  if constexpr (VSquaredDistance == 2)
  {
    return 2 * d + HighProduct(twice, 23170) + HighProduct(twice, 7364);
  }
  return d + HighProduct(twice, 18918) + HighProduct(twice, 26754);
}

template <Shape VShape>
void
CompareRanks(const KeyRows<std::int16_t> & keyRows, const RankRule & rankRule, std::int16_t * codes, std::size_t n)
{
  const KeyRows<std::int16_t> rows = keyRows;
  const RankRule              rule = rankRule;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    std::int16_t lead = 0;
    std::int16_t best = LowestRank * KeyUnit;
    ForEachClass<std::int16_t, VShape, false>(rows, x, lead, [&](auto index, std::int16_t order) {
      const auto difference = static_cast<std::int16_t>(order >> 5);
      const auto rank =
        static_cast<std::int16_t>(RankOf<SquaredDistance(VShape, decltype(index)::value)>(difference) - RankShift);
      const auto bounded = rank > LowestRank ? rank : static_cast<std::int16_t>(LowestRank);
      const auto key = static_cast<std::int16_t>(bounded * KeyUnit + (order & LabelMask));
      best = key > best ? key : best;
    });
    codes[x] = best < rule.center ? rule.centerCode : static_cast<std::int16_t>(best & LabelMask);
  }
}

template <typename TCode>
std::size_t
Finish(const TCode * codes, const unsigned char * present, std::uint8_t * labels, std::size_t n)
{
  TCode number = 0;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < n; ++x)
  {
    const auto label = static_cast<TCode>(codes[x] ^ LabelMask);
    number = static_cast<TCode>(number + (label >= Undecided ? 1 : 0));
    labels[x] = static_cast<std::uint8_t>(label);
  }
  if (present && number > 0)
  {
    number = 0;
    for (std::size_t x = 0; x < n; ++x)
    {
      labels[x] = present[x] ? labels[x] : 0;
      number = static_cast<TCode>(number + (labels[x] >= Undecided ? 1 : 0));
    }
  }
  return static_cast<std::size_t>(number);
}

// ---- The table ------------------------------------------------------------------------------------------------------

template <typename TReal>
constexpr DefinitionLoops<TReal>
MakeDefinitionLoops()
{
  return { IsFinite<TReal>,
           ExpandMask<TReal>,
           Start<TReal>,
           { { Compete<TReal, false, false>, Compete<TReal, false, true> },
             { Compete<TReal, true, false>, Compete<TReal, true, true> } },
           { { Merge<TReal, false, false>, Merge<TReal, false, true> },
             { Merge<TReal, true, false>, Merge<TReal, true, true> } },
           MarkNotNegative<TReal> };
}

template <typename TPixel>
constexpr PixelLoops<TPixel>
MakePixelLoops()
{
  return { Convert<TPixel>,  Magnitude<TPixel>,     HasExactZeros<TPixel>,
           MakeKeys<TPixel>, LabelPlateaus<TPixel>, Score<TPixel> };
}

template <typename TKey, Shape VShape>
constexpr ShapeLoops<TKey>
MakeShapeLoops()
{
  if constexpr (sizeof(TKey) == sizeof(std::int16_t))
  {
    return { { Across<TKey, VShape, false>, nullptr }, { CompareScores<TKey, VShape, Exact>, nullptr, nullptr } };
  }
  else
  {
    return { { Across<TKey, VShape, false>, Across<TKey, VShape, true> },
             { CompareScores<TKey, VShape, Exact>,
               CompareScores<TKey, VShape, Rounded>,
               CompareScores<TKey, VShape, RoundedButZeros> } };
  }
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
  { { CompareRanks<Isotropic3D>, nullptr, CompareRanks<Faces3D>, CompareRanks<Full2D>, CompareRanks<Faces2D> },
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
