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

#include "itkBasinJoins.h"
#include "itkBasinStage.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class BlockwiseBasins
 * \brief Internal: basins of labels in memory. Blocks are followed one by one, then joined over their faces, then
 * numbered.
 *
 * Slabs, which are layers of blocks, are for threads:
 * 1. FollowSlab(): the numbers become provisional ones of each block. What leaves blocks is joined (BasinJoins).
 * 2. JoinSlabs(): the same for what leaves slabs.
 * 3. What is joined is numbered, in each slab and then in the image.
 * 4. WriteSlab(): the numbers become final.
 *
 * TNumber, unsigned, counts them and the numbers. No pipeline or image is known here.
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

  BlockwiseBasins(const BlockwiseBasins &) = delete;
  BlockwiseBasins &
  operator=(const BlockwiseBasins &) = delete;

  std::size_t
  GetNumberOfSlabs() const
  {
    return m_Slabs.size();
  }

  /** Steps 1 to 3. forEachSlab(function) calls function(slab, progress) for all slabs, at the same time if there are
   * threads for it, and progress(numberOfVoxels) is called now and then. */
  template <typename TForEachSlab>
  void
  Find(const TForEachSlab & forEachSlab)
  {
    forEachSlab([this](std::size_t slab, const auto & progress) { this->FollowSlab(m_Slabs[slab], progress); });
    this->JoinSlabs();
    forEachSlab([this](std::size_t slab, const auto &) { m_Slabs[slab].joins.NumberPieces(); });
    this->NumberSlabs();
  }

  VoxelType
  GetNumberOfBasins() const
  {
    return m_NumberOfBasins;
  }

  /** Step 4. */
  template <typename TForEachSlab>
  void
  Write(const TForEachSlab & forEachSlab)
  {
    forEachSlab([this](std::size_t slab, const auto & progress) { this->WriteSlab(m_Slabs[slab], progress); });
  }

private:
  using JoinsType = BasinJoins<TNumber, VDimension>;
  using GridType = typename JoinsType::GridType;
  using StageType = BasinStage<TLabel, VDimension>;
  using BlockType = BasinBlock<TLabel>;
  using CellType = typename BlockType::CellType;

  /** A piece, and the voxel of another block that it leads to. */
  struct Exit
  {
    TNumber       piece;
    std::uint32_t block; // of the target
    VoxelType     target;
  };

  /** Provisional numbers of a block. */
  struct InnerNumbers
  {
    CellType begin;
    CellType count;
  };

  struct Slab
  {
    VoxelType                 begin;
    VoxelType                 end;
    std::size_t               firstBlock;
    JoinsType                 joins;
    std::vector<InnerNumbers> inner;             // of each block
    std::vector<Exit>         exits;             // to blocks that were not followed yet, and out of the slab
    TNumber                   basinsBefore{ 0 }; // those that begin in slabs before
  };

  struct SlabPiece
  {
    std::size_t slab;
    TNumber     piece;
  };

  /** A root of a slab that is joined with one of another slab, which is earlier. */
  struct Continuation
  {
    SlabPiece root;
    SlabPiece beginning;
  };

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

  template <typename TProgress>
  void
  FollowSlab(Slab & slab, const TProgress & progress) const;

  template <typename TProgress>
  void
  FollowBlock(Slab &               slab,
              BlockType &          block,
              StageType &          stage,
              const PositionType & position,
              const TProgress &    progress) const;

  Exit
  ExitOf(TNumber piece, const PositionType & target, const PositionType & position) const
  {
    const auto block = m_Grid.BlockAt(m_Grid.BlockPositionOf(target, position));
    return { piece, static_cast<std::uint32_t>(block), m_Graph.VoxelAt(target) };
  }

  /** The piece that an exit leads to, in the slab of its block, which was followed. */
  TNumber
  EnteredPiece(const Slab & slab, const Exit & exit) const
  {
    return slab.joins.GetFirstPiece(exit.block - slab.firstBlock) + m_Numbers[exit.target] - 1;
  }

  /** Join what leads to blocks that have been followed; the other exits remain. */
  void
  JoinExits(Slab & slab) const;

  void
  JoinSlabs();

  void
  NumberSlabs();

  /** From provisional numbers of a block to those of the output. */
  void
  MakeTable(Slab & slab, std::size_t block, const PositionType & position, std::vector<TNumber> & table) const;

  template <typename TProgress>
  void
  WriteSlab(Slab & slab, const TProgress & progress) const;

  GraphType                 m_Graph;
  GridType                  m_Grid;
  TNumber *                 m_Numbers;
  std::vector<Slab>         m_Slabs;
  std::vector<Continuation> m_Continuations;
  VoxelType                 m_NumberOfBasins{ 0 };
};

} // namespace itk::NeighborhoodArgmaxLabel

#include "itkBlockwiseBasins.hxx"

#endif
