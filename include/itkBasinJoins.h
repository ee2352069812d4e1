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
#ifndef itkBasinJoins_h
#define itkBasinJoins_h

#include "itkBasinForest.h"
#include "itkBasinGrid.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class BasinJoins
 * \brief Internal: joins basins over the blocks of an image, and numbers them by their first voxels.
 *
 * Inner basins, which are whole in their block, are only counted. Pieces, which labels enter or leave, are stored and
 * joined (BasinForest). The number of a basin is then a sum over the segments before its first voxel (BasinGrid), and
 * over what begins before it in its own segment.
 *
 * One object is for consecutive blocks, which are all the blocks of some rows of the image: a slab, or the whole. Add
 * them in their order, Join() pieces, NumberPieces().
 *
 * TNumber, unsigned, counts pieces and basins. No label is known here.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TNumber, unsigned int VDimension>
class BasinJoins
{
public:
  using GridType = BasinGrid<VDimension>;
  using ImageType = typename GridType::ImageType;
  using VoxelType = typename GridType::VoxelType;
  using PositionType = typename GridType::PositionType;
  using CountType = std::uint32_t; // within a block

  /** For the blocks of the voxels from `begin` to before `end`. The grid has to outlive this. */
  BasinJoins(const GridType & grid, VoxelType begin, VoxelType end)
    : m_Grid(&grid)
    , m_Begin(grid.BlockPositionOf(grid.image.PositionOf(begin)))
    , m_FirstSegment(grid.SegmentOf(begin, 0))
    , m_Inner(grid.SegmentOf(end, 0) - m_FirstSegment)
  {}

  /** Pieces that are added from now on are in the next block. */
  void
  AddBlock()
  {
    m_FirstPieces.push_back(m_Forest.GetNumberOfPieces());
  }

  /** In the order of their first voxels. `innerBefore`: inner basins of the block that begin before. */
  TNumber
  AddPiece(VoxelType first, CountType innerBefore)
  {
    m_InnerBefore.push_back(innerBefore);
    return m_Forest.Add(first);
  }

  /** How many inner basins begin in a segment. */
  void
  SetInner(VoxelType segment, CountType count)
  {
    m_Inner[segment - m_FirstSegment] = count;
  }

  /** Vectors that grow are copied, and new memory costs time. */
  void
  Reserve(TNumber numberOfPieces)
  {
    m_Forest.Reserve(numberOfPieces);
    m_InnerBefore.reserve(numberOfPieces);
  }

  TNumber
  GetNumberOfPieces() const
  {
    return m_Forest.GetNumberOfPieces();
  }

  std::size_t
  GetNumberOfBlocks() const
  {
    return m_FirstPieces.size();
  }

  /** The first piece of a block, counted from the first one that was added; at the end, the number of pieces. */
  TNumber
  GetFirstPiece(std::size_t block) const
  {
    return block < m_FirstPieces.size() ? m_FirstPieces[block] : this->GetNumberOfPieces();
  }

  void
  Join(TNumber a, TNumber b)
  {
    m_Forest.Join(a, b);
  }

  TNumber
  RootOf(TNumber piece)
  {
    return m_Forest.RootOf(piece);
  }

  VoxelType
  GetFirstVoxel(TNumber piece) const
  {
    return m_Forest.GetOrder(piece);
  }

  /** A root is joined with a piece of another object, which begins before. SetNumber() has to be called for it. */
  void
  BeginElsewhere(TNumber root)
  {
    m_InnerBefore[root] = Elsewhere;
  }

  /** Number the basins that begin here, in the order of their first voxels. */
  void
  NumberPieces()
  {
    m_BasinsBefore = this->CountBasinsBefore();
    m_Numbers.resize(this->GetNumberOfPieces());
    this->ForEachBlock([&](const PositionType & position, std::size_t block) {
      CountType inner = 0;
      this->ForEachSegment(block, position, [&](VoxelType segment, TNumber begin, TNumber end) {
        TNumber number = this->GetBasinsBefore(segment);
        for (TNumber piece = begin; piece < end; ++piece)
        {
          if (this->IsFirst(piece))
          {
            m_Numbers[piece] = ++number + m_InnerBefore[piece] - inner;
          }
        }
        inner += this->GetInner(segment);
      });
    });
  }

