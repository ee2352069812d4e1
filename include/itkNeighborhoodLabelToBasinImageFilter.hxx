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
template <typename TFunction>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::Graph::ForEachVoxelAtBorder(
  SizeValueType     row,
  OffsetType        position,
  const TFunction & function) const
{
  const auto isAtBorder = [&](unsigned int axis) {
    const auto before = static_cast<SizeValueType>(position[axis]);
    return before < radius[axis] || size[axis] - before <= radius[axis];
  };
  bool isWhole = size[0] <= 2 * radius[0];
  for (unsigned int axis = 1; axis < ImageDimension; ++axis)
  {
    isWhole |= isAtBorder(axis);
  }
  const auto call = [&](SizeValueType begin, SizeValueType end) {
    for (SizeValueType x = begin; x < end; ++x)
    {
      position[0] = static_cast<OffsetValueType>(x);
      function(row + x, position);
    }
  };
  call(0, isWhole ? size[0] : radius[0]);
  call(isWhole ? size[0] : size[0] - radius[0], size[0]);
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

  SizeValueType stride = 1;
  SizeValueType reach = 0;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    reach += std::min(m_Radius[axis], graph.size[axis] - 1) * stride;
    stride *= graph.size[axis];
  }
  const SizeValueType numberOfRows = graph.numberOfVoxels / graph.size[0];
  SizeValueType       count = 1;
  if (graph.numberOfVoxels > smallImage)
  {
    count = std::min({ static_cast<SizeValueType>(this->GetNumberOfWorkUnits()),
                       graph.numberOfVoxels / minimumThickness / std::max<SizeValueType>(reach, 1),
                       numberOfRows });
    count = std::max<SizeValueType>(count, 1);
  }
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
  this->ForEachSlab(slabs, [&](const Slab & slab) {
    for (SizeValueType row = slab.begin; row < slab.end; row += graph.size[0])
    {
      // In one go what is wrong unless the mask excuses it; a negative value becomes greater than any label.
      const LabelPixelType * const labels = graph.labels + row;
      const LabelPixelType         background = graph.backgroundValue;
      UnsignedLabelType            isWrong = 0;
      for (SizeValueType x = 0; x < graph.size[0]; ++x)
      {
        isWrong |= (static_cast<UnsignedLabelType>(labels[x]) >= numberOfLabels) & (labels[x] != background);
      }
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
    graph.ForEachVoxelAtBorder(row, graph.PositionOf(row), [&](SizeValueType voxelAtBorder, const OffsetType &) {
      if (graph.mask == nullptr || graph.mask[voxelAtBorder] != 0)
      {
        hasBorder = true;
        isZero &= graph.labels[voxelAtBorder] == 0;
      }
    });
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
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::OpenVoxels(const Graph & graph,
                                                                           const Slab &  slab,
                                                                           NumberType *  numbers)
{
  TotalProgressReporter progress(this, graph.numberOfVoxels, 100, OpenWeight);
  graph.ForEachRow(slab.begin, slab.end, [&](SizeValueType row, const OffsetType & position) {
    const LabelPixelType background = graph.backgroundValue;
    std::transform(graph.labels + row, graph.labels + row + graph.size[0], numbers + row, [=](LabelPixelType label) {
      return label == background ? 0 : Open;
    });
    for (SizeValueType x = 0; graph.mask && x < graph.size[0]; ++x)
    {
      numbers[row + x] = graph.mask[row + x] ? numbers[row + x] : 0;
    }
    graph.ForEachVoxelAtBorder(row, position, [&](SizeValueType voxel, const OffsetType & positionAtBorder) {
      if (numbers[voxel] == Open && graph.LeadsOut(voxel, positionAtBorder))
      {
        numbers[voxel] = OpenAtBorder;
      }
    });
    progress.Completed(graph.size[0]);
  });
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::FollowLabels(const Graph & graph,
                                                                             Slab &        slab,
                                                                             NumberType *  numbers)
{
  // Longer paths that end in another basin are joined with it, instead of being numbered a second time.
  constexpr SizeValueType maximumLength = 4096;
  SizeValueType           path[maximumLength];

  const LabelPixelType * const  labels = graph.labels;
  const OffsetValueType * const steps = graph.steps.data();
  const SizeValueType           begin = slab.begin;
  const SizeValueType           count = slab.end - slab.begin;
  NumberType                    newest = 0;
  const auto                    nextOf = [&](SizeValueType voxel) {
    return numbers[voxel] == Open ? voxel + steps[labels[voxel]] : graph.Next(voxel, graph.PositionOf(voxel));
  };

  TotalProgressReporter progress(this, graph.numberOfVoxels, 100, FollowWeight);
  for (SizeValueType row = slab.begin; row < slab.end; row += graph.size[0])
  {
    for (SizeValueType start = row; start < row + graph.size[0]; ++start)
    {
      if (numbers[start] < OpenAtBorder)
      {
        continue;
      }
      SizeValueType voxel = start;
      SizeValueType next = nextOf(voxel);
      if (next - begin < count && numbers[next] < OpenAtBorder && numbers[next] != 0)
      {
        numbers[voxel] = numbers[next];
        continue;
      }
      const NumberType number = newest + 1;
      NumberType       end = number;
      SizeValueType    length = 0;
      for (;;)
      {
        numbers[voxel] = number;
        if (length < maximumLength)
        {
          path[length] = voxel;
        }
        ++length;
        if (next - begin >= count)
        {
          slab.exits.emplace_back(number, next);
          break;
        }
        if (numbers[next] < OpenAtBorder)
        {
          // At background, or at its own path, it ends.
          end = numbers[next] == 0 ? number : numbers[next];
          break;
        }
        voxel = next;
        next = nextOf(voxel);
      }
      if (end != number && length <= maximumLength)
      {
        for (SizeValueType i = 0; i < length; ++i)
        {
          numbers[path[i]] = end;
        }
        continue;
      }
      if (end != number)
      {
        slab.joins.emplace_back(number, end);
      }
      newest = number;
      if (newest + 1 == OpenAtBorder)
      {
        itkExceptionMacro("There are more basins than " << newest << ", the most that the output pixel type holds");
      }
    }
    progress.Completed(graph.size[0]);
  }
  slab.numberOfBasins = newest;
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
    for (const auto & join : slab.joins)
    {
      joins.emplace_back(slab.numbersBefore + join.first, slab.numbersBefore + join.second);
    }
    for (const auto & exit : slab.exits)
    {
      if (numbers[exit.second] != 0)
      {
        const auto other = std::upper_bound(slabs.begin(),
                                            slabs.end(),
                                            exit.second,
                                            [](SizeValueType voxel, const Slab & s) { return voxel < s.begin; }) -
                           1;
        joins.emplace_back(slab.numbersBefore + exit.first, other->numbersBefore + numbers[exit.second]);
      }
    }
    slab.joins = {};
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
  if (shift == 0 && std::is_same<NumberType, OutputPixelType>::value)
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
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::GenerateData()
{
  const Graph graph = this->MakeGraph(this->GetInput(), this->GetMaskImage());
  auto        slabs = this->MakeSlabs(graph);
  this->VerifyLabels(graph, slabs);

  this->AllocateOutputs();
  OutputPixelType * const       output = this->GetOutput()->GetBufferPointer();
  std::unique_ptr<NumberType[]> wide;
  NumberType *                  numbers;
  if constexpr (std::is_same<NumberType, OutputPixelType>::value)
  {
    numbers = output;
  }
  else
  {
    wide.reset(new NumberType[graph.numberOfVoxels]);
    numbers = wide.get();
  }
  this->ForEachSlab(slabs, [&](Slab & slab) {
    this->OpenVoxels(graph, slab, numbers);
    this->FollowLabels(graph, slab, numbers);
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
