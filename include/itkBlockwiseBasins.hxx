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

namespace itk
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
  , m_SlabAxis(SlabAxis(graph))
  , m_Numbers(numbers)
{
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    m_NumberOfBlocks[axis] = (graph.size[axis] + blockLengths[axis] - 1) / blockLengths[axis];
    // Farther than that, an offset leads out of the image, or to what is nearer in a periodic one.
    m_Halo[axis] = std::min(graph.radius[axis], graph.size[axis] - 1);
  }
  const auto numberOfLayers = m_NumberOfBlocks[m_SlabAxis];
  const auto layerVoxels = graph.GetNumberOfVoxels() / static_cast<VoxelType>(graph.size[m_SlabAxis]);
  // The rows of an image stay whole.
  const auto count = m_SlabAxis == 0 ? 1 : std::min(static_cast<std::int64_t>(numberOfSlabs), numberOfLayers);
  m_Slabs.resize(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
  {
    Slab & slab = m_Slabs[static_cast<std::size_t>(i)];
    slab.beginLayer = numberOfLayers * i / count;
    slab.endLayer = numberOfLayers * (i + 1) / count;
    slab.begin = static_cast<VoxelType>(this->BeginOf(slab.beginLayer, m_SlabAxis)) * layerVoxels;
    slab.end = static_cast<VoxelType>(this->BeginOf(slab.endLayer, m_SlabAxis)) * layerVoxels;
  }
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
template <typename TFunction>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::ForEachBlock(const Slab &      slab,
                                                           bool              onlyFirst,
                                                           const TFunction & function) const
{
  PositionType begin{};
  PositionType end = m_NumberOfBlocks;
  begin[m_SlabAxis] = slab.beginLayer;
  end[m_SlabAxis] = slab.endLayer;
  std::size_t block = 0;
  GraphType::ForEachRow(begin, end, [&](PositionType position) {
    function(static_cast<const PositionType &>(position), block++);
    for (++position[0]; position[0] < end[0]; ++position[0], ++block)
    {
      if (!onlyFirst)
      {
        function(static_cast<const PositionType &>(position), block);
      }
    }
  });
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
auto
BlockwiseBasins<TLabel, TNumber, VDimension>::BoxOf(const PositionType & block) const
  -> std::pair<PositionType, PositionType>
{
  std::pair<PositionType, PositionType> box;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    box.first[axis] = this->BeginOf(block[axis], axis);
    box.second[axis] = this->BeginOf(block[axis] + 1, axis);
  }
  return box;
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::SetLayout(LayoutType &         layout,
                                                        PositionType &       strides,
                                                        const PositionType & lengths) const
{
  layout = {};
  layout.rowLength = static_cast<CellType>(lengths[0]);
  PositionType begin;
  PositionType end;
  std::int64_t cells = 1;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    begin[axis] = -m_Halo[axis];
    end[axis] = lengths[axis] + m_Halo[axis];
    strides[axis] = cells;
    cells *= end[axis] - begin[axis];
  }
  layout.numberOfCells = static_cast<CellType>(cells);
  CellType cell = 0;
  GraphType::ForEachRow(begin, end, [&](const PositionType & position) {
    bool isHalo = false;
    for (unsigned int axis = 1; axis < VDimension; ++axis)
    {
      isHalo |= position[axis] < 0 || position[axis] >= lengths[axis];
    }
    for (std::int64_t x = begin[0]; x < end[0]; ++x, ++cell)
    {
      if (isHalo || x < 0 || x >= lengths[0])
      {
        layout.halo.push_back(cell);
      }
      else if (x == 0)
      {
        layout.rows.push_back(cell);
      }
    }
  });
  for (std::uint64_t label = 0; label < m_Graph.neighborhood.GetNumberOfLabels(); ++label)
  {
    std::int64_t step = 0;
    bool         leadsOut = false;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      const std::int64_t offset = m_Graph.neighborhood.OffsetOf(label, axis);
      step += offset % m_Graph.size[axis] * strides[axis];
      leadsOut |= !m_Graph.isPeriodic[axis] && (offset <= -m_Graph.size[axis] || offset >= m_Graph.size[axis]);
    }
    layout.steps.push_back(static_cast<std::int32_t>(leadsOut ? 0 : step));
  }
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::StageRow(PositionType position, std::int64_t count, TLabel * staged) const
{
  // All valid labels are below it, and what is left is the background.
  const auto absent = static_cast<TLabel>(m_Graph.neighborhood.GetNumberOfLabels());
  for (unsigned int axis = 1; axis < VDimension; ++axis)
  {
    if (!m_Graph.IsPresent(position[axis], axis))
    {
      std::fill_n(staged, count, absent);
      return;
    }
    position[axis] = m_Graph.Wrap(position[axis], axis);
  }
  // The graph is copied, as for the compiler what is staged may overlap it.
  const auto stage = [&position, absent, graph = m_Graph](std::int64_t x, std::int64_t length, TLabel * out) {
    position[0] = x;
    const VoxelType      voxel = graph.VoxelAt(position);
    const TLabel * const labels = graph.labels + voxel;
    for (std::int64_t i = 0; i < length; ++i)
    {
      out[i] = std::min(labels[i], absent);
    }
    for (std::int64_t i = 0; graph.mask && i < length; ++i)
    {
      out[i] = graph.mask[voxel + i] ? out[i] : absent;
    }
  };
  const std::int64_t end = position[0] + count;
  for (std::int64_t x = position[0]; x < end;)
  {
    const std::int64_t length = m_Graph.IsInside(x, 0) ? std::min(end, m_Graph.size[0]) - x : 1;
    if (m_Graph.IsPresent(x, 0))
    {
      stage(m_Graph.Wrap(x, 0), length, staged);
    }
    else
    {
      *staged = absent;
    }
    staged += length;
    x += length;
  }
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::StageBlock(PositionType begin, PositionType end, TLabel * staged) const
{
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    begin[axis] -= m_Halo[axis];
    end[axis] += m_Halo[axis];
  }
  GraphType::ForEachRow(begin, end, [&](const PositionType & row) {
    this->StageRow(row, end[0] - begin[0], staged);
    staged += end[0] - begin[0];
  });
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
template <typename TProgress>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::FollowBlock(Slab &               slab,
                                                          BlockType &          block,
                                                          const LayoutType &   layout,
                                                          const PositionType & strides,
                                                          const PositionType & position,
                                                          const TProgress &    progress) const
{
  const auto [begin, end] = this->BoxOf(position);
  this->StageBlock(begin, end, block.GetLabels());
  block.Follow();

  slab.blocks.push_back({ slab.forest.GetNumberOfParts(), block.GetClosedBegin(), 0 });
  const auto exitOf = [&, begin = begin, end = end](TNumber part, CellType cell) {
    // Most are near their block: divisions take time.
    PositionType target;
    PositionType targetBlock = position;
    for (unsigned int axis = VDimension; axis-- > 0;)
    {
      target[axis] = m_Graph.Wrap(begin[axis] - m_Halo[axis] + cell / static_cast<CellType>(strides[axis]), axis);
      cell %= static_cast<CellType>(strides[axis]);
      if (target[axis] < begin[axis] || target[axis] >= end[axis])
      {
        targetBlock[axis] = this->BlockAt(target[axis], axis);
      }
    }
    const VoxelType voxel = m_Graph.VoxelAt(target);
    const bool      leavesSlab = voxel < slab.begin || voxel >= slab.end;
    return Exit{ part, leavesSlab ? TNumber{} : this->NumberInSlab(slab, targetBlock), voxel };
  };
  auto        cell = layout.rows.begin();
  std::size_t numberOfShared = 0;
  GraphType::ForEachRow(begin, end, [&](const PositionType & row) {
    const VoxelType voxel = m_Graph.VoxelAt(row);
    const CellType  before = block.GetNumberOfClosed();
    block.NumberRow(*cell, m_Numbers + voxel);
    slab.closed[this->SegmentOf(slab, voxel, position[0])] = block.GetNumberOfClosed() - before;
    for (; numberOfShared < block.GetShared().size(); ++numberOfShared)
    {
      const auto &  shared = block.GetShared()[numberOfShared];
      const TNumber part = slab.forest.Add(voxel + shared.first - *cell);
      slab.closedBefore.push_back(shared.closedBefore);
      if (shared.exit != BlockType::NoExit)
      {
        slab.exits.push_back(exitOf(part, shared.exit));
      }
    }
    ++cell;
    progress(layout.rowLength);
  });
  slab.blocks.back().numberOfClosed = block.GetNumberOfClosed();
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
template <typename TProgress>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::FollowSlab(std::size_t index, const TProgress & progress)
{
  Slab & slab = m_Slabs[index];
  slab.closed.resize((slab.end - slab.begin) / static_cast<VoxelType>(m_Graph.size[0]) *
                     static_cast<VoxelType>(m_NumberOfBlocks[0]));
  PositionType firstOfSecondLayer{};
  firstOfSecondLayer[m_SlabAxis] = slab.beginLayer + 1;
  BlockType    block;
  LayoutType   layout;
  PositionType strides;
  PositionType lastLengths{};
  this->ForEachBlock(slab, false, [&](const PositionType & position, std::size_t number) {
    auto [lengths, end] = this->BoxOf(position);
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      lengths[axis] = end[axis] - lengths[axis];
    }
    if (lengths != lastLengths)
    {
      lastLengths = lengths;
      this->SetLayout(layout, strides, lengths);
      block.SetLayout(layout);
    }
    this->FollowBlock(slab, block, layout, strides, position, progress);
    if (number == 0)
    {
      // About what all blocks will need. Vectors that grow are copied, and memory that is new costs time.
      const std::size_t blocks = 1 + (slab.end - slab.begin) / (layout.rows.size() * layout.rowLength);
      slab.forest.Reserve(static_cast<TNumber>(slab.forest.GetNumberOfParts() * blocks));
      slab.closedBefore.reserve(slab.closedBefore.size() * blocks);
    }
    // Layer by layer, while what is joined is in the cache.
    if ((number + 1) % this->NumberInSlab(slab, firstOfSecondLayer) == 0)
    {
      this->JoinExits(slab);
    }
  });
  this->JoinExits(slab);
  slab.blocks.push_back({ slab.forest.GetNumberOfParts(), 0, 0 });
  this->CountBasins(slab);
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::JoinExits(Slab & slab) const
{
  std::size_t left = 0;
  for (const Exit & exit : slab.exits)
  {
    if (exit.target >= slab.begin && exit.target < slab.end && exit.block < slab.blocks.size())
    {
      slab.forest.Join(exit.part, this->PartOf(slab, exit.block, exit.target));
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
BlockwiseBasins<TLabel, TNumber, VDimension>::CountBasins(Slab & slab) const
{
  slab.numbers.resize(slab.forest.GetNumberOfParts());
  slab.numbersBefore.resize(slab.closed.size());
  slab.numberOfBasins = 0;
  this->ForEachBlock(slab, false, [&](const PositionType & position, std::size_t block) {
    this->ForEachSegment(slab, block, position, [&](VoxelType segment, TNumber begin, TNumber end) {
      TNumber count = slab.closed[segment];
      for (TNumber part = begin; part < end; ++part)
      {
        count += slab.forest.IsRoot(part);
      }
      slab.numbersBefore[segment] = count;
      slab.numberOfBasins += count;
    });
  });
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::JoinSlabs()
{
  std::vector<SlabPart> parts;
  BasinForest<TNumber>  forest; // of them
  const auto            placeOf = [&](std::size_t index, TNumber part) {
    Slab & slab = m_Slabs[index];
    part = slab.forest.RootOf(part);
    TNumber & place = slab.numbers[part]; // and 1; these have no numbers yet
    if (place == 0)
    {
      forest.Add(slab.forest.GetOrder(part));
      parts.push_back({ index, part });
      place = forest.GetNumberOfParts();
    }
    return place - 1;
  };
  for (std::size_t i = 0; i < m_Slabs.size(); ++i)
  {
    for (const Exit & exit : m_Slabs[i].exits)
    {
      const auto isBefore = [](VoxelType voxel, const Slab & slab) { return voxel < slab.end; };
      const auto other = std::upper_bound(m_Slabs.begin(), m_Slabs.end(), exit.target, isBefore);
      const auto block = this->BlockOf(*other, m_Graph.PositionOf(exit.target));
      forest.Join(placeOf(i, exit.part),
                  placeOf(static_cast<std::size_t>(other - m_Slabs.begin()), this->PartOf(*other, block, exit.target)));
    }
    m_Slabs[i].exits = {};
  }
  for (TNumber i = 0; i < forest.GetNumberOfParts(); ++i)
  {
    if (!forest.IsRoot(i))
    {
      Slab &          slab = m_Slabs[parts[i].slab];
      const VoxelType first = forest.GetOrder(i);
      const auto      x = static_cast<std::int64_t>(first % static_cast<VoxelType>(m_Graph.size[0]));
      --slab.numbersBefore[this->SegmentOf(slab, first, this->BlockAt(x, 0))];
      --slab.numberOfBasins;
      slab.closedBefore[parts[i].part] = Continued;
      slab.numbers[parts[i].part] = static_cast<TNumber>(m_Beginnings.size());
      m_Beginnings.push_back(parts[forest.RootOf(i)]);
    }
  }
  for (const Slab & slab : m_Slabs)
  {
    m_NumberOfBasins += slab.numberOfBasins;
  }
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
template <typename TFunction>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::ForEachSegment(const Slab &         slab,
                                                             std::size_t          block,
                                                             const PositionType & position,
                                                             const TFunction &    function) const
{
  const auto    box = this->BoxOf(position);
  const auto    length = static_cast<VoxelType>(box.second[0] - box.first[0]);
  TNumber       part = slab.blocks[block].firstPart;
  const TNumber endPart = slab.blocks[block + 1].firstPart;
  GraphType::ForEachRow(box.first, box.second, [&](const PositionType & row) {
    const VoxelType voxel = m_Graph.VoxelAt(row);
    const TNumber   begin = part;
    while (part < endPart && slab.forest.GetOrder(part) < voxel + length)
    {
      ++part;
    }
    function(this->SegmentOf(slab, voxel, position[0]), begin, part);
  });
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::NumberSharedOf(std::size_t index)
{
  Slab &    slab = m_Slabs[index];
  VoxelType before = 0;
  for (std::size_t i = 0; i < index; ++i)
  {
    before += m_Slabs[i].numberOfBasins;
  }
  for (TNumber & numbers : slab.numbersBefore)
  {
    const TNumber count = numbers;
    numbers = static_cast<TNumber>(before);
    before += count;
  }
  this->ForEachBlock(slab, false, [&](const PositionType & position, std::size_t block) {
    TNumber closed = 0;
    this->ForEachSegment(slab, block, position, [&](VoxelType segment, TNumber begin, TNumber end) {
      TNumber number = slab.numbersBefore[segment];
      for (TNumber part = begin; part < end; ++part)
      {
        if (this->IsFirst(slab, part))
        {
          slab.numbers[part] = ++number + slab.closedBefore[part] - closed;
        }
      }
      closed += slab.closed[segment];
    });
  });
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
TNumber
BlockwiseBasins<TLabel, TNumber, VDimension>::NumberOf(std::size_t index, TNumber part)
{
  Slab & slab = m_Slabs[index];
  part = slab.forest.RootOf(part);
  const TNumber number = slab.numbers[part];
  if (this->IsFirst(slab, part))
  {
    return number;
  }
  const SlabPart & beginning = m_Beginnings[number];
  return m_Slabs[beginning.slab].numbers[beginning.part];
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::MakeTable(std::size_t            index,
                                                        std::size_t            block,
                                                        const PositionType &   position,
                                                        std::vector<TNumber> & table)
{
  const Slab &  slab = m_Slabs[index];
  const Block & own = slab.blocks[block];
  table.resize(own.closedBegin + own.numberOfClosed);
  table[0] = 0;
  for (TNumber part = own.firstPart; part < slab.blocks[block + 1].firstPart; ++part)
  {
    table[part - own.firstPart + 1] = this->NumberOf(index, part);
  }
  TNumber * const closed = table.data() + own.closedBegin;
  CellType        done = 0;
  this->ForEachSegment(slab, block, position, [&](VoxelType segment, TNumber begin, TNumber end) {
    TNumber        number = slab.numbersBefore[segment];
    const CellType endOfRow = done + slab.closed[segment];
    const auto     numberTo = [&](CellType next) {
      std::iota(closed + done, closed + next, number + 1);
      number += next - done;
      done = next;
    };
    for (TNumber part = begin; part < end; ++part)
    {
      if (this->IsFirst(slab, part))
      {
        numberTo(slab.closedBefore[part]);
        ++number;
      }
    }
    numberTo(endOfRow);
  });
}

template <typename TLabel, typename TNumber, unsigned int VDimension>
template <typename TProgress>
void
BlockwiseBasins<TLabel, TNumber, VDimension>::NumberSlab(std::size_t index, const TProgress & progress)
{
  // Whole rows of the image at a time: memory likes that better than one block after the other.
  const auto                        xBlocks = static_cast<std::size_t>(m_NumberOfBlocks[0]);
  std::vector<std::vector<TNumber>> tables(xBlocks);
  this->ForEachBlock(m_Slabs[index], true, [&](PositionType position, std::size_t block) {
    auto [begin, end] = this->BoxOf(position);
    for (std::size_t i = 0; i < xBlocks; ++i)
    {
      position[0] = static_cast<std::int64_t>(i);
      this->MakeTable(index, block + i, position, tables[i]);
    }
    GraphType::ForEachRow(begin, end, [&](const PositionType & row) {
      TNumber * number = m_Numbers + m_Graph.VoxelAt(row);
      for (std::size_t i = 0; i < xBlocks; ++i)
      {
        const TNumber * const table = tables[i].data();
        const TNumber * const endOfRow = number + this->BeginOf(i + 1, 0) - this->BeginOf(i, 0);
        for (; number != endOfRow; ++number)
        {
          *number = table[*number];
        }
      }
      progress(static_cast<VoxelType>(m_Graph.size[0]));
    });
  });
}

} // end namespace itk

#endif
