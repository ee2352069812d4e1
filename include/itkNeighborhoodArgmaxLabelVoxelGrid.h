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
#ifndef itkNeighborhoodArgmaxLabelVoxelGrid_h
#define itkNeighborhoodArgmaxLabelVoxelGrid_h

#include <array>
#include <cstdint>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class VoxelGrid
 * \brief Internal: the voxels of an image in memory: their positions and numbers, and what is on the other side of
 * periodic axes.
 *
 * Voxels are counted from 0 on, the first axis fastest. No image is known here.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <unsigned int VDimension>
struct VoxelGrid
{
  using VoxelType = std::uint64_t;
  using PositionType = std::array<std::int64_t, VDimension>;

  PositionType                 size{};
  std::array<bool, VDimension> isPeriodic{}; // along each axis

  VoxelType
  GetNumberOfVoxels() const
  {
    VoxelType count = 1;
    for (const auto length : size)
    {
      count *= static_cast<VoxelType>(length);
    }
    return count;
  }

  PositionType
  PositionOf(VoxelType voxel) const
  {
    PositionType position;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      position[axis] = static_cast<std::int64_t>(voxel % static_cast<VoxelType>(size[axis]));
      voxel /= static_cast<VoxelType>(size[axis]);
    }
    return position;
  }

  VoxelType
  VoxelAt(const PositionType & position) const
  {
    std::int64_t voxel = 0;
    for (unsigned int axis = VDimension; axis-- > 0;)
    {
      voxel = voxel * size[axis] + position[axis];
    }
    return static_cast<VoxelType>(voxel);
  }

  bool
  IsInside(std::int64_t coordinate, unsigned int axis) const
  {
    return coordinate >= 0 && coordinate < size[axis];
  }

  bool
  IsInside(const PositionType & position) const
  {
    bool isInside = true;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      isInside &= this->IsInside(position[axis], axis);
    }
    return isInside;
  }

  /** Whether there are voxels at this place, in the image or on its other side. */
  bool
  IsPresent(std::int64_t coordinate, unsigned int axis) const
  {
    return isPeriodic[axis] || this->IsInside(coordinate, axis);
  }

  bool
  IsPresent(const PositionType & position) const
  {
    bool isPresent = true;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      isPresent &= this->IsPresent(position[axis], axis);
    }
    return isPresent;
  }

  /** The same place in the image, of one that is present. */
  std::int64_t
  Wrap(std::int64_t coordinate, unsigned int axis) const
  {
    return this->IsInside(coordinate, axis) ? coordinate : (coordinate % size[axis] + size[axis]) % size[axis];
  }

  PositionType
  Wrap(PositionType position) const
  {
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      position[axis] = this->Wrap(position[axis], axis);
    }
    return position;
  }

  /** Call function(position) at the first voxel of each row of a box, from `begin` to before `end`. */
  template <typename TFunction>
  static void
  ForEachRow(const PositionType & begin, const PositionType & end, const TFunction & function)
  {
    PositionType position = begin;
    unsigned int axis = 0;
    while (axis < VDimension)
    {
      function(static_cast<const PositionType &>(position));
      for (axis = 1; axis < VDimension && ++position[axis] == end[axis]; ++axis)
      {
        position[axis] = begin[axis];
      }
    }
  }

  /** Call function(row, position) for the rows of the image from the voxel `begin` to before `end`. */
  template <typename TFunction>
  void
  ForEachRow(VoxelType begin, VoxelType end, const TFunction & function) const
  {
    PositionType position = this->PositionOf(begin);
    for (VoxelType row = begin; row < end; row += static_cast<VoxelType>(size[0]))
    {
      function(row, static_cast<const PositionType &>(position));
      for (unsigned int axis = 1; axis < VDimension && ++position[axis] == size[axis]; ++axis)
      {
        position[axis] = 0;
      }
    }
  }
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
