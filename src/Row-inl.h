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
#ifndef Row_inl_h
#define Row_inl_h

#include "Target.h"

#include <float.h> // DBL_MAX
#include <utility> // std::integer_sequence

// Compilers that are not told that rows do not overlap take a plain loop where they are close.
#if defined(__clang__)
#  define NeighborhoodArgmaxLabel_VECTORIZE _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#  define NeighborhoodArgmaxLabel_VECTORIZE _Pragma("GCC ivdep")
#else
#  define NeighborhoodArgmaxLabel_VECTORIZE
#endif

// A function of one loop, which compilers vectorize best where they see nothing else.
#if defined(__GNUC__)
#  define NeighborhoodArgmaxLabel_LOOP __attribute__((noinline))
#else
#  define NeighborhoodArgmaxLabel_LOOP
#endif

/** What all labelers of an instruction set share: whole vectors, scratch memory, results of a row. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

/** Calls loop(begin, end) for `width` voxels in whole vectors, if they fill one: the last one overlaps the others, as
 * what is left would be done voxel by voxel. */
template <std::size_t VLength, typename TLoop>
inline void
ForWholeVectors(std::size_t width, const TLoop & loop)
{
  const auto        end = static_cast<std::ptrdiff_t>(width);
  const auto        length = static_cast<std::ptrdiff_t>(VLength);
  const std::size_t whole = width & ~(VLength - 1);
  loop(0, static_cast<std::ptrdiff_t>(whole));
  if (whole < width)
  {
    loop(end < length ? 0 : end - length, end);
  }
}

template <int VIndex>
using Index = std::integral_constant<int, VIndex>;

template <typename TFunction, int... VIndices>
inline void
ForEachOf(std::integer_sequence<int, VIndices...>, const TFunction & function)
{
  (function(Index<VIndices>{}), ...);
}

/** Calls function(index) for 0 to VNumber - 1: in the body of a loop, where compilers vectorize no loop of it. */
template <int VNumber, typename TFunction>
inline void
ForEachIndex(const TFunction & function)
{
  ForEachOf(std::make_integer_sequence<int, VNumber>{}, function);
}

/** Calls function(shape) with the shape as a constant. */
template <typename TFunction>
inline void
CallForShape(Shape shape, const TFunction & function)
{
  switch (shape)
  {
    case Shape::Isotropic3D:
      return function(std::integral_constant<Shape, Shape::Isotropic3D>{});
    case Shape::Full3D:
      return function(std::integral_constant<Shape, Shape::Full3D>{});
    case Shape::Faces3D:
      return function(std::integral_constant<Shape, Shape::Faces3D>{});
    case Shape::Full2D:
      return function(std::integral_constant<Shape, Shape::Full2D>{});
    case Shape::Faces2D:
      return function(std::integral_constant<Shape, Shape::Faces2D>{});
  }
}

template <typename T>
constexpr std::size_t VectorMultiple = sizeof(T) == 2 ? KeyMultiple : MinimumWidth;

/** Hands out rows of memory, each with a margin before it. */
class Scratch
{
public:
  Scratch(void * memory, std::size_t width)
    : m_Next(static_cast<unsigned char *>(memory))
    , m_RowSize(ScratchRowSize(width))
  {}

  template <typename T>
  T *
  Take()
  {
    T * const row = reinterpret_cast<T *>(m_Next) + KeyMultiple;
    m_Next += m_RowSize * sizeof(T);
    return row;
  }

private:
  unsigned char * m_Next;
  std::size_t     m_RowSize;
};

/** Asks for a row of the next plane, a row at a time: all at once would have to be waited for. */
template <typename T>
inline void
FetchNext(const PlaneRows<T> & plane, std::size_t row)
{
#if defined(__GNUC__)
  if (plane.next)
  {
    const auto * const bytes = static_cast<const char *>(plane.next[row]);
    for (std::size_t x = 0; x < plane.bytesOfNext + 64; x += 64)
    {
      __builtin_prefetch(bytes + x);
    }
  }
#endif
}

/** Labels are found as LabelMask - label: of several that reach the best score the greatest code wins. */
template <typename TCode>
NeighborhoodArgmaxLabel_LOOP void
MakeLabels(const TCode * codes, std::uint8_t * labels, std::ptrdiff_t begin, std::ptrdiff_t end)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = begin; x < end; ++x)
  {
    labels[x] = static_cast<std::uint8_t>(~static_cast<std::int32_t>(codes[x]) & LabelMask);
  }
}

template <typename TCode>
inline void
StoreLabels(const TCode * codes, const PlaneResults & results, std::size_t row)
{
  std::uint8_t * const labels = results.labels + static_cast<std::ptrdiff_t>(row) * results.labelStride;
  ForWholeVectors<KeyMultiple>(
    results.width, [&](std::ptrdiff_t begin, std::ptrdiff_t end) { MakeLabels(codes, labels, begin, end); });
}

/** Scores of numbers; that of the center where it won, and of NaN, which infinity stands for. */
template <typename TCode>
NeighborhoodArgmaxLabel_LOOP void
FinishScores(const TCode * codes, int centerLabel, double centerScore, double * scores, std::size_t width)
{
  const std::int32_t centerCode = LabelMask - centerLabel;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < width; ++x)
  {
    const double score = scores[x] > DBL_MAX ? __builtin_nan("") : scores[x];
    scores[x] = (static_cast<std::int32_t>(codes[x]) & LabelMask) == centerCode ? centerScore : score;
  }
}

template <typename TFrom, typename TScore>
NeighborhoodArgmaxLabel_LOOP void
CopyScores(const TFrom * scores, TScore * to, std::size_t width)
{
  NeighborhoodArgmaxLabel_VECTORIZE for (std::size_t x = 0; x < width; ++x) { to[x] = static_cast<TScore>(scores[x]); }
}

template <typename TScore>
inline void
StoreScores(const TScore * scores, const PlaneResults & results, std::size_t row)
{
  const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * results.scoreStride;
  if (results.floatScores)
  {
    CopyScores(scores, results.floatScores + at, results.width);
  }
  else
  {
    CopyScores(scores, results.doubleScores + at, results.width);
  }
}

inline bool
HasScores(const PlaneResults & results)
{
  return results.floatScores || results.doubleScores;
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
