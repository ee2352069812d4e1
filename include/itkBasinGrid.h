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
#ifndef itkBasinGrid_h
#define itkBasinGrid_h

#include "itkNeighborhoodArgmaxLabelVoxelGrid.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class BasinGrid
 * \brief Internal: an image that planes across its axes cut into blocks.
 *
 * Blocks are counted from 0 on, the first axis fastest. A segment is a row of voxels of one block; segments are counted
 * in the order of their voxels in the image.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <unsigned int VDimension>
struct BasinGrid
{
  using ImageType = VoxelGrid<VDimension>;
  using VoxelType = typename ImageType::VoxelType;
  using PositionType = typename ImageType::PositionType;

  ImageType                                         image;
  std::array<std::vector<std::int64_t>, VDimension> cuts; // of each axis, from 0 to its length

  /** Blocks of `lengths` at most; those of an axis differ by one voxel at most. */
  static BasinGrid
  Regular(const ImageType & image, const PositionType & lengths)
  {
    BasinGrid grid{ image, {} };
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      const std::int64_t count = (image.size[axis] + lengths[axis] - 1) / lengths[axis];
      for (std::int64_t block = 0; block <= count; ++block)
      {
        grid.cuts[axis].push_back(image.size[axis] * block / count);
      }
    }
    return grid;
  }

  std::int64_t
  GetNumberOfBlocks(unsigned int axis) const
  {
    return static_cast<std::int64_t>(cuts[axis].size()) - 1;
  }

  std::size_t
  BlockAt(const PositionType & blockPosition) const
  {
    std::int64_t block = 0;
    for (unsigned int axis = VDimension; axis-- > 0;)
    {
      block = block * this->GetNumberOfBlocks(axis) + blockPosition[axis];
    }
    return static_cast<std::size_t>(block);
  }

  /** The block of a voxel. It is looked for from the block at `near` on: most are not far. */
  PositionType
  BlockPositionOf(const PositionType & voxelPosition, PositionType near = {}) const
  {
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      while (voxelPosition[axis] < this->BeginOf(near[axis], axis))
      {
        --near[axis];
      }
      while (voxelPosition[axis] >= this->BeginOf(near[axis] + 1, axis))
      {
        ++near[axis];
      }
    }
    return near;
  }

  /** Go on to the next block. */
  void
  Advance(PositionType & blockPosition) const
  {
    for (unsigned int axis = 0; axis < VDimension && ++blockPosition[axis] == this->GetNumberOfBlocks(axis); ++axis)
    {
      blockPosition[axis] = 0;
    }
  }

  /** The first voxel of a block, and that after its last one. */
  std::pair<PositionType, PositionType>
  BoxOf(const PositionType & blockPosition) const
  {
    std::pair<PositionType, PositionType> box;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      box.first[axis] = this->BeginOf(blockPosition[axis], axis);
      box.second[axis] = this->BeginOf(blockPosition[axis] + 1, axis);
    }
    return box;
  }

  /** The segment of a voxel whose block has the position `xBlock` on the first axis. */
  VoxelType
  SegmentOf(VoxelType voxel, std::int64_t xBlock) const
  {
    return voxel / static_cast<VoxelType>(image.size[0]) * static_cast<VoxelType>(this->GetNumberOfBlocks(0)) +
           static_cast<VoxelType>(xBlock);
  }

private:
  std::int64_t
  BeginOf(std::int64_t block, unsigned int axis) const
  {
    return cuts[axis][static_cast<std::size_t>(block)];
  }
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
