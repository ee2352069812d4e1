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
  m_Border.fill(BorderEnum::Background);
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::SetBorder(BorderEnum border)
{
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    this->SetBorderOfAxis(axis, border);
  }
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::SetBorderOfAxis(unsigned int axis, BorderEnum border)
{
  if (axis >= ImageDimension)
  {
    itkExceptionMacro("The axis " << axis << " of SetBorderOfAxis: give one from 0 to " << ImageDimension - 1);
  }
  if (m_Border[axis] != border)
  {
    m_Border[axis] = border;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GetBorderOfAxis(unsigned int axis) const -> BorderEnum
{
  if (axis >= ImageDimension)
  {
    itkExceptionMacro("The axis " << axis << " of GetBorderOfAxis: give one from 0 to " << ImageDimension - 1);
  }
  return m_Border[axis];
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::SetSpacingOfRows(unsigned int           axis,
                                                                                const RowSpacingType & spacing)
{
  if (axis >= ImageDimension)
  {
    itkExceptionMacro("The axis " << axis << " of SetSpacingOfRows: give one from 0 to " << ImageDimension - 1);
  }
  if (m_SpacingOfRows[axis] != spacing)
  {
    m_SpacingOfRows[axis] = spacing;
    this->Modified();
  }
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GetSpacingOfRows(unsigned int axis) const
  -> const RowSpacingType &
{
  if (axis >= ImageDimension)
  {
    itkExceptionMacro("The axis " << axis << " of GetSpacingOfRows: give one from 0 to " << ImageDimension - 1);
  }
  return m_SpacingOfRows[axis];
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
  for (const auto border : m_Border)
  {
    if (border > BorderEnum::Periodic)
    {
      itkExceptionMacro("Border is " << static_cast<int>(border)
                                     << ": it must be Background (0), Inside (1) or Periodic (2)");
    }
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
  const auto & direction = this->GetInput()->GetDirection();
  if (m_UseImageSpacing && !(std::abs(vnl_determinant(direction.GetVnlMatrix())) > 1e-12))
  {
    itkExceptionMacro("The direction of the input image is singular: give it one whose axes span the space. It is\n"
                      << direction);
  }
  for (unsigned int axis = 0; axis < ImageDimension && m_UseImageSpacing; ++axis)
  {
    this->VerifySpacingOfRows(axis);
  }
  NeighborhoodArgmaxLabel::VerifyImageAndMask(
    *this->GetInput(), this->GetMaskImage(), "input image", [this] { Superclass::VerifyInputInformation(); });
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::VerifySpacingOfRows(unsigned int axis) const
{
  const auto & spacing = m_SpacingOfRows[axis];
  if (spacing.Size() == 0)
  {
    return;
  }
  const auto & region = this->GetInput()->GetLargestPossibleRegion();
  const auto   numberOfRows = ImageDimension > 1 ? region.GetSize(ImageDimension > 1 ? 1 : 0) : 1;
  if (spacing.Size() != numberOfRows)
  {
    itkExceptionMacro("SpacingOfRows of axis " << axis << " has " << spacing.Size()
                                               << " numbers: give one for each of the " << numberOfRows << " rows");
  }
  for (unsigned int row = 0; row < spacing.Size(); ++row)
  {
    if (!(spacing[row] >= 1e-300 && spacing[row] <= 1e300))
    {
      itkExceptionMacro("SpacingOfRows of axis " << axis << " is " << spacing[row] << " in row " << row
                                                 << ": it must be from 1e-300 to 1e300");
    }
  }
  if (!NeighborhoodArgmaxLabel::IsOrthonormal(this->GetInput()->GetDirection()))
  {
    itkExceptionMacro("SpacingOfRows of axis " << axis << " is set, and the direction of the input image is not "
                                               << "orthonormal: give one of them");
  }
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
    if (m_Border[axis] == BorderEnum::Periodic && leaves)
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
  // Below this, waking threads takes longer than the labels.
  constexpr SizeValueType smallImage = 1 << 15;

  NeighborhoodArgmaxLabel::VerifyMemory(*this->GetInput(), "input image");
  if (this->GetMaskImage())
  {
    NeighborhoodArgmaxLabel::VerifyMemory(*this->GetMaskImage(), "mask image");
  }
  this->VerifyNumbers();
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
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::VerifyNumbers() const
{
  if constexpr (std::is_integral_v<InputPixelType> && sizeof(InputPixelType) > 4)
  {
    const auto * const input = this->GetInput();
    const auto * const mask = this->GetMaskImage();
    NeighborhoodArgmaxLabel::ForEachRow(input->GetRequestedRegion(), [&](IndexType index) {
      const auto * const value = input->GetBufferPointer() + input->ComputeOffset(index);
      const auto * const isInside = mask ? mask->GetBufferPointer() + mask->ComputeOffset(index) : nullptr;
      for (SizeValueType x = 0; x < input->GetRequestedRegion().GetSize(0); ++x)
      {
        if (!NeighborhoodArgmaxLabel::IsHeldByDouble(value[x]) && (isInside == nullptr || isInside[x]))
        {
          index[0] += static_cast<IndexValueType>(x);
          itkExceptionMacro("The input image has the value "
                            << value[x] << " at " << index
                            << ", which double does not hold: scale the image, or cast it to double, which rounds");
        }
      }
    });
  }
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::MakeRules(const OutputImageRegionType & labeled) const
  -> std::vector<NeighborhoodArgmaxLabel::Rules>
{
  Matrix<double, ImageDimension, ImageDimension> steps;
  steps.SetIdentity();
  if (m_UseImageSpacing)
  {
    steps = NeighborhoodArgmaxLabel::StepsOf(*this->GetInput());
  }
  constexpr unsigned int second = ImageDimension > 1 ? 1 : 0;
  const bool             areAlike = !m_UseImageSpacing || std::all_of(m_SpacingOfRows.begin(),
                                                          m_SpacingOfRows.end(),
                                                          [](const auto & spacing) { return spacing.Size() == 0; });
  const auto firstRow = labeled.GetIndex(second) - this->GetInput()->GetLargestPossibleRegion().GetIndex(second);
  std::vector<NeighborhoodArgmaxLabel::Rules> rules(areAlike ? 1 : labeled.GetSize(second));
  for (std::size_t row = 0; row < rules.size(); ++row)
  {
    for (unsigned int axis = 0; axis < ImageDimension && !areAlike; ++axis)
    {
      const auto & spacing = m_SpacingOfRows[axis];
      const auto   at = static_cast<unsigned int>(firstRow + static_cast<IndexValueType>(row));
      steps(axis, axis) = spacing.Size() > 0 ? spacing[at] : steps(axis, axis);
    }
    rules[row] = NeighborhoodArgmaxLabel::MakeRules<ImageDimension>(m_Radius, steps, m_FullyConnected);
    rules[row].centerScore = m_CenterScore;
    rules[row].labelStrictExtrema = m_LabelStrictExtrema;
  }
  return rules;
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GetLabeledRegion(
  const OutputImageRegionType & region) const -> OutputImageRegionType
{
  OutputImageRegionType interior = this->GetInput()->GetLargestPossibleRegion();
  RadiusType            margin{};
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    margin[axis] = m_Border[axis] == BorderEnum::Background ? m_Radius[axis] : 0;
    if (interior.GetSize(axis) <= 2 * margin[axis])
    {
      return OutputImageRegionType(region.GetIndex(), {});
    }
  }
  interior.ShrinkByRadius(margin);
  OutputImageRegionType labeled = region;
  return labeled.Crop(interior) ? labeled : OutputImageRegionType(region.GetIndex(), {});
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
  // Stop just below 1: ITK's summed progress may round above 1 and then wraps to 0.
  TotalProgressReporter progress(this, this->GetOutput()->GetRequestedRegion().GetNumberOfPixels(), 100, 0.9999f);

  using ImagesType = NeighborhoodArgmaxLabel::WalkImages<TInputImage, MaskImageType, TOutputImage, ScoreImageType>;

  const ImagesType images{ this->GetInput(), this->GetMaskImage(), this->GetOutput(), this->GetScoreImage() };
  const auto       labeled = this->GetLabeledRegion(region);
  auto             rules = this->MakeRules(labeled);
  if (rules.empty()) // nothing is labeled
  {
    rules.emplace_back();
  }
  const bool areOrdinary =
    std::all_of(rules.begin(), rules.end(), [](const auto & rule) { return rule.AreOrdinary(); });
  const auto makeWalk = [&](auto lane) {
    using WalkType = NeighborhoodArgmaxLabel::Walk<ImagesType, decltype(lane)>;
    typename WalkType::Options options{ m_Radius, {}, m_Ascent, m_BackgroundValue };
    std::transform(m_Border.begin(), m_Border.end(), options.periodic.begin(), [](BorderEnum border) {
      return border == BorderEnum::Periodic;
    });
    return WalkType(images, options, rules);
  };
  NeighborhoodArgmaxLabel::CallWithLane<InputPixelType>(
    images.mask != nullptr, areOrdinary, NumberOfLabels(m_Radius), [&](auto lane) {
      auto walk = makeWalk(lane);
      if constexpr (std::is_floating_point_v<InputPixelType>)
      {
        // Real numbers are often integers, which are faster in narrow lanes. Their scores are float there.
        const bool isFloatScore = images.scores == nullptr || std::is_same_v<ScorePixelType, float>;
        if (areOrdinary && isFloatScore && NumberOfLabels(m_Radius) < 1 << 16)
        {
          makeWalk(std::int16_t{}).LabelRegion(region, labeled, progress, &walk);
          return;
        }
      }
      walk.LabelRegion(region, labeled, progress);
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
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    os << indent << "Border of axis " << axis << ": " << m_Border[axis] << std::endl;
    os << indent << "SpacingOfRows of axis " << axis << ": " << m_SpacingOfRows[axis] << std::endl;
  }
  os << indent
     << "BackgroundValue: " << static_cast<typename NumericTraits<OutputPixelType>::PrintType>(m_BackgroundValue)
     << std::endl;
  os << indent << "GenerateScoreImage: " << (m_GenerateScoreImage ? "On" : "Off") << std::endl;
}
} // end namespace itk

#endif
