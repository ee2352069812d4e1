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
#ifndef itkNeighborhoodArgmaxLabelTileWalk_h
#define itkNeighborhoodArgmaxLabelTileWalk_h

#include "itkNeighborhoodArgmaxLabelPaddedRows.h"
#include "itkNeighborhoodLabels.h"
#include "itkTotalProgressReporter.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class TileWalk
 * \brief Takes a region through the labelers: tiles, planes and rows in, labels, scores and background out.
 *
 * Neighborhoods of 3x3 and 3x3x3 go tile by tile, so that what one plane gave serves the next two; all others row by
 * row.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TInputImage, typename TMaskImage, typename TLabelImage, typename TScoreImage>
class TileWalk
{
public:
  static constexpr unsigned int Dimension = TInputImage::ImageDimension;

  using RegionType = typename TInputImage::RegionType;
  using IndexType = typename TInputImage::IndexType;
  using OffsetType = typename TInputImage::OffsetType;
  using RadiusType = typename TInputImage::SizeType;
  using LabelType = typename TLabelImage::PixelType;
  using ScoreType = typename TScoreImage::PixelType;

  /** Inputs and outputs; mask and scores may be nullptr. */
  struct Images
  {
    const TInputImage * input;
    const TMaskImage *  mask;
    TLabelImage *       labels;
    TScoreImage *       scores;
  };

  TileWalk(const Images & images, const RadiusType & radius, bool isPeriodic, LabelType backgroundValue)
    : m_Images(images)
    , m_Rows(images.input, images.mask, isPeriodic)
    , m_Radius(radius)
    , m_BackgroundValue(backgroundValue)
  {}

  /** The axis along which rows are taken: the first one, in which they lie in memory, unless they are short and those
   * of another one long. */
  unsigned int
  ChooseRowAxis(const RegionType & region) const
  {
    // Vectors of shorter rows are mostly empty; to copy longer ones pays.
    constexpr SizeValueType shortLength = 4;
    constexpr SizeValueType longLength = 32;

    const auto & size = region.GetSize();
    const auto   longest = std::max_element(size.begin(), size.end());
    return size[0] <= shortLength && *longest >= longLength ? static_cast<unsigned int>(longest - size.begin()) : 0;
  }

  /** Label `labeled`, and fill what its rows lack in `region` with background: the memory is touched only once. */
  void
  Label(const Rules &           rules,
        unsigned int            rowAxis,
        const RegionType &      region,
        const RegionType &      labeled,
        TotalProgressReporter & progress) const
  {
    const TileAxes axes = this->GetTileAxes();
    if (rowAxis == 0 && axes.areTiles)
    {
      this->LabelTiles(rules, axes, { region, labeled }, progress);
    }
    else
    {
      this->LabelRows(rules, rowAxis, { region, labeled }, progress);
    }
  }

  /** The background of `region`, but for the rows that reach into the region `except` inside it. */
  void
  FillBackground(const RegionType & region, const RegionType & except) const
  {
    if (except.GetNumberOfPixels() == 0)
    {
      this->Fill(region);
      return;
    }
    // What lies before `except` and behind it along each axis, the slowest first, for long rows.
    RegionType rest = region;
    for (unsigned int axis = Dimension; axis-- > 1;)
    {
      RegionType before = rest;
      before.SetSize(axis, static_cast<SizeValueType>(except.GetIndex(axis) - rest.GetIndex(axis)));
      this->Fill(before);
      RegionType behind = rest;
      behind.SetIndex(axis, EndOf(except, axis));
      behind.SetSize(axis, static_cast<SizeValueType>(EndOf(rest, axis) - EndOf(except, axis)));
      this->Fill(behind);
      rest.SetIndex(axis, except.GetIndex(axis));
      rest.SetSize(axis, except.GetSize(axis));
    }
  }

private:
  using PaddedRowsType = PaddedRows<TInputImage, TMaskImage>;
  using PixelType = typename PaddedRowsType::PixelType;
  using TileScoreType = ScoreOf<PixelType>;
  using PlaneLabelerType = PlaneLabeler<PixelType>;

