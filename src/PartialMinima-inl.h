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
#ifndef PartialMinima_inl_h
#define PartialMinima_inl_h

#include "Row-inl.h"

/** Least neighbors of each class. What the neighbors of a row and of its two planes give is found once for a row, and
 * serves the rows before, at and behind it: about 10 minima a voxel instead of 26. Of packed keys the least one tells
 * the label as well: a neighbor gets it on the way, less the first label of its class. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

// How labels differ in neighborhoods of one plane and of three, whose strides are the same.
constexpr int AcrossColumns = 2 * static_cast<int>(NeighborhoodLabels<3>().GetStride(0));
constexpr int AcrossRows = 2 * static_cast<int>(NeighborhoodLabels<3>().GetStride(1));
constexpr int AcrossPlanes = 2 * static_cast<int>(NeighborhoodLabels<3>().GetStride(2));

/** The lesser of two; the labels of the second are greater by a step. */
template <int VStep, typename T>
inline T
Least(T a, T b)
{
  if constexpr (std::is_integral_v<T>)
  {
    b = static_cast<T>(b + VStep);
  }
  return a < b ? a : b;
}

/** Partial minima of a row of voxels. */
template <typename T>
struct PartialMinima
{
  T * pair;     ///< of the two voxels in the planes below and above; Isotropic3D: not needed
  T * beside;   ///< of the two voxels beside in the row; Isotropic3D: of the pair as well
  T * diagonal; ///< of the four diagonal voxels in the planes below and above
};

template <typename T, Shape VShape>
NeighborhoodArgmaxLabel_LOOP void
FindPartialMinima(const T *                below,
                  const T *                center,
                  const T *                above,
                  const PartialMinima<T> & result,
                  std::ptrdiff_t           begin,
                  std::ptrdiff_t           end)
{
  const PartialMinima<T> r = result;
  NeighborhoodArgmaxLabel_VECTORIZE for (std::ptrdiff_t x = begin; x < end; ++x)
  {
    const auto pairAt = [&](std::ptrdiff_t at) { return Least<AcrossPlanes>(below[at], above[at]); };
    T          beside = Least<AcrossColumns>(center[x - 1], center[x + 1]);
    if constexpr (VShape == Shape::Isotropic3D)
    {
      constexpr int step = LabelOf(VShape, -1, 0, 0) - LabelOf(VShape, 0, 0, -1);
      beside = Least<step>(pairAt(x), beside);
    }
    r.beside[x] = beside;
    if constexpr (VShape == Shape::Full3D || VShape == Shape::Faces3D)
    {
      r.pair[x] = pairAt(x);
    }
    if constexpr (VShape == Shape::Isotropic3D || VShape == Shape::Full3D)
    {
      // Stored and read again beside, pairs would wait for the memory.
      r.diagonal[x] = Least<AcrossColumns>(pairAt(x - 1), pairAt(x + 1));
    }
  }
}

/** What the labels of one row come from. */
template <typename T>
struct ClassSources
{
  const T *        before;
  const T *        center;
  const T *        behind;
  PartialMinima<T> minima[3];
};

/** Calls consume(class, least) for each class of the neighbors of a voxel, with its least value or key. */
template <typename T, Shape VShape, typename TConsumer>
inline void
ForEachClass(const ClassSources<T> & sources, std::ptrdiff_t x, const TConsumer & consume)
{
  const PartialMinima<T> & b = sources.minima[0];
  const PartialMinima<T> & c = sources.minima[1];
  const PartialMinima<T> & a = sources.minima[2];
  const T                  column = Least<AcrossRows>(sources.before[x], sources.behind[x]);
  if constexpr (VShape == Shape::Isotropic3D)
  {
    constexpr int faceStep = LabelOf(VShape, 0, -1, 0) - LabelOf(VShape, 0, 0, -1);
    constexpr int edgeStep = LabelOf(VShape, -1, 0, -1) - LabelOf(VShape, 0, -1, -1);
    const T       sides = Least<AcrossRows>(b.beside[x], a.beside[x]);
    consume(Index<0>{}, Least<faceStep>(c.beside[x], column));
    consume(Index<1>{}, Least<edgeStep>(sides, c.diagonal[x]));
    consume(Index<2>{}, Least<AcrossRows>(b.diagonal[x], a.diagonal[x]));
  }
  if constexpr (VShape == Shape::Full3D)
  {
    consume(Index<0>{}, c.beside[x]);
    consume(Index<1>{}, column);
    consume(Index<2>{}, Least<AcrossRows>(b.beside[x], a.beside[x]));
    consume(Index<3>{}, c.pair[x]);
    consume(Index<4>{}, c.diagonal[x]);
    consume(Index<5>{}, Least<AcrossRows>(b.pair[x], a.pair[x]));
    consume(Index<6>{}, Least<AcrossRows>(b.diagonal[x], a.diagonal[x]));
  }
  if constexpr (VShape == Shape::Faces3D)
  {
    consume(Index<0>{}, c.beside[x]);
    consume(Index<1>{}, column);
    consume(Index<2>{}, c.pair[x]);
  }
  if constexpr (VShape == Shape::Full2D)
  {
    consume(Index<0>{}, c.beside[x]);
    consume(Index<1>{}, column);
    consume(Index<2>{}, Least<AcrossRows>(b.beside[x], a.beside[x]));
  }
  if constexpr (VShape == Shape::Faces2D)
  {
    consume(Index<0>{}, c.beside[x]);
    consume(Index<1>{}, column);
  }
}

/** Calls label(sources, row) for each row of a plane, with the partial minima of the rows about it. */
template <typename T, Shape VShape, typename TLabel>
inline void
ForEachRowOfPlane(const PlaneRows<T> & plane, Scratch & scratch, const TLabel & label)
{
  PartialMinima<T> ring[3];
  for (PartialMinima<T> & minima : ring)
  {
    minima = { scratch.Take<T>(), scratch.Take<T>(), scratch.Take<T>() };
  }
  for (std::size_t row = 0; row < plane.numberOfRows + 2; ++row)
  {
    FetchNext(plane, row);
    ForWholeVectors<VectorMultiple<T>>(plane.width, [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
      FindPartialMinima<T, VShape>(
        plane.planes[0][row], plane.planes[1][row], plane.planes[2][row], ring[row % 3], begin, end);
    });
    if (row >= 2)
    {
      const T * const * const rows = plane.planes[1] + row - 2;
      label({ rows[0], rows[1], rows[2], { ring[(row - 2) % 3], ring[(row - 1) % 3], ring[row % 3] } }, row - 2);
    }
  }
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
