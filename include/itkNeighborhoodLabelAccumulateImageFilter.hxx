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
#ifndef itkNeighborhoodLabelAccumulateImageFilter_hxx
#define itkNeighborhoodLabelAccumulateImageFilter_hxx

#include "itkNeighborhoodArgmaxLabelFirstError.h"
#include "itkNeighborhoodArgmaxLabelHugePages.h"
#include "itkNeighborhoodLabelFilterChecks.h"
#include "itkNeighborhoodLabelSums.h"
#include "itkNumericTraits.h"
#include "itkTotalProgressReporter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace itk
{

namespace NeighborhoodArgmaxLabel
{
/** The power of two whose multiples weights are rounded to. Sums of them are below 2^62 units. */
inline double
WeightUnit(double greatest, std::uint64_t numberOfVoxels)
{
  int weightBits = 0;
  int countBits = 0;
  std::frexp(greatest, &weightBits);
  std::frexp(static_cast<double>(numberOfVoxels), &countBits);
  return std::ldexp(1.0, std::max(weightBits + countBits - 62, std::numeric_limits<double>::min_exponent - 1));
}
} // namespace NeighborhoodArgmaxLabel

template <typename TLabelImage, typename TOutputImage>
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::NeighborhoodLabelAccumulateImageFilter()
{
  // ITK's default is more, to balance loads; here each additional slab has a cost.
  this->SetNumberOfWorkUnits(this->GetMultiThreader()->GetMaximumNumberOfThreads());
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::SetRadius(SizeValueType radius)
{
  this->SetRadius(RadiusType::Filled(radius));
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::VerifyPreconditions() const
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
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::VerifyInputInformation() const
{
  const auto         verifyPlace = [this] { Superclass::VerifyInputInformation(); };
  const auto * const labels = this->GetInput();
  NeighborhoodArgmaxLabel::VerifyImageAndMask(*labels, this->GetMaskImage(), "label image", verifyPlace);
  const auto * const weights = this->GetWeightImage();
  if (weights && weights->GetLargestPossibleRegion() != labels->GetLargestPossibleRegion())
  {
    const auto & other = weights->GetLargestPossibleRegion();
    const auto & region = labels->GetLargestPossibleRegion();
    itkExceptionMacro("WeightImage has the region of index " << other.GetIndex() << " and size " << other.GetSize()
                                                             << ", the label image " << region.GetIndex() << " and "
                                                             << region.GetSize() << ": they must be the same");
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::GenerateInputRequestedRegion()
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
  if (auto * const weights = const_cast<WeightImageType *>(this->GetWeightImage()))
  {
    weights->SetRequestedRegionToLargestPossibleRegion();
  }
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::EnlargeOutputRequestedRegion(DataObject * output)
{
  Superclass::EnlargeOutputRequestedRegion(output);
  output->SetRequestedRegionToLargestPossibleRegion();
}

template <typename TLabelImage, typename TOutputImage>
auto
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::MakeGraph() const -> GraphType
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
  graph.isPeriodic = m_Periodic;
  return graph;
}

template <typename TLabelImage, typename TOutputImage>
SizeValueType
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::NumberOfSlabs(const GraphType & graph) const
{
  // Below this, waking threads takes longer than the sums.
  constexpr SizeValueType smallImage = 1 << 15;
  return graph.GetNumberOfVoxels() > smallImage ? this->GetNumberOfWorkUnits() : 1;
}

template <typename TLabelImage, typename TOutputImage>
template <typename TFunction>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::ForEach(SizeValueType     count,
                                                                           const TFunction & function)
{
  auto * const threader = this->GetMultiThreader();
  threader->SetNumberOfWorkUnits(this->GetNumberOfWorkUnits());
  NeighborhoodArgmaxLabel::FirstError error;
  threader->ParallelizeArray(0, count, [&](SizeValueType i) { error.KeepOf([&] { function(i); }); }, nullptr);
  error.Rethrow();
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::ThrowWrongLabel(SizeValueType     voxel,
                                                                                   const GraphType & graph) const
{
  using PrintType = typename NumericTraits<LabelPixelType>::PrintType;
  const auto index = this->GetInput()->ComputeIndex(static_cast<OffsetValueType>(voxel));
  itkExceptionMacro("The label image has the value " << static_cast<PrintType>(this->GetInput()->GetPixel(index))
                                                     << " at " << index << ", which is neither one of the "
                                                     << graph.neighborhood.GetNumberOfLabels() << " labels of Radius "
                                                     << m_Radius << " nor the BackgroundValue "
                                                     << static_cast<PrintType>(m_BackgroundValue));
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::VerifyBorder(const GraphType & graph) const
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
double
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::FindWeightUnit(const GraphType & graph)
{
  const SizeValueType           numberOfVoxels = graph.GetNumberOfVoxels();
  const SizeValueType           count = this->NumberOfSlabs(graph);
  const OutputPixelType * const weights = this->GetWeightImage()->GetBufferPointer();
  std::vector<OutputPixelType>  greatest(count);
  std::vector<SizeValueType>    wrong(count, numberOfVoxels);
  this->ForEach(count, [&](SizeValueType i) {
    const SizeValueType end = numberOfVoxels * (i + 1) / count;
    for (SizeValueType voxel = numberOfVoxels * i / count; voxel < end; ++voxel)
    {
      const auto size = std::abs(weights[voxel]);
      if (size <= std::numeric_limits<OutputPixelType>::max())
      {
        greatest[i] = size > greatest[i] && !graph.IsBackground(voxel) ? size : greatest[i];
      }
      else if (!graph.IsBackground(voxel))
      {
        wrong[i] = std::min(wrong[i], voxel);
      }
    }
  });
  const SizeValueType voxel = *std::min_element(wrong.begin(), wrong.end());
  if (voxel < numberOfVoxels)
  {
    itkExceptionMacro("WeightImage has the value "
                      << weights[voxel] << " at " << this->GetInput()->ComputeIndex(static_cast<OffsetValueType>(voxel))
                      << ": set it to a finite number, or the mask there to 0");
  }
  const auto   most = static_cast<double>(*std::max_element(greatest.begin(), greatest.end()));
  const double unit = NeighborhoodArgmaxLabel::WeightUnit(most, numberOfVoxels);
  if (m_WeightUnit != 0 && !(m_WeightUnit >= unit))
  {
    itkExceptionMacro("WeightUnit is " << m_WeightUnit << ": these weights need " << unit << " or more, or 0");
  }
  return m_WeightUnit != 0 ? m_WeightUnit : unit;
}

template <typename TLabelImage, typename TOutputImage>
std::vector<std::pair<SizeValueType, SizeValueType>>
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::SortEntries() const
{
  std::vector<std::pair<SizeValueType, SizeValueType>> entries;
  const SizeValueType count = m_Entries ? m_Entries->GetBufferedRegion().GetNumberOfPixels() / 2 : 0;
  for (SizeValueType i = 0; i < count; ++i)
  {
    entries.emplace_back(m_Entries->GetBufferPointer()[2 * i], m_Entries->GetBufferPointer()[2 * i + 1]);
  }
  std::sort(entries.begin(), entries.end());
  if (!entries.empty() && entries.back().first >= this->GetInput()->GetBufferedRegion().GetNumberOfPixels())
  {
    itkExceptionMacro("Entries has the voxel " << entries.back().first
                                               << ", which is none of the label image: count from 0");
  }
  return entries;
}

template <typename TLabelImage, typename TOutputImage>
template <typename TSum, typename TSetWeights>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::Sum(const GraphType &   graph,
                                                                       TSum *              output,
                                                                       const TSetWeights & setWeights)
{
  const SizeValueType numberOfVoxels = graph.GetNumberOfVoxels();
  const auto forEachSlab = [this](SizeValueType count, const auto & function) { this->ForEach(count, function); };
  // Stop just below 1: ITK's summed progress may round above 1 and then wraps to 0.
  const auto makeProgress = [&] { return TotalProgressReporter(this, 2 * numberOfVoxels, 100, 0.99f); };

  const auto entries = this->SortEntries();
  const auto setAll = [&](SizeValueType begin, SizeValueType end) {
    setWeights(begin, end);
    auto entry = std::lower_bound(entries.begin(), entries.end(), std::make_pair(begin, SizeValueType{ 0 }));
    for (; entry != entries.end() && entry->first < end; ++entry)
    {
      output[entry->first] += static_cast<TSum>(entry->second);
    }
  };

  NeighborhoodArgmaxLabel::NeighborhoodLabelSums<UnsignedLabelType, TSum, ImageDimension> sums(
    graph, this->NumberOfSlabs(graph), output);
  sums.Run(forEachSlab, setAll, makeProgress);
  if (sums.GetFirstWrong() < numberOfVoxels)
  {
    this->ThrowWrongLabel(sums.GetFirstWrong(), graph);
  }
  m_NumberOfCycles = sums.GetNumberOfCycles();
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::SumIntegers(const GraphType & graph)
{
  using SumType = std::make_unsigned_t<OutputPixelType>;
  const auto * const weights = this->GetWeightImage() ? this->GetWeightImage()->GetBufferPointer() : nullptr;
  auto * const       output = reinterpret_cast<SumType *>(this->GetOutput()->GetBufferPointer());
  this->Sum(graph, output, [&](SizeValueType begin, SizeValueType end) {
    if (weights)
    {
      std::copy(weights + begin, weights + end, output + begin);
    }
    else
    {
      std::fill(output + begin, output + end, SumType{ 1 });
    }
  });
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::SumRealNumbers(const GraphType & graph)
{
  const auto * const weights = this->GetWeightImage() ? this->GetWeightImage()->GetBufferPointer() : nullptr;
  const double       unit = weights ? this->FindWeightUnit(graph) : 1.0;
  auto * const       output = this->GetOutput()->GetBufferPointer();
  // Sums are integers until the end, in the memory of the output.
  static_assert(sizeof(OutputPixelType) == sizeof(std::uint64_t), "Sums of real numbers are of 64 bits.");
  auto * const sums = reinterpret_cast<std::uint64_t *>(output);
  this->Sum(graph, sums, [&](SizeValueType begin, SizeValueType end) {
    for (SizeValueType voxel = begin; voxel < end; ++voxel)
    {
      const bool has = weights && !graph.IsBackground(voxel);
      sums[voxel] = has ? static_cast<std::uint64_t>(std::llrint(weights[voxel] / unit)) : 1;
    }
  });
  const SizeValueType count = this->NumberOfSlabs(graph);
  this->ForEach(count, [&](SizeValueType i) {
    const SizeValueType end = graph.GetNumberOfVoxels() * (i + 1) / count;
    for (SizeValueType voxel = graph.GetNumberOfVoxels() * i / count; voxel < end; ++voxel)
    {
      std::int64_t sum;
      std::memcpy(&sum, output + voxel, sizeof(sum));
      output[voxel] = static_cast<double>(sum) * unit;
    }
  });
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::GenerateData()
{
  NeighborhoodArgmaxLabel::VerifyMemory(*this->GetInput(), "label image");
  if (this->GetMaskImage())
  {
    NeighborhoodArgmaxLabel::VerifyMemory(*this->GetMaskImage(), "mask image");
  }
  if (this->GetWeightImage())
  {
    NeighborhoodArgmaxLabel::VerifyMemory(*this->GetWeightImage(), "weight image");
  }
  const GraphType graph = this->MakeGraph();
  if (!m_Part && std::none_of(m_Periodic.begin(), m_Periodic.end(), [](bool is) { return is; }))
  {
    this->VerifyBorder(graph);
  }
  this->AllocateOutputs();
  NeighborhoodArgmaxLabel::AdviseHugePages(this->GetOutput());
  if constexpr (std::is_integral_v<OutputPixelType>)
  {
    this->SumIntegers(graph);
  }
  else
  {
    this->SumRealNumbers(graph);
  }
  this->UpdateProgress(1.0f);
}

template <typename TLabelImage, typename TOutputImage>
void
NeighborhoodLabelAccumulateImageFilter<TLabelImage, TOutputImage>::PrintSelf(std::ostream & os, Indent indent) const
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
  os << indent << "Part: " << (m_Part ? "On" : "Off") << std::endl;
  os << indent << "WeightUnit: " << m_WeightUnit << std::endl;
  itkPrintSelfObjectMacro(Entries);
  os << indent << "NumberOfCycles: " << m_NumberOfCycles << std::endl;
}
} // end namespace itk

#endif
