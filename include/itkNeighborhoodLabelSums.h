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
#ifndef itkNeighborhoodLabelSums_h
#define itkNeighborhoodLabelSums_h

#include "itkNeighborhoodArgmaxLabelHugePages.h"
#include "itkNeighborhoodLabelGraph.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class NeighborhoodLabelSums
 * \brief Internal: sums what flows through each voxel of a graph of labels.
 *
 * Each voxel passes its sum on to the voxel that its label leads to. Slabs are processed in parallel: ForEachSlab calls
 * a function(slab) for each of a number of slabs, and returns when all are done.
 *
 * \par Algorithm
 * Count the donors of each voxel: the voxels whose labels lead to it. A voxel without donors passes its sum on, and
 * the voxel that gets it then waits for one donor less. Each voxel passes its sum on once, so time is linear.
 * Labels that lead out of a slab, or round a periodic image, are crossings. Their sums are delivered in rounds, after
 * all slabs are done. Voxels that wait in the end are on cycles.
 *
 * Sums are unsigned integers, modulo their range: so they do not depend on the order.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TLabel, typename TSum, unsigned int VDimension>
class NeighborhoodLabelSums
{
public:
  using GraphType = NeighborhoodLabelGraph<TLabel, VDimension>;
  using VoxelType = typename GraphType::VoxelType;
  using PositionType = typename GraphType::PositionType;

  NeighborhoodLabelSums(const GraphType & graph, std::size_t numberOfSlabs, TSum * sums)
    : m_Graph(graph)
    , m_Center(static_cast<TLabel>(graph.neighborhood.GetCenter()))
    , m_NumberOfLabels(static_cast<TLabel>(graph.neighborhood.GetNumberOfLabels()))
    , m_Cells(new Cell[graph.GetNumberOfVoxels()])
    , m_Sums(sums)
  {
    NeighborhoodArgmaxLabel::AdviseHugePages(m_Cells.get(), graph.GetNumberOfVoxels() * sizeof(Cell));
    PositionType strides;
    std::int64_t stride = 1;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      strides[axis] = stride;
      stride *= graph.size[axis];
    }
    for (std::uint64_t label = 0; label < graph.neighborhood.GetNumberOfLabels(); ++label)
    {
      std::int64_t step = 0;
      for (unsigned int axis = 0; axis < VDimension; ++axis)
      {
        step += graph.neighborhood.OffsetOf(label, axis) * strides[axis];
      }
      m_Steps.push_back(static_cast<VoxelType>(step));
    }
    const auto      length = static_cast<VoxelType>(graph.size[0]);
    const VoxelType rows = graph.GetNumberOfVoxels() / length;
    const VoxelType count = std::min<VoxelType>(numberOfSlabs, rows);
    for (VoxelType i = 0; i < count; ++i)
    {
      m_Slabs.emplace_back();
      m_Slabs.back().begin = rows * i / count * length;
      m_Slabs.back().end = rows * (i + 1) / count * length;
    }
  }

  /** Calls setWeights(begin, end), which writes the weights of these voxels to the sums; the sum of a voxel without
   * label becomes 0. makeProgress() makes a progress reporter for each slab, such as a TotalProgressReporter: all
   * voxels are passed twice. Stops early at a wrong label. */
  template <typename TForEachSlab, typename TSetWeights, typename TMakeProgress>
  void
  Run(const TForEachSlab & forEachSlab, const TSetWeights & setWeights, const TMakeProgress & makeProgress)
  {
    forEachSlab(m_Slabs.size(), [&](std::size_t slab) { this->CountDonors(m_Slabs[slab], setWeights, makeProgress); });
    if (this->GetFirstWrong() < m_Graph.GetNumberOfVoxels())
    {
      return;
    }
    for (const Slab & slab : m_Slabs)
    {
      for (const Crossing & crossing : slab.crossings)
      {
        ++m_Cells[crossing.target].donors;
      }
    }
    forEachSlab(m_Slabs.size(), [&](std::size_t slab) { this->WalkSlab(m_Slabs[slab], makeProgress); });
    this->Deliver(forEachSlab);
    this->SumCycles();
  }

  std::uint64_t
  GetNumberOfCycles() const
  {
    return m_NumberOfCycles;
  }

  /** The first voxel whose value is neither a label nor background; the number of voxels if there is none. */
  VoxelType
  GetFirstWrong() const
  {
    for (const Slab & slab : m_Slabs)
    {
      if (slab.firstWrong < m_Graph.GetNumberOfVoxels())
      {
        return slab.firstWrong;
      }
    }
    return m_Graph.GetNumberOfVoxels();
  }

