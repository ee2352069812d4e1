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
#ifndef itkNeighborhoodArgmaxLabelWalk_h
#define itkNeighborhoodArgmaxLabelWalk_h

#include "itkImage.h"
#include "itkNeighborhoodArgmaxLabelImageRows.h"
#include "itkNeighborhoodArgmaxLabelRules.h"
#include "itkNeighborhoodLabels.h"
#include "itkTotalProgressReporter.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

/** \file
 * Internal: labels a region with the kernel, block by block. */
namespace itk::NeighborhoodArgmaxLabel
{

/** Inputs and outputs of the walk; mask and scores may be nullptr. */
template <typename TInputImage, typename TMaskImage, typename TLabelImage, typename TScoreImage>
struct WalkImages
{
  using InputImage = TInputImage;
  using MaskImage = TMaskImage;
  using LabelImage = TLabelImage;
  using ScoreImage = TScoreImage;

  const TInputImage * input;
  const TMaskImage *  mask;
  TLabelImage *       labels;
  TScoreImage *       scores;
};

/** Calls function(index) for the first voxel of each row along the first axis of a region, which may be empty. */
template <unsigned int VDimension, typename TFunction>
void
ForEachRow(const ImageRegion<VDimension> & region, const TFunction & function)
{
  if (region.GetNumberOfPixels() == 0)
  {
    return;
  }
  Index<VDimension> index = region.GetIndex();
  for (unsigned int axis = 0; axis < VDimension;)
  {
    function(index);
    for (axis = 1; axis < VDimension; ++axis)
    {
      if (++index[axis] < region.GetIndex(axis) + static_cast<IndexValueType>(region.GetSize(axis)))
      {
        break;
      }
      index[axis] = region.GetIndex(axis);
    }
  }
}

/** \class Walk
 * \brief Internal: labels a region with the kernel: rows of the image in, labels, scores and background out.
 *
 * A block is a number of rows, one after the other along the second axis. It marches along the other axes. The planes
 * of rows that its neighborhood needs are staged in a window, so that each is staged once.
 * \ingroup NeighborhoodArgmaxLabel */
template <typename TImages, typename TLane>
class Walk
{
public:
  using InputImage = typename TImages::InputImage;
  static constexpr unsigned int Dimension = InputImage::ImageDimension;
  using RegionType = typename InputImage::RegionType;
  using IndexType = typename InputImage::IndexType;
  using RadiusType = typename InputImage::SizeType;
  using LabelType = typename TImages::LabelImage::PixelType;
  using ScoreType = typename TImages::ScoreImage::PixelType;
  using RowsType = ImageRows<InputImage, typename TImages::MaskImage>;

  /** Options that are the same for all regions. */
  struct Options
  {
    RadiusType                      radius;
    typename RowsType::PeriodicType periodic;
    bool                            ascent;
    LabelType                       backgroundValue;
  };

  /** `rules`: one for all rows, or one for each index of the labeled region along the second axis. */
  Walk(const TImages & images, const Options & options, const std::vector<Rules> & rules)
    : m_Images(images)
    , m_Options(options)
    , m_Rows(images.input, images.mask, options.periodic)
    , m_Planes(RadiusOfPlanes(options.radius))
    , m_CenterPlane(rules.front().centerPlane)
    , m_MarginOfRows(Dimension > 1 ? options.radius[SecondAxis] : 0)
    , m_LabelsAreBytes(NeighborhoodLabels<Dimension>(options.radius).GetNumberOfLabels() <= 1 << 8)
  {
    for (const Rules & rulesOfRow : rules)
    {
      m_Kernels.push_back(std::make_unique<KernelType>(rulesOfRow));
      m_Limit = std::min(m_Limit, m_Kernels.back()->GetLimit());
    }
  }

