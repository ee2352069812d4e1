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

#include "itkNeighborhoodArgmaxLabelFirstError.h"
#include "itkNeighborhoodArgmaxLabelHugePages.h"
#include "itkNeighborhoodArgmaxLabelTable.h"
#include "itkNeighborhoodLabelFilterChecks.h"
#include "itkNumericTraits.h"
#include "itkTotalProgressReporter.h"

#include <algorithm>
#include <memory>
#include <vector>

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

  NeighborhoodArgmaxLabel::VerifyRadius<LabelPixelType>(m_Radius, "follow", "label");
  using PrintType = typename NumericTraits<LabelPixelType>::PrintType;
  const auto numberOfLabels = NeighborhoodLabels<ImageDimension>(m_Radius).GetNumberOfLabels();
  if (static_cast<UnsignedLabelType>(m_BackgroundValue) < numberOfLabels)
  {
    itkExceptionMacro("BackgroundValue is "
                      << static_cast<PrintType>(m_BackgroundValue) << ", which is a label of Radius " << m_Radius
                      << ": give this filter, and the one that makes the labels, a BackgroundValue of "
                      << numberOfLabels << " or more, such as "
                      << static_cast<PrintType>(std::numeric_limits<LabelPixelType>::max()));
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::VerifyInputInformation() const
{
  NeighborhoodArgmaxLabel::VerifyImageAndMask(
    *this->GetInput(), this->GetMaskImage(), "label image", [this] { Superclass::VerifyInputInformation(); });

  const RegionType & region = this->GetInput()->GetLargestPossibleRegion();
  if (this->IsPart() && !m_WholeRegion.IsInside(region))
  {
    itkExceptionMacro("WholeRegion is " << m_WholeRegion << ", and the label image lies not in it: its region is "
                                        << region);
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
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::MakeGraph() const -> GraphType
{
  const RegionType & region = this->GetInput()->GetBufferedRegion();
  GraphType          graph;
  graph.labels = reinterpret_cast<const UnsignedLabelType *>(this->GetInput()->GetBufferPointer());
  graph.mask = this->GetMaskImage() ? this->GetMaskImage()->GetBufferPointer() : nullptr;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    graph.size[axis] = static_cast<std::int64_t>(region.GetSize(axis));
    graph.radius[axis] = static_cast<std::int64_t>(m_Radius[axis]);
  }
  graph.neighborhood = NeighborhoodLabels<ImageDimension>(m_Radius);
  graph.backgroundValue = static_cast<UnsignedLabelType>(m_BackgroundValue);
  graph.isPeriodic = this->IsPart() ? std::array<bool, ImageDimension>{} : m_Periodic;
  return graph;
}

template <typename TLabelImage, typename TOutputImage>
SizeValueType
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::NumberOfParts(const GraphType & graph) const
{
  // Below this, waking threads up takes longer than the basins.
  constexpr SizeValueType smallImage = 1 << 15;
  return graph.GetNumberOfVoxels() > smallImage ? this->GetNumberOfWorkUnits() : 1;
}

template <typename TLabelImage, typename TOutputImage>
template <typename TFunction>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::ForEach(SizeValueType count, const TFunction & function)
{
  auto * const threader = this->GetMultiThreader();
  threader->SetNumberOfWorkUnits(this->GetNumberOfWorkUnits());
  NeighborhoodArgmaxLabel::FirstError error;
  threader->ParallelizeArray(0, count, [&](SizeValueType i) { error.KeepOf([&] { function(i); }); }, nullptr);
  error.Rethrow();
}

template <typename TLabelImage, typename TOutputImage>
template <typename TFunction>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::ForEachPartOfRows(const GraphType & graph,
                                                                                  const TFunction & function)
{
  const auto          length = static_cast<SizeValueType>(graph.size[0]);
  const SizeValueType rows = graph.GetNumberOfVoxels() / length;
  const SizeValueType count = this->NumberOfParts(graph);
  this->ForEach(count,
                [&](SizeValueType i) { function(i, rows * i / count * length, rows * (i + 1) / count * length); });
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::VerifyLabels(const GraphType & graph)
{
  const auto                 numberOfLabels = static_cast<UnsignedLabelType>(graph.neighborhood.GetNumberOfLabels());
  const SizeValueType        numberOfVoxels = graph.GetNumberOfVoxels();
  std::vector<SizeValueType> wrong(this->NumberOfParts(graph), numberOfVoxels);
  this->ForEachPartOfRows(graph, [&](SizeValueType i, SizeValueType begin, SizeValueType end) {
    const auto isWrong = [&](UnsignedLabelType label) {
      return (label >= numberOfLabels) & (label != graph.backgroundValue);
    };
    const auto length = static_cast<SizeValueType>(graph.size[0]);
    for (SizeValueType row = begin; row < end && wrong[i] == numberOfVoxels; row += length)
    {
      // In one go what is wrong unless the mask excuses it.
      UnsignedLabelType isAnyWrong = 0;
      for (SizeValueType voxel = row; voxel < row + length; ++voxel)
      {
        isAnyWrong |= isWrong(graph.labels[voxel]);
      }
      for (SizeValueType voxel = row + length; isAnyWrong && voxel-- > row;)
      {
        wrong[i] = isWrong(graph.labels[voxel]) && !graph.IsBackground(voxel) ? voxel : wrong[i];
      }
    }
  });
  const SizeValueType voxel = *std::min_element(wrong.begin(), wrong.end());
  if (voxel < numberOfVoxels)
  {
    using PrintType = typename NumericTraits<LabelPixelType>::PrintType;
    const auto index = this->GetInput()->ComputeIndex(static_cast<OffsetValueType>(voxel));
    itkExceptionMacro("The label image has the value " << static_cast<PrintType>(this->GetInput()->GetPixel(index))
                                                       << " at " << index << ", which is neither one of the "
                                                       << graph.neighborhood.GetNumberOfLabels() << " labels of Radius "
                                                       << m_Radius << " nor the BackgroundValue "
                                                       << static_cast<PrintType>(m_BackgroundValue));
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::VerifyBorder(const GraphType & graph) const
{
  bool hasBorder = false;
  bool isZero = true;
  graph.ForEachRow(0, graph.GetNumberOfVoxels(), [&](SizeValueType row, const PositionType & position) {
    if (isZero)
    {
      graph.ForEachAtBorder(position, [&](SizeValueType x) {
        const bool counts = graph.mask == nullptr || graph.mask[row + x] != 0;
        hasBorder |= counts;
        isZero &= !counts || graph.labels[row + x] == 0;
      });
    }
  });
  if (hasBorder && isZero)
  {
    OffsetType offset;
    for (unsigned int axis = 0; axis < ImageDimension; ++axis)
    {
      offset[axis] = -static_cast<OffsetValueType>(m_Radius[axis]);
    }
    itkExceptionMacro("The label image is 0 all over its border. That is the direction "
                      << offset
                      << " and the default background of NeighborhoodArgmaxLabelImageFilter, which cannot be told "
                         "apart: set the BackgroundValue there to "
                      << static_cast<typename NumericTraits<LabelPixelType>::PrintType>(m_BackgroundValue)
                      << ", or Border to Inside");
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::NumberVoxels(const GraphType & graph,
                                                                             NumberType *      numbers)
{
  const float share = m_GenerateSinkImage ? 1.0f - SinkWeight : 0.99f;
  const float followWeight = 0.75f * share;
  const float numberWeight = 0.25f * share;

  using BasinsType = NeighborhoodArgmaxLabel::BlockwiseBasins<UnsignedLabelType, NumberType, ImageDimension>;
  const SizeValueType slabs = this->NumberOfParts(graph);
  BasinsType          basins(graph, BasinsType::BlockLengths(graph, slabs), slabs, numbers);
  const auto          forEachSlab = [&](float weight) {
    return [&, weight](const auto & function) {
      this->ForEach(basins.GetNumberOfSlabs(), [&](SizeValueType slab) {
        TotalProgressReporter progress(this, graph.GetNumberOfVoxels(), 100, weight);
        function(slab, [&](SizeValueType count) {
          progress.Completed(count);
          progress.CheckAbortGenerateData();
        });
      });
    };
  };
  basins.Find(forEachSlab(followWeight));
  m_NumberOfBasins = basins.GetNumberOfBasins();
  constexpr auto maximum = std::numeric_limits<OutputPixelType>::max();
  if (m_NumberOfBasins > static_cast<SizeValueType>(maximum))
  {
    itkExceptionMacro("There are " << m_NumberOfBasins
                                   << " basins, more than the output pixel type holds, whose maximum is "
                                   << static_cast<typename NumericTraits<OutputPixelType>::PrintType>(maximum));
  }
  basins.Write(forEachSlab(numberWeight));
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::FindSinks(const GraphType & graph)
{
  const OutputPixelType * const basins = this->GetOutput()->GetBufferPointer();
  OutputPixelType * const       sinks = this->GetSinkImage()->GetBufferPointer();
  std::vector<unsigned char>    hasSink(m_NumberOfBasins + 1);
  hasSink[0] = 1;
  this->ForEachPartOfRows(graph, [&](SizeValueType, SizeValueType begin, SizeValueType end) {
    TotalProgressReporter progress(this, graph.GetNumberOfVoxels(), 100, SinkWeight - 0.01f);
    graph.ForEachRow(begin, end, [&](SizeValueType row, PositionType position) {
      progress.CheckAbortGenerateData();
      for (position[0] = 0; position[0] < graph.size[0]; ++position[0])
      {
        const SizeValueType voxel = row + static_cast<SizeValueType>(position[0]);
        sinks[voxel] = 0;
        if (basins[voxel] != 0 && graph.Next(voxel, position) == voxel)
        {
          sinks[voxel] = basins[voxel];
          hasSink[basins[voxel]] = 1;
        }
      }
      progress.Completed(static_cast<SizeValueType>(graph.size[0]));
    });
  });
  // By the threader, which lets Python's signals in.
  this->ForEach(1, [&](SizeValueType) { this->FindCycles(graph, hasSink); });
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::FindCycles(const GraphType &            graph,
                                                                           std::vector<unsigned char> & hasSink)
{
  const OutputPixelType * const basins = this->GetOutput()->GetBufferPointer();
  OutputPixelType * const       sinks = this->GetSinkImage()->GetBufferPointer();
  TotalProgressReporter         progress(this, 1, 1, 0.0f); // for its check alone
  SizeValueType                 steps = 0;
  const auto                    next = [&](SizeValueType voxel) {
    constexpr SizeValueType stepsAtOnce = 1 << 16;
    if (++steps % stepsAtOnce == 0)
    {
      progress.CheckAbortGenerateData();
    }
    return graph.Next(voxel);
  };
  auto left = std::count(hasSink.begin(), hasSink.end(), 0);
  for (SizeValueType start = 0; left > 0; ++start)
  {
    const OutputPixelType basin = basins[start];
    if (!hasSink[basin])
    {
      // The path is marked until it meets itself; marks are removed along the cycle, and on the way to it.
      SizeValueType voxel = start;
      for (; sinks[voxel] == 0; voxel = next(voxel))
      {
        sinks[voxel] = basin;
      }
      SizeValueType first = voxel;
      for (; sinks[voxel] != 0; voxel = next(voxel))
      {
        sinks[voxel] = 0;
        first = std::min(first, voxel);
      }
      for (voxel = start; sinks[voxel] != 0; voxel = next(voxel))
      {
        sinks[voxel] = 0;
      }
      sinks[first] = basin;
      hasSink[basin] = 1;
      --left;
    }
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::FindRowsAndFaces(const GraphType & graph)
{
  if (m_NumberOfBasins > std::numeric_limits<unsigned int>::max())
  {
    itkExceptionMacro("A part has " << m_NumberOfBasins << " basins, and may have 2^32 - 1: make the parts smaller");
  }
  const OutputPixelType * const basins = this->GetOutput()->GetBufferPointer();
  OutputPixelType               newest = 0;
  std::vector<unsigned int>     rows;
  std::vector<unsigned int>     faces;
  graph.ForEachRow(0, graph.GetNumberOfVoxels(), [&](SizeValueType row, const PositionType & position) {
    newest = std::max(newest, *std::max_element(basins + row, basins + row + graph.size[0]));
    rows.push_back(static_cast<unsigned int>(newest));
    graph.ForEachAtBorder(position,
                          [&](SizeValueType x) { faces.push_back(static_cast<unsigned int>(basins[row + x])); });
  });
  m_Rows = NeighborhoodArgmaxLabel::MakeTable(1, rows);
  m_Faces = NeighborhoodArgmaxLabel::MakeTable(1, faces);
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelToBasinImageFilter<TLabelImage, TOutputImage>::FindExits(const GraphType & graph)
{
  const OutputPixelType * const basins = this->GetOutput()->GetBufferPointer();
  const OffsetType              shift = this->GetInput()->GetBufferedRegion().GetIndex() - m_WholeRegion.GetIndex();
  GraphType                     whole = graph;
  whole.isPeriodic = m_Periodic;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    whole.size[axis] = static_cast<std::int64_t>(m_WholeRegion.GetSize(axis));
  }
  std::vector<SizeValueType> exits;
  graph.ForEachRow(0, graph.GetNumberOfVoxels(), [&](SizeValueType row, PositionType position) {
    graph.ForEachAtBorder(position, [&](SizeValueType x) {
      position[0] = static_cast<std::int64_t>(x);
      PositionType target = basins[row + x] != 0 ? graph.TargetOf(row + x, position) : position;
      if (!graph.IsInside(target))
      {
        for (unsigned int axis = 0; axis < ImageDimension; ++axis)
        {
          target[axis] += shift[axis];
        }
        if (whole.IsPresent(target))
        {
          exits.push_back(static_cast<SizeValueType>(basins[row + x]));
          exits.push_back(whole.VoxelAt(whole.Wrap(target)));
        }
      }
    });
  });
  m_Exits = NeighborhoodArgmaxLabel::MakeTable(2, exits);
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
  NeighborhoodArgmaxLabel::VerifyMemory(*this->GetInput(), "label image");
  if (this->GetMaskImage())
  {
    NeighborhoodArgmaxLabel::VerifyMemory(*this->GetMaskImage(), "mask image");
  }
  const GraphType graph = this->MakeGraph();
  this->VerifyLabels(graph);
  if (!this->IsPart() && std::none_of(m_Periodic.begin(), m_Periodic.end(), [](bool is) { return is; }))
  {
    this->VerifyBorder(graph);
  }

  this->AllocateOutputs();
  OutputPixelType * const output = this->GetOutput()->GetBufferPointer();
  if constexpr (sizeof(NumberType) == sizeof(OutputPixelType))
  {
    this->NumberVoxels(graph, reinterpret_cast<NumberType *>(output));
  }
  else
  {
    const SizeValueType                 count = graph.GetNumberOfVoxels();
    const std::unique_ptr<NumberType[]> numbers(new NumberType[count]);
    NeighborhoodArgmaxLabel::AdviseHugePages(numbers.get(), count * sizeof(NumberType));
    this->NumberVoxels(graph, numbers.get());
    std::transform(numbers.get(), numbers.get() + count, output, [](NumberType number) {
      return static_cast<OutputPixelType>(number);
    });
  }
  if (m_GenerateSinkImage)
  {
    this->FindSinks(graph);
  }
  m_Exits = nullptr;
  m_Rows = nullptr;
  m_Faces = nullptr;
  if (this->IsPart())
  {
    this->FindRowsAndFaces(graph);
    this->FindExits(graph);
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
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    os << indent << "Periodic along axis " << axis << ": " << (m_Periodic[axis] ? "On" : "Off") << std::endl;
  }
  os << indent << "GenerateSinkImage: " << (m_GenerateSinkImage ? "On" : "Off") << std::endl;
  os << indent << "WholeRegion: " << m_WholeRegion << std::endl;
  itkPrintSelfObjectMacro(Exits);
  itkPrintSelfObjectMacro(Rows);
  itkPrintSelfObjectMacro(Faces);
  os << indent << "NumberOfBasins: " << m_NumberOfBasins << std::endl;
}
} // end namespace itk

#endif
