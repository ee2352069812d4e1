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
#ifndef itkNeighborhoodArgmaxLabelLoops_h
#define itkNeighborhoodArgmaxLabelLoops_h

#include "itkNeighborhoodArgmaxLabelKernel.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

/** The loops of the kernels. itkNeighborhoodArgmaxLabelLoops.cxx is compiled once for each instruction set; the kernels
 * call the loops through these tables. The loops are short, so that compilers vectorise them, and use nothing of the
 * standard library: an inline function of it, compiled for one processor here, might serve the whole program on
 * another. */
namespace itk::NeighborhoodArgmaxLabel
{

/** What differences of pixels are computed in. */
template <typename TPixel>
using RealOf =
  std::conditional_t<std::is_same<TPixel, float>::value || (std::is_integral<TPixel>::value && sizeof(TPixel) <= 2),
                     float,
                     double>;

/** An integer as wide as a real number, so that both fill the same number of lanes. */
template <typename TReal>
using IntegerOf = std::conditional_t<std::is_same<TReal, float>::value, std::int32_t, std::int64_t>;

/** A key holds a value and a label, KeyUnit * value + label, so that the least key is the least value of the lowest
 * label. Integers of 8 bits have keys of 16 bits. */
template <typename TPixel>
using KeyOf = std::conditional_t<sizeof(TPixel) == 1, std::int16_t, std::int32_t>;

/** At least 32, for 27 labels. With 64, shifting a difference of keys by 5 gives twice the difference of values. */
template <typename TKey>
constexpr TKey KeyUnit = sizeof(TKey) == 2 ? 64 : 32;

constexpr int LabelMask = 31;

/** Values in keys of 32 bits stay below this, so that differences of keys fit. */
constexpr int LargestKeyValue = 1 << 25;

/** The same beside absent voxels, whose differences must fit as well. */
constexpr int LargestKeyValueOfMasked = 1 << 23;

/** The key of a voxel that does not compete: so great that no difference of values reaches the differences to it. */
template <typename TKey>
constexpr TKey AbsentKey = static_cast<TKey>(sizeof(TKey) == 2 ? 511 * 64 : 3 << 28);

/** The key of NaN, which as a neighbour exceeds all numbers. In its presence values of keys are as beside absent
 * voxels.
 */
constexpr int NaNKey = -AbsentKey<std::int32_t>;

/** Differences of keys from here on are to NaN. */
constexpr int LeastOrderOfNaN = 1 << 29;

/** What the loops write where keys cannot tell the label: this, or anything greater. */
constexpr int Undecided = LabelMask;

/** Rows of keys are computed in multiples of this: as many as fill some vectors of any instruction set. */
constexpr std::size_t KeyMultiple = 32;

/** Beside its neighbours, a row of keys has as many keys before and behind it as fill a vector, for whole vectors. */
template <typename TKey>
constexpr std::size_t KeyMargin = 32 / sizeof(TKey);

/** Some candidates of a row of voxels. Four at a time, for the best so far to stay in registers. */
template <typename TReal>
struct Competitors
{
  static constexpr int     Number = 4;
  const TReal *            neighbors[Number];
  const IntegerOf<TReal> * masks[Number];
  TReal                    weights[Number]; ///< of their differences; ignored in float
  IntegerOf<TReal>         labels[Number];  ///< descending
};

template <typename TReal>
struct DefinitionLoops
{
  using Integer = IntegerOf<TReal>;

  bool (*isFinite)(const TReal * values, std::size_t n);
  void (*expandMask)(const unsigned char * present, Integer * mask, std::size_t n);

  /** Candidates against the best so far of those with higher labels; [not all finite][masked]. */
  void (*compete[2][2])(const TReal *              center,
                        const Competitors<TReal> & competitors,
                        const TReal *              bestBefore,
                        const Integer *            winnerBefore,
                        TReal *                    best,
                        Integer *                  winner,
                        std::size_t                n);

  /** The best of some candidates against the label so far; likewise. */
  void (*merge[2][2])(const TReal *   best,
                      const Integer * winner,
                      double          weight,
                      double *        score,
                      std::int64_t *  label,
                      std::size_t     n);

  void (*narrow)(const std::int64_t * labels, std::uint8_t * bytes, std::size_t n);

  void (*markNotNegative)(const TReal *   center,
                          const TReal *   neighbor,
                          const Integer * mask,
                          std::int64_t *  marks,
                          std::size_t     n);
};

/** Rows, one behind the other. */
template <typename T>
struct Block
{
  T *            first;
  std::ptrdiff_t stride; ///< from row to row
  std::size_t    numberOfRows;
};

/** How pixels become values of keys. */
struct KeyScale
{
  double scale{ 0.0 }; ///< a power of two for pixels of more than 16 bits, else 1; negative for the ascent
  int    offset{ 0 };  ///< added to pixels of 8 bits
};

/** Of the voxels that are present. */
struct Magnitude
{
  double greatest{ 0.0 }; ///< absolute value, of double cut to 32 bits
  bool   hasNaN{ false };
};

template <typename TPixel>
struct PixelLoops
{
  void (*convert)(const TPixel * values, RealOf<TPixel> sign, RealOf<TPixel> * reals, std::size_t n);

