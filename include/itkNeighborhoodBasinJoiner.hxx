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
#ifndef itkNeighborhoodBasinJoiner_hxx
#define itkNeighborhoodBasinJoiner_hxx

#include "itkNeighborhoodArgmaxLabelTable.h"
#include "itkNeighborhoodLabelFilterChecks.h"

#include <iterator>
#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace itk
{

template <unsigned int VDimension>
void
NeighborhoodBasinJoiner<VDimension>::AddPart(const RegionType &     region,
                                             const BasinTableType * rows,
                                             const BasinTableType * faces,
                                             const TableType *      exits)
{
  m_Parts.push_back({ region, rows, faces, exits, {} });
  this->Modified();
}

template <unsigned int VDimension>
void
NeighborhoodBasinJoiner<VDimension>::VerifyPart(const Part & part) const
{
  SizeValueType numberOfVoxels = 1;
  SizeValueType numberOfInner = 1;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const SizeValueType length = part.region.GetSize(axis);
    numberOfVoxels *= length;
    numberOfInner *= length > 2 * m_Radius[axis] ? length - 2 * m_Radius[axis] : 0;
  }
  if (numberOfVoxels == 0)
  {
    itkExceptionMacro("The part at " << part.region.GetIndex() << " has no voxels: its size is "
                                     << part.region.GetSize());
  }
  const auto verify = [&](const auto * table, const char * name, SizeValueType columns, SizeValueType numberOfRows) {
    if (!table || table->GetBufferedRegion().GetSize() != Size<2>{ { columns, numberOfRows } })
    {
      itkExceptionMacro("The part at " << part.region.GetIndex() << " of size " << part.region.GetSize()
                                       << " has no table of " << name << " of " << columns << " x " << numberOfRows
                                       << " pixels: give those of NeighborhoodLabelToBasinImageFilter, and Radius "
                                       << m_Radius << " has to be the same");
    }
    NeighborhoodArgmaxLabel::VerifyMemory(*table, name);
  };
  verify(part.rows.GetPointer(), "rows", 1, numberOfVoxels / part.region.GetSize(0));
  verify(part.faces.GetPointer(), "faces", 1, numberOfVoxels - numberOfInner);
  verify(part.exits.GetPointer(), "exits", 2, part.exits ? part.exits->GetBufferedRegion().GetSize(1) : 0);
  const auto greatest = GetNumberOfBasinsIn(*part.rows);
  for (SizeValueType i = 0; i < part.exits->GetBufferedRegion().GetSize(1); ++i)
  {
    const SizeValueType basin = part.exits->GetBufferPointer()[2 * i];
    if (basin == 0 || basin > greatest)
    {
      itkExceptionMacro("The part at " << part.region.GetIndex() << " has an exit from the basin " << basin
                                       << ", but basins 1 to " << greatest << ": give the tables of one update");
    }
  }
}

template <unsigned int VDimension>
void
NeighborhoodBasinJoiner<VDimension>::MakeGrid()
{
  std::sort(m_Parts.begin(), m_Parts.end(), [](const Part & a, const Part & b) {
    const auto & first = a.region.GetIndex();
    const auto & second = b.region.GetIndex();
    return std::lexicographical_compare(std::make_reverse_iterator(first.end()),
                                        std::make_reverse_iterator(first.begin()),
                                        std::make_reverse_iterator(second.end()),
                                        std::make_reverse_iterator(second.begin()));
  });
  m_Grid = {};
  const auto  origin = m_Parts.empty() ? Index<VDimension>() : m_Parts.front().region.GetIndex();
  std::size_t numberOfBlocks = m_Parts.empty() ? 0 : 1;
  for (unsigned int axis = 0; axis < VDimension && numberOfBlocks > 0; ++axis)
  {
    auto & cuts = m_Grid.cuts[axis];
    for (const Part & part : m_Parts)
    {
      cuts.push_back(part.region.GetIndex(axis) - origin[axis]);
      cuts.push_back(cuts.back() + static_cast<std::int64_t>(part.region.GetSize(axis)));
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    m_Grid.image.size[axis] = cuts.back();
    numberOfBlocks *= static_cast<std::size_t>(m_Grid.GetNumberOfBlocks(axis));
  }
  bool         isGrid = numberOfBlocks == m_Parts.size() && numberOfBlocks > 0;
  PositionType position{};
  for (std::size_t i = 0; isGrid && i < m_Parts.size(); ++i, m_Grid.Advance(position))
  {
    const auto box = m_Grid.BoxOf(position);
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      const std::int64_t begin = m_Parts[i].region.GetIndex(axis) - origin[axis];
      isGrid &= m_Grid.cuts[axis].front() == 0 && begin == box.first[axis] &&
                begin + static_cast<std::int64_t>(m_Parts[i].region.GetSize(axis)) == box.second[axis];
    }
  }
  if (!isGrid)
  {
    itkExceptionMacro("The " << m_Parts.size()
                             << " parts are not the cells of a grid: add each part of the image once, with its region");
  }
}

