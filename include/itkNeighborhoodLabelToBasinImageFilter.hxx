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
#ifndef itkNeighborhoodLabelToBasinImageFilter_hxx
#define itkNeighborhoodLabelToBasinImageFilter_hxx

#include "itkNeighborhoodArgmaxLabelHugePages.h"
#include "itkNumericTraits.h"
#include "itkTotalProgressReporter.h"

#include <algorithm>
#include <numeric>

namespace itk
{

template <typename TLabelImage, typename TOutputImage>
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::NeighborhoodLabelToBasinImageFilter()
{
  // ITK's default is more, to balance loads; here each has an additional cost.
  this->SetNumberOfWorkUnits(this->GetMultiThreader()->GetMaximumNumberOfThreads());
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::SetRadius(SizeValueType radius)
{
  this->SetRadius(RadiusType::Filled(radius));
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::SetGenerateSinkImage(bool generate)
{
  if (m_GenerateSinkImage != generate)
  {
    m_GenerateSinkImage = generate;
    if (generate)
    {
      this->ProcessObject::SetOutput("SinkImage", this->MakeOutput("SinkImage"));
    }
    else
    {
      this->ProcessObject::RemoveOutput("SinkImage");
    }
    this->Modified();
  }
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  if (name == "SinkImage")
  {
    return TOutputImage::New().GetPointer();
  }
  return Superclass::MakeOutput(name);
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::GetSinkImage() -> OutputImageType *
{
  return dynamic_cast<OutputImageType *>(this->ProcessObject::GetOutput("SinkImage"));
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::GetSinkImage() const -> const OutputImageType *
{
  return dynamic_cast<const OutputImageType *>(this->ProcessObject::GetOutput("SinkImage"));
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();

  using PrintType = typename NumericTraits<LabelPixelType>::PrintType;
  constexpr auto      maximum = std::numeric_limits<LabelPixelType>::max();
  const SizeValueType numberOfLabels = NeighborhoodType::NumberOfLabels(m_Radius);
  if (numberOfLabels == 1)
  {
    itkExceptionMacro("Radius is " << m_Radius << ": with 0 on every axis there is nothing to follow");
  }
  if (numberOfLabels - 1 > static_cast<UnsignedLabelType>(maximum) ||
      numberOfLabels > std::numeric_limits<std::uint32_t>::max())
  {
    itkExceptionMacro("Radius is " << m_Radius << ": its " << numberOfLabels
                                   << " labels do not fit the label pixel type, whose maximum is "
                                   << static_cast<PrintType>(maximum));
  }
  if (static_cast<UnsignedLabelType>(m_BackgroundValue) < numberOfLabels)
  {
    itkExceptionMacro("BackgroundValue is "
                      << static_cast<PrintType>(m_BackgroundValue) << ", which is a label of Radius " << m_Radius
                      << ": give this filter, and the one that makes the labels, a BackgroundValue of "
                      << numberOfLabels << " or more, such as " << static_cast<PrintType>(maximum));
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::VerifyInputInformation() const
{
  const auto region = this->GetInput()->GetLargestPossibleRegion();
  if (region.GetNumberOfPixels() == 0)
  {
    itkExceptionMacro("The label image has no voxels: its size is " << region.GetSize());
  }
  if (region.GetSize(0) > NoParent)
  {
    itkExceptionMacro("The label image has rows of "
                      << region.GetSize(0)
                      << " voxels, more than the output pixel type can count: with one of 64 bits it can");
  }
  const MaskImageType * const mask = this->GetMaskImage();
  if (mask && mask->GetLargestPossibleRegion() != region)
  {
    itkExceptionMacro("MaskImage has the region " << mask->GetLargestPossibleRegion() << " and the label image "
                                                  << region << ": they must be the same");
  }
  try
  {
    Superclass::VerifyInputInformation();
  }
  catch (const ExceptionObject & error)
  {
    itkExceptionMacro("MaskImage lies at another place than the label image. " << error.GetDescription());
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();
  if (auto * const labels = const_cast<TLabelImage *>(this->GetInput()))
  {
    labels->SetRequestedRegionToLargestPossibleRegion();
  }
  if (auto * const mask = const_cast<MaskImageType *>(this->GetMaskImage()))
  {
    mask->SetRequestedRegionToLargestPossibleRegion();
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::EnlargeOutputRequestedRegion(DataObject * output)
{
  Superclass::EnlargeOutputRequestedRegion(output);
  output->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::Graph::PositionOf(SizeValueType voxel) const
  -> OffsetType
{
  OffsetType position;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    position[axis] = static_cast<OffsetValueType>(voxel % size[axis]);
    voxel /= size[axis];
  }
  return position;
}

template <typename TLabelImage, typename TOutputImage>
bool
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::Graph::LeadsOut(SizeValueType      voxel,
                                                                                const OffsetType & position) const
{
  const OffsetType & offset = offsets[labels[voxel]];
  bool               leadsOut = false;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    // A negative position becomes greater than any size.
    leadsOut |= static_cast<SizeValueType>(position[axis] + offset[axis]) >= size[axis];
  }
  return leadsOut;
}

template <typename TLabelImage, typename TOutputImage>
SizeValueType
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::Graph::Next(SizeValueType      voxel,
                                                                            const OffsetType & position) const
{
  if (!this->LeadsOut(voxel, position))
  {
    return voxel + steps[labels[voxel]];
  }
  if (!isPeriodic)
  {
    return voxel;
  }
  const OffsetType & offset = offsets[labels[voxel]];
  SizeValueType      next = 0;
  for (unsigned int axis = ImageDimension; axis-- > 0;)
  {
    const auto length = static_cast<OffsetValueType>(size[axis]);
    next = next * size[axis] + (((position[axis] + offset[axis]) % length + length) % length);
  }
  return next;
}

template <typename TLabelImage, typename TOutputImage>
template <typename TFunction>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::Graph::ForEachRow(SizeValueType     begin,
                                                                                  SizeValueType     end,
                                                                                  const TFunction & function) const
{
  OffsetType position = this->PositionOf(begin);
  for (SizeValueType row = begin; row < end; row += size[0])
  {
    function(row, position);
    for (unsigned int axis = 1; axis < ImageDimension; ++axis)
    {
      if (static_cast<SizeValueType>(++position[axis]) < size[axis])
      {
        break;
      }
      position[axis] = 0;
    }
  }
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::Graph::InteriorOf(const OffsetType & position) const
  -> std::pair<SizeValueType, SizeValueType>
{
  bool isAtBorder = size[0] <= 2 * radius[0];
  for (unsigned int axis = 1; axis < ImageDimension; ++axis)
  {
    const auto before = static_cast<SizeValueType>(position[axis]);
    isAtBorder |= before < radius[axis] || size[axis] - before <= radius[axis];
  }
  return isAtBorder ? std::make_pair(size[0], size[0]) : std::make_pair(radius[0], size[0] - radius[0]);
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::MakeGraph(const LabelImageType * labels,
                                                                          const MaskImageType *  mask) const -> Graph
{
  Graph graph;
  graph.labels = labels->GetBufferPointer();
  graph.mask = mask ? mask->GetBufferPointer() : nullptr;
  graph.size = labels->GetBufferedRegion().GetSize();
  graph.radius = m_Radius;
  graph.numberOfVoxels = labels->GetBufferedRegion().GetNumberOfPixels();
  graph.backgroundValue = m_BackgroundValue;
  graph.isPeriodic = m_Periodic;
  graph.reach = 0;
  SizeValueType stride = 1;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    graph.reach += std::min(m_Radius[axis], graph.size[axis] - 1) * stride;
    stride *= graph.size[axis];
  }
  for (SizeValueType label = 0; label < NeighborhoodType::NumberOfLabels(m_Radius); ++label)
  {
    graph.offsets.push_back(NeighborhoodType::OffsetOfLabel(label, m_Radius));
    OffsetValueType step = 0;
    for (unsigned int axis = ImageDimension; axis-- > 0;)
    {
      step = step * static_cast<OffsetValueType>(graph.size[axis]) + graph.offsets.back()[axis];
    }
    graph.steps.push_back(step);
  }
  return graph;
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::MakeSlabs(const Graph & graph) const
  -> std::vector<Slab>
{
  // Below this, waking threads up takes longer than the basins.
  constexpr SizeValueType smallImage = 1 << 15;
  // What can leave a slab, on both of its sides, is then a quarter of it.
  constexpr SizeValueType minimumThickness = 8;

  const SizeValueType numberOfRows = graph.numberOfVoxels / graph.size[0];
  SizeValueType       count = 1;
  if (graph.numberOfVoxels > smallImage)
  {
    count = std::min({ static_cast<SizeValueType>(this->GetNumberOfWorkUnits()),
                       graph.numberOfVoxels / minimumThickness / std::max<SizeValueType>(graph.reach, 1),
                       numberOfRows });
    count = std::max<SizeValueType>(count, 1);
  }
  // Voxels are counted in NumberType.
  const SizeValueType maximumRows = NoParent / graph.size[0];
  count = std::max(count, (numberOfRows + maximumRows - 1) / maximumRows);
  std::vector<Slab> slabs(count);
  for (SizeValueType i = 0; i < count; ++i)
  {
    slabs[i].begin = i == 0 ? 0 : slabs[i - 1].end;
    slabs[i].end = slabs[i].begin + (numberOfRows / count + (i < numberOfRows % count)) * graph.size[0];
  }
  return slabs;
}

template <typename TLabelImage, typename TOutputImage>
template <typename TFunction>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::ForEachSlab(std::vector<Slab> & slabs,
                                                                            const TFunction &   function)
{
  auto * const threader = this->GetMultiThreader();
  threader->SetNumberOfWorkUnits(this->GetNumberOfWorkUnits());
  threader->ParallelizeArray(0, slabs.size(), [&](SizeValueType i) { function(slabs[i]); }, nullptr);
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::VerifyLabels(const Graph &       graph,
                                                                             std::vector<Slab> & slabs)
{
  const auto                 numberOfLabels = static_cast<UnsignedLabelType>(graph.offsets.size());
  std::vector<SizeValueType> wrong(slabs.size(), graph.numberOfVoxels);
  this->ForEachSlab(slabs, [&](Slab & slab) {
    slab.hasBackground = graph.mask != nullptr;
    for (SizeValueType row = slab.begin; row < slab.end; row += graph.size[0])
    {
      // In one go what is wrong unless the mask excuses it; a negative value becomes greater than any label.
      const LabelPixelType * const labels = graph.labels + row;
      const LabelPixelType         background = graph.backgroundValue;
      UnsignedLabelType            isBackground = 0;
      UnsignedLabelType            isWrong = 0;
      for (SizeValueType x = 0; x < graph.size[0]; ++x)
      {
        isBackground |= labels[x] == background;
        isWrong |= (static_cast<UnsignedLabelType>(labels[x]) >= numberOfLabels) & (labels[x] != background);
      }
      slab.hasBackground |= isBackground != 0;
      for (SizeValueType x = 0; isWrong && x < graph.size[0]; ++x)
      {
        if (static_cast<UnsignedLabelType>(labels[x]) >= numberOfLabels && !graph.IsBackground(row + x))
        {
          wrong[&slab - slabs.data()] = row + x;
          return;
        }
      }
    }
  });
  const SizeValueType voxel = *std::min_element(wrong.begin(), wrong.end());
  if (voxel < graph.numberOfVoxels)
  {
    using PrintType = typename NumericTraits<LabelPixelType>::PrintType;
    itkExceptionMacro("The label image has the value "
                      << static_cast<PrintType>(graph.labels[voxel]) << " at "
                      << this->GetInput()->GetLargestPossibleRegion().GetIndex() + graph.PositionOf(voxel)
                      << ", which is neither one of the " << graph.offsets.size() << " labels of Radius " << m_Radius
                      << " nor the BackgroundValue " << static_cast<PrintType>(m_BackgroundValue));
  }

  bool hasBorder = false;
  bool isZero = true;
  for (SizeValueType row = 0; !m_Periodic && isZero && row < graph.numberOfVoxels; row += graph.size[0])
  {
    const auto [begin, end] = graph.InteriorOf(graph.PositionOf(row));
    for (SizeValueType x = 0; x < graph.size[0]; x = x + 1 == begin ? end : x + 1)
    {
      if (graph.mask == nullptr || graph.mask[row + x] != 0)
      {
        hasBorder = true;
        isZero &= graph.labels[row + x] == 0;
      }
    }
  }
  if (hasBorder && isZero)
  {
    itkExceptionMacro("The label image is 0 all over its border. That is the direction "
                      << graph.offsets[0]
                      << " and the default background of NeighborhoodArgmaxLabelImageFilter, which cannot be told "
                         "apart: set the BackgroundValue there to "
                      << static_cast<typename NumericTraits<LabelPixelType>::PrintType>(m_BackgroundValue)
                      << ", or Border to Inside");
  }
}

template <typename TLabelImage, typename TOutputImage>
template <bool VHasBackground>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::JoinVoxels(const Graph & graph,
                                                                           Slab &        slab,
                                                                           NumberType *  parents)
{
  const SizeValueType count = slab.end - slab.begin;
  NumberType * const  parent = parents + slab.begin; // of a voxel, counted from the slab's first one on

  // Trees to be joined wait until the end of a row: whether a voxel joins two is hard to predict for a jump.
  std::vector<std::pair<NumberType, NumberType>> joins(graph.size[0] + 1); // and one that is not kept
  SizeValueType                                  numberOfJoins = 0;

  const auto join = [&](SizeValueType voxel, SizeValueType next) {
    const NumberType own = parent[voxel];
    const NumberType other = parent[next];
    joins[numberOfJoins] = { own, other };
    numberOfJoins += (own != other) & (std::max(own, other) != NoParent);
    const NumberType least = std::min({ own, other, static_cast<NumberType>(voxel) });
    parent[voxel] = least;
    parent[next] = least;
  };
  const auto joinAtBorder = [&](SizeValueType voxel, const OffsetType & position) {
    if (graph.IsBackground(voxel))
    {
      return;
    }
    const SizeValueType next = graph.Next(voxel, position);
    if (graph.IsBackground(next))
    {
      join(voxel - slab.begin, voxel - slab.begin);
    }
    else if (next - slab.begin < count)
    {
      join(voxel - slab.begin, next - slab.begin);
    }
    else
    {
      join(voxel - slab.begin, voxel - slab.begin);
      slab.exits.emplace_back(voxel, next);
    }
  };

  // Rows are opened shortly before labels lead there, while they will stay in the cache.
  const SizeValueType   ahead = graph.isPeriodic ? count : graph.reach;
  SizeValueType         opened = 0;
  TotalProgressReporter progress(this, graph.numberOfVoxels, 100, JoinWeight);
  graph.ForEachRow(slab.begin, slab.end, [&](SizeValueType row, const OffsetType & position) {
    const SizeValueType first = row - slab.begin;
    const SizeValueType toOpen = std::min(first + ahead + graph.size[0], count);
    std::fill(parent + opened, parent + toOpen, NoParent);
    opened = toOpen;

    const bool isInside = first >= graph.reach && first + graph.size[0] + graph.reach <= count;
    const auto [begin, end] = isInside ? graph.InteriorOf(position) : std::make_pair(graph.size[0], graph.size[0]);
    OffsetType positionAtBorder = position;
    for (SizeValueType x = 0; x < begin; ++x)
    {
      positionAtBorder[0] = static_cast<OffsetValueType>(x);
      joinAtBorder(row + x, positionAtBorder);
    }
    const LabelPixelType * const  labels = graph.labels;
    const OffsetValueType * const steps = graph.steps.data();
    for (SizeValueType voxel = row + begin; voxel < row + end; ++voxel)
    {
      if (!VHasBackground)
      {
        join(voxel - slab.begin, voxel - slab.begin + steps[labels[voxel]]);
      }
      else if (!graph.IsBackground(voxel))
      {
        const SizeValueType next = voxel + steps[labels[voxel]];
        join(voxel - slab.begin, (graph.IsBackground(next) ? voxel : next) - slab.begin);
      }
    }
    for (SizeValueType x = end; x < graph.size[0]; ++x)
    {
      positionAtBorder[0] = static_cast<OffsetValueType>(x);
      joinAtBorder(row + x, positionAtBorder);
    }
    for (; numberOfJoins > 0; --numberOfJoins)
    {
      JoinTrees(parent, joins[numberOfJoins - 1].first, joins[numberOfJoins - 1].second);
    }
    progress.Completed(graph.size[0]);
    progress.CheckAbortGenerateData();
  });
}

template <typename TLabelImage, typename TOutputImage>
template <typename TNumber>
TNumber
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::RootOf(TNumber * parent, TNumber place)
{
  // Paths become shorter while they are walked.
  while (parent[place] != place)
  {
    place = parent[place] = parent[parent[place]];
  }
  return place;
}

template <typename TLabelImage, typename TOutputImage>
template <typename TNumber>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::JoinTrees(TNumber * parent, TNumber a, TNumber b)
{
  const auto roots = std::minmax({ RootOf(parent, a), RootOf(parent, b) });
  parent[roots.second] = roots.first;
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::JoinSlabs(std::vector<Slab> & slabs,
                                                                          NumberType *        parents)
  -> std::vector<SharedRoot>
{
  const auto rootOf = [&](SizeValueType voxel) {
    const auto   isBefore = [](SizeValueType v, const Slab & slab) { return v < slab.begin; };
    const Slab & slab = *(std::upper_bound(slabs.begin(), slabs.end(), voxel, isBefore) - 1);
    return slab.begin + RootOf(parents + slab.begin, static_cast<NumberType>(voxel - slab.begin));
  };
  std::vector<VoxelPair>     joins;
  std::vector<SizeValueType> voxels;
  for (Slab & slab : slabs)
  {
    for (const VoxelPair & exit : slab.exits)
    {
      joins.emplace_back(rootOf(exit.first), rootOf(exit.second));
      voxels.push_back(joins.back().first);
      voxels.push_back(joins.back().second);
    }
    slab.exits = {};
  }
  std::sort(voxels.begin(), voxels.end());
  voxels.erase(std::unique(voxels.begin(), voxels.end()), voxels.end());
  const auto placeOf = [&](SizeValueType voxel) -> SizeValueType {
    return std::lower_bound(voxels.begin(), voxels.end(), voxel) - voxels.begin();
  };

  std::vector<SizeValueType> parent(voxels.size()); // of a place in `voxels`
  std::iota(parent.begin(), parent.end(), SizeValueType{});
  for (const VoxelPair & join : joins)
  {
    JoinTrees(parent.data(), placeOf(join.first), placeOf(join.second));
  }
  std::vector<SharedRoot> roots(voxels.size());
  for (SizeValueType place = 0; place < voxels.size(); ++place)
  {
    roots[place].voxel = voxels[place];
    roots[place].first = RootOf(parent.data(), place);
  }
  for (Slab & slab : slabs)
  {
    slab.firstRoot = placeOf(slab.begin);
    slab.endRoot = placeOf(slab.end);
  }
  return roots;
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::CountBasins(Slab &                    slab,
                                                                            const NumberType *        parents,
                                                                            std::vector<SharedRoot> & roots)
{
  const NumberType * const parent = parents + slab.begin;
  SizeValueType            begin = 0;
  const auto               countTo = [&](SizeValueType end) {
    NumberType count = 0;
    for (SizeValueType voxel = begin; voxel < end; ++voxel)
    {
      count += parent[voxel] == static_cast<NumberType>(voxel);
    }
    slab.numberOfBasins += count;
    begin = end + 1;
  };
  for (SizeValueType place = slab.firstRoot; place < slab.endRoot; ++place)
  {
    countTo(roots[place].voxel - slab.begin);
    slab.numberOfBasins += roots[place].first == place;
    roots[place].number = slab.numberOfBasins;
  }
  countTo(slab.end - slab.begin);
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::NumberBasins(std::vector<Slab> &       slabs,
                                                                             std::vector<SharedRoot> & roots)
{
  m_NumberOfBasins = 0;
  for (Slab & slab : slabs)
  {
    slab.numbersBefore = m_NumberOfBasins;
    m_NumberOfBasins += slab.numberOfBasins;
    for (SizeValueType place = slab.firstRoot; place < slab.endRoot; ++place)
    {
      SharedRoot & root = roots[place];
      root.number = root.first == place ? slab.numbersBefore + root.number : roots[root.first].number;
    }
  }
  constexpr auto maximum = std::numeric_limits<OutputPixelType>::max();
  if (m_NumberOfBasins > static_cast<SizeValueType>(maximum))
  {
    itkExceptionMacro("There are " << m_NumberOfBasins
                                   << " basins, more than the output pixel type holds, whose maximum is "
                                   << static_cast<typename NumericTraits<OutputPixelType>::PrintType>(maximum));
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::NumberVoxels(const Slab &                    slab,
                                                                             const std::vector<SharedRoot> & roots,
                                                                             NumberType *                    parents)
{
  TotalProgressReporter progress(this, this->GetOutput()->GetBufferedRegion().GetNumberOfPixels(), 100, NumberWeight);
  NumberType * const    parent = parents + slab.begin;
  NumberType            voxel = 0;
  auto                  newest = static_cast<NumberType>(slab.numbersBefore);
  const auto            numberTo = [&](SizeValueType end) {
    for (; voxel < end; ++voxel)
    {
      // Parents come before their voxels, and are numbered.
      const NumberType own = parent[voxel];
      if (own == NoParent)
      {
        parent[voxel] = 0;
        continue;
      }
      newest += own == voxel;
      parent[voxel] = own == voxel ? newest : parent[own];
    }
  };
  for (SizeValueType place = slab.firstRoot; place < slab.endRoot; ++place)
  {
    if (roots[place].first != place)
    {
      numberTo(roots[place].voxel - slab.begin);
      parent[voxel++] = static_cast<NumberType>(roots[place].number);
    }
  }
  numberTo(slab.end - slab.begin);
  progress.Completed(slab.end - slab.begin);
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::FindSinks(const Graph &       graph,
                                                                          std::vector<Slab> & slabs)
{
  const OutputPixelType * const basins = this->GetOutput()->GetBufferPointer();
  OutputPixelType * const       sinks = this->GetSinkImage()->GetBufferPointer();
  std::vector<unsigned char>    hasSink(m_NumberOfBasins + 1);
  hasSink[0] = 1;
  this->ForEachSlab(slabs, [&](const Slab & slab) {
    graph.ForEachRow(slab.begin, slab.end, [&](SizeValueType row, OffsetType position) {
      for (SizeValueType voxel = row; voxel < row + graph.size[0]; ++voxel)
      {
        position[0] = static_cast<OffsetValueType>(voxel - row);
        sinks[voxel] = 0;
        if (basins[voxel] != 0)
        {
          const SizeValueType next = graph.Next(voxel, position);
          if (next == voxel || basins[next] == 0)
          {
            sinks[voxel] = basins[voxel];
            hasSink[basins[voxel]] = 1;
          }
        }
      }
    });
  });

  auto left = std::count(hasSink.begin(), hasSink.end(), 0);
  for (SizeValueType start = 0; left > 0; ++start)
  {
    if (!hasSink[basins[start]])
    {
      const auto next = [&](SizeValueType voxel) { return graph.Next(voxel, graph.PositionOf(voxel)); };
      // One goes at twice the speed of the other: they meet on the circle.
      SizeValueType slow = next(start);
      SizeValueType fast = next(slow);
      while (slow != fast)
      {
        slow = next(slow);
        fast = next(next(fast));
      }
      SizeValueType first = slow;
      for (SizeValueType voxel = next(slow); voxel != slow; voxel = next(voxel))
      {
        first = std::min(first, voxel);
      }
      sinks[first] = basins[start];
      hasSink[basins[start]] = 1;
      --left;
    }
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::AllocateOutputs()
{
  Superclass::AllocateOutputs();
  NeighborhoodArgmaxLabel::AdviseHugePages(this->GetOutput());
  NeighborhoodArgmaxLabel::AdviseHugePages(this->GetSinkImage());
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::GenerateData()
{
  const Graph graph = this->MakeGraph(this->GetInput(), this->GetMaskImage());
  auto        slabs = this->MakeSlabs(graph);
  this->VerifyLabels(graph, slabs);

  this->AllocateOutputs();
  OutputPixelType * const       output = this->GetOutput()->GetBufferPointer();
  std::unique_ptr<NumberType[]> wide;
  NumberType *                  numbers;
  if constexpr (sizeof(NumberType) == sizeof(OutputPixelType))
  {
    numbers = reinterpret_cast<NumberType *>(output);
  }
  else
  {
    wide.reset(new NumberType[graph.numberOfVoxels]);
    numbers = wide.get();
    NeighborhoodArgmaxLabel::AdviseHugePages(numbers, graph.numberOfVoxels * sizeof(NumberType));
  }
  this->ForEachSlab(slabs, [&](Slab & slab) {
    slab.hasBackground ? this->JoinVoxels<true>(graph, slab, numbers) : this->JoinVoxels<false>(graph, slab, numbers);
  });
  std::vector<SharedRoot> roots = JoinSlabs(slabs, numbers);
  this->ForEachSlab(slabs, [&](Slab & slab) { CountBasins(slab, numbers, roots); });
  this->NumberBasins(slabs, roots);
  this->ForEachSlab(slabs, [&](const Slab & slab) {
    this->NumberVoxels(slab, roots, numbers);
    if (wide)
    {
      std::transform(numbers + slab.begin, numbers + slab.end, output + slab.begin, [](NumberType number) {
        return static_cast<OutputPixelType>(number);
      });
    }
  });
  if (m_GenerateSinkImage)
  {
    this->FindSinks(graph, slabs);
  }
  this->UpdateProgress(1.0f);
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);

  os << indent << "Radius: " << m_Radius << std::endl;
  os << indent
     << "BackgroundValue: " << static_cast<typename NumericTraits<LabelPixelType>::PrintType>(m_BackgroundValue)
     << std::endl;
  os << indent << "Periodic: " << (m_Periodic ? "On" : "Off") << std::endl;
  os << indent << "GenerateSinkImage: " << (m_GenerateSinkImage ? "On" : "Off") << std::endl;
  os << indent << "NumberOfBasins: " << m_NumberOfBasins << std::endl;
}
} // end namespace itk

#endif