  /** Labels `labeled` and fills the rest of the region with background. For real numbers in lanes of integers: in each
   * column of blocks, `other`, a walk in lanes of real numbers, takes over where numbers begin that are not
   * integers. */
  template <typename TOther = Walk>
  void
  LabelRegion(const RegionType &      region,
              const RegionType &      labeled,
              TotalProgressReporter & progress,
              TOther *                other = nullptr)
  {
    this->SetRegions(region, labeled);
    if (other)
    {
      other->SetRegions(region, labeled);
    }
    this->FillBackground();
    progress.Completed(region.GetNumberOfPixels() - labeled.GetNumberOfPixels());
    if (labeled.GetNumberOfPixels() == 0)
    {
      return;
    }
    // Three planes of rows of this size stay in the second-level cache.
    constexpr SizeValueType maximumWidth = 2048 / sizeof(TLane);
    SizeValueType           maximumRows = 64;
    while (maximumRows > 8 && m_Planes.GetNumberOfLabels() * (maximumRows + 2 * m_MarginOfRows) > 600)
    {
      maximumRows /= 2;
    }
    this->ForEachPart(0, maximumWidth, [&] {
      if constexpr (Dimension > 1)
      {
        this->ForEachPart(1, maximumRows, [&] { this->LabelColumnOfBlocks(progress, other); });
      }
      else
      {
        this->LabelColumnOfBlocks(progress, other);
      }
    });
  }

  void
  SetRegions(const RegionType & region, const RegionType & labeled)
  {
    m_Region = region;
    m_Labeled = labeled;
  }

  /** Begins a column with the width and the rows of a block. */
  void
  BeginColumn(const RegionType & block)
  {
    m_Block = block;
    this->MakeLayout();
  }

  /** Labels the next block of a column, or returns false: lanes of integers cannot hold the numbers there. */
  bool
  LabelNext(const RegionType & block)
  {
    m_Block = block;
    if (!this->StageWindow())
    {
      return false;
    }
    this->LabelBlock();
    return true;
  }

private:
  static constexpr unsigned int SecondAxis = Dimension > 1 ? 1 : 0;
  using KernelType = Kernel<TLane>;

  /** A staged plane: the rows of the block and those around them. */
  struct Plane
  {
    std::vector<TLane> lanes;
    IndexType          index;
    bool               isStaged{ false };
    Staging            staging{ Staging::Ordered };
    StagedFacts        facts;
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

  /** Calls function() with the block at each part of the labeled region along an axis. */
  template <typename TFunction>
  void
  ForEachPart(unsigned int axis, SizeValueType maximum, const TFunction & function)
  {
    const auto end = EndOf(m_Labeled, axis);
    const auto parts = (m_Labeled.GetSize(axis) + maximum - 1) / maximum;
    const auto size = (m_Labeled.GetSize(axis) + parts - 1) / parts; // about equal ones
    for (auto begin = m_Labeled.GetIndex(axis); begin < end; begin += static_cast<IndexValueType>(size))
    {
      m_Block.SetIndex(axis, begin);
      m_Block.SetSize(axis, std::min(size, static_cast<SizeValueType>(end - begin)));
      function();
    }
  }

  /** The kernel of a row of the block. */
  const KernelType &
  KernelAt(SizeValueType row) const
  {
    const auto at = m_Block.GetIndex(SecondAxis) - m_Labeled.GetIndex(SecondAxis) + static_cast<IndexValueType>(row);
    return *m_Kernels[m_Kernels.size() == 1 ? 0 : static_cast<std::size_t>(at)];
  }

  SizeValueType
  NumberOfRows() const
  {
    return Dimension > 1 ? m_Block.GetSize(SecondAxis) : 1;
  }

  // ---- A block marches

