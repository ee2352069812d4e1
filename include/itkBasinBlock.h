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
#ifndef itkBasinBlock_h
#define itkBasinBlock_h

#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace itk
{

/** \class BasinBlock
 * \brief Follows the labels of a block that fits the cache: labels in; provisional basins, and what leaves the block, out.
 *
 * The block is an array of cells: rows of voxels, and around them a halo, as thick as labels reach. Labels that lead into
 * the halo leave the block. A cell with the label Layout::GetAbsent() is background, or outside of the image: a voxel that
 * leads there is a sink.
 *
 * \par Algorithm
 * Each cell gets the cell that it leads to as its parent, and parents are replaced by their parents, up and down the block
 * and then where it is still needed, until nothing changes (path halving). Each step on a cycle takes a cell out of it, so
 * that one cell of it becomes the root. A pass at least halves all paths: n log n in the voxels of a block, which is a
 * constant.
 *
 * No image, dimension or thread is known here.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TLabel>
class BasinBlock
{
public:
  using CellType = std::uint32_t;

  struct Layout
  {
    CellType                  numberOfCells{ 0 };
    CellType                  rowLength{ 0 };
    std::vector<CellType>     rows;  // the first cell of each row, in ascending order
    std::vector<CellType>     halo;  // all other cells
    std::vector<std::int32_t> steps; // of each label, from cell to cell

    TLabel
    GetAbsent() const
    {
      return static_cast<TLabel>(steps.size());
    }
  };

  /** A provisional basin that may be part of a larger one: labels lead into it from outside, or it leads out. */
  struct SharedBasin
  {
    CellType first;        // voxel
    CellType closedBefore; // basins that are not shared and begin before
    CellType exit;         // the cell of the halo that it leads to, or NoExit
  };

  static constexpr CellType NoExit = std::numeric_limits<CellType>::max();

  /** Labels are to be written to GetLabels() then, those of all cells. */
  void
  SetLayout(const Layout & layout)
  {
    m_Layout = &layout;
    m_Labels.resize(layout.numberOfCells);
    m_Parents.resize(layout.numberOfCells + 1);
    m_Basins.resize(layout.numberOfCells + 1);
  }

  TLabel *
  GetLabels()
  {
    return m_Labels.data();
  }

  /** Find the root of each cell. To be called before NumberRow(). */
  void
  Follow()
  {
    this->JoinForwards();
    this->JoinBackwards();
    this->HalveLongPaths();
    this->MarkShared();
  }

  /** The provisional basins of a row of voxels. Rows are numbered in their order. Background is 0; basins that are shared
   * are 1, 2, ... and the others GetClosedBegin(), GetClosedBegin() + 1, ..., each in the order of first voxels. */
  template <typename TNumber>
  void
  NumberRow(CellType row, TNumber * basins)
  {
    for (CellType cell = row; cell < row + m_Layout->rowLength; ++cell)
    {
      CellType basin = m_Basins[m_Parents[cell]];
      if (basin >= Exit)
      {
        basin = this->Begin(cell, m_Parents[cell]);
      }
      *basins++ = basin;
    }
  }

  CellType
  GetClosedBegin() const
  {
    return static_cast<CellType>(2 * m_Layout->halo.size() + 1);
  }

  /** Of the rows that are numbered. */
  CellType
  GetNumberOfClosed() const
  {
    return m_NumberOfClosed;
  }

  /** Of the rows that are numbered: basin b is at b - 1. */
  const std::vector<SharedBasin> &
  GetShared() const
  {
    return m_Shared;
  }

private:
  // Roots that have no number yet.
  static constexpr CellType Exit = std::numeric_limits<CellType>::max() - 2;
  static constexpr CellType Entered = Exit + 1;
  static constexpr CellType Closed = Exit + 2;

  void
  JoinForwards()
  {
    // One cell more: the root of background.
    const CellType       nowhere = m_Layout->numberOfCells;
    const TLabel         absent = m_Layout->GetAbsent();
    const TLabel * const labels = m_Labels.data();
    CellType * const     parents = m_Parents.data();
    m_Steps = m_Layout->steps;
    m_Steps.push_back(0);
    const std::int32_t * const steps = m_Steps.data();
    std::iota(m_Parents.begin(), m_Parents.end(), CellType{ 0 });
    for (const CellType row : m_Layout->rows)
    {
      for (CellType cell = row; cell < row + m_Layout->rowLength; ++cell)
      {
        CellType next = cell + static_cast<CellType>(steps[labels[cell]]);
        next = labels[next] == absent ? cell : next;
        parents[cell] = labels[cell] == absent ? nowhere : parents[next];
      }
    }
  }

  /** Returns whether the parent of a cell was not yet its root. */
  static bool
  Halve(CellType * parents, CellType cell)
  {
    const CellType parent = parents[cell];
    return (parents[cell] = parents[parent]) != parent;
  }

  void
  JoinBackwards()
  {
    CellType * const parents = m_Parents.data();
    for (auto row = m_Layout->rows.rbegin(); row != m_Layout->rows.rend(); ++row)
    {
      for (CellType cell = *row + m_Layout->rowLength; cell-- > *row;)
      {
        Halve(parents, cell);
      }
    }
  }

  void
  HalveLongPaths()
  {
    CellType * const parents = m_Parents.data();
    CellType * const unfinished = m_Basins.data(); // not needed before NumberRow()
    std::size_t      count = 0;
    for (const CellType row : m_Layout->rows)
    {
      for (CellType cell = row; cell < row + m_Layout->rowLength; ++cell)
      {
        unfinished[count] = cell;
        count += Halve(parents, cell);
      }
    }
    while (count > 0)
    {
      std::size_t left = 0;
      for (std::size_t i = 0; i < count; ++i)
      {
        const CellType cell = unfinished[i];
        unfinished[left] = cell;
        left += Halve(parents, cell);
      }
      count = left;
    }
  }

  void
  MarkShared()
  {
    m_Basins.assign(m_Basins.size(), Closed);
    m_Basins[m_Layout->numberOfCells] = 0;
    for (const CellType cell : m_Layout->halo)
    {
      m_Basins[cell] = Exit;
    }
    for (const CellType cell : m_Layout->halo)
    {
      const CellType next = cell + static_cast<CellType>(m_Steps[m_Labels[cell]]);
      if (m_Labels[cell] != m_Layout->GetAbsent() && next < m_Layout->numberOfCells)
      {
        CellType & basin = m_Basins[m_Parents[next]];
        basin = basin == Closed ? Entered : basin;
      }
    }
    m_NumberOfClosed = 0;
    m_Shared.clear();
  }

  /** Number the basin of a root, at its first voxel. */
  CellType
  Begin(CellType first, CellType root)
  {
    CellType & basin = m_Basins[root];
    if (basin == Closed)
    {
      basin = this->GetClosedBegin() + m_NumberOfClosed++;
    }
    else
    {
      m_Shared.push_back({ first, m_NumberOfClosed, basin == Exit ? root : NoExit });
      basin = static_cast<CellType>(m_Shared.size());
    }
    return basin;
  }

  const Layout *            m_Layout{ nullptr };
  std::vector<std::int32_t> m_Steps;
  std::vector<TLabel>       m_Labels;
  std::vector<CellType>     m_Parents;
  std::vector<CellType>     m_Basins; // of roots
  std::vector<SharedBasin>  m_Shared;
  CellType                  m_NumberOfClosed{ 0 };
};

} // end namespace itk

#endif
