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
#ifndef itkBlockwiseBasins_hxx
#define itkBlockwiseBasins_hxx

namespace itk::NeighborhoodArgmaxLabel
{

template <typename TLabel, typename TNumber, unsigned int VDimension>
auto
BlockwiseBasins<TLabel, TNumber, VDimension>::BlockLengths(const GraphType & graph, std::size_t numberOfSlabs)
  -> PositionType
{
  // Three planes of a block, between which nearly all labels lead, stay in the second cache.
  constexpr std::int64_t blockVoxels = 1 << 18;
  constexpr std::int64_t rowLength = 256;
  // Thinner blocks would mostly be halo.
  constexpr std::int64_t minimumThickness = 8;

  PositionType lengths;
  lengths.fill(1);
  lengths[0] = std::min(rowLength, graph.size[0]);
  std::int64_t voxels = lengths[0];
  for (bool grows = true; grows;)
  {
    // Twice as long along the shortest axis that the image goes on along.
    unsigned int shortest = VDimension;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      if (lengths[axis] < graph.size[axis] && (shortest == VDimension || lengths[axis] < lengths[shortest]))
      {
        shortest = axis;
      }
    }
    grows = shortest < VDimension && 2 * voxels <= blockVoxels;
    if (grows)
    {
      lengths[shortest] *= 2;
      voxels *= 2;
    }
  }
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    lengths[axis] = std::min(lengths[axis], graph.size[axis]);
  }
  if (const unsigned int axis = SlabAxis(graph))
  {
    const auto thickness = graph.size[axis] / static_cast<std::int64_t>(numberOfSlabs);
    lengths[axis] = std::min(lengths[axis], std::max(thickness, minimumThickness));
  }
  return lengths;
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
BlockwiseBasins<TLabel, TNumber, VDimension>::BlockwiseBasins(const GraphType &    graph,
                                                              const PositionType & blockLengths,
                                                              std::size_t          numberOfSlabs,
                                                              TNumber *            numbers)
  : m_Graph(graph)
  , m_Grid(GridType::Regular(graph, blockLengths))
  , m_Numbers(numbers)
{
  const unsigned int axis = SlabAxis(graph);
  const auto         numberOfLayers = static_cast<std::size_t>(m_Grid.GetNumberOfBlocks(axis));
  // The rows of an image stay whole.
  const std::size_t count = axis == 0 ? 1 : std::min(numberOfSlabs, numberOfLayers);
  const auto        beginOf = [&](std::size_t slab) {
    PositionType begin{};
    begin[axis] = m_Grid.cuts[axis][axis == 0 ? 0 : numberOfLayers * slab / count];
    return begin;
  };
  for (std::size_t i = 0; i < count; ++i)
  {
    const VoxelType begin = graph.VoxelAt(beginOf(i));
    const VoxelType end = i + 1 == count ? graph.GetNumberOfVoxels() : graph.VoxelAt(beginOf(i + 1));
    m_Slabs.push_back(
      { begin, end, m_Grid.BlockAt(m_Grid.BlockPositionOf(beginOf(i))), JoinsType(m_Grid, begin, end), {}, {} });
  }
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
template <typename TProgress>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::FollowBlock(Slab &               slab,
                                                          BlockType &          block,
                                                          StageType &          stage,
                                                          const PositionType & position,
                                                          const TProgress &    progress) const
{
  const auto box = m_Grid.BoxOf(position);
  stage.Stage(box.first, box.second, block);
  block.Follow();

  slab.joins.AddBlock();
  auto        cell = stage.GetLayout().rows.begin();
  std::size_t numberOfPieces = 0;
  GraphType::ForEachRow(box.first, box.second, [&](const PositionType & row) {
    const VoxelType voxel = m_Graph.VoxelAt(row);
    const CellType  before = block.GetNumberOfInner();
    block.NumberRow(*cell, m_Numbers + voxel);
    slab.joins.SetInner(m_Grid.SegmentOf(voxel, position[0]), block.GetNumberOfInner() - before);
    for (; numberOfPieces < block.GetPieces().size(); ++numberOfPieces)
    {
      const auto &  own = block.GetPieces()[numberOfPieces];
      const TNumber piece = slab.joins.AddPiece(voxel + own.first - *cell, own.innerBefore);
      if (own.exit != BlockType::NoExit)
      {
        slab.exits.push_back(this->ExitOf(piece, stage.PositionOf(own.exit), position));
      }
    }
    ++cell;
    progress(static_cast<VoxelType>(box.second[0] - box.first[0]));
  });
  slab.inner.push_back({ block.GetInnerBegin(), block.GetNumberOfInner() });
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
template <typename TProgress>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::FollowSlab(Slab & slab, const TProgress & progress) const
{
  const unsigned int axis = SlabAxis(m_Graph);
  StageType          stage(m_Graph);
  BlockType          block;
  PositionType       position = m_Grid.BlockPositionOf(m_Graph.PositionOf(slab.begin));
  for (VoxelType followed = slab.begin; followed < slab.end;)
  {
    this->FollowBlock(slab, block, stage, position, progress);
    const auto & layout = stage.GetLayout();
    followed += layout.rows.size() * layout.rowLength;
    if (slab.joins.GetNumberOfBlocks() == 1)
    {
      // About what all blocks will need.
      const std::size_t blocks = 1 + (slab.end - slab.begin) / (followed - slab.begin);
      slab.joins.Reserve(static_cast<TNumber>(slab.joins.GetNumberOfPieces() * blocks));
    }
    const auto layer = position[axis];
    m_Grid.Advance(position);
    // Layer by layer, while what is joined is in the cache.
    if (position[axis] != layer)
    {
      this->JoinExits(slab);
    }
  }
  this->JoinExits(slab);
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::JoinExits(Slab & slab) const
{
  std::size_t left = 0;
  for (const Exit & exit : slab.exits)
  {
    if (exit.block >= slab.firstBlock && exit.block - slab.firstBlock < slab.joins.GetNumberOfBlocks())
    {
      slab.joins.Join(exit.piece, this->EnteredPiece(slab, exit));
    }
    else
    {
      slab.exits[left++] = exit;
    }
  }
  slab.exits.resize(left);
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::JoinSlabs()
{
  std::vector<SlabPiece>            pieces;
  BasinForest<TNumber>              forest;                 // of them
  std::vector<std::vector<TNumber>> places(m_Slabs.size()); // among them of each root, and 1; 0 where it is none
  const auto                        placeOf = [&](std::size_t slab, TNumber piece) {
    JoinsType & joins = m_Slabs[slab].joins;
    const auto  root = joins.RootOf(piece);
    places[slab].resize(joins.GetNumberOfPieces());
    TNumber & place = places[slab][root];
    if (place == 0)
    {
      forest.Add(joins.GetFirstVoxel(root));
      pieces.push_back({ slab, root });
      place = forest.GetNumberOfPieces();
    }
    return place - 1;
  };
  for (std::size_t i = 0; i < m_Slabs.size(); ++i)
  {
    for (const Exit & exit : m_Slabs[i].exits)
    {
      const auto isBefore = [](VoxelType voxel, const Slab & slab) { return voxel < slab.end; };
      const auto other = std::upper_bound(m_Slabs.begin(), m_Slabs.end(), exit.target, isBefore);
      const auto entered = placeOf(static_cast<std::size_t>(other - m_Slabs.begin()), this->EnteredPiece(*other, exit));
      forest.Join(placeOf(i, exit.piece), entered);
    }
    m_Slabs[i].exits = {};
  }
  for (TNumber i = 0; i < forest.GetNumberOfPieces(); ++i)
  {
    if (!forest.IsRoot(i))
    {
      m_Slabs[pieces[i].slab].joins.BeginElsewhere(pieces[i].piece);
      m_Continuations.push_back({ pieces[i], pieces[forest.RootOf(i)] });
    }
  }
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::NumberSlabs()
{
  m_NumberOfBasins = 0;
  for (Slab & slab : m_Slabs)
  {
    slab.basinsBefore = static_cast<TNumber>(m_NumberOfBasins);
    m_NumberOfBasins += slab.joins.GetNumberOfBasins();
  }
  for (const auto & [root, beginning] : m_Continuations)
  {
    Slab &        slab = m_Slabs[root.slab];
    Slab &        other = m_Slabs[beginning.slab];
    const TNumber number = other.basinsBefore + other.joins.NumberOf(beginning.piece);
    slab.joins.SetNumber(root.piece, number - slab.basinsBefore); // modulo its range
  }
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::MakeTable(Slab &                 slab,
                                                        std::size_t            block,
                                                        const PositionType &   position,
                                                        std::vector<TNumber> & table) const
{
  JoinsType &        joins = slab.joins;
  const InnerNumbers inner = slab.inner[block];
  table.resize(inner.begin + inner.count);
  table[0] = 0;
  const TNumber first = joins.GetFirstPiece(block);
  for (TNumber piece = first; piece < joins.GetFirstPiece(block + 1); ++piece)
  {
    table[piece - first + 1] = slab.basinsBefore + joins.NumberOf(piece);
  }
  TNumber * const ofInner = table.data() + inner.begin;
  CellType        done = 0;
  joins.ForEachSegment(block, position, [&](VoxelType segment, TNumber begin, TNumber end) {
    TNumber        number = slab.basinsBefore + joins.GetBasinsBefore(segment);
    const CellType endOfSegment = done + joins.GetInner(segment);
    const auto     numberTo = [&](CellType next) {
      std::iota(ofInner + done, ofInner + next, number + 1);
      number += next - done;
      done = next;
    };
    for (TNumber piece = begin; piece < end; ++piece)
    {
      if (joins.IsFirst(piece))
      {
        numberTo(joins.GetInnerBefore(piece));
        ++number;
      }
    }
    numberTo(endOfSegment);
  });
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
template <typename TProgress>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::WriteSlab(Slab & slab, const TProgress & progress) const
{
  // Whole rows of the image at a time: memory likes that better than one block after the other.
  const auto                        xBlocks = static_cast<std::size_t>(m_Grid.GetNumberOfBlocks(0));
  std::vector<std::vector<TNumber>> tables(xBlocks);
  slab.joins.ForEachBlock([&](const PositionType & position, std::size_t block) {
    const auto x = static_cast<std::size_t>(position[0]);
    this->MakeTable(slab, block, position, tables[x]);
    if (x + 1 < xBlocks)
    {
      return;
    }
    auto box = m_Grid.BoxOf(position);
    box.first[0] = 0;
    GraphType::ForEachRow(box.first, box.second, [&](const PositionType & row) {
      TNumber * number = m_Numbers + m_Graph.VoxelAt(row);
      for (std::size_t i = 0; i < xBlocks; ++i)
      {
        const TNumber * const table = tables[i].data();
        const TNumber * const endOfSegment = number + m_Grid.cuts[0][i + 1] - m_Grid.cuts[0][i];
        for (; number != endOfSegment; ++number)
        {
          *number = table[*number];
        }
      }
      progress(static_cast<VoxelType>(m_Graph.size[0]));
    });
  });
}

} // namespace itk::NeighborhoodArgmaxLabel

#endif