  template <typename TOther>
  void
  LabelColumnOfBlocks(TotalProgressReporter & progress, TOther * other)
  {
    RegionType starts = m_Labeled;
    for (unsigned int axis = 0; axis < std::min(Dimension, 2u); ++axis)
    {
      starts.SetIndex(axis, m_Block.GetIndex(axis));
      starts.SetSize(axis, 1);
    }
    RegionType block = m_Block;
    for (unsigned int axis = 2; axis < Dimension; ++axis)
    {
      block.SetSize(axis, 1);
    }
    this->BeginColumn(block);
    bool isOther = false;
    ForEachRow(starts, [&](const IndexType & start) {
      block.SetIndex(start);
      if (!isOther && !this->LabelNext(block))
      {
        isOther = true;
        other->BeginColumn(block);
      }
      if (isOther)
      {
        other->LabelNext(block);
      }
      progress.Completed(block.GetNumberOfPixels());
      progress.CheckAbortGenerateData();
    });
  }

  /** The memory of the window and of results. */
  void
  MakeLayout()
  {
    const SizeValueType width = m_Block.GetSize(0);
    const SizeValueType padded = width + 2 * m_Options.radius[0];
    const SizeValueType step = m_Kernels.front()->GetStep();
    // Rows that would leave much of a step unused are labeled as one long row, with their margins.
    const SizeValueType steps = (width + step - 1) / step;
    m_IsOneRow = m_Kernels.size() == 1 && this->NumberOfRows() > 1 && 8 * steps * step > 9 * padded;
    constexpr SizeValueType line = 64 / sizeof(TLane);
    m_Stride = m_IsOneRow ? padded : (padded + line - 1) / line * line;
    if (!m_IsOneRow && m_Stride * sizeof(TLane) % 1024 == 0)
    {
      m_Stride += line; // rows that are multiples of 4 KiB apart share few places of the cache
    }
    m_Window.resize(m_Planes.GetNumberOfLabels());
    m_PlanesOfBlock.resize(m_Planes.GetNumberOfLabels());
    for (Plane & plane : m_Window)
    {
      plane.isStaged = false;
      plane.lanes.resize((this->NumberOfRows() + 2 * m_MarginOfRows) * m_Stride + KernelType::OverRead);
    }
    m_InitialOf.clear();
  }

  /** The plane of the image that a plane of the window holds. */
  IndexType
  IndexOfPlane(std::uint64_t number) const
  {
    IndexType index = m_Block.GetIndex();
    for (unsigned int axis = 2; axis < Dimension; ++axis)
    {
      index[axis] += m_Planes.OffsetOf(number, axis);
    }
    return index;
  }

  /** The plane of the window that holds a plane of the image: the same one while it is needed. */
  Plane &
  PlaneAt(const IndexType & index)
  {
    std::uint64_t number = 0;
    for (unsigned int axis = 2; axis < Dimension; ++axis)
    {
      const auto width = static_cast<IndexValueType>(2 * m_Options.radius[axis] + 1);
      const auto remainder = index[axis] % width;
      number += m_Planes.GetStride(axis) * static_cast<std::uint64_t>(remainder < 0 ? remainder + width : remainder);
    }
    return m_Window[number];
  }

  bool
  StageWindow()
  {
    StagedFacts facts;
    for (std::uint64_t number = 0; number < m_Planes.GetNumberOfLabels(); ++number)
    {
      const IndexType index = this->IndexOfPlane(number);
      Plane &         plane = this->PlaneAt(index);
      if (!plane.isStaged || plane.index != index)
      {
        this->StagePlane(plane, index, Staging::Ordered);
      }
      facts.hasNaN |= plane.facts.hasNaN;
      facts.isExtreme |= plane.facts.isExtreme;
    }
    if (std::is_integral_v<TLane> && facts.isExtreme)
    {
      return false;
    }
    const bool needsRaw =
      std::any_of(m_Kernels.begin(), m_Kernels.end(), [&](const auto & kernel) { return kernel->NeedsRaw(facts); });
    m_Staging = needsRaw ? Staging::Raw : Staging::Ordered;
    for (std::uint64_t number = 0; number < m_Planes.GetNumberOfLabels(); ++number)
    {
      const IndexType index = this->IndexOfPlane(number);
      Plane &         plane = this->PlaneAt(index);
      if (plane.staging != m_Staging)
      {
        this->StagePlane(plane, index, m_Staging);
      }
      m_PlanesOfBlock[number] = plane.lanes.data();
    }
    return true;
  }

