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
  std::vector<std::pair<NumberType, NumberType>> joins(graph.size[0] + 1);
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
  const SizeValueType   ahead = graph.isPeriodic ? count : graph.reach + graph.size[0];
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
  });
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::JoinTrees(NumberType * parent,
                                                                          NumberType   a,
                                                                          NumberType   b)
{
  // Paths become shorter while they are walked.
  while (parent[a] != a)
  {
    a = parent[a] = parent[parent[a]];
  }
  while (parent[b] != b)
  {
    b = parent[b] = parent[parent[b]];
  }
  parent[std::max(a, b)] = std::min(a, b);
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::NumberVoxels(Slab & slab, NumberType * parents)
{
  TotalProgressReporter progress(this, this->GetOutput()->GetBufferedRegion().GetNumberOfPixels(), 100, NumberWeight);
  NumberType * const    parent = parents + slab.begin;
  const SizeValueType   count = slab.end - slab.begin;
  NumberType            newest = 0;
  for (SizeValueType voxel = 0; voxel < count; ++voxel)
  {
    // Parents come before their voxels, and are numbered.
    const NumberType own = parent[voxel];
    if (own == NoParent)
    {
      parent[voxel] = 0;
      continue;
    }
    const bool isRoot = own == voxel;
    newest += isRoot;
    parent[voxel] = isRoot ? newest : parent[own];
  }
  slab.numberOfBasins = newest;
  progress.Completed(count);
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::JoinSlabs(std::vector<Slab> & slabs,
                                                                          const NumberType *  numbers) -> Synonyms
{
  using PairType = typename Slab::PairType;

  for (std::size_t i = 1; i < slabs.size(); ++i)
  {
    slabs[i].numbersBefore = slabs[i - 1].numbersBefore + slabs[i - 1].numberOfBasins;
  }
  std::vector<PairType> joins;
  for (Slab & slab : slabs)
  {
    for (const auto & exit : slab.exits)
    {
      const auto other = std::upper_bound(slabs.begin(),
                                          slabs.end(),
                                          exit.second,
                                          [](SizeValueType voxel, const Slab & s) { return voxel < s.begin; }) -
                         1;
      joins.emplace_back(slab.numbersBefore + numbers[exit.first], other->numbersBefore + numbers[exit.second]);
    }
    slab.exits = {};
  }

  std::vector<SizeValueType> known;
  known.reserve(2 * joins.size());
  for (const auto & join : joins)
  {
    known.push_back(join.first);
    known.push_back(join.second);
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());

  // Union-find over the places in `known`; a root is the lowest of its basin.
  std::vector<SizeValueType> parents(known.size());
  std::iota(parents.begin(), parents.end(), SizeValueType{});
  const auto rootOf = [&](SizeValueType place) {
    while (parents[place] != place)
    {
      parents[place] = parents[parents[place]];
      place = parents[place];
    }
    return place;
  };
  const auto placeOf = [&](SizeValueType number) -> SizeValueType {
    return std::lower_bound(known.begin(), known.end(), number) - known.begin();
  };
  for (const auto & join : joins)
  {
    const auto roots = std::minmax({ rootOf(placeOf(join.first)), rootOf(placeOf(join.second)) });
    parents[roots.second] = roots.first;
  }

  Synonyms                   synonyms;
  std::vector<SizeValueType> basins(known.size());
  for (SizeValueType place = 0; place < known.size(); ++place)
  {
    const SizeValueType root = rootOf(place);
    if (root == place)
    {
      basins[place] = known[place] - synonyms.numbers.size();
    }
    else
    {
      synonyms.numbers.push_back(known[place]);
      synonyms.basins.push_back(basins[root]);
    }
  }
  return synonyms;
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::Renumber(const Slab &       slab,
                                                                         const Synonyms &   synonyms,
                                                                         const NumberType * numbers,
                                                                         OutputPixelType *  output)
{
  TotalProgressReporter progress(this, this->GetOutput()->GetBufferedRegion().GetNumberOfPixels(), 100, RenumberWeight);
  const auto            placeOf = [&](SizeValueType number) -> SizeValueType {
    return std::lower_bound(synonyms.numbers.begin(), synonyms.numbers.end(), number) - synonyms.numbers.begin();
  };
  const SizeValueType begin = placeOf(slab.numbersBefore + 1);
  const SizeValueType end = placeOf(slab.numbersBefore + slab.numberOfBasins + 1);
  const SizeValueType shift = slab.numbersBefore - begin;

  SizeValueType first = slab.begin;
  if (shift == 0 && sizeof(NumberType) == sizeof(OutputPixelType))
  {
    // Up to the first synonym, numbers are what they should be.
    const NumberType * const changed = std::find_if(numbers + first, numbers + slab.end, [&](NumberType number) {
      return begin < end && slab.numbersBefore + number >= synonyms.numbers[begin];
    });
    first = changed - numbers;
  }
  if (begin == end)
  {
    std::transform(numbers + first, numbers + slab.end, output + first, [=](NumberType number) {
      return static_cast<OutputPixelType>(number == 0 ? 0 : shift + number);
    });
  }
  else
  {
    // For each number, how many synonyms there are before it, in a byte that counts from the last multiple of 128 on;
    // its highest bit tells synonyms.
    std::vector<SizeValueType> places(slab.numberOfBasins / 128 + 1);
    std::vector<unsigned char> ranks(slab.numberOfBasins + 1);
    SizeValueType              place = begin;
    for (SizeValueType number = 0; number <= slab.numberOfBasins; ++number)
    {
      if (number % 128 == 0)
      {
        places[number / 128] = place;
      }
      const bool isSynonym = place < end && synonyms.numbers[place] == slab.numbersBefore + number;
      ranks[number] = static_cast<unsigned char>((place - places[number / 128]) | (isSynonym ? 128 : 0));
      place += isSynonym;
    }
    std::transform(numbers + first, numbers + slab.end, output + first, [&](NumberType number) {
      const SizeValueType before = places[number / 128] + (ranks[number] & 127);
      const SizeValueType basin = ranks[number] < 128 ? slab.numbersBefore + number - before : synonyms.basins[before];
      return static_cast<OutputPixelType>(number == 0 ? 0 : basin);
    });
  }
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
    this->NumberVoxels(slab, numbers);
  });

  const Synonyms synonyms = JoinSlabs(slabs, numbers);
  m_NumberOfBasins = slabs.back().numbersBefore + slabs.back().numberOfBasins - synonyms.numbers.size();
  constexpr auto maximum = std::numeric_limits<OutputPixelType>::max();
  if (m_NumberOfBasins > static_cast<SizeValueType>(maximum))
  {
    itkExceptionMacro("There are " << m_NumberOfBasins
                                   << " basins, more than the output pixel type holds, whose maximum is "
                                   << static_cast<typename NumericTraits<OutputPixelType>::PrintType>(maximum));
  }
  this->ForEachSlab(slabs, [&](const Slab & slab) { this->Renumber(slab, synonyms, numbers, output); });
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
