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
#ifndef Target_h
#define Target_h

#include "itkNeighborhoodArgmaxLabelKernel.h"
#include "itkNeighborhoodLabels.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

// Products and sums are rounded one by one on all processors; other compilers have an option for it.
#if defined(_MSC_VER) && defined(__clang__)
#  pragma STDC FP_CONTRACT OFF
#elif defined(_MSC_VER)
#  pragma fp_contract(off)
#endif

/** What the labelers do row by row. Target.cxx and the files that end with -inl.h are compiled once for each
 * instruction set; everything else calls them through the table of the set in use. Only plain data is handed over: the
 * code of a set uses no function of the standard library, as the linker might give it to the whole program, on any
 * processor. */
namespace itk::NeighborhoodArgmaxLabel
{

/** What differences of pixels are computed in: float where it holds every pixel value, else double. */
template <typename TPixel>
using RealOf = std::
  conditional_t<std::is_same_v<TPixel, float> || (std::is_integral_v<TPixel> && sizeof(TPixel) <= 2), float, double>;

/** An integer as wide as a real number, so that both fill the same number of lanes. */
template <typename TReal>
using IntegerOf = std::conditional_t<std::is_same_v<TReal, float>, std::int32_t, std::int64_t>;

/** Labels and their codes in lanes as wide as those of a real number. No 64-bit integers, which few instruction sets
 * compare. */
template <typename TReal>
using CodeOf = std::conditional_t<std::is_same_v<TReal, float>, std::int32_t, TReal>;

// ---- Packed keys: KeyUnit * value + label. The least key has the least value, then the lowest label.

constexpr int LabelMask = 31;

/** A multiple of LabelMask + 1. With 64, a difference of 16-bit keys shifted right by 5 is twice that of the values. */
template <typename TKey>
constexpr TKey KeyUnit = sizeof(TKey) == 2 ? 64 : 32;

/** Values of exact keys are integers up to this, so that their differences are exact in float. */
constexpr int LargestKeyValue = 1 << 23;

/** The key of a voxel that does not compete: no difference of values reaches the differences to it. */
template <typename TKey>
constexpr TKey AbsentKey = static_cast<TKey>(sizeof(TKey) == 2 ? 511 * 64 : 7 << 27);

/** Beside its voxels, a row of keys has as many keys before and behind it, and whole vectors of this length. */
constexpr std::size_t KeyMultiple = 32;

// ---- Neighborhoods of 3x3 and 3x3x3

enum class Shape : std::uint8_t
{
  Isotropic3D, ///< 26 neighbors in 3 classes of equal weight: faces, edges, corners
  Full3D,      ///< 26 neighbors in 7 classes, one for each set of axes
  Faces3D,     ///< 6 neighbors in 3 classes, one for each axis
  Full2D,      ///< 8 neighbors in 3 classes
  Faces2D      ///< 4 neighbors in 2 classes
};

constexpr int MaximumNumberOfClasses = 7;

constexpr bool
Is3D(Shape shape)
{
  return shape != Shape::Full2D && shape != Shape::Faces2D;
}

constexpr int
NumberOfClasses(Shape shape)
{
  return shape == Shape::Full3D ? 7 : shape == Shape::Faces2D ? 2 : 3;
}

constexpr int
NumberOfLabels(Shape shape)
{
  return static_cast<int>(Is3D(shape) ? NeighborhoodLabels<3>().GetNumberOfLabels()
                                      : NeighborhoodLabels<2>().GetNumberOfLabels());
}

constexpr int
LabelOf(Shape shape, int x, int y, int z)
{
  const int offset[3]{ x, y, z };
  return static_cast<int>(Is3D(shape) ? NeighborhoodLabels<3>().LabelOf(offset)
                                      : NeighborhoodLabels<2>().LabelOf(offset));
}

/** The step of a label along an axis. */
constexpr int
OffsetOf(Shape shape, int label, unsigned int axis)
{
  return static_cast<int>(Is3D(shape) ? NeighborhoodLabels<3>().OffsetOf(static_cast<unsigned int>(label), axis)
                          : axis < 2  ? NeighborhoodLabels<2>().OffsetOf(static_cast<unsigned int>(label), axis)
                                      : 0);
}

/** The class of a label; -1 for the center, and where only faces compete for all others. */
constexpr int
ClassOf(Shape shape, int label)
{
  const int x = OffsetOf(shape, label, 0) != 0;
  const int y = OffsetOf(shape, label, 1) != 0;
  const int z = OffsetOf(shape, label, 2) != 0;
  const int sum = x + y + z;
  if (sum == 0 || ((shape == Shape::Faces3D || shape == Shape::Faces2D) && sum > 1))
  {
    return -1;
  }
  return shape == Shape::Isotropic3D ? sum - 1 : x + 2 * y + 4 * z - 1 - (shape == Shape::Faces3D && z != 0 ? 1 : 0);
}

/** The lowest label of a class. */
constexpr int
FirstLabel(Shape shape, int index)
{
  int label = 0;
  while (ClassOf(shape, label) != index)
  {
    ++label;
  }
  return label;
}

/** Rows of a neighborhood are counted as its labels are. */
constexpr int
RowOf(int label)
{
  return label / static_cast<int>(NeighborhoodLabels<3>().GetStride(1));
}

/** The squared distance of a class if all axes have the same spacing, 1. */
constexpr int
SquaredDistance(Shape shape, int index)
{
  int sum = 0;
  for (unsigned int axis = 0; axis < 3; ++axis)
  {
    sum += OffsetOf(shape, FirstLabel(shape, index), axis) != 0;
  }
  return sum;
}

// ---- What labelers are given

/** Real numbers are read in vectors that may overlap, but not beyond a row. */
constexpr std::size_t MinimumWidth = 16;

/** A plane to label, and what lies around it: real numbers or packed keys, for the ascent with the opposite sign. */
template <typename T>
struct PlaneRows
{
  const T * const * planes[3]; ///< below, at and above: rows, from the one before the first to the one behind the last
  std::size_t       numberOfRows;
  std::size_t       width;   ///< at least MinimumWidth; of keys, a multiple of KeyMultiple
  const void * const * next; ///< for each row what to fetch into the cache meanwhile, or nullptr
  std::size_t          bytesOfNext;
};

/** What the classes of neighbors compete by. */
struct ClassRule
{
  Shape  shape;
  double weights[MaximumNumberOfClasses]; ///< of differences
  double centerScore;
  bool   labelStrictExtrema;
};

/** Real numbers stand for the rest: a neighbor that is NaN is -infinity, one that does not compete +infinity. */
struct DirectRule : ClassRule
{
  bool  hasNaN;
  bool  isScreened;                           ///< scores in float come first
  float floatWeights[MaximumNumberOfClasses]; ///< in units in which no score is too small or too great for float
  float
    floatCenterScore; ///< in these units; finite, and above the scores of negative differences where they do not count
};

struct KeyRule : ClassRule
{
  bool isScreened; ///< scores in float come first, as classes are rarely close
  bool hasAbsent;  ///< some neighbors do not compete
};

/** Ranks of scores are kept less this, for codes of 16 bits to hold them. */
constexpr int RankShift = 33;

/** Differences below this are not ranked apart. At the distance 1 less fits; all others of 8 bits do. */
constexpr int
LeastRankedDifference(int squaredDistance)
{
  return squaredDistance == 1 ? -239 : -256;
}

/** For keys of 16 bits, distances of 1, sqrt(2) and sqrt(3), and nothing but differences of 8 bits. */
struct RankRule : ClassRule
{
  std::int16_t center;     ///< ranks below it lose to the center
  std::int16_t centerCode; ///< 31 - its label; 0 where the labeler cannot tell
};

/** Where labels and scores go; strides in elements. */
struct PlaneResults
{
  std::uint8_t * labels;
  std::ptrdiff_t labelStride;
  float *        floatScores; ///< one of the two, or none
  double *       doubleScores;
  std::ptrdiff_t scoreStride;
  std::size_t    width;
  bool *         isUndecided; ///< for each row; set by ranks
};

/** Memory of a labeler, for rows of a width. */
constexpr std::size_t NumberOfScratchRows = 24;
constexpr std::size_t
ScratchRowSize(std::size_t width)
{
  return (width + KeyMultiple - 1) / KeyMultiple * KeyMultiple + 5 * KeyMultiple / 2; // no multiple of 4 KiB apart
}

/** What is known of some rows: of the voxels that compete. */
struct RowFacts
{
  double greatest{ 0.0 }; ///< absolute value of what is no NaN; of double rounded up to 32 bits
  bool   hasNaN{ false };
};

// ---- The definition, for any neighborhood

constexpr int CandidatesAtOnce = 4;

/** Candidates for the labels of a row. Those of float have the same weight. */
template <typename TReal>
struct CandidateRows
{
  const TReal *            neighbors[CandidatesAtOnce];
  const IntegerOf<TReal> * competes[CandidatesAtOnce]; ///< 0 where it does not
  TReal                    weights[CandidatesAtOnce];
  CodeOf<TReal>            labels[CandidatesAtOnce];
};

/** The best of the candidates so far: the difference of float, the score of double. */
template <typename TReal>
struct WinnerRow
{
  TReal *         best;
  CodeOf<TReal> * label; ///< -1 where none competed
};

// ---- The table of an instruction set

/** How rows of pixels are taken over. */
template <typename TPixel>
struct PixelTarget
{
  using Real = RealOf<TPixel>;

