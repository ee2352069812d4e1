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
#ifndef itkBlockwiseBasins_h
#define itkBlockwiseBasins_h

#include "itkBasinBlock.h"
#include "itkBasinForest.h"
#include "itkNeighborhoodLabelGraph.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

namespace itk
{

/** \class BlockwiseBasins
 * \brief Basins of labels in memory: blocks are followed one by one, then joined over their faces, then numbered.
 *
 * Slabs of blocks are for threads. To be called in this order; FollowSlab(), NumberSharedOf() and
 * NumberSlab() for all slabs, at the same time if there are threads for it:
 * 1. FollowSlab(): the numbers become provisional ones of each block. What leaves blocks is joined (BasinForest).
 * 2. JoinSlabs(): the same for what leaves slabs, and counts basins.
 * 3. NumberSharedOf(): what is shared by blocks gets its final number.
 * 4. NumberSlab(): all voxels do.
 *
 * Basins are numbered by their first voxels, whatever the blocks. Each block knows how many basins begin in each of its
 * rows, so that the number of a basin is a sum over rows, and those of a block are known from its provisional ones.
 *
 * Only basins that are shared by blocks are stored. TNumber, unsigned, counts them and the numbers. No pipeline or
 * image is known here.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TLabel, typename TNumber, unsigned int VDimension>
class BlockwiseBasins
{
public:
  using GraphType = NeighborhoodLabelGraph<TLabel, VDimension>;
  using VoxelType = typename GraphType::VoxelType;
  using PositionType = typename GraphType::PositionType;

  /** Lengths of blocks that fit the cache, and enough of them for a number of slabs. */
  static PositionType
  BlockLengths(const GraphType & graph, std::size_t numberOfSlabs);

  /** The numbers are those of all voxels; what they hold does not matter. */
  BlockwiseBasins(const GraphType &    graph,
                  const PositionType & blockLengths,
                  std::size_t          numberOfSlabs,
                  TNumber *            numbers);

  std::size_t
  GetNumberOfSlabs() const
  {
    return m_Slabs.size();
  }

  /** Calls progress(numberOfVoxels) now and then, as NumberSlab() does. */
  template <typename TProgress>
  void
  FollowSlab(std::size_t slab, const TProgress & progress);

  void
  JoinSlabs();

  VoxelType
  GetNumberOfBasins() const
  {
    return m_NumberOfBasins;
  }

  void
  NumberSharedOf(std::size_t slab);

  template <typename TProgress>
  void
  NumberSlab(std::size_t slab, const TProgress & progress);

private:
  using BlockType = BasinBlock<TLabel>;
  using CellType = typename BlockType::CellType;
  using LayoutType = typename BlockType::Layout;

  /** A shared basin, and a voxel of another block that it leads to. */
  struct Exit
  {
    TNumber   part;
    TNumber   block; // of the target, counted in the slab
    VoxelType target;
  };

  struct Block
  {
    TNumber  firstPart;
    CellType closedBegin;
    CellType numberOfClosed;
  };

  /** Blocks in a raster from one block layer to another. Parts are the shared basins of its blocks. A segment is a row
   * of a block; they are counted along the rows of the image. */
  struct Slab
  {
    std::int64_t          beginLayer;
    std::int64_t          endLayer;
    VoxelType             begin;
    VoxelType             end;
    std::vector<Block>    blocks; // and one at the end
    BasinForest<TNumber>  forest;
    std::vector<CellType> closedBefore;   // of each part: as in BasinBlock::SharedBasin, or Continued
    std::vector<TNumber>  numbers;        // of each root; in JoinSlabs, if it is Continued, its place in m_Beginnings
    std::vector<Exit>     exits;          // to blocks that were not followed yet, and out of the slab
    std::vector<CellType> closed;         // basins of one block alone that begin in each segment
    std::vector<TNumber>  numbersBefore;  // basins that begin before each segment; before NumberSharedOf, in it
    VoxelType             numberOfBasins; // that begin in the slab
  };

  /** A root of a slab that is joined with one of another slab. */
  struct SlabPart
  {
    std::size_t slab;
    TNumber     part;
  };

  /** What begins in another slab. */
  static constexpr CellType Continued = std::numeric_limits<CellType>::max();