  void
  StagePlane(Plane & plane, const IndexType & index, Staging staging)
  {
    plane.index = index;
    plane.isStaged = true;
    plane.staging = staging;
    plane.facts = {};
    const StageOptions  options{ m_Options.ascent, staging, m_Limit };
    const SizeValueType length = m_Block.GetSize(0) + 2 * m_Options.radius[0];
    IndexType           start = index;
    start[0] -= static_cast<IndexValueType>(m_Options.radius[0]);
    start[SecondAxis] -= Dimension > 1 ? static_cast<IndexValueType>(m_MarginOfRows) : 0;
    m_Rows.Stage(start,
                 length,
                 this->NumberOfRows() + 2 * m_MarginOfRows,
                 options,
                 Rows<TLane>{ plane.lanes.data(), static_cast<std::ptrdiff_t>(m_Stride) },
                 plane.facts);
  }

  // ---- Labels of a block

  void
  LabelBlock()
  {
    if (m_LabelsAreBytes)
    {
      this->LabelBlockAs<std::uint8_t>();
    }
    else
    {
      this->LabelBlockAs<std::uint32_t>();
    }
  }

  /** Lets the kernel label the block, directly into the outputs if their types agree. */
  template <typename TLabel>
  void
  LabelBlockAs()
  {
    constexpr bool areLabels = sizeof(LabelType) == 1 && std::is_integral_v<LabelType> && sizeof(TLabel) == 1;
    constexpr bool areScores = std::is_same_v<ScoreType, ScoreOf<TLane>>;
    const auto     strideOf = [&](const auto * image) {
      return static_cast<std::ptrdiff_t>(Dimension > 1 ? image->GetOffsetTable()[SecondAxis] : 0);
    };
    Block<TLane, TLabel> block;
    std::vector<TLabel>  labels;
    block.isRaw = m_Staging == Staging::Raw;
    block.labelStride = static_cast<std::ptrdiff_t>(m_Stride);
    block.scoreStride = static_cast<std::ptrdiff_t>(m_Stride);
    if (areLabels && !m_IsOneRow)
    {
      block.labels = reinterpret_cast<TLabel *>(PixelAt(m_Images.labels, m_Block.GetIndex()));
      block.labelStride = strideOf(m_Images.labels);
    }
    else
    {
      labels.resize(this->NumberOfRows() * m_Stride);
      block.labels = labels.data();
    }
    std::vector<ScoreOf<TLane>> scores;
    if constexpr (areScores)
    {
      if (m_Images.scores && !m_IsOneRow)
      {
        block.scores = PixelAt(m_Images.scores, m_Block.GetIndex());
        block.scoreStride = strideOf(m_Images.scores);
      }
    }
    if (m_Images.scores && !block.scores)
    {
      scores.resize(this->NumberOfRows() * m_Stride);
      block.scores = scores.data();
    }

    const auto    result = block;
    SizeValueType rows = 0;
    for (SizeValueType row = 0; row < this->NumberOfRows(); row += rows)
    {
      rows = this->NumberOfRowsAlike(row);
      this->PointTo(block, row, rows);
      this->PointToNext(block, row);
      block.labels = result.labels + static_cast<std::ptrdiff_t>(row) * result.labelStride;
      block.scores = result.scores ? result.scores + static_cast<std::ptrdiff_t>(row) * result.scoreStride : nullptr;
      this->KernelAt(row).Label(block);
    }
    this->Finish(m_Images.labels, labels, m_Options.backgroundValue);
    if (m_Images.scores)
    {
      this->Finish(m_Images.scores, scores, ScoreType{});
    }
  }