  /** Where pixel types agree, labelers write into the output itself. */
  static constexpr bool WritesLabels = std::is_same_v<LabelType, std::uint8_t>;
  static constexpr bool WritesScores = std::is_same_v<ScoreType, TileScoreType>;

  struct Regions
  {
    RegionType all;
    RegionType labeled;
  };

  /** Along which axes the rows of a tile and its planes follow each other. */
  struct TileAxes
  {
    bool         areTiles;
    bool         hasPlanes;
    unsigned int row;
    unsigned int plane; // if there are planes
  };

  /** A tile: its first voxel, how far it reaches along the first axis and that of the rows, and its planes. */
  struct Tile
  {
    IndexType     start;
    SizeValueType columns;
    SizeValueType rows;
    SizeValueType planes;
  };

  /** What a labeler reads and writes: copies of rows, which last while their plane is one of three, and results. */
  struct TileMemory
  {
    std::vector<PixelType>      values;
    std::vector<unsigned char>  mask;
    std::vector<Row<PixelType>> rows;
    std::vector<std::uint8_t>   labels;
    std::vector<TileScoreType>  scores;
    SizeValueType               stagedColumns;
    SizeValueType               stagedSize; // of a plane
  };

  static IndexValueType
  EndOf(const RegionType & region, unsigned int axis)
  {
    return region.GetIndex(axis) + static_cast<IndexValueType>(region.GetSize(axis));
  }

  template <typename TImage>
  static auto
  PixelAt(TImage * image, const IndexType & index)
  {
    return image->GetBufferPointer() + image->ComputeOffset(index);
  }

  /** Call function(index) for the first voxel of each row along an axis of a region that is not empty. */
  template <typename TFunction>
  static void
  ForEachRow(const RegionType & region, unsigned int rowAxis, const TFunction & function)
  {
    IndexType    index = region.GetIndex();
    unsigned int axis = 0;
    while (axis < Dimension)
    {
      function(index);
      for (axis = 0; axis < Dimension; ++axis)
      {
        if (axis == rowAxis)
        {
          continue;
        }
        if (++index[axis] < EndOf(region, axis))
        {
          break;
        }
        index[axis] = region.GetIndex(axis);
      }
    }
  }

  TileAxes
  GetTileAxes() const
  {
    TileAxes     axes{ m_Radius[0] == 1, false, 0, 0 };
    unsigned int numberOfUnitAxes = 0;
    for (unsigned int axis = 1; axis < Dimension; ++axis)
    {
      axes.areTiles &= m_Radius[axis] <= 1;
      if (m_Radius[axis] == 1)
      {
        (numberOfUnitAxes == 0 ? axes.row : axes.plane) = axis;
        ++numberOfUnitAxes;
      }
    }
    axes.hasPlanes = numberOfUnitAxes == 2;
    axes.areTiles &= numberOfUnitAxes == 1 || numberOfUnitAxes == 2;
    return axes;
  }

  // ---- Tiles

