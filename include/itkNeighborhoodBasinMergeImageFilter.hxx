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
#ifndef itkNeighborhoodBasinMergeImageFilter_hxx
#define itkNeighborhoodBasinMergeImageFilter_hxx

#include "itkNeighborhoodArgmaxLabelFirstError.h"
#include "itkNeighborhoodArgmaxLabelHugePages.h"
#include "itkNeighborhoodLabelFilterChecks.h"
#include "itkTotalProgressReporter.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace itk
{

template <typename TBasinImage, typename TValueImage>
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::NeighborhoodBasinMergeImageFilter()
{
  this->AddRequiredInputName("ValueImage");
  // ITK's default is more, to balance loads; here each has an additional cost.
  this->SetNumberOfWorkUnits(this->GetMultiThreader()->GetMaximumNumberOfThreads());
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();
  if (!(m_Depth >= 0.0))
  {
    itkExceptionMacro("Depth is " << m_Depth << ": give 0 or more, in units of the values");
  }
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::VerifyInputInformation() const
{
  const auto & region = this->GetInput()->GetLargestPossibleRegion();
  const auto & other = this->GetValueImage()->GetLargestPossibleRegion();
  if (other != region)
  {
    itkExceptionMacro("ValueImage has the region of index " << other.GetIndex() << " and size " << other.GetSize()
                                                            << ", the basins " << region.GetIndex() << " and "
                                                            << region.GetSize() << ": they must be the same");
  }
  Superclass::VerifyInputInformation();
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  for (auto * const input : { const_cast<DataObject *>(static_cast<const DataObject *>(this->GetInput())),
                              const_cast<DataObject *>(static_cast<const DataObject *>(this->GetValueImage())) })
  {
    if (input)
    {
      input->SetRequestedRegionToLargestPossibleRegion();
    }
  }
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::EnlargeOutputRequestedRegion(DataObject * output)
{
  Superclass::EnlargeOutputRequestedRegion(output);
  output->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::MakeGrid() const -> GridType
{
  GridType grid;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    grid.size[axis] = static_cast<std::int64_t>(this->GetInput()->GetBufferedRegion().GetSize(axis));
  }
  grid.isPeriodic = m_Periodic;
  return grid;
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::MakeDirections() const -> std::vector<Direction>
{
  // Of o and -o the one that comes later: each pair of voxels is seen once.
  const NeighborhoodLabels<ImageDimension> neighborhood(Size<ImageDimension>::Filled(1));
  std::vector<Direction>                   directions;
  const auto                               count = neighborhood.GetNumberOfLabels();
  for (auto label = count / 2 + 1; label < count; ++label)
  {
    Direction    direction{ neighborhood.OffsetOf(label, 0), {} };
    std::int64_t steps = std::abs(direction.x);
    for (unsigned int axis = 1; axis < ImageDimension; ++axis)
    {
      direction.row[axis] = neighborhood.OffsetOf(label, axis);
      steps += std::abs(direction.row[axis]);
    }
    if (m_FullyConnected || steps == 1)
    {
      directions.push_back(direction);
    }
  }
  return directions;
}

template <typename TBasinImage, typename TValueImage>
template <typename TFunction>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::ForEachRange(SizeValueType     count,
                                                                          const TFunction & function)
{
  const SizeValueType parts = this->GetNumberOfWorkUnits();
  auto * const        threader = this->GetMultiThreader();
  threader->SetNumberOfWorkUnits(this->GetNumberOfWorkUnits());
  NeighborhoodArgmaxLabel::FirstError error;
  threader->ParallelizeArray(
    0,
    parts,
    [&](SizeValueType i) { error.KeepOf([&] { function(i, count * i / parts, count * (i + 1) / parts); }); },
    nullptr);
  error.Rethrow();
}

template <typename TBasinImage, typename TValueImage>
std::uint32_t
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::FindGreatestNumber()
{
  const auto * const         basins = reinterpret_cast<const std::uint32_t *>(this->GetInput()->GetBufferPointer());
  const SizeValueType        numberOfVoxels = this->GetInput()->GetBufferedRegion().GetNumberOfPixels();
  std::vector<std::uint32_t> greatest(this->GetNumberOfWorkUnits());
  this->ForEachRange(numberOfVoxels, [&](SizeValueType i, SizeValueType begin, SizeValueType end) {
    std::uint32_t number = 0;
    for (SizeValueType voxel = begin; voxel < end; ++voxel)
    {
      number = std::max(number, basins[voxel]);
    }
    greatest[i] = number;
  });
  const std::uint32_t number = *std::max_element(greatest.begin(), greatest.end());
  if (number > static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max()))
  {
    const auto voxel =
      std::find_if(basins, basins + numberOfVoxels, [](std::uint32_t basin) { return basin >> 31 != 0; });
    const auto index = this->GetInput()->ComputeIndex(static_cast<OffsetValueType>(voxel - basins));
    itkExceptionMacro("The basins have the number " << this->GetInput()->GetPixel(index) << " at " << index
                                                    << ": numbers are from 0 to 2^31 - 1");
  }
  return number;
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::GetComparedValues(std::vector<double> & copy) const
  -> const ComparedType *
{
  const ValuePixelType * const values = this->GetValueImage()->GetBufferPointer();
  if constexpr (IsComparedAsIs)
  {
    return values;
  }
  else
  {
    const BasinPixelType * const basins = this->GetInput()->GetBufferPointer();
    copy.resize(this->GetValueImage()->GetBufferedRegion().GetNumberOfPixels());
    for (std::size_t voxel = 0; voxel < copy.size(); ++voxel)
    {
      copy[voxel] = static_cast<double>(values[voxel]);
      if (basins[voxel] != 0 && !NeighborhoodArgmaxLabel::IsHeldByDouble(values[voxel]))
      {
        itkExceptionMacro("ValueImage has the value "
                          << values[voxel] << " at "
                          << this->GetValueImage()->ComputeIndex(static_cast<OffsetValueType>(voxel))
                          << ", which double does not hold: scale the image, or cast it to double, which rounds");
      }
    }
    return copy.data();
  }
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::AddPassesOfVoxel(const GridType &    grid,
                                                                              const RowOfVoxels & row,
                                                                              std::int64_t        x,
                                                                              PassTableType &     passes) const
{
  const auto          own = row.voxels.basins[x];
  const double        here = KeyOf(row.voxels.values[x], m_Ascent);
  const std::uint64_t voxel = row.voxel + static_cast<std::uint64_t>(x);
  for (std::size_t i = 0; i < row.offsets.size() && own != 0 && !std::isnan(here); ++i)
  {
    if (!grid.IsPresent(x + row.offsets[i], 0))
    {
      continue;
    }
    const std::int64_t  at = grid.Wrap(x + row.offsets[i], 0);
    const std::uint32_t basin = row.voxels.basinsOfNeighbors[i][at];
    const double        there = KeyOf(row.voxels.valuesOfNeighbors[i][at], m_Ascent);
    if (basin != own && basin != 0 && !std::isnan(there))
    {
      const std::uint64_t neighbor = row.rows[i] + static_cast<std::uint64_t>(at);
      PassTableType::Lower(passes.PassOf(own, basin),
                           std::max(here, there),
                           here == there  ? std::min(voxel, neighbor)
                           : here > there ? voxel
                                          : neighbor);
    }
  }
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::AddPassesInside(RowOfVoxels &   row,
                                                                             std::size_t     length,
                                                                             PassTableType & passes) const
{
  RowType & inside = row.inside;
  inside = row.voxels;
  ++inside.basins;
  ++inside.values;
  for (std::size_t i = 0; i < row.offsets.size(); ++i)
  {
    inside.basinsOfNeighbors[i] += 1 + row.offsets[i];
    inside.valuesOfNeighbors[i] += 1 + row.offsets[i];
  }
  inside.length = length;
  const std::size_t count = NeighborhoodArgmaxLabel::FindBorders(inside, row.borders);

  // Where a pass may be, for each direction: -1 is at 0.
  std::array<std::uint64_t, NumberOfDirections + 1> begins;
  begins[0] = row.voxel + 1;
  for (std::size_t i = 0; i < row.offsets.size(); ++i)
  {
    begins[i + 1] = row.rows[i] + static_cast<std::uint64_t>(1 + row.offsets[i]);
  }
  const auto & borders = row.borders;
  const double shift = std::is_integral_v<LaneType> && m_Ascent ? 1.0 : 0.0;
  for (std::size_t i = 0; i < count; ++i)
  {
    PassTableType::Lower(
      passes.PassOf(static_cast<std::uint32_t>(borders.basins[i]), static_cast<std::uint32_t>(borders.others[i])),
      static_cast<double>(borders.passes[i]) + shift,
      begins[static_cast<std::size_t>(borders.directions[i] + 1)] + static_cast<std::uint64_t>(borders.voxels[i]));
  }
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::AddLowest(const RowOfVoxels &   row,
                                                                       std::int64_t          length,
                                                                       std::vector<double> & lowest)
{
  const bool ascent = row.voxels.ascent;
  for (std::int64_t x = 0; x < length;)
  {
    const std::uint32_t basin = row.voxels.basins[x];
    double              least = std::numeric_limits<double>::infinity();
    for (; x < length && row.voxels.basins[x] == basin; ++x)
    {
      const double key = KeyOf(row.voxels.values[x], ascent);
      least = key < least ? key : least;
    }
    lowest[basin] = std::min(lowest[basin], least);
  }
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::ScanRow(const GridType & grid,
                                                                     RowOfVoxels &    row,
                                                                     Found &          found) const
{
  // Looked at one by one: the ends, and rows beside the other side, where order is another.
  const std::int64_t length = grid.size[0];
  const std::int64_t beginOfInside = std::min<std::int64_t>(1, length);
  const std::int64_t endOfInside = row.isWrapped ? beginOfInside : std::max(beginOfInside, length - 1);
  if (beginOfInside < endOfInside)
  {
    this->AddPassesInside(row, static_cast<std::size_t>(endOfInside - beginOfInside), found.passes);
  }
  for (std::int64_t x = 0; x < length; ++x)
  {
    x = x == beginOfInside ? endOfInside : x;
    if (x < length)
    {
      this->AddPassesOfVoxel(grid, row, x, found.passes);
    }
  }
  AddLowest(row, length, found.lowest);
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::ScanRows(const ComparedType * values,
                                                                      SizeValueType        begin,
                                                                      SizeValueType        end,
                                                                      Found &              found)
{
  const GridType        grid = this->MakeGrid();
  const auto            directions = this->MakeDirections();
  const auto * const    basins = reinterpret_cast<const std::uint32_t *>(this->GetInput()->GetBufferPointer());
  const auto            length = static_cast<SizeValueType>(grid.size[0]);
  TotalProgressReporter progress(this, grid.GetNumberOfVoxels(), 100, ScanWeight);
  RowOfVoxels           row;
  row.borders.Resize(length * directions.size());
  row.voxels.ascent = m_Ascent;
  grid.ForEachRow(begin * length, end * length, [&](SizeValueType voxel, const PositionType & position) {
    row.voxel = voxel;
    row.voxels.basins = basins + voxel;
    row.voxels.values = values + voxel;
    row.voxels.basinsOfNeighbors.clear();
    row.voxels.valuesOfNeighbors.clear();
    row.offsets.clear();
    row.rows.clear();
    row.isWrapped = false;
    for (const Direction & direction : directions)
    {
      PositionType target = position;
      for (unsigned int axis = 1; axis < ImageDimension; ++axis)
      {
        target[axis] += direction.row[axis];
      }
      if (grid.IsPresent(target))
      {
        row.isWrapped = row.isWrapped || !grid.IsInside(target);
        const auto first = grid.VoxelAt(grid.Wrap(target));
        row.offsets.push_back(direction.x);
        row.rows.push_back(first);
        row.voxels.basinsOfNeighbors.push_back(basins + first);
        row.voxels.valuesOfNeighbors.push_back(values + first);
      }
    }
    this->ScanRow(grid, row, found);
    progress.Completed(length);
    progress.CheckAbortGenerateData();
  });
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::FindHierarchy()
{
  const SizeValueType        numberOfBasins = this->FindGreatestNumber();
  std::vector<double>        copy;
  const ComparedType * const values = this->GetComparedValues(copy);
  const GridType             grid = this->MakeGrid();
  const SizeValueType        rows = grid.GetNumberOfVoxels() / static_cast<SizeValueType>(grid.size[0]);
  std::vector<Found>         found(this->GetNumberOfWorkUnits());
  this->ForEachRange(rows, [&](SizeValueType i, SizeValueType begin, SizeValueType end) {
    found[i].lowest.assign(numberOfBasins + 1, std::numeric_limits<double>::infinity());
    this->ScanRows(values, begin, end, found[i]);
  });
  std::vector<double> & lowest = found.front().lowest;
  for (std::size_t i = 1; i < found.size(); ++i)
  {
    found.front().passes.Add(found[i].passes);
    std::transform(lowest.begin(), lowest.end(), found[i].lowest.begin(), lowest.begin(), [](double a, double b) {
      return std::min(a, b);
    });
    found[i] = {};
  }
  lowest.erase(lowest.begin()); // of the background
  m_Passes = found.front().passes.TakePasses();
  m_Hierarchy = HierarchyType(lowest, m_Passes);
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::GenerateData()
{
  const auto & basins = *this->GetInput();
  const auto & values = *this->GetValueImage();
  NeighborhoodArgmaxLabel::VerifyMemory(basins, "image of basins");
  NeighborhoodArgmaxLabel::VerifyMemory(values, "value image");
  const auto    timeOf = [](const DataObject & image) { return std::max(image.GetMTime(), image.GetUpdateMTime()); };
  const Sources sources{ &basins, timeOf(basins), &values, timeOf(values), m_Ascent, m_FullyConnected, m_Periodic };
  if (sources != m_HierarchyOf)
  {
    m_HierarchyOf = {};
    this->FindHierarchy();
    m_HierarchyOf = sources;
  }
  const auto numbers = m_Hierarchy.Cut(m_Depth);
  m_NumberOfBasins = *std::max_element(numbers.begin(), numbers.end());

  this->AllocateOutputs();
  NeighborhoodArgmaxLabel::AdviseHugePages(this->GetOutput());
  const BasinPixelType * const input = basins.GetBufferPointer();
  BasinPixelType * const       output = this->GetOutput()->GetBufferPointer();
  this->ForEachRange(basins.GetBufferedRegion().GetNumberOfPixels(),
                     [&](SizeValueType, SizeValueType begin, SizeValueType end) {
                       std::transform(input + begin, input + end, output + begin, [&](BasinPixelType basin) {
                         return static_cast<BasinPixelType>(numbers[static_cast<std::uint32_t>(basin)]);
                       });
                     });
  this->UpdateProgress(1.0f);
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::NewTable(SizeValueType columns, SizeValueType rows)
  -> TableType::Pointer
{
  auto table = TableType::New();
  table->SetRegions(TableType::SizeType{ { columns, rows } });
  table->Allocate();
  return table;
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::VerifyTable(const TableType * table,
                                                                         const char *      name,
                                                                         SizeValueType     columns)
{
  if (table == nullptr || table->GetBufferedRegion().GetSize(0) != columns)
  {
    itkGenericExceptionMacro("The table of " << name << " has " << (table ? table->GetBufferedRegion().GetSize(0) : 0)
                                             << " columns: give one of " << columns);
  }
  NeighborhoodArgmaxLabel::VerifyMemory(*table, "table");
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::VerifyNumber(double        number,
                                                                          SizeValueType least,
                                                                          SizeValueType greatest)
{
  if (!(number >= static_cast<double>(least) && number <= static_cast<double>(greatest)))
  {
    itkGenericExceptionMacro("A table has the basin " << number << ", but there are basins 1 to " << greatest
                                                      << ": give all rows of one image");
  }
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::MakeTable(const HierarchyType & hierarchy, bool ascent)
  -> TableType::Pointer
{
  const auto & basins = hierarchy.GetBasins();
  auto         table = NewTable(5, basins.size());
  double *     to = table->GetBufferPointer();
  for (const auto & basin : basins)
  {
    *to++ = ascent ? 0.0 - basin.lowest : basin.lowest; // no -0
    *to++ = basin.depth;
    *to++ = ascent ? 0.0 - basin.pass : basin.pass;
    *to++ = basin.joined;
    *to++ = basin.joined == 0 ? -1.0 : static_cast<double>(basin.voxel);
  }
  return table;
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::GetHierarchy() const -> TableType::Pointer
{
  return MakeTable(m_Hierarchy, m_Ascent);
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::GetPasses() const -> TableType::Pointer
{
  auto passes = m_Passes;
  std::sort(passes.begin(), passes.end(), [](const auto & a, const auto & b) {
    return std::tie(a.first, a.second) < std::tie(b.first, b.second);
  });
  auto     table = NewTable(4, passes.size());
  double * to = table->GetBufferPointer();
  for (const auto & pass : passes)
  {
    *to++ = pass.first;
    *to++ = pass.second;
    *to++ = m_Ascent ? 0.0 - pass.value : pass.value;
    *to++ = static_cast<double>(pass.voxel);
  }
  return table;
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::MakeHierarchy(const TableType * passes,
                                                                           const TableType * lowestValues,
                                                                           bool ascent) -> TableType::Pointer
{
  const auto keyOf = [ascent](double value) { return ascent ? -value : value; };

  VerifyTable(passes, "passes", 4);
  VerifyTable(lowestValues, "lowest values", 1);
  const SizeValueType numberOfBasins = lowestValues->GetBufferedRegion().GetSize(1);
  PassTableType       table;
  const double *      row = passes->GetBufferPointer();
  for (SizeValueType i = 0; i < passes->GetBufferedRegion().GetSize(1); ++i, row += 4)
  {
    VerifyNumber(row[0], 1, numberOfBasins);
    VerifyNumber(row[1], 1, numberOfBasins);
    PassTableType::Lower(table.PassOf(static_cast<std::uint32_t>(row[0]), static_cast<std::uint32_t>(row[1])),
                         keyOf(row[2]),
                         static_cast<std::uint64_t>(row[3]));
  }
  const double *      first = lowestValues->GetBufferPointer();
  std::vector<double> lowest(first, first + lowestValues->GetBufferedRegion().GetNumberOfPixels());
  std::transform(lowest.begin(), lowest.end(), lowest.begin(), keyOf);
  auto all = table.TakePasses();
  return MakeTable(HierarchyType(lowest, all), ascent);
}

template <typename TBasinImage, typename TValueImage>
auto
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::Cut(const TableType * hierarchy, double depth)
  -> TableType::Pointer
{
  VerifyTable(hierarchy, "hierarchy", 5);
  const SizeValueType               numberOfBasins = hierarchy->GetBufferedRegion().GetSize(1);
  std::vector<HierarchyType::Basin> basins(numberOfBasins);
  const double *                    row = hierarchy->GetBufferPointer();
  for (auto & basin : basins)
  {
    VerifyNumber(row[3], 0, numberOfBasins);
    basin.depth = row[1];
    basin.joined = static_cast<std::uint32_t>(row[3]);
    row += 5;
  }
  const auto numbers = HierarchyType(std::move(basins)).Cut(depth);
  auto       table = NewTable(1, numberOfBasins);
  std::copy(numbers.begin() + 1, numbers.end(), table->GetBufferPointer());
  return table;
}

template <typename TBasinImage, typename TValueImage>
void
NeighborhoodBasinMergeImageFilter<TBasinImage, TValueImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);

  os << indent << "Depth: " << m_Depth << std::endl;
  os << indent << "Ascent: " << (m_Ascent ? "On" : "Off") << std::endl;
  os << indent << "FullyConnected: " << (m_FullyConnected ? "On" : "Off") << std::endl;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    os << indent << "Periodic along axis " << axis << ": " << (m_Periodic[axis] ? "On" : "Off") << std::endl;
  }
  os << indent << "NumberOfBasins: " << m_NumberOfBasins << std::endl;
}
} // end namespace itk

#endif