template <unsigned int VDimension>
std::size_t
NeighborhoodBasinJoiner<VDimension>::RankOfFace(const BoxType & part, const PositionType & position) const
{
  // All voxels before it but those whose neighborhood does not leave the part, which are a box.
  PositionType  inner;
  SizeValueType innerInAxis = 1;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const auto border = 2 * static_cast<std::int64_t>(m_Radius[axis]);
    inner[axis] = std::max<std::int64_t>(0, part.second[axis] - part.first[axis] - border);
    innerInAxis *= static_cast<SizeValueType>(inner[axis]);
  }
  SizeValueType voxel = 0;
  SizeValueType numberOfInner = 0;
  bool          isInner = innerInAxis > 0;
  for (unsigned int axis = VDimension; axis-- > 0;)
  {
    const std::int64_t coordinate = position[axis] - part.first[axis];
    voxel =
      voxel * static_cast<SizeValueType>(part.second[axis] - part.first[axis]) + static_cast<SizeValueType>(coordinate);
    if (isInner)
    {
      const std::int64_t x = coordinate - static_cast<std::int64_t>(m_Radius[axis]);
      innerInAxis /= static_cast<SizeValueType>(inner[axis]);
      numberOfInner += static_cast<SizeValueType>(std::clamp<std::int64_t>(x, 0, inner[axis])) * innerInAxis;
      isInner = x >= 0 && x < inner[axis];
    }
  }
  if (isInner)
  {
    itkExceptionMacro("An exit leads to voxel " << m_Grid.image.VoxelAt(position)
                                                << ", which is farther from the faces of its part than Radius "
                                                << m_Radius << ": give the Radius of the labels");
  }
  return voxel - numberOfInner;
}

template <unsigned int VDimension>
auto
NeighborhoodBasinJoiner<VDimension>::EntryOf(SizeValueType target) const -> Entry
{
  if (target >= m_Grid.image.GetNumberOfVoxels())
  {
    itkExceptionMacro("An exit leads to voxel " << target << ", but the parts have " << m_Grid.image.GetNumberOfVoxels()
                                                << ": add all parts of the image");
  }
  const PositionType position = m_Grid.image.PositionOf(target);
  PositionType       block;
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    const auto & cuts = m_Grid.cuts[axis];
    block[axis] = std::upper_bound(cuts.begin(), cuts.end(), position[axis]) - cuts.begin() - 1;
  }
  const std::size_t part = m_Grid.BlockAt(block);
  return { part, m_Parts[part].faces->GetBufferPointer()[this->RankOfFace(m_Grid.BoxOf(block), position)] };
}

template <unsigned int VDimension>
template <typename TFunction>
void
NeighborhoodBasinJoiner<VDimension>::ForEachExit(const TFunction & function) const
{
  for (std::size_t part = 0; part < m_Parts.size(); ++part)
  {
    const TableType &           exits = *m_Parts[part].exits;
    const SizeValueType * const pixels = exits.GetBufferPointer();
    for (SizeValueType i = 0; i < exits.GetBufferedRegion().GetSize(1); ++i)
    {
      const Entry entry = this->EntryOf(pixels[2 * i + 1]);
      if (entry.basin != 0)
      {
        function(part, static_cast<std::uint32_t>(pixels[2 * i]), pixels[2 * i + 1], entry);
      }
    }
  }
}

template <unsigned int VDimension>
void
NeighborhoodBasinJoiner<VDimension>::FindPieces()
{
  for (Part & part : m_Parts)
  {
    part.pieces.clear();
  }
  this->ForEachExit([&](std::size_t part, std::uint32_t basin, SizeValueType, const Entry & entry) {
    m_Parts[part].pieces.push_back(basin);
    m_Parts[entry.part].pieces.push_back(entry.basin);
  });
  for (Part & part : m_Parts)
  {
    std::sort(part.pieces.begin(), part.pieces.end());
    part.pieces.erase(std::unique(part.pieces.begin(), part.pieces.end()), part.pieces.end());
    part.pieces.shrink_to_fit();
  }
}

