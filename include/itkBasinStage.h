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
#ifndef itkBasinStage_h
#define itkBasinStage_h

#include "itkBasinBlock.h"
#include "itkNeighborhoodLabelGraph.h"

#include <algorithm>
#include <cstdint>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class BasinStage
 * \brief Internal: copies the labels of a block, with a halo as thick as labels reach, to where BasinBlock follows
 * them.
 *
 * What is on the other side of periodic axes is in the halo, so that a block knows of no borders.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TLabel, unsigned int VDimension>
class BasinStage
{
public:
  using GraphType = NeighborhoodLabelGraph<TLabel, VDimension>;
  using VoxelType = typename GraphType::VoxelType;
  using PositionType = typename GraphType::PositionType;
  using BlockType = BasinBlock<TLabel>;
  using CellType = typename BlockType::CellType;
  using LayoutType = typename BlockType::Layout;

  explicit BasinStage(const GraphType & graph)
    : m_Graph(graph)
  {
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      // Farther than that, an offset leads out of the image, or to what is nearer in a periodic one.
      m_Halo[axis] = std::min(graph.radius[axis], graph.size[axis] - 1);
    }
  }

  /** Have labels copied to `block`, from `begin` to before `end`. */
  void
  Stage(PositionType begin, PositionType end, BlockType & block)
  {
    PositionType lengths;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      lengths[axis] = end[axis] - begin[axis];
      begin[axis] -= m_Halo[axis];
      end[axis] += m_Halo[axis];
    }
    if (lengths != m_Lengths)
    {
      this->MakeLayout(lengths);
      block.SetLayout(m_Layout);
    }
    TLabel * staged = block.GetLabels();
    GraphType::ForEachRow(begin, end, [&](const PositionType & row) {
      this->StageRow(row, end[0], staged);
      staged += end[0] - begin[0];
    });
    m_Begin = begin;
  }

  /** Of the last block. */
  const LayoutType &
  GetLayout() const
  {
    return m_Layout;
  }

  /** Where the voxel of a cell of the last block is in the image. */
  PositionType
  PositionOf(CellType cell) const
  {
    PositionType position;
    for (unsigned int axis = VDimension; axis-- > 0;)
    {
      position[axis] = m_Graph.Wrap(m_Begin[axis] + cell / static_cast<CellType>(m_Strides[axis]), axis);
      cell %= static_cast<CellType>(m_Strides[axis]);
    }
    return position;
  }

private:
  void
  MakeLayout(const PositionType & lengths)
  {
    m_Lengths = lengths;
    m_Layout = {};
    m_Layout.rowLength = static_cast<CellType>(lengths[0]);
    PositionType begin;
    PositionType end;
    std::int64_t cells = 1;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      begin[axis] = -m_Halo[axis];
      end[axis] = lengths[axis] + m_Halo[axis];
      m_Strides[axis] = cells;
      cells *= end[axis] - begin[axis];
    }
    m_Layout.numberOfCells = static_cast<CellType>(cells);
    CellType cell = 0;
    GraphType::ForEachRow(begin, end, [&](const PositionType & row) {
      bool isHalo = false;
      for (unsigned int axis = 1; axis < VDimension; ++axis)
      {
        isHalo |= row[axis] < 0 || row[axis] >= lengths[axis];
      }
      for (std::int64_t x = begin[0]; x < end[0]; ++x, ++cell)
      {
        if (isHalo || x < 0 || x >= lengths[0])
        {
          m_Layout.halo.push_back(cell);
        }
        else if (x == 0)
        {
          m_Layout.rows.push_back(cell);
        }
      }
    });
    for (std::uint64_t label = 0; label < m_Graph.neighborhood.GetNumberOfLabels(); ++label)
    {
      m_Layout.steps.push_back(this->StepOf(label));
    }
  }

  /** From cell to cell. A label that leads out of the image, however near the border, leads nowhere. */
  std::int32_t
  StepOf(std::uint64_t label) const
  {
    std::int64_t step = 0;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      const std::int64_t offset = m_Graph.neighborhood.OffsetOf(label, axis);
      if (!m_Graph.isPeriodic[axis] && (offset <= -m_Graph.size[axis] || offset >= m_Graph.size[axis]))
      {
        return 0;
      }
      step += offset % m_Graph.size[axis] * m_Strides[axis];
    }
    return static_cast<std::int32_t>(step);
  }

  /** A row of cells, from `position` to before `end`. */
  void
  StageRow(PositionType position, std::int64_t end, TLabel * staged) const
  {
    // All valid labels are below it, and what is left is the background.
    const auto absent = static_cast<TLabel>(m_Graph.neighborhood.GetNumberOfLabels());
    bool       isPresent = true;
    for (unsigned int axis = 1; axis < VDimension; ++axis)
    {
      isPresent &= m_Graph.IsPresent(position[axis], axis);
      position[axis] = m_Graph.Wrap(position[axis], axis);
    }
    if (!isPresent)
    {
      std::fill_n(staged, end - position[0], absent);
      return;
    }
    const std::int64_t begin = position[0];
    position[0] = 0;
    const VoxelType row = m_Graph.VoxelAt(position);
    for (std::int64_t x = begin; x < end;)
    {
      const bool         isInside = m_Graph.IsInside(x, 0);
      const std::int64_t count = isInside ? std::min(end, m_Graph.size[0]) - x : 1;
      if (m_Graph.IsPresent(x, 0))
      {
        this->StageRun(row + static_cast<VoxelType>(m_Graph.Wrap(x, 0)), count, absent, staged);
      }
      else
      {
        *staged = absent;
      }
      staged += count;
      x += count;
    }
  }

  void
  StageRun(VoxelType first, std::int64_t count, TLabel absent, TLabel * staged) const
  {
    const TLabel * const        labels = m_Graph.labels + first;
    const unsigned char * const mask = m_Graph.mask ? m_Graph.mask + first : nullptr;
    for (std::int64_t i = 0; i < count; ++i)
    {
      staged[i] = std::min(labels[i], absent);
    }
    for (std::int64_t i = 0; mask && i < count; ++i)
    {
      staged[i] = mask[i] ? staged[i] : absent;
    }
  }

  GraphType    m_Graph;
  PositionType m_Halo{};
  PositionType m_Lengths{};
  PositionType m_Strides{};
  PositionType m_Begin{}; // of the cells of the last block
  LayoutType   m_Layout;
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
