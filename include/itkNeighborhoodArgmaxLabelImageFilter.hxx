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
#ifndef itkNeighborhoodArgmaxLabelImageFilter_hxx
#define itkNeighborhoodArgmaxLabelImageFilter_hxx

#include "itkNeighborhoodArgmaxLabelHugePages.h"
#include "itkNeighborhoodLabelFilterChecks.h"
#include "itkNumericTraits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace itk
{

template <typename TInputImage, typename TOutputImage>
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::NeighborhoodArgmaxLabelImageFilter()
{
  this->DynamicMultiThreadingOn();
  this->ThreaderUpdateProgressOff();
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::SetRadius(SizeValueType radius)
{
  this->SetRadius(RadiusType::Filled(radius));
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::SetGenerateScoreImage(bool generate)
{
  if (m_GenerateScoreImage != generate)
  {
    m_GenerateScoreImage = generate;
    if (generate)
    {
      this->ProcessObject::SetOutput("ScoreImage", this->MakeOutput("ScoreImage"));
    }
    else
    {
      this->ProcessObject::RemoveOutput("ScoreImage");
    }
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::MakeOutput(const DataObjectIdentifierType & name)
  -> DataObjectPointer
{
  if (name == "ScoreImage")
  {
    return ScoreImageType::New().GetPointer();
  }
  return Superclass::MakeOutput(name);
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GetScoreImage() -> ScoreImageType *
{
  return dynamic_cast<ScoreImageType *>(this->ProcessObject::GetOutput("ScoreImage"));
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GetScoreImage() const -> const ScoreImageType *
{
  return dynamic_cast<const ScoreImageType *>(this->ProcessObject::GetOutput("ScoreImage"));
}

template <typename TInputImage, typename TOutputImage>
SizeValueType
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::NumberOfLabels(const RadiusType & radius)
{
  return LabelsType(radius).GetNumberOfLabels();
}

template <typename TInputImage, typename TOutputImage>
SizeValueType
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::LabelOfCenter(const RadiusType & radius)
{
  return LabelsType(radius).GetCenter();
}

template <typename TInputImage, typename TOutputImage>
SizeValueType
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::LabelOfOffset(const OffsetType & offset,
                                                                             const RadiusType & radius)
{
  const LabelsType labels(radius);
  if (!labels.IsInside(offset))
  {
    itkGenericExceptionMacro("LabelOfOffset: the offset " << offset << " lies outside the radius " << radius);
  }
  return labels.LabelOf(offset);
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::OffsetOfLabel(SizeValueType      label,
                                                                             const RadiusType & radius) -> OffsetType
{
  const LabelsType labels(radius);
  if (label >= labels.GetNumberOfLabels())
  {
    itkGenericExceptionMacro("OffsetOfLabel: the label " << label << " is not one of the " << labels.GetNumberOfLabels()
                                                         << " labels of the radius " << radius);
  }
  OffsetType offset;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    offset[axis] = labels.OffsetOf(label, axis);
  }
  return offset;
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::VerifyPreconditions() const
{
  Superclass::VerifyPreconditions();

  if (std::isnan(m_CenterScore))
  {
    itkExceptionMacro("CenterScore is " << m_CenterScore << ": it must be a number, or infinite");
  }
  if (m_Border > BorderEnum::Periodic)
  {
    itkExceptionMacro("Border is " << static_cast<int>(m_Border)
                                   << ": it must be Background (0), Inside (1) or Periodic (2)");
  }
  NeighborhoodArgmaxLabel::VerifyRadius<OutputPixelType>(m_Radius, "compare", "output");
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  const auto spacing = this->GetInput()->GetSpacing();
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    const double length = std::abs(static_cast<double>(spacing[axis]));
    if (m_UseImageSpacing && !(length >= 1e-300 && length <= 1e300))
    {
      itkExceptionMacro("The spacing of the input image is " << spacing << ": it must be from 1e-300 to 1e300");
    }
  }
  NeighborhoodArgmaxLabel::VerifyImageAndMask(
    *this->GetInput(), this->GetMaskImage(), "input image", [this] { Superclass::VerifyInputInformation(); });
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GenerateInputRequestedRegion()
{
  Superclass::GenerateInputRequestedRegion();

  auto * const input = const_cast<InputImageType *>(this->GetInput());
  if (input == nullptr)
  {
    return;
  }
  const RegionType largest = input->GetLargestPossibleRegion();
  RegionType       requested = this->GetOutput()->GetRequestedRegion();
  requested.PadByRadius(m_Radius);
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    const bool leaves = requested.GetIndex(axis) < largest.GetIndex(axis) ||
                        requested.GetUpperIndex()[axis] > largest.GetUpperIndex()[axis];
    if (m_Border == BorderEnum::Periodic && leaves)
    {
      requested.SetIndex(axis, largest.GetIndex(axis));
      requested.SetSize(axis, largest.GetSize(axis));
    }
  }
  const bool overlaps = requested.Crop(largest);
  input->SetRequestedRegion(requested);
  if (auto * const mask = const_cast<MaskImageType *>(this->GetMaskImage()))
  {
    mask->SetRequestedRegion(requested);
  }
  if (!overlaps)
  {
    InvalidRequestedRegionError error(__FILE__, __LINE__);
    error.SetLocation(ITK_LOCATION);
    error.SetDescription("The requested region lies outside the largest possible region of the input image.");
    error.SetDataObject(input);
    throw error;
  }
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::AllocateOutputs()
{
  Superclass::AllocateOutputs();
  NeighborhoodArgmaxLabel::AdviseHugePages(this->GetOutput());
  NeighborhoodArgmaxLabel::AdviseHugePages(this->GetScoreImage());
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GenerateData()
{
  // Below this, waking threads up takes longer than the labels.
  constexpr SizeValueType smallImage = 1 << 15;

  NeighborhoodArgmaxLabel::VerifyMemory(*this->GetInput(), "input image");
  if (this->GetMaskImage())
  {
    NeighborhoodArgmaxLabel::VerifyMemory(*this->GetMaskImage(), "mask image");
  }
  const OutputImageRegionType region = this->GetOutput()->GetRequestedRegion();
  if (region.GetNumberOfPixels() > smallImage)
  {
    Superclass::GenerateData();
  }
  else
  {
    this->AllocateOutputs();
    this->BeforeThreadedGenerateData();
    this->DynamicThreadedGenerateData(region);
    this->AfterThreadedGenerateData();
  }
  this->UpdateProgress(1.0f);
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::MakeRules() const -> NeighborhoodArgmaxLabel::Rules
{
  Matrix<double, ImageDimension, ImageDimension> steps;
  const auto                                     spacing = this->GetInput()->GetSpacing();
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    steps(axis, axis) = m_UseImageSpacing ? static_cast<double>(spacing[axis]) : 1.0;
  }
  auto rules = NeighborhoodArgmaxLabel::MakeRules<ImageDimension>(m_Radius, steps, m_FullyConnected);
  rules.centerScore = m_CenterScore;
  rules.labelStrictExtrema = m_LabelStrictExtrema;
  return rules;
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GetLabeledRegion(
  const OutputImageRegionType & region) const -> OutputImageRegionType
{
  OutputImageRegionType labeled = region;
  if (m_Border == BorderEnum::Background)
  {
    OutputImageRegionType interior = this->GetInput()->GetLargestPossibleRegion();
    for (unsigned int axis = 0; axis < ImageDimension; ++axis)
    {
      if (interior.GetSize(axis) <= 2 * m_Radius[axis])
      {
        return OutputImageRegionType(region.GetIndex(), {});
      }
    }
    interior.ShrinkByRadius(m_Radius);
    if (!labeled.Crop(interior))
    {
      return OutputImageRegionType(region.GetIndex(), {});
    }
  }
  return labeled;
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::DynamicThreadedGenerateData(
  const OutputImageRegionType & region)
{
  m_FirstError.KeepOf([&] { this->LabelRegion(region); });
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::AfterThreadedGenerateData()
{
  m_FirstError.Rethrow();
  Superclass::AfterThreadedGenerateData();
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::LabelRegion(const OutputImageRegionType & region)
{
  // Not quite to 1: where ITK's sum of steps is rounded beyond that, it starts again at 0.
  TotalProgressReporter progress(this, this->GetOutput()->GetRequestedRegion().GetNumberOfPixels(), 100, 0.9999f);

  using ImagesType = NeighborhoodArgmaxLabel::WalkImages<TInputImage, MaskImageType, TOutputImage, ScoreImageType>;

  const ImagesType images{ this->GetInput(), this->GetMaskImage(), this->GetOutput(), this->GetScoreImage() };
  const auto       rules = this->MakeRules();
  NeighborhoodArgmaxLabel::CallWithLane<InputPixelType>(
    images.mask != nullptr, rules.AreOrdinary(), NumberOfLabels(m_Radius), [&](auto lane) {
      using WalkType = NeighborhoodArgmaxLabel::Walk<ImagesType, decltype(lane)>;
      typename WalkType::Options options{ m_Radius, {}, m_Ascent, m_BackgroundValue };
      options.periodic.fill(m_Border == BorderEnum::Periodic);
      WalkType(images, options, rules).LabelRegion(region, this->GetLabeledRegion(region), progress);
    });
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::PrintSelf(std::ostream & os, Indent indent) const
{
  Superclass::PrintSelf(os, indent);

  os << indent << "CenterScore: " << m_CenterScore << std::endl;
  os << indent << "LabelStrictExtrema: " << (m_LabelStrictExtrema ? "On" : "Off") << std::endl;
  os << indent << "Ascent: " << (m_Ascent ? "On" : "Off") << std::endl;
  os << indent << "UseImageSpacing: " << (m_UseImageSpacing ? "On" : "Off") << std::endl;
  os << indent << "FullyConnected: " << (m_FullyConnected ? "On" : "Off") << std::endl;
  os << indent << "Radius: " << m_Radius << std::endl;
  os << indent << "Border: " << m_Border << std::endl;
  os << indent
     << "BackgroundValue: " << static_cast<typename NumericTraits<OutputPixelType>::PrintType>(m_BackgroundValue)
     << std::endl;
  os << indent << "GenerateScoreImage: " << (m_GenerateScoreImage ? "On" : "Off") << std::endl;
}
} // end namespace itk

#endif