template <unsigned int VDimension>
template <typename TNumber>
void
NeighborhoodBasinJoiner<VDimension>::AddPieces(JoinsType<TNumber> & joins) const
{
  PositionType position{};
  for (const Part & part : m_Parts)
  {
    joins.AddBlock();
    const auto           box = m_Grid.BoxOf(position);
    const unsigned int * rows = part.rows->GetBufferPointer();
    std::uint32_t        before = 0; // basins that begin before the row
    std::uint32_t        rank = 0;
    GridType::ImageType::ForEachRow(box.first, box.second, [&](const PositionType & row) {
      const auto          voxel = m_Grid.image.VoxelAt(row);
      const std::uint32_t first = rank;
      for (; rank < part.pieces.size() && part.pieces[rank] <= *rows; ++rank)
      {
        // Not its first voxel, but one in the same order: no two basins begin at the same voxel.
        joins.AddPiece(voxel + (part.pieces[rank] - before - 1), part.pieces[rank] - 1 - rank);
      }
      joins.SetInner(m_Grid.SegmentOf(voxel, position[0]), *rows - before - (rank - first));
      before = *rows++;
    });
    m_Grid.Advance(position);
  }
}

template <unsigned int VDimension>
template <typename TNumber>
void
NeighborhoodBasinJoiner<VDimension>::FindCycles(JoinsType<TNumber> & joins)
{
  // What is joined is a tree, which ends in a piece that leads nowhere, or has one cycle.
  std::vector<bool> hasEnd(joins.GetNumberOfPieces());
  for (TNumber piece = 0; piece < joins.GetNumberOfPieces(); ++piece)
  {
    hasEnd[joins.RootOf(piece)] = hasEnd[joins.RootOf(piece)] || !m_LeadsOut[piece];
  }
  struct Step
  {
    TNumber       next;
    SizeValueType target;
  };
  std::unordered_map<TNumber, Step> steps;
  this->ForEachExit([&](std::size_t part, std::uint32_t basin, SizeValueType target, const Entry & entry) {
    const TNumber piece = this->PieceOf(joins, part, basin);
    if (!hasEnd[joins.RootOf(piece)])
    {
      steps[piece] = { this->PieceOf(joins, entry.part, entry.basin), target };
    }
  });
  std::unordered_set<TNumber> known; // roots
  SizeValueType               numberOfCycles = 0;
  m_Cycles.clear();
  for (const auto & [start, step] : steps)
  {
    if (!known.insert(joins.RootOf(start)).second)
    {
      continue;
    }
    std::unordered_set<TNumber> path;
    TNumber                     piece = start;
    for (; path.insert(piece).second; piece = steps[piece].next)
    {
    }
    const TNumber first = piece; // on the cycle
    do
    {
      m_Cycles.insert(m_Cycles.end(), { steps[piece].target, numberOfCycles });
      piece = steps[piece].next;
    } while (piece != first);
    ++numberOfCycles;
  }
}

template <unsigned int VDimension>
template <typename TNumber>
auto
NeighborhoodBasinJoiner<VDimension>::MakeJoins() -> std::unique_ptr<JoinsType<TNumber>>
{
  auto    joins = std::make_unique<JoinsType<TNumber>>(m_Grid, 0, m_Grid.image.GetNumberOfVoxels());
  TNumber numberOfPieces = 0;
  for (const Part & part : m_Parts)
  {
    numberOfPieces += static_cast<TNumber>(part.pieces.size());
  }
  joins->Reserve(numberOfPieces);
  this->AddPieces(*joins);
  m_LeadsOut.assign(joins->GetNumberOfPieces(), false);
  this->ForEachExit([&](std::size_t part, std::uint32_t basin, SizeValueType, const Entry & entry) {
    const auto piece = this->PieceOf(*joins, part, basin);
    m_LeadsOut[piece] = true;
    joins->Join(piece, this->PieceOf(*joins, entry.part, entry.basin));
  });
  joins->NumberPieces();
  m_NumberOfBasins = joins->GetNumberOfBasins();
  this->FindCycles(*joins);
  return joins;
}