  /** Of the voxels -1 to n. */
  Magnitude (*magnitude)(const Row<TPixel> * rows, std::size_t numberOfRows, std::size_t n);

  /** Whether values that are not 0 get keys of at least 4. */
  bool (*hasExactZeros)(const TPixel * values, const unsigned char * present, double scale, std::size_t n);

  /** Keys of label 0 of the voxels -1 to n. Returns the bits that are set in any value of more than 16 bits; 1 if one
   * was rounded; [some may be NaN]. */
  int (*makeKeys[2])(const Row<TPixel> * rows, KeyScale scale, Block<KeyOf<TPixel>> keys, std::size_t n);

  /** This code where a value is NaN. */
  void (*codeNaN)(const TPixel * values, std::int32_t code, std::int32_t * codes, std::size_t n);

  /** This label where the neighbourhood, of which all is present, has but one value. */
  void (*labelPlateaus)(const TPixel * const * rows,
                        unsigned int           numberOfRows,
                        std::uint8_t           label,
                        std::uint8_t *         labels,
                        std::size_t            n);

  /** Scores of labels: neighbors and weights by label. */
  void (*score)(const TPixel *         center,
                const TPixel * const * neighbors,
                const double *         weights,
                const std::uint8_t *   labels,
                std::uint8_t           centerLabel,
                double                 centerScore,
                ScoreOf<TPixel> *      scores,
                std::size_t            n);
};

/** Neighbourhoods of keys. Neighbours at the same distance form a class; its least key is its winner.
 * What the neighbours of a row and of its two planes give is computed once for a row ("across"), and serves the rows
 * before, at and behind it. */
enum Shape
{
  Isotropic3D, ///< 26 neighbours in 3 classes: faces, edges, corners
  Full3D,      ///< 26 neighbours in 7 classes, one for each set of axes
  Faces3D,     ///< 6 neighbours in 3 classes, one for each axis
  Full2D,      ///< 8 neighbours in 3 classes
  Faces2D,     ///< 4 neighbours in 2 classes
  NumberOfShapes
};

constexpr int MaximumNumberOfClasses = 7;

constexpr int
NumberOfClasses(Shape shape)
{
  return shape == Full3D ? 7 : shape == Faces2D ? 2 : 3;
}

/** The lowest label of a class. */
constexpr int
FirstLabel(Shape shape, int index)
{
  constexpr int labels[NumberOfShapes][MaximumNumberOfClasses] = {
    { 4, 1, 0 }, { 12, 4, 3, 10, 9, 1, 0 }, { 12, 4, 10 }, { 3, 1, 0 }, { 3, 1 }
  };
  return labels[shape][index];
}

/** The squared distance of a class if all axes have the same spacing, 1; Full3D has no such classes. */
constexpr int
SquaredDistance(Shape shape, int index)
{
  return shape == Isotropic3D ? index + 1 : shape == Full2D && index == 2 ? 2 : 1;
}

/** What a row gives to itself and to the rows before and behind it: winners, and who came second. */
template <typename TKey>
struct AcrossRows
{
  TKey * pair; ///< of the two voxels in the planes below and above, with margins
  TKey * pairSecond;
  TKey * beside; ///< of the two voxels beside in the row; isotropic: of the pair as well
  TKey * besideSecond;
  TKey * diagonal; ///< of the four diagonal voxels in the planes below and above
  TKey * diagonalSecond;
};

/** All that the labels of some rows come from: their keys, with a row before and behind, and what all these gave
 * across. */
template <typename TKey>
struct KeyRows
{
  Block<const TKey>        center;
  const AcrossRows<TKey> * across; ///< from the row before the first one on
};

/** How the winners of the classes compete. */
struct ScoreRule
{
  float weights[MaximumNumberOfClasses]; ///< relative to the greatest
  float center;                          ///< score of the centre, in units of keys
  int   centerCode;                      ///< 31 - its label
  int   centerOrder;                     ///< the centre's among the differences of the first class, if it has one
  int   codeOfZero;                      ///< the centre's code where its score is 0, else -1
  float sure;                            ///< scores of rounded keys from here on exceed that of the centre
};

/** Scores of rounded keys closer than this are not decided: differences of values are rounded by less than 2, and the
 * label adds less than 1. */
constexpr float RoundedTolerance = 6 * KeyUnit<std::int32_t>;

/** Ranks of scores are kept less this, for keys of 16 bits to hold them. */
constexpr int RankShift = 33;

/** The same where ranks of scores are compared. */
struct RankRule
{
  std::int16_t center{ 0 };     ///< ranks below it lose to the centre
  std::int16_t centerCode{ 0 }; ///< 31 - its label