  void
  LabelTiles(const Rules &           rules,
             const TileAxes &        axes,
             const Regions &         regions,
             TotalProgressReporter & progress) const
  {
    // Tiles that march along the slowest axis of the neighborhood stay in the cache.
    constexpr SizeValueType maximumColumns = sizeof(PixelType) == 1 ? 512 : 256;
    constexpr SizeValueType maximumRows = 64;

    const RegionType & region = regions.labeled;
    Tile               tile{ region.GetIndex(),
               std::min(region.GetSize(0), maximumColumns),
               std::min(region.GetSize(axes.row), maximumRows),
               axes.hasPlanes ? region.GetSize(axes.plane) : 1 };
    TileMemory         memory = this->MakeTileMemory(tile);
    PlaneLabelerType   labeler(rules, axes.hasPlanes ? 3 : 1, tile.rows, tile.columns);

    // The first voxel of each tile.
    RegionType starts = region;
    starts.SetSize(0, (region.GetSize(0) + tile.columns - 1) / tile.columns);
    starts.SetSize(axes.row, (region.GetSize(axes.row) + tile.rows - 1) / tile.rows);
    if (axes.hasPlanes)
    {
      starts.SetSize(axes.plane, 1);
    }
    const Tile full = tile;
    ForEachRow(starts, Dimension, [&](const IndexType & start) {
      tile.start = start;
      const auto place = [&](unsigned int axis, SizeValueType length) {
        tile.start[axis] =
          region.GetIndex(axis) + (start[axis] - region.GetIndex(axis)) * static_cast<IndexValueType>(length);
        return std::min(length, static_cast<SizeValueType>(EndOf(region, axis) - tile.start[axis]));
      };
      tile.columns = place(0, full.columns);
      tile.rows = place(axes.row, full.rows);
      this->LabelTile(labeler, tile, axes, memory, regions, progress);
    });
  }

  TileMemory
  MakeTileMemory(const Tile & tile) const
  {
    constexpr unsigned int numberOfPlanes = 3;
    const SizeValueType    stagedColumns = tile.columns + 2;
    const SizeValueType    stagedSize = (tile.rows + 2) * stagedColumns;
    TileMemory             memory;
    memory.values.resize(numberOfPlanes * stagedSize);
    memory.mask.resize(numberOfPlanes * stagedSize);
    memory.rows.resize(tile.rows + 2);
    memory.labels.resize(WritesLabels ? 0 : tile.rows * tile.columns);
    memory.scores.resize(m_Images.scores && !WritesScores ? tile.rows * tile.columns : 0);
    memory.stagedColumns = stagedColumns;
    memory.stagedSize = stagedSize;
    return memory;
  }

  /** The planes of a tile, one after the other. */
  void
  LabelTile(PlaneLabelerType &      labeler,
            const Tile &            tile,
            const TileAxes &        axes,
            TileMemory &            memory,
            const Regions &         regions,
            TotalProgressReporter & progress) const
  {
    const SizeValueType margin = axes.hasPlanes ? 1 : 0;
    const SizeValueType numberOfPlanes = tile.planes + 2 * margin;
    labeler.Start(tile.rows, tile.columns);
    for (SizeValueType plane = 0; plane < numberOfPlanes; ++plane)
    {
      Tile at = tile;
      if (axes.hasPlanes)
      {
        at.start[axes.plane] += static_cast<IndexValueType>(plane) - 1;
      }
      const SizeValueType slot = plane % 3 * memory.stagedSize;
      this->StagePlane(at, axes, slot, plane + 1 < numberOfPlanes, memory);
      labeler.Push(memory.rows.data());
      if (plane >= 2 * margin)
      {
        if (axes.hasPlanes)
        {
          --at.start[axes.plane];
        }
        this->LabelPlane(labeler, at, axes, memory, regions);
        progress.Completed(tile.rows * tile.columns);
        progress.CheckAbortGenerateData();
      }
    }
  }

  /** The rows of a plane, with one voxel more on each side. */
  void
  StagePlane(const Tile & tile, const TileAxes & axes, SizeValueType slot, bool hasNext, TileMemory & memory) const
  {
    IndexType index = tile.start;
    --index[0];
    --index[axes.row];
    const SizeValueType length = tile.columns + 2;
    const bool          isInImage = m_Rows.PointToRows(index, length, axes.row, memory.rows, tile.rows + 2);
    const auto          distanceToNext = m_Images.input->GetOffsetTable()[axes.plane];
    const bool          isNextInImage = index[axes.plane] + 1 < EndOf(m_Images.input->GetBufferedRegion(), axes.plane);
    for (SizeValueType row = 0; row < tile.rows + 2; ++row, ++index[axes.row])
    {
      if (!isInImage)
      {
        const SizeValueType at = slot + row * memory.stagedColumns;
        memory.rows[row] = m_Rows.GetRow(index, 0, length, memory.values.data() + at, memory.mask.data() + at);
      }
      Row<PixelType> & staged = memory.rows[row];
      ++staged.values;
      staged.mask += staged.mask ? 1 : 0;
      staged.next = isInImage && hasNext && isNextInImage ? staged.values + distanceToNext : nullptr;
    }
  }

