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
#ifndef itkNeighborhoodLabelGraph_h
#define itkNeighborhoodLabelGraph_h

#include "itkNeighborhoodArgmaxLabelVoxelGrid.h"
#include "itkNeighborhoodLabels.h"

#include <cstdint>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class NeighborhoodLabelGraph
 * \brief Internal: labels in memory as a graph: where the label of a voxel leads.
 *
 * TLabel is unsigned. No image is known here.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TLabel, unsigned int VDimension>
struct NeighborhoodLabelGraph : VoxelGrid<VDimension>
{
  using Grid = VoxelGrid<VDimension>;
  using VoxelType = typename Grid::VoxelType;
  using PositionType = typename Grid::PositionType;
  using Grid::size;

  const TLabel *                 labels;
  const unsigned char *          mask; // or nullptr
  PositionType                   radius;
  NeighborhoodLabels<VDimension> neighborhood; // with that radius
  TLabel                         backgroundValue;

  bool
  IsBackground(VoxelType voxel) const
  {
    return labels[voxel] == backgroundValue || (mask && mask[voxel] == 0);
  }

  /** Where a label leads, in the image or not. */
  PositionType
  TargetOf(VoxelType voxel, PositionType position) const
  {
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      position[axis] += neighborhood.OffsetOf(labels[voxel], axis);
    }
    return position;
  }

  /** The voxel that a label leads to; a sink leads to itself. */
  VoxelType
  Next(VoxelType voxel, const PositionType & position) const
  {
    const PositionType target = this->TargetOf(voxel, position);
    if (!this->IsPresent(target))
    {
      return voxel;
    }
    const VoxelType next = this->VoxelAt(this->Wrap(target));
    return this->IsBackground(next) ? voxel : next;
  }

  VoxelType
  Next(VoxelType voxel) const
  {
    return this->Next(voxel, this->PositionOf(voxel));
  }

  /** Whether a neighborhood in the row at `position` may leave the image, and not only at its ends. */
  bool
  IsRowAtBorder(const PositionType & position) const
  {
    bool isAtBorder = false;
    for (unsigned int axis = 1; axis < VDimension; ++axis)
    {
      isAtBorder |= position[axis] < radius[axis] || size[axis] - position[axis] <= radius[axis];
    }
    return isAtBorder;
  }

  /** Calls function(x) for the voxels of the row at `position` whose neighborhood leaves the image. */
  template <typename TFunction>
  void
  ForEachAtBorder(const PositionType & position, const TFunction & function) const
  {
    const bool isAll = size[0] <= 2 * radius[0] || this->IsRowAtBorder(position);
    for (std::int64_t x = 0; x < size[0]; ++x)
    {
      x = !isAll && x == radius[0] ? size[0] - radius[0] : x;
      if (x < size[0])
      {
        function(static_cast<VoxelType>(x));
      }
    }
  }
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
