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

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class BasinBlock
 * \brief Internal: follows the labels of a block that fits the cache: labels in; provisional basins, and what leaves
 * the block, out.
 *
 * The block is an array of cells: rows of voxels, and around them a halo, as thick as labels reach. Labels that lead
 * into the halo leave the block. A cell with the label Layout::GetAbsent() is background, or outside of the image: a
 * voxel that leads there is a sink.
 *
 * \par Algorithm
 * Each cell gets the cell that it leads to as its parent, and parents are replaced by their parents, up and down the
 * block and then where it is still needed, until nothing changes (path halving). Each step on a cycle takes a cell out
 * of it, so that one cell of it becomes the root. A pass at least halves all paths: n log n in the voxels of a block,
 * which is a constant.
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

  /** A provisional basin that may be a piece of a larger one: labels lead into it from outside, or it leads out. All
   * others are inner basins. */
  struct Piece
  {
    CellType first;       // voxel
    CellType innerBefore; // inner basins that begin before
    CellType exit;        // the cell of the halo that it leads to, or NoExit
  };

  static constexpr CellType NoExit = std::numeric_limits<CellType>::max();

  /** Labels are to be written to GetLabels() then, those of all cells. */
  void
  SetLayout(const Layout & layout)
  {
    m_Layout = &layout;
    m_Labels.resize(layout.numberOfCells);
    m_Parents.resize(layout.numberOfCells);
    m_Basins.resize(layout.numberOfCells + 1); // and one that is not kept
    m_Steps = layout.steps;
    m_Steps.push_back(0); // background stays where it is
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
    this->MarkPieces();
  }

  /** The provisional basins of a row of voxels. Rows are numbered in their order. Background is 0; pieces are
   * 1, 2, ... and inner basins GetInnerBegin(), GetInnerBegin() + 1, ..., each in the order of first voxels. */
  template <typename TNumber>
  void
  NumberRow(CellType row, TNumber * basins)
  {
    // Local, as all pointers are in what follows: what is written to memory cannot change them.
    const CellType         length = m_Layout->rowLength;
    const CellType * const parents = m_Parents.data() + row;
    CellType * const       basinOfRoot = m_Basins.data();
    const CellType         innerBegin = this->GetInnerBegin();
    CellType               nextInner = innerBegin + m_NumberOfInner;
    for (CellType i = 0; i < length; ++i)
    {
      CellType & basin = basinOfRoot[parents[i]];
      if (basin == Whole)
      {
        basin = nextInner++;
      }
      else if (basin >= Exit)
      {
        m_Pieces.push_back({ row + i, nextInner - innerBegin, basin == Exit ? parents[i] : NoExit });
        basin = static_cast<CellType>(m_Pieces.size());
      }
      basins[i] = basin;
    }
    m_NumberOfInner = nextInner - innerBegin;
  }

  CellType
  GetInnerBegin() const
  {
    return static_cast<CellType>(2 * m_Layout->halo.size() + 1);
  }

  /** Of the rows that are numbered. */
  CellType
  GetNumberOfInner() const
  {
    return m_NumberOfInner;
  }

  /** Of the rows that are numbered: basin b is at b - 1. */
  const std::vector<Piece> &
  GetPieces() const
  {
    return m_Pieces;
  }

private:
  static constexpr CellType Background = 0;
  // Roots that have no number yet.
  static constexpr CellType Exit = std::numeric_limits<CellType>::max() - 2;
  static constexpr CellType Entered = Exit + 1;
  static constexpr CellType Whole = Exit + 2;

  void
  JoinForwards()
  {
    const CellType             length = m_Layout->rowLength;
    const TLabel               absent = m_Layout->GetAbsent();
    const TLabel * const       labels = m_Labels.data();
    const std::int32_t * const steps = m_Steps.data();
    CellType * const           parents = m_Parents.data();
    std::iota(m_Parents.begin(), m_Parents.end(), CellType{ 0 });
    for (const CellType row : m_Layout->rows)
    {
      for (CellType cell = row; cell < row + length; ++cell)
      {
        const CellType next = cell + static_cast<CellType>(steps[labels[cell]]);
        parents[cell] = parents[labels[next] == absent ? cell : next];
      }
    }
  }

  /** Backwards, with all that is done. Cells whose new parent is no root are kept. */
  void
  JoinBackwards()
  {
    const CellType   length = m_Layout->rowLength;
    CellType * const parents = m_Parents.data();
    CellType * const unfinished = m_Basins.data(); // not needed before NumberRow()
    std::size_t      count = 0;
    for (auto row = m_Layout->rows.rbegin(); row != m_Layout->rows.rend(); ++row)
    {
      for (CellType cell = *row + length; cell-- > *row;)
      {
        const CellType parent = parents[parents[cell]];
        parents[cell] = parent;
        unfinished[count] = cell;
        count += parents[parent] != parent;
      }
    }
    m_NumberOfUnfinished = count;
  }

  void
  HalveLongPaths()
  {
    CellType * const parents = m_Parents.data();
    CellType * const unfinished = m_Basins.data();
    std::size_t      count = m_NumberOfUnfinished;
    while (count > 0)
    {
      std::size_t left = 0;
      for (std::size_t i = 0; i < count; ++i)
      {
        const CellType cell = unfinished[i];
        const CellType parent = parents[parents[cell]];
        parents[cell] = parent;
        unfinished[left] = cell;
        left += parents[parent] != parent;
      }
      std::reverse(unfinished, unfinished + left); // the next pass goes the other way
      count = left;
    }
  }

  void
  MarkPieces()
  {
    const TLabel         absent = m_Layout->GetAbsent();
    const TLabel * const labels = m_Labels.data();
    CellType * const     basins = m_Basins.data();
    const CellType       numberOfCells = m_Layout->numberOfCells;
    for (CellType cell = 0; cell < numberOfCells; ++cell)
    {
      basins[cell] = labels[cell] == absent ? Background : Whole;
    }
    for (const CellType cell : m_Layout->halo)
    {
      basins[cell] = Exit;
    }
    for (const CellType cell : m_Layout->halo)
    {
      // Whether a label of the halo leads into the block cannot be predicted: no jumps.
      const CellType next = cell + static_cast<CellType>(m_Steps[labels[cell]]);
      const CellType root = m_Parents[next < numberOfCells ? next : cell];
      basins[root] = basins[root] == Whole ? Entered : basins[root];
    }
    m_NumberOfInner = 0;
    m_Pieces.clear();
  }

  const Layout *            m_Layout{ nullptr };
  std::vector<std::int32_t> m_Steps;
  std::vector<TLabel>       m_Labels;
  std::vector<CellType>     m_Parents;
  std::vector<CellType>     m_Basins; // of roots
  std::vector<Piece>        m_Pieces;
  CellType                  m_NumberOfInner{ 0 };
  std::size_t               m_NumberOfUnfinished{ 0 };
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
