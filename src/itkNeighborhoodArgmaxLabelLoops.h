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

#include <cstddef>
#include <cstdint>
#include <type_traits>

/** The loops of the kernels. itkNeighborhoodArgmaxLabelLoops.cxx is compiled once for each instruction set; the kernels call
 * the loops through these tables. The loops are short, so that compilers vectorise them, and use nothing of the standard
 * library: an inline function of it, compiled for one processor here, might serve the whole program on another. */
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

/** A key holds a value and a label: 32 * value + label. Integers of 8 bits have keys of 16 bits. */
template <typename TPixel>
using KeyOf = std::conditional_t<sizeof(TPixel) == 1, std::int16_t, std::int32_t>;

constexpr int KeyBits = 5; // 27 labels
constexpr int LabelMask = (1 << KeyBits) - 1;

/** The key of a voxel that does not compete: above all others, and so far that differences to it show. */
template <typename TKey>
constexpr TKey AbsentKey = sizeof(TKey) == 2 ? TKey(3 << 13) : TKey(1 << 30);

/** Values of keys of 32 bits stay within this, so that differences fit a float and a key. */
constexpr int LargestValue = 1 << 23;

/** In the output of combine: the label is not decided. */
constexpr std::uint8_t Undecided = LabelMask;

/** Some candidates of a row of voxels. Four at a time, for the best so far to stay in registers. */
template <typename TReal>
struct Competitors
{
  static constexpr int Number = 4;
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
  void (*start)(TReal * best, Integer * winner, std::size_t n);

  /** Candidates against the best so far of those with higher labels; [not all finite][masked]. */
  void (*compete[2][2])(const TReal *              center,
                        const Competitors<TReal> & competitors,
                        TReal *                    best,
                        Integer *                  winner,
                        std::size_t                n);

  /** The best of some candidates against the label so far. */
  void (*merge)(const TReal *   best,
                const Integer * winner,
                double          weight,
                double *        score,
                std::int64_t *  label,
                std::size_t     n);

  void (*markNotNegative)(const TReal *   center,
                          const TReal *   neighbor,
                          const Integer * mask,
                          std::int64_t *  marks,
                          std::size_t     n);
};

template <typename TPixel>
struct PixelLoops
{
  void (*convert)(const TPixel * values, RealOf<TPixel> sign, RealOf<TPixel> * reals, std::size_t n);
};

/** All loops of one instruction set. */
struct Loops
  : DefinitionLoops<float>
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

} // namespace itk::NeighborhoodArgmaxLabel

#endif