  /** Rows of the block, as input of the kernel. */
  template <typename TLabel>
  void
  PointTo(Block<TLane, TLabel> & block, SizeValueType row, SizeValueType rows)
  {
    const auto at = [&](std::uint64_t plane, std::ptrdiff_t rowOffset, std::ptrdiff_t column) {
      const auto staged = static_cast<std::ptrdiff_t>(row + m_MarginOfRows) + rowOffset;
      return m_PlanesOfBlock[plane] + staged * static_cast<std::ptrdiff_t>(m_Stride) +
             static_cast<std::ptrdiff_t>(m_Options.radius[0]) + column;
    };
    block.center = at(m_CenterPlane, 0, 0);
    block.sources.clear();
    for (const Candidate & candidate : this->KernelAt(row).GetCandidates())
    {
      block.sources.push_back(at(candidate.plane, candidate.row, candidate.column));
    }
    block.stride = static_cast<std::ptrdiff_t>(m_Stride);
    block.rows = m_IsOneRow ? 1 : rows;
    block.width = m_IsOneRow ? (rows - 1) * m_Stride + m_Block.GetSize(0) : m_Block.GetSize(0);
    if (std::is_integral_v<TLane>)
    {
      this->MakeInitial(row, block.width);
      block.initial = m_Initial.empty() ? nullptr : m_Initial.data();
      block.initialStride = static_cast<std::ptrdiff_t>(block.width + KernelType::OverRead);
    }
  }

  /** The rows that are staged next: those of the next plane, or of the next block. */
  template <typename TLabel>
  void
  PointToNext(Block<TLane, TLabel> & block, SizeValueType row) const
  {
    const RegionType & image = m_Images.input->GetBufferedRegion();
    IndexType          next = m_Block.GetIndex();
    next[SecondAxis] += Dimension > 1 ? static_cast<IndexValueType>(row) : 0;
    if constexpr (Dimension > 2)
    {
      next[2] += static_cast<IndexValueType>(m_Options.radius[2]) + 1;
    }
    else if constexpr (Dimension == 2)
    {
      next[1] += static_cast<IndexValueType>(this->NumberOfRows() + m_MarginOfRows);
    }
    block.nextSize = 0;
    if (image.IsInside(next) && !m_IsOneRow)
    {
      using Pixel = typename InputImage::PixelType;
      block.next = reinterpret_cast<const unsigned char *>(PixelAt(m_Images.input, next));
      block.nextStride = static_cast<std::ptrdiff_t>(m_Images.input->GetOffsetTable()[SecondAxis] * sizeof(Pixel));
      block.nextSize = m_Block.GetSize(0) * sizeof(Pixel);
    }
  }

  // ---- Absent voxels among integers

  /** Which rows of the neighborhood lie in the image, for a row of the block; empty if all voxels do. */
  std::vector<bool>
  GetPresence(SizeValueType row) const
  {
    std::vector<bool> presence;
    bool              areAll = m_Images.mask == nullptr;
    const auto        isPresent = [&](unsigned int axis, IndexValueType index) {
      const bool is = m_Rows.IsPresent(index, axis);
      areAll = areAll && is;
      return is;
    };
    const auto left = m_Block.GetIndex(0) - static_cast<IndexValueType>(m_Options.radius[0]);
    const auto right = EndOf(m_Block, 0) - 1 + static_cast<IndexValueType>(m_Options.radius[0]);
    isPresent(0, left);
    isPresent(0, right);
    for (std::uint64_t number = 0; number < m_Planes.GetNumberOfLabels(); ++number)
    {
      bool is = true;
      for (unsigned int axis = 2; axis < Dimension; ++axis)
      {
        is = isPresent(axis, this->IndexOfPlane(number)[axis]) && is;
      }
      presence.push_back(is);
    }
    const auto margin = static_cast<IndexValueType>(m_MarginOfRows);
    const auto y = m_Block.GetIndex(SecondAxis) + static_cast<IndexValueType>(row);
    for (auto offset = -margin; offset <= margin; ++offset)
    {
      presence.push_back(Dimension == 1 || isPresent(SecondAxis, y + offset));
    }
    return areAll ? std::vector<bool>{} : presence;
  }