template <unsigned int VDimension>
void
NeighborhoodBasinJoiner<VDimension>::Join()
{
  SizeValueType numberOfBasins = 0;
  for (const Part & part : m_Parts)
  {
    this->VerifyPart(part);
    numberOfBasins += GetNumberOfBasinsIn(*part.rows);
  }
  this->MakeGrid();
  this->FindPieces();
  if (numberOfBasins <= std::numeric_limits<std::uint32_t>::max())
  {
    m_Joins = this->template MakeJoins<std::uint32_t>();
  }
  else
  {
    m_Joins = this->template MakeJoins<std::uint64_t>();
  }
  this->Modified();
}

template <unsigned int VDimension>
template <typename TFunction>
void
NeighborhoodBasinJoiner<VDimension>::WithJoins(SizeValueType part, const TFunction & function) const
{
  std::visit(
    [&](const auto & joins) {
      if (joins == nullptr || part >= joins->GetNumberOfBlocks())
      {
        itkExceptionMacro("Part " << part << " is not one of the " << (joins ? joins->GetNumberOfBlocks() : 0)
                                  << " parts that are joined: call AddPart() for all, then Join()");
      }
      function(*joins);
    },
    m_Joins);
}

template <unsigned int VDimension>
auto
NeighborhoodBasinJoiner<VDimension>::GetBasinsBefore(SizeValueType part) const -> TableType::Pointer
{
  std::vector<SizeValueType> pixels;
  this->WithJoins(part, [&](auto & joins) {
    PositionType position{};
    for (SizeValueType i = 0; i < part; ++i)
    {
      m_Grid.Advance(position);
    }
    joins.ForEachSegment(
      part, position, [&](auto segment, auto, auto) { pixels.push_back(joins.GetBasinsBefore(segment)); });
  });
  return NeighborhoodArgmaxLabel::MakeTable(1, pixels);
}

template <unsigned int VDimension>
auto
NeighborhoodBasinJoiner<VDimension>::GetPieces(SizeValueType part) const -> TableType::Pointer
{
  std::vector<SizeValueType> pixels;
  this->WithJoins(part, [&](auto & joins) {
    auto piece = joins.GetFirstPiece(part);
    for (const std::uint32_t basin : m_Parts[part].pieces)
    {
      pixels.insert(pixels.end(), { basin, joins.NumberOf(piece), joins.IsFirst(piece), m_LeadsOut[piece] });
      ++piece;
    }
  });
  return NeighborhoodArgmaxLabel::MakeTable(4, pixels);
}

template <unsigned int VDimension>
auto
NeighborhoodBasinJoiner<VDimension>::GetNumbers(const BasinTableType * rows,
                                                const TableType *      basinsBefore,
                                                const TableType *      pieces) -> TableType::Pointer
{
  const SizeValueType numberOfRows = rows->GetBufferedRegion().GetNumberOfPixels();
  if (basinsBefore->GetBufferedRegion().GetNumberOfPixels() != numberOfRows)
  {
    itkGenericExceptionMacro("The part has " << numberOfRows << " rows, the table of basins before them "
                                             << basinsBefore->GetBufferedRegion().GetNumberOfPixels()
                                             << ": give the tables of the same part");
  }
  const SizeValueType *      piece = pieces->GetBufferPointer();
  const SizeValueType *      endOfPieces = piece + pieces->GetBufferedRegion().GetNumberOfPixels();
  std::vector<SizeValueType> numbers{ 0 };
  numbers.reserve(GetNumberOfBasinsIn(*rows) + std::size_t{ 1 });
  for (SizeValueType row = 0; row < numberOfRows; ++row)
  {
    SizeValueType number = basinsBefore->GetBufferPointer()[row];
    while (numbers.size() <= rows->GetBufferPointer()[row])
    {
      if (piece != endOfPieces && piece[0] == numbers.size())
      {
        number += piece[2];
        numbers.push_back(piece[1]);
        piece += 4;
      }
      else
      {
        numbers.push_back(++number);
      }
    }
  }
  return NeighborhoodArgmaxLabel::MakeTable(1, numbers);
}

template <unsigned int VDimension>
auto
NeighborhoodBasinJoiner<VDimension>::GetCycles() const -> TableType::Pointer
{
  return NeighborhoodArgmaxLabel::MakeTable(2, m_Cycles);
}

template <unsigned int VDimension>
void
NeighborhoodBasinJoiner<VDimension>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);

  os << indent << "Radius: " << m_Radius << std::endl;
  os << indent << "NumberOfParts: " << m_Parts.size() << std::endl;
  os << indent << "NumberOfBasins: " << m_NumberOfBasins << std::endl;
}
} // end namespace itk

#endif