private:
  /** The label of a voxel (that of the center if a walk ends there), and the number of donors that it waits for, or
   * Done. */
  struct Cell
  {
    TLabel label;
    TLabel donors;
  };

  // A voxel has fewer donors than there are labels; one more value is the background.
  static constexpr TLabel Done = std::numeric_limits<TLabel>::max();

  struct Crossing
  {
    VoxelType source;
    VoxelType target;
  };

  struct Slab
  {
    VoxelType             begin;
    VoxelType             end;
    VoxelType             firstWrong{ std::numeric_limits<VoxelType>::max() };
    VoxelType             numberOfDone{ 0 };
    std::vector<Crossing> crossings;
    std::vector<Crossing> ready; // to be delivered
  };

  template <typename TSetWeights, typename TMakeProgress>
  void
  CountDonors(Slab & slab, const TSetWeights & setWeights, const TMakeProgress & makeProgress)
  {
    auto progress = makeProgress();
    std::fill(m_Cells.get() + slab.begin, m_Cells.get() + slab.end, Cell{});
    m_Graph.ForEachRow(slab.begin, slab.end, [&](VoxelType row, PositionType position) {
      const auto length = static_cast<VoxelType>(m_Graph.size[0]);
      setWeights(row, row + length);
      const bool isAtBorder = m_Graph.IsRowAtBorder(position) || m_Graph.size[0] <= 2 * m_Graph.radius[0];
      const auto margin = isAtBorder ? length : static_cast<VoxelType>(m_Graph.radius[0]);
      for (VoxelType x = 0; x < margin; ++x)
      {
        position[0] = static_cast<std::int64_t>(x);
        this->CountDonor<true>(slab, row + x, position);
      }
      for (VoxelType x = margin; x + margin < length; ++x)
      {
        this->CountDonor<false>(slab, row + x, position);
      }
      for (VoxelType x = std::max(margin, length - margin); x < length; ++x)
      {
        position[0] = static_cast<std::int64_t>(x);
        this->CountDonor<true>(slab, row + x, position);
      }
      progress.Completed(length);
      progress.CheckAbortGenerateData();
    });
  }

  /** If the voxel is at the border, `position` is its position. */
  template <bool VIsAtBorder>
  void
  CountDonor(Slab & slab, VoxelType voxel, const PositionType & position)
  {
    const TLabel label = m_Graph.labels[voxel];
    Cell &       cell = m_Cells[voxel];
    cell.label = label;
    if (label >= m_NumberOfLabels || m_Graph.mask)
    {
      const bool isBackground = m_Graph.IsBackground(voxel);
      if (isBackground || label >= m_NumberOfLabels)
      {
        slab.firstWrong = isBackground ? slab.firstWrong : std::min(slab.firstWrong, voxel);
        cell = { m_Center, Done };
        m_Sums[voxel] = 0;
        ++slab.numberOfDone;
        return;
      }
    }
    const VoxelType target = voxel + m_Steps[label];
    VoxelType       next = target;
    if constexpr (VIsAtBorder)
    {
      next = m_Graph.Next(voxel, position);
    }
    else
    {
      next = m_Graph.IsBackground(target) ? voxel : target;
    }
    if (next == target && next >= slab.begin && next < slab.end)
    {
      // In an image of one voxel on an axis, steps that lead out can be 0 voxels long.
      cell.label = next == voxel ? m_Center : label;
      m_Cells[next].donors += next != voxel;
    }
    else
    {
      cell.label = m_Center;
      if (next != voxel)
      {
        slab.crossings.push_back({ voxel, next });
      }
    }
  }

  /** One step from voxels whose sums are complete; `following` gets those that this completes. No branches, as these
   * cannot be predicted. */
  std::size_t
  PassOn(const VoxelType * ready, std::size_t numberOfReady, VoxelType * following)
  {
    Cell * const            cells = m_Cells.get();
    TSum * const            sums = m_Sums;
    const VoxelType * const steps = m_Steps.data();
    const TLabel            center = m_Center;
    std::size_t             count = 0;
    for (std::size_t i = 0; i < numberOfReady; ++i)
    {
      const VoxelType voxel = ready[i];
      const TLabel    label = cells[voxel].label;
      const VoxelType next = voxel + steps[label];
      const bool      goesOn = label != center;
      cells[voxel].donors = Done;
      sums[next] += goesOn ? sums[voxel] : TSum{};
      const auto donors = static_cast<TLabel>(cells[next].donors - goesOn);
      cells[next].donors = donors;
      following[count] = next;
      count += donors == 0;
    }
    return count;
  }

  /** Walks from a voxel whose sum is complete down to one that waits. Returns the last complete voxel. */
  VoxelType
  Walk(VoxelType voxel, VoxelType & numberOfDone)
  {
    Cell * const            cells = m_Cells.get();
    TSum * const            sums = m_Sums;
    const VoxelType * const steps = m_Steps.data();
    const TLabel            center = m_Center;
    cells[voxel].donors = Done;
    TSum      sum = sums[voxel];
    VoxelType count = 1;
    while (cells[voxel].label != center)
    {
      const VoxelType next = voxel + steps[cells[voxel].label];
      sum += sums[next];
      sums[next] = sum;
      if (--cells[next].donors != 0)
      {
        break;
      }
      cells[next].donors = Done;
      voxel = next;
      ++count;
    }
    numberOfDone += count;
    return voxel;
  }

  template <typename TMakeProgress>
  void
  WalkSlab(Slab & slab, const TMakeProgress & makeProgress)
  {
    // Voxels that are ready at once: few enough for the cache, enough to process them side by side.
    constexpr VoxelType    voxelsAtOnce = 1 << 13;
    std::vector<VoxelType> ready(voxelsAtOnce);
    std::vector<VoxelType> following(voxelsAtOnce);
    auto                   progress = makeProgress();
    for (VoxelType begin = slab.begin; begin < slab.end; begin += voxelsAtOnce)
    {
      const VoxelType end = std::min(begin + voxelsAtOnce, slab.end);
      std::size_t     count = 0;
      for (VoxelType voxel = begin; voxel < end; ++voxel)
      {
        ready[count] = voxel;
        count += m_Cells[voxel].donors == 0;
      }
      for (; count > 0; std::swap(ready, following))
      {
        slab.numberOfDone += count;
        count = this->PassOn(ready.data(), count, following.data());
      }
      progress.Completed(end - begin);
      progress.CheckAbortGenerateData();
    }
    for (const Crossing & crossing : slab.crossings)
    {
      if (m_Cells[crossing.source].donors == Done)
      {
        slab.ready.push_back(crossing);
      }
    }
    slab.crossings = {};
  }

  /** Passes sums that have crossed on, until they cross again. */
  template <typename TForEachSlab>
  void
  Deliver(const TForEachSlab & forEachSlab)
  {
    // Below this, waking threads takes longer than the walks.
    constexpr std::size_t few = 1 << 10;
    std::vector<Crossing> ready;
    const auto            collect = [&] {
      ready.clear();
      for (Slab & slab : m_Slabs)
      {
        ready.insert(ready.end(), slab.ready.begin(), slab.ready.end());
        slab.ready.clear();
      }
      return ready.size();
    };
    while (collect() > few)
    {
      forEachSlab(m_Slabs.size(), [&](std::size_t i) {
        Slab & slab = m_Slabs[i];
        for (const Crossing & crossing : ready)
        {
          if (crossing.target >= slab.begin && crossing.target < slab.end)
          {
            this->DeliverOne(crossing, slab.ready, slab.numberOfDone);
          }
        }
      });
    }
    while (!ready.empty())
    {
      const Crossing crossing = ready.back();
      ready.pop_back();
      this->DeliverOne(crossing, ready, m_Slabs[0].numberOfDone);
    }
  }

  void
  DeliverOne(const Crossing & crossing, std::vector<Crossing> & ready, VoxelType & numberOfDone)
  {
    m_Sums[crossing.target] += m_Sums[crossing.source];
    if (--m_Cells[crossing.target].donors == 0)
    {
      const VoxelType last = this->Walk(crossing.target, numberOfDone);
      const VoxelType next = m_Cells[last].label == m_Center ? m_Graph.Next(last) : last;
      if (next != last)
      {
        ready.push_back({ last, next });
      }
    }
  }

  void
  SumCycles()
  {
    VoxelType left = m_Graph.GetNumberOfVoxels();
    for (const Slab & slab : m_Slabs)
    {
      left -= slab.numberOfDone;
    }
    for (VoxelType first = 0; left > 0; ++first)
    {
      if (m_Cells[first].donors != Done)
      {
        TSum      sum = 0;
        VoxelType voxel = first;
        for (; m_Cells[voxel].donors != Done; voxel = m_Graph.Next(voxel))
        {
          m_Cells[voxel].donors = Done;
          sum += m_Sums[voxel];
          --left;
        }
        do
        {
          m_Sums[voxel] = sum;
          voxel = m_Graph.Next(voxel);
        } while (voxel != first);
        ++m_NumberOfCycles;
      }
    }
  }

  GraphType               m_Graph;
  TLabel                  m_Center;
  TLabel                  m_NumberOfLabels;
  std::vector<VoxelType>  m_Steps; // modulo 2^64
  std::unique_ptr<Cell[]> m_Cells;
  TSum *                  m_Sums;
  std::vector<Slab>       m_Slabs;
  std::uint64_t           m_NumberOfCycles{ 0 };
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