  /** The labels and scores of a plane, into the outputs. */
  void
  LabelPlane(PlaneLabelerType & labeler,
             const Tile &       tile,
             const TileAxes &   axes,
             TileMemory &       memory,
             const Regions &    regions) const
  {
    auto            labelStride = static_cast<std::ptrdiff_t>(tile.columns);
    auto            scoreStride = static_cast<std::ptrdiff_t>(tile.columns);
    std::uint8_t *  labels = memory.labels.data();
    TileScoreType * scores = m_Images.scores ? memory.scores.data() : nullptr;
    if constexpr (WritesLabels)
    {
      labels = PixelAt(m_Images.labels, tile.start);
      labelStride = m_Images.labels->GetOffsetTable()[axes.row];
    }
    if constexpr (WritesScores)
    {
      if (m_Images.scores)
      {
        scores = PixelAt(m_Images.scores, tile.start);
        scoreStride = m_Images.scores->GetOffsetTable()[axes.row];
      }
    }
    labeler.Label(labels, labelStride, scores, scoreStride);
    this->FillRowEnds(tile.start, tile.columns, axes.row, tile.rows, regions);
    const bool isStored = WritesLabels && (WritesScores || !scores) && !m_Images.mask;
    IndexType  index = tile.start;
    for (SizeValueType row = 0; row < tile.rows && !isStored; ++row, ++index[axes.row])
    {
      const auto at = static_cast<std::ptrdiff_t>(row);
      this->StoreRow(index, tile.columns, labels + at * labelStride, scores ? scores + at * scoreStride : nullptr);
    }
  }

  // ---- Rows

  void
  LabelRows(const Rules & rules, unsigned int rowAxis, const Regions & regions, TotalProgressReporter & progress) const
  {
    using RowLabelerType = RowLabeler<PixelType>;

    const RegionType &  region = regions.labeled;
    const auto          radius = static_cast<IndexValueType>(m_Radius[rowAxis]);
    const SizeValueType width = std::min<SizeValueType>(region.GetSize(rowAxis), RowLabelerType::MaximumWidth);
    const SizeValueType stagedWidth = width + 2 * m_Radius[rowAxis];

    RowLabelerType                labeler(rules);
    std::vector<PixelType>        values(rules.numberOfRows * stagedWidth);
    std::vector<unsigned char>    mask(rules.numberOfRows * stagedWidth);
    std::vector<Row<PixelType>>   rows(rules.numberOfRows);
    std::vector<std::uint32_t>    labels(width);
    std::vector<double>           scores(width);
    const std::vector<OffsetType> starts = this->GetStartsOfRows(rowAxis);

    ForEachRow(region, rowAxis, [&](IndexType index) {
      while (index[rowAxis] < EndOf(region, rowAxis))
      {
        const auto count = std::min(width, static_cast<SizeValueType>(EndOf(region, rowAxis) - index[rowAxis]));
        for (unsigned int row = 0; row < rules.numberOfRows; ++row)
        {
          rows[row] = m_Rows.GetRow(index + starts[row],
                                    rowAxis,
                                    count + 2 * m_Radius[rowAxis],
                                    values.data() + row * stagedWidth,
                                    mask.data() + row * stagedWidth);
          rows[row].values += radius;
          rows[row].mask += rows[row].mask ? radius : 0;
        }
        labeler.Label(rows.data(), count, labels.data(), scores.data());
        // In the outputs rows are those of the first axis.
        const SizeValueType length = rowAxis == 0 ? count : 1;
        this->FillRowEnds(index, length, rowAxis == 0 ? 1 : rowAxis, count / length, regions);
        for (SizeValueType x = 0; x < count; x += length, index[rowAxis] += static_cast<IndexValueType>(length))
        {
          this->StoreRow(index, length, labels.data() + x, scores.data() + x);
        }
        progress.Completed(count);
        progress.CheckAbortGenerateData();
      }
    });
  }