  // After NumberPieces():

  /** Of those that begin here. */
  VoxelType
  GetNumberOfBasins() const
  {
    return m_NumberOfBasins;
  }

  /** Of those that begin here, how many begin before a segment. */
  TNumber
  GetBasinsBefore(VoxelType segment) const
  {
    return m_BasinsBefore[segment - m_FirstSegment];
  }

  /** The number of the basin of a piece, from 1 on. */
  TNumber
  NumberOf(TNumber piece)
  {
    return m_Numbers[m_Forest.RootOf(piece)];
  }

  void
  SetNumber(TNumber root, TNumber number)
  {
    m_Numbers[root] = number;
  }

  /** Whether its basin begins with this piece. */
  bool
  IsFirst(TNumber piece) const
  {
    return m_Forest.IsRoot(piece) && m_InnerBefore[piece] != Elsewhere;
  }

  /** Inner basins of the block that begin before a piece that is first. */
  CountType
  GetInnerBefore(TNumber piece) const
  {
    return m_InnerBefore[piece];
  }

  CountType
  GetInner(VoxelType segment) const
  {
    return m_Inner[segment - m_FirstSegment];
  }

  /** Call function(position, block) for all blocks, counted as in GetFirstPiece(). */
  template <typename TFunction>
  void
  ForEachBlock(const TFunction & function) const
  {
    PositionType position = m_Begin;
    for (std::size_t block = 0; block < this->GetNumberOfBlocks(); ++block, m_Grid->Advance(position))
    {
      function(static_cast<const PositionType &>(position), block);
    }
  }

  /** Call function(segment, begin, end) for the segments of a block, with the pieces that begin there. */
  template <typename TFunction>
  void
  ForEachSegment(std::size_t block, const PositionType & position, const TFunction & function) const
  {
    const auto    box = m_Grid->BoxOf(position);
    const auto    length = static_cast<VoxelType>(box.second[0] - box.first[0]);
    TNumber       piece = this->GetFirstPiece(block);
    const TNumber endOfBlock = this->GetFirstPiece(block + 1);
    ImageType::ForEachRow(box.first, box.second, [&](const PositionType & row) {
      const VoxelType voxel = m_Grid->image.VoxelAt(row);
      const TNumber   begin = piece;
      while (piece < endOfBlock && m_Forest.GetOrder(piece) < voxel + length)
      {
        ++piece;
      }
      function(m_Grid->SegmentOf(voxel, position[0]), begin, piece);
    });
  }

private:
  static constexpr CountType Elsewhere = std::numeric_limits<CountType>::max();

  /** Of each segment. */
  std::vector<TNumber>
  CountBasinsBefore()
  {
    std::vector<TNumber> counts(m_Inner.begin(), m_Inner.end());
    this->ForEachBlock([&](const PositionType & position, std::size_t block) {
      this->ForEachSegment(block, position, [&](VoxelType segment, TNumber begin, TNumber end) {
        for (TNumber piece = begin; piece < end; ++piece)
        {
          counts[segment - m_FirstSegment] += this->IsFirst(piece);
        }
      });
    });
    m_NumberOfBasins = 0;
    for (TNumber & count : counts)
    {
      const TNumber before = static_cast<TNumber>(m_NumberOfBasins);
      m_NumberOfBasins += count;
      count = before;
    }
    return counts;
  }

  const GridType *       m_Grid;
  PositionType           m_Begin; // of the first block, among the blocks
  VoxelType              m_FirstSegment;
  std::vector<CountType> m_Inner;        // of each segment: inner basins that begin in it
  std::vector<TNumber>   m_FirstPieces;  // of each block
  BasinForest<TNumber>   m_Forest;       // of the pieces
  std::vector<CountType> m_InnerBefore;  // of each piece, or Elsewhere
  std::vector<TNumber>   m_BasinsBefore; // of each segment
  std::vector<TNumber>   m_Numbers;      // of each root
  VoxelType              m_NumberOfBasins{ 0 };
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