  // Constants: from here compilers load them, while those in a loop's text GCC makes anew for each vector.
  std::int16_t factors[3][2]{ { 13573, -8780 }, { 23170, 7364 }, { 18918, -6014 } };
  std::int16_t shift{ RankShift };
};

/** How doubled differences of 8 bits give scores. Their weights have two parts: difference * high is exact, so that its
 * sum with difference * low is rounded once. */
struct RankScores
{
  float high[3];
  float low[3];
  float center;
  float least; ///< where no score reaches it, the centre's is taken
};

/** How keys of 32 bits hold their values. Those of 16 bits are exact. */
enum KeyAccuracy
{
  Exact,
  Rounded,         ///< who came second is wanted
  RoundedButZeros, ///< the same, but keys of 0 are of values that are 0
  RoundedWithNaN,  ///< who came second is wanted; a neighbour that is NaN wins
  SmallIntegers,   ///< exact, and all differences are multiples up to LargestSmallInteger of one number; isotropic only
  NumberOfKeyAccuracies
};

/** Up to here, differences times this factor, times float(factor / sqrt(2)) and times float(factor / sqrt(3)) are in
 * the order of the scores, also after rounding. Both were found by trying factors, and checked for all pairs of
 * differences.
 */
constexpr int   LargestSmallInteger = 10680;
constexpr float SmallIntegerFactor = 1.63014555F;

/** The loops of a shape. */
template <typename TKey>
struct ShapeLoops
{
  /** From rows of keys in the planes below, at and above; [seconds wanted]. n is a multiple of KeyMultiple. */
  void (*across[2])(const TKey *             below,
                    Block<const TKey>        center,
                    const TKey *             above,
                    const AcrossRows<TKey> * results,
                    std::size_t              n);

  /** KeyUnit * difference + 31 - label, 0 for the difference of the centre and the label 31 where it is not decided;
   * for a KeyAccuracy. The rows of codes are n apart. The centre competes by its score [1], or in a faster way [0]: if
   * Exact by its order, else it leaves undecided what does not surely exceed it. */
  void (*compareScores[NumberOfKeyAccuracies][2])(const KeyRows<TKey> & rows,
                                                  const ScoreRule &     rule,
                                                  std::int32_t *        codes,
                                                  std::size_t           n);
};

template <typename TKey>
struct KeyLoops
{
  ShapeLoops<TKey> shapes[NumberOfShapes];
};

/** Differences below this are not ranked apart. At the distance 1 less fits; all others of 8 bits do. */
constexpr int
LeastRankedDifference(int squaredDistance)
{
  return squaredDistance == 1 ? -239 : -256;
}

/** Labels from the last five bits of codes, whose rows are codeStride apart. */
template <typename TCode>
using FinishLoop =
  void (*)(const TCode * codes, std::size_t codeStride, Block<std::uint8_t> labels, std::size_t n, bool * hasUndecided);

struct RankLoops
{
  /** Like compareScores, for distances 1, sqrt(2), sqrt(3) and keys of 16 bits; [scored]. For scores, a row of doubled
   * differences of each class, and then those of the next row of codes. */
  void (*compareRanks[NumberOfShapes][2])(const KeyRows<std::int16_t> & rows,
                                          const RankRule &              rule,
                                          std::int16_t *                codes,
                                          std::int16_t *                differences,
                                          std::size_t                   n);

  /** Scores of a row from the differences of three classes. */
  void (*scoreRanks)(const std::int16_t * const * differences,
                     const RankScores &           rankScores,
                     float *                      scores,
                     std::size_t                  n);

  /** Scores of exact codes of compareScores, by what their last five bits weigh. */
  void (*scoreCodes)(const std::int32_t * codes,
                     const double *       weights,
                     std::int32_t         centerCode,
                     double               centerScore,
                     float *              scores,
                     std::size_t          n);

  /** Label 0 where not present, before labels are finished. */
  void (*maskRanks)(const unsigned char * present, std::int16_t * codes, std::size_t n);
  void (*maskScores)(const unsigned char * present, std::int32_t * codes, std::size_t n);

  FinishLoop<std::int16_t> finishRanks;
  FinishLoop<std::int32_t> finishScores;
};

/** All loops of one instruction set. */
struct Loops
  : RankLoops
  , KeyLoops<std::int16_t>
  , KeyLoops<std::int32_t>
  , DefinitionLoops<float>
  , DefinitionLoops<double>
  , PixelLoops<std::int8_t>
  , PixelLoops<std::uint8_t>
  , PixelLoops<std::int16_t>
  , PixelLoops<std::uint16_t>
  , PixelLoops<std::int32_t>
  , PixelLoops<std::uint32_t>
  , PixelLoops<float>
  , PixelLoops<double>
{};

/** The loops of each instruction set; all but the first only where the processor is an x86. */
extern const Loops LoopsBaseline;
extern const Loops LoopsSse41;
extern const Loops LoopsAvx2;

/** The loops of the instruction set in use. */
const Loops &
GetLoops();

} // namespace itk::NeighborhoodArgmaxLabel

#endif