  /** Where each row of the neighborhood begins. */
  std::vector<OffsetType>
  GetStartsOfRows(unsigned int rowAxis) const
  {
    RadiusType radiusOfRows = m_Radius;
    radiusOfRows[rowAxis] = 0;
    const NeighborhoodLabels<Dimension> rows(radiusOfRows);
    std::vector<OffsetType>             starts(rows.GetNumberOfLabels());
    for (std::size_t row = 0; row < starts.size(); ++row)
    {
      for (unsigned int axis = 0; axis < Dimension; ++axis)
      {
        starts[row][axis] = rows.OffsetOf(row, axis);
      }
      starts[row][rowAxis] = -static_cast<OffsetValueType>(m_Radius[rowAxis]);
    }
    return starts;
  }

  // ---- Output

  /** `count` labels and scores from `index` on, into the outputs; background outside the mask. */
  template <typename TLabel, typename TScore>
  void
  StoreRow(const IndexType & index, SizeValueType count, const TLabel * labels, const TScore * scores) const
  {
    const unsigned char * const maskRow = m_Images.mask ? PixelAt(m_Images.mask, index) : nullptr;
    const auto                  store = [&](const auto * from, auto * to, const auto background) {
      using OutputType = std::remove_const_t<decltype(background)>;
      if (static_cast<const void *>(from) != to)
      {
        std::transform(from, from + count, to, [](auto value) { return static_cast<OutputType>(value); });
      }
      for (SizeValueType x = 0; maskRow && x < count; ++x)
      {
        to[x] = maskRow[x] ? to[x] : background;
      }
    };
    store(labels, PixelAt(m_Images.labels, index), m_BackgroundValue);
    if (m_Images.scores)
    {
      store(scores, PixelAt(m_Images.scores, index), ScoreType{});
    }
  }

  /** The background before and behind `count` voxels from `index` on, if these begin or end a row of what is labeled;
   * likewise of the next rows along an axis. */
  void
  FillRowEnds(const IndexType & index,
              SizeValueType     count,
              unsigned int      rowAxis,
              SizeValueType     numberOfRows,
              const Regions &   regions) const
  {
    RegionType ends(index, {});
    ends.SetSize(RadiusType::Filled(1));
    if (Dimension > 1)
    {
      ends.SetSize(rowAxis, numberOfRows);
    }
    const auto fill = [&](IndexValueType begin, IndexValueType end) {
      ends.SetIndex(0, begin);
      ends.SetSize(0, static_cast<SizeValueType>(end - begin));
      this->Fill(ends);
    };
    if (index[0] == regions.labeled.GetIndex(0))
    {
      fill(regions.all.GetIndex(0), index[0]);
    }
    const auto end = index[0] + static_cast<IndexValueType>(count);
    if (end == EndOf(regions.labeled, 0))
    {
      fill(end, EndOf(regions.all, 0));
    }
  }

  void
  Fill(const RegionType & region) const
  {
    if (region.GetNumberOfPixels() == 0)
    {
      return;
    }
    ForEachRow(region, 0, [&](const IndexType & index) {
      std::fill_n(PixelAt(m_Images.labels, index), region.GetSize(0), m_BackgroundValue);
      if (m_Images.scores)
      {
        std::fill_n(PixelAt(m_Images.scores, index), region.GetSize(0), ScoreType{});
      }
    });
  }

  Images         m_Images;
  PaddedRowsType m_Rows;
  RadiusType     m_Radius;
  LabelType      m_BackgroundValue;
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