  /** Slabs are cut across the last axis that has more than one voxel. */
  static unsigned int
  SlabAxis(const GraphType & graph)
  {
    unsigned int axis = VDimension - 1;
    while (axis > 0 && graph.size[axis] == 1)
    {
      --axis;
    }
    return axis;
  }

  /** Blocks of an axis differ by one voxel at most. */
  std::int64_t
  BeginOf(std::int64_t block, unsigned int axis) const
  {
    return m_Graph.size[axis] * block / m_NumberOfBlocks[axis];
  }

  std::int64_t
  BlockAt(std::int64_t coordinate, unsigned int axis) const
  {
    return ((coordinate + 1) * m_NumberOfBlocks[axis] - 1) / m_Graph.size[axis];
  }

  /** Call function(block position, its number in the slab) for all blocks, or for the first ones along the first axis.
   */
  template <typename TFunction>
  void
  ForEachBlock(const Slab & slab, bool onlyFirst, const TFunction & function) const;

  std::pair<PositionType, PositionType>
  BoxOf(const PositionType & block) const;

  VoxelType
  SegmentOf(const Slab & slab, VoxelType voxel, std::int64_t xBlock) const
  {
    const auto row = (voxel - slab.begin) / static_cast<VoxelType>(m_Graph.size[0]);
    return row * static_cast<VoxelType>(m_NumberOfBlocks[0]) + static_cast<VoxelType>(xBlock);
  }

  void
  SetLayout(LayoutType & layout, PositionType & strides, const PositionType & lengths) const;

  /** Labels of a box and its halo. */
  void
  StageBlock(PositionType begin, PositionType end, TLabel * staged) const;

  void
  StageRow(PositionType position, std::int64_t count, TLabel * staged) const;

  template <typename TProgress>
  void
  FollowBlock(Slab &               slab,
              BlockType &          block,
              const LayoutType &   layout,
              const PositionType & strides,
              const PositionType & position,
              const TProgress &    progress) const;

  /** The block that `position` is in. */
  TNumber
  BlockOf(const Slab & slab, const PositionType & position) const
  {
    PositionType block;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      block[axis] = this->BlockAt(position[axis], axis);
    }
    return this->NumberInSlab(slab, block);
  }

  TNumber
  NumberInSlab(const Slab & slab, const PositionType & block) const
  {
    std::int64_t number = block[m_SlabAxis] - slab.beginLayer;
    for (unsigned int axis = m_SlabAxis; axis-- > 0;)
    {
      number = number * m_NumberOfBlocks[axis] + block[axis];
    }
    return static_cast<TNumber>(number);
  }

  /** The part of its block that a voxel is in, if labels lead there from other blocks. */
  TNumber
  PartOf(const Slab & slab, TNumber block, VoxelType voxel) const
  {
    return slab.blocks[block].firstPart + m_Numbers[voxel] - 1;
  }

  /** Join what leads to blocks that have been followed; the other exits remain. */
  void
  JoinExits(Slab & slab) const;

  /** Basins that begin in each segment. */
  void
  CountBasins(Slab & slab) const;

  bool
  IsFirst(const Slab & slab, TNumber part) const
  {
    return slab.forest.IsRoot(part) && slab.closedBefore[part] != Continued;
  }

  /** Call function(segment, begin, end) for the segments of a block, with the parts that begin there. */
  template <typename TFunction>
  void
  ForEachSegment(const Slab & slab, std::size_t block, const PositionType & position, const TFunction & function) const;

  /** The final number of a part. */
  TNumber
  NumberOf(std::size_t slab, TNumber part);

  /** From provisional numbers of a block to those of the output. */
  void
  MakeTable(std::size_t slab, std::size_t block, const PositionType & position, std::vector<TNumber> & table);

  GraphType             m_Graph;
  unsigned int          m_SlabAxis;
  PositionType          m_Halo;
  PositionType          m_NumberOfBlocks;
  TNumber *             m_Numbers;
  std::vector<Slab>     m_Slabs;
  std::vector<SlabPart> m_Beginnings; // of the parts that are Continued
  VoxelType             m_NumberOfBasins{ 0 };
};

} // end namespace itk

#include "itkBlockwiseBasins.hxx"

#endif