  /** The number of rows of the block, from this one on, that one call can label. */
  SizeValueType
  NumberOfRowsAlike(SizeValueType row) const
  {
    const SizeValueType end = this->NumberOfRows();
    if (m_Kernels.size() > 1)
    {
      return 1;
    }
    if (std::is_floating_point_v<TLane> || m_Images.mask || m_Options.periodic[SecondAxis])
    {
      return end - row;
    }
    const auto    margin = static_cast<IndexValueType>(m_MarginOfRows);
    SizeValueType next = row + 1;
    // Between the faces all rows are alike.
    const auto & image = m_Images.input->GetLargestPossibleRegion();
    const auto   y = m_Block.GetIndex(SecondAxis) + static_cast<IndexValueType>(row);
    if (Dimension > 1 && y - margin >= image.GetIndex(SecondAxis) && y + margin < EndOf(image, SecondAxis))
    {
      const auto last = EndOf(image, SecondAxis) - 1 - margin;
      next = row + static_cast<SizeValueType>(last - y) + 1;
    }
    return std::min(next, end) - row;
  }

  /** The labels that integers begin with: for each group and voxel, the lowest one whose neighbor is not absent. Not
   * needed with a mask: lanes are then wider than pixels, and no pixel has the value of absent voxels. */
  void
  MakeInitial(SizeValueType row, SizeValueType width)
  {
    const auto presence = this->GetPresence(row);
    if (presence == m_InitialOf && (presence.empty() || (m_InitialWidth == width && m_Kernels.size() == 1)))
    {
      return;
    }
    m_InitialOf = presence;
    m_InitialWidth = width;
    m_Initial.clear();
    if (presence.empty())
    {
      return;
    }
    const KernelType & kernel = this->KernelAt(row);
    const auto &       groups = kernel.GetGroups();
    const auto         stride = width + KernelType::OverRead;
    m_Initial.assign((groups.size() - 1) * stride, static_cast<TLane>(-1));
    if (m_Images.mask)
    {
      return;
    }
    for (std::size_t group = 0; group + 1 < groups.size(); ++group)
    {
      const auto labelOf = [&](SizeValueType x) {
        for (std::size_t i = groups[group]; i < groups[group + 1]; ++i)
        {
          const Candidate & candidate = kernel.GetCandidates()[i];
          const auto        rowNumber = candidate.row + static_cast<std::ptrdiff_t>(m_MarginOfRows);
          if (presence[candidate.plane] &&
              presence[m_Planes.GetNumberOfLabels() + static_cast<std::size_t>(rowNumber)] &&
              m_Rows.IsPresent(m_Block.GetIndex(0) + static_cast<IndexValueType>(x) + candidate.column, 0))
          {
            return static_cast<TLane>(candidate.label);
          }
        }
        return static_cast<TLane>(-1);
      };
      TLane * const       initial = m_Initial.data() + group * stride;
      const SizeValueType size = m_Block.GetSize(0);
      const SizeValueType margin = std::min(size, m_Options.radius[0]);
      std::fill_n(initial, size, labelOf(size / 2));
      for (SizeValueType x = 0; x < margin; ++x)
      {
        initial[x] = labelOf(x);
        initial[size - 1 - x] = labelOf(size - 1 - x);
      }
      for (SizeValueType x = m_Stride; x < width; x += m_Stride) // rows in one
      {
        std::copy_n(initial, size, initial + x);
      }
    }
  }

  // ---- Output