  /** Of voxels -1 to n. */
  RowFacts (*survey)(const TPixel * values, const unsigned char * mask, std::size_t n);

  /** sign * value. With isStandIn, infinities stand for what is NaN or does not compete, as in DirectRule. */
  void (*makeReals)(const TPixel *        values,
                    const unsigned char * mask,
                    Real                  sign,
                    bool                  isStandIn,
                    Real *                reals,
                    std::size_t           n);

  /** Keys of scale * value, or AbsentKey. False if some are rounded. Values are below LargestKeyValue / |scale|. */
  bool (*makeKeys)(const TPixel * values, const unsigned char * mask, double scale, std::int32_t * keys, std::size_t n);
};

template <typename TPixel>
struct BytePixelTarget
{
  /** Keys of sign * value + offset, or AbsentKey. */
  void (*makeByteKeys)(const TPixel *        values,
                       const unsigned char * mask,
                       int                   sign,
                       int                   offset,
                       std::int16_t *        keys,
                       std::size_t           n);
};

template <typename TReal>
struct RealTarget
{
  void (*labelDirectly)(const PlaneRows<TReal> &, const DirectRule &, const PlaneResults &, void * scratch);
  void (*compete)(const TReal * center, const CandidateRows<TReal> &, const WinnerRow<TReal> &, std::size_t n);
  void (*competePlainly)(const TReal * center, const CandidateRows<TReal> &, const WinnerRow<TReal> &, std::size_t n);
  void (*competeByScores)(const WinnerRow<TReal> &, double weight, double * scores, double * labels, std::size_t n);
  void (*findNoHigher)(const TReal *            center,
                       const TReal *            neighbor,
                       const IntegerOf<TReal> * competes,
                       CodeOf<TReal> *          hasNoHigher,
                       std::size_t              n);
};

struct Target
  : PixelTarget<std::int8_t>
  , PixelTarget<std::uint8_t>
  , PixelTarget<std::int16_t>
  , PixelTarget<std::uint16_t>
  , PixelTarget<std::int32_t>
  , PixelTarget<std::uint32_t>
  , PixelTarget<float>
  , PixelTarget<double>
  , BytePixelTarget<std::int8_t>
  , BytePixelTarget<std::uint8_t>
  , RealTarget<float>
  , RealTarget<double>
{
  void (*labelByKeys)(const PlaneRows<std::int32_t> &, const KeyRule &, const PlaneResults &, void * scratch);
  void (*labelByRanks)(const PlaneRows<std::int16_t> &, const RankRule &, const PlaneResults &, void * scratch);
};

/** The table of the instruction set in use. */
const Target &
GetTarget();

} // namespace itk::NeighborhoodArgmaxLabel

#endif
