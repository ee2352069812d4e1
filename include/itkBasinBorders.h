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
#ifndef itkBasinBorders_h
#define itkBasinBorders_h

#include "NeighborhoodArgmaxLabelExport.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** What values are compared as: integers of up to 16 bits, and of 32 bits with a sign, as such. */
template <typename TValue>
using BorderLane = std::conditional_t<
  std::is_same_v<TValue, float>,
  float,
  std::conditional_t<std::is_integral_v<TValue> && (sizeof(TValue) < 4 || std::is_same_v<TValue, std::int32_t>),
                     std::int32_t,
                     double>>;

/** \class BorderRow
 * \brief Internal: a row of voxels beside its neighbors.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TValue>
struct BorderRow
{
  const std::uint32_t *              basins; // 0 is none
  const TValue *                     values;
  std::vector<const std::uint32_t *> basinsOfNeighbors; // of the first voxel, in each direction
  std::vector<const TValue *>        valuesOfNeighbors;
  std::size_t                        length;
  bool                               ascent; // values are taken negative
};

/** \class Borders
 * \brief Internal: the other basins beside voxels of a row, one each.
 *
 * Elements are one for each voxel and direction at most, and Overrun more that may be written.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TValue>
struct Borders
{
  static constexpr std::size_t Overrun = 64;

  std::vector<std::int32_t>       voxels; // of the row
  std::vector<std::int32_t>       basins; // of the voxels
  std::vector<std::int32_t>       others; // basins beside
  std::vector<BorderLane<TValue>> passes; // the least value over which one gets there; of integers -1 - value in ascent
  std::vector<std::int32_t>       directions; // the first one of the neighbor that is so high, or -1 if the voxel is

  void
  Resize(std::size_t size)
  {
    voxels.resize(size + Overrun);
    basins.resize(size + Overrun);
    others.resize(size + Overrun);
    passes.resize(size + Overrun);
    directions.resize(size + Overrun);
  }
};

/** Finds the other basins beside the voxels of a row; how many. Values that are NaN lead nowhere. */
template <typename TValue>
NeighborhoodArgmaxLabel_EXPORT std::size_t
                               FindBorders(const BorderRow<TValue> & row, Borders<TValue> & borders);

} // namespace itk::NeighborhoodArgmaxLabel

#endif