  /** Writes the rest of an output: results of another type, and background outside the mask and at the ends of the
   * rows. */
  template <typename TImage, typename TResult>
  void
  Finish(TImage * image, const std::vector<TResult> & results, typename TImage::PixelType background) const
  {
    using OutputType = typename TImage::PixelType;
    const SizeValueType width = m_Block.GetSize(0);
    const bool          isFirst = m_Block.GetIndex(0) == m_Labeled.GetIndex(0);
    const bool          isLast = EndOf(m_Block, 0) == EndOf(m_Labeled, 0);
    const auto          before = isFirst ? m_Labeled.GetIndex(0) - m_Region.GetIndex(0) : 0;
    const auto          behind = isLast ? EndOf(m_Region, 0) - EndOf(m_Labeled, 0) : 0;
    const auto          stride = Dimension > 1 ? image->GetOffsetTable()[SecondAxis] : 0;
    OutputType *        to = PixelAt(image, m_Block.GetIndex());
    for (SizeValueType row = 0; row < this->NumberOfRows(); ++row, to += stride)
    {
      if (!results.empty())
      {
        const TResult * const from = results.data() + row * m_Stride;
        std::transform(from, from + width, to, [](auto value) { return static_cast<OutputType>(value); });
      }
      if (m_Images.mask)
      {
        IndexType index = m_Block.GetIndex();
        index[SecondAxis] += Dimension > 1 ? static_cast<IndexValueType>(row) : 0;
        const unsigned char * const mask = PixelAt(m_Images.mask, index);
        for (SizeValueType x = 0; x < width; ++x)
        {
          to[x] = mask[x] ? to[x] : background;
        }
      }
      for (auto x = before; x > 0; --x)
      {
        *(to - x) = background;
      }
      for (OffsetValueType x = 0; x < behind; ++x)
      {
        to[static_cast<OffsetValueType>(width) + x] = background;
      }
    }
  }

  /** Fills the region with background, except the rows that cross the labeled part. */
  void
  FillBackground() const
  {
    if (m_Labeled.GetNumberOfPixels() == 0)
    {
      this->Fill(m_Region);
      return;
    }
    // The parts before and behind along each axis, the slowest axis first, for long rows.
    RegionType rest = m_Region;
    for (unsigned int axis = Dimension; axis-- > 1;)
    {
      RegionType before = rest;
      before.SetSize(axis, static_cast<SizeValueType>(m_Labeled.GetIndex(axis) - rest.GetIndex(axis)));
      this->Fill(before);
      RegionType behind = rest;
      behind.SetIndex(axis, EndOf(m_Labeled, axis));
      behind.SetSize(axis, static_cast<SizeValueType>(EndOf(rest, axis) - EndOf(m_Labeled, axis)));
      this->Fill(behind);
      rest.SetIndex(axis, m_Labeled.GetIndex(axis));
      rest.SetSize(axis, m_Labeled.GetSize(axis));
    }
  }

  void
  Fill(const RegionType & region) const
  {
    ForEachRow(region, [&](const IndexType & index) {
      std::fill_n(PixelAt(m_Images.labels, index), region.GetSize(0), m_Options.backgroundValue);
      if (m_Images.scores)
      {
        std::fill_n(PixelAt(m_Images.scores, index), region.GetSize(0), ScoreType{});
      }
    });
  }

  TImages                       m_Images;
  Options                       m_Options;
  RowsType                      m_Rows;
  NeighborhoodLabels<Dimension> m_Planes;
  std::uint64_t                 m_CenterPlane;
  SizeValueType                 m_MarginOfRows; // around those of a block
  bool                          m_LabelsAreBytes;

  std::vector<std::unique_ptr<KernelType>> m_Kernels; // one, or one for each row of m_Labeled
  double                                   m_Limit{ std::numeric_limits<double>::max() };

  RegionType         m_Region;
  RegionType         m_Labeled;
  RegionType         m_Block;
  SizeValueType      m_Stride{ 0 };       // from a staged row to the next one
  bool               m_IsOneRow{ false }; // a block is labeled as one long row
  std::vector<Plane> m_Window;

  std::vector<const TLane *> m_PlanesOfBlock; // of the window, in the order of the neighborhood
  Staging                    m_Staging{ Staging::Ordered };
  std::vector<TLane>         m_Initial;
  std::vector<bool>          m_InitialOf; // which presence they are for
  SizeValueType              m_InitialWidth{ 0 };
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
