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
  SizeValueType number = 1;
  for (const auto r : radius)
  {
    const SizeValueType width = 2 * r + 1;
    // Saturate: more labels than any pixel type holds need not be told apart.
    number = number > std::numeric_limits<SizeValueType>::max() / width ? std::numeric_limits<SizeValueType>::max()
                                                                        : number * width;
  }
  return number;
}

template <typename TInputImage, typename TOutputImage>
SizeValueType
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::LabelOfCenter(const RadiusType & radius)
{
  return NumberOfLabels(radius) / 2;
}

template <typename TInputImage, typename TOutputImage>
SizeValueType
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::LabelOfOffset(const OffsetType & offset,
                                                                             const RadiusType & radius)
{
  SizeValueType label = 0;
  for (unsigned int axis = ImageDimension; axis-- > 0;)
  {
    const auto r = static_cast<OffsetValueType>(radius[axis]);
    if (offset[axis] < -r || offset[axis] > r)
    {
      itkGenericExceptionMacro("LabelOfOffset: the offset " << offset << " lies outside the radius " << radius);
    }
    label = label * (2 * radius[axis] + 1) + static_cast<SizeValueType>(offset[axis] + r);
  }
  return label;
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::OffsetOfLabel(SizeValueType      label,
                                                                             const RadiusType & radius) -> OffsetType
{
  if (label >= NumberOfLabels(radius))
  {
    itkGenericExceptionMacro("OffsetOfLabel: the label " << label << " is not one of the " << NumberOfLabels(radius)
                                                         << " labels of the radius " << radius);
  }
  OffsetType offset;
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    const SizeValueType width = 2 * radius[axis] + 1;
    offset[axis] = static_cast<OffsetValueType>(label % width) - static_cast<OffsetValueType>(radius[axis]);
    label /= width;
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
  const SizeValueType numberOfLabels = NumberOfLabels(m_Radius);
  if (numberOfLabels == 1)
  {
    itkExceptionMacro("Radius is " << m_Radius << ": with 0 on every axis there is nothing to compare");
  }
  constexpr auto maximum = std::numeric_limits<OutputPixelType>::max();
  if (static_cast<long double>(numberOfLabels - 1) > static_cast<long double>(maximum) ||
      numberOfLabels > std::numeric_limits<std::uint32_t>::max())
  {
    itkExceptionMacro("Radius is " << m_Radius << ": its " << numberOfLabels
                                   << " labels do not fit the output pixel type, whose maximum is "
                                   << static_cast<typename NumericTraits<OutputPixelType>::PrintType>(maximum));
  }
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::VerifyInputInformation() const
{
  const InputImageType * const input = this->GetInput();
  if (input->GetLargestPossibleRegion().GetNumberOfPixels() == 0)
  {
    itkExceptionMacro("The input image has no voxels: its size is " << input->GetLargestPossibleRegion().GetSize());
  }
  const auto spacing = input->GetSpacing();
  for (unsigned int axis = 0; axis < ImageDimension; ++axis)
  {
    const double longest = spacing[axis] * static_cast<double>(std::max<SizeValueType>(m_Radius[axis], 1));
    if (m_UseImageSpacing && !(spacing[axis] * spacing[axis] > 0.0 &&
                               longest * longest < std::numeric_limits<double>::max() / ImageDimension))
    {
      itkExceptionMacro("The spacing of the input image is " << spacing << ": its squares must be positive and finite");
    }
  }

  const MaskImageType * const mask = this->GetMaskImage();
  if (mask && mask->GetLargestPossibleRegion() != input->GetLargestPossibleRegion())
  {
    itkExceptionMacro("MaskImage has the region " << mask->GetLargestPossibleRegion() << " and the input image "
                                                  << input->GetLargestPossibleRegion() << ": they must be the same");
  }
  try
  {
    Superclass::VerifyInputInformation();
  }
  catch (const ExceptionObject & error)
  {
    itkExceptionMacro("MaskImage lies at another place than the input image. " << error.GetDescription());
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
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::MakeRules(unsigned int rowAxis) const
  -> NeighborhoodArgmaxLabel::Rules
{
  NeighborhoodArgmaxLabel::Rules rules;
  const SizeValueType            rowLength = 2 * m_Radius[rowAxis] + 1;
  SizeValueType                  rowStride = 1; // of the labels in a row
  for (unsigned int axis = 0; axis < rowAxis; ++axis)
  {
    rowStride *= 2 * m_Radius[axis] + 1;
  }
  rules.numberOfRows = static_cast<unsigned int>(NumberOfLabels(m_Radius) / rowLength);
  rules.centerLabel = static_cast<unsigned int>(LabelOfCenter(m_Radius));
  rules.centerRow = rules.numberOfRows / 2;
  rules.centerScore = m_CenterScore;
  rules.labelStrictExtrema = m_LabelStrictExtrema;
  rules.ascent = m_Ascent;

  const auto spacing = this->GetInput()->GetSpacing();
  for (unsigned int label = 0; label < NumberOfLabels(m_Radius); ++label)
  {
    const OffsetType offset = OffsetOfLabel(label, m_Radius);
    double           components[ImageDimension];
    OffsetValueType  cityBlockDistance = 0;
    for (unsigned int axis = 0; axis < ImageDimension; ++axis)
    {
      components[axis] = offset[axis] * (m_UseImageSpacing ? static_cast<double>(spacing[axis]) : 1.0);
      cityBlockDistance += std::abs(offset[axis]);
    }
    if (label != rules.centerLabel && (m_FullyConnected || cityBlockDistance == 1))
    {
      rules.candidates.push_back(
        { label,
          static_cast<unsigned int>(label / (rowStride * rowLength) * rowStride + label % rowStride),
          static_cast<int>(offset[rowAxis]),
          NeighborhoodArgmaxLabel::InverseLength(components, ImageDimension) });
    }
  }
  return rules;
}

template <typename TInputImage, typename TOutputImage>
unsigned int
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::ChooseRowAxis(const OutputImageRegionType & region)
{
  // Vectors of shorter rows are mostly empty; to copy longer ones pays.
  constexpr SizeValueType shortLength = 4;
  constexpr SizeValueType longLength = 32;

  const auto & size = region.GetSize();
  const auto   longest = std::max_element(size.begin(), size.end());
  return size[0] <= shortLength && *longest >= longLength ? static_cast<unsigned int>(longest - size.begin()) : 0;
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::DynamicThreadedGenerateData(
  const OutputImageRegionType & region)
{
  // Not quite to 1: where ITK's sum of steps is rounded beyond that, it starts again at 0.
  TotalProgressReporter progress(this, this->GetOutput()->GetRequestedRegion().GetNumberOfPixels(), 100, 0.9999f);

  OutputImageRegionType labelled = region;
  if (m_Border == BorderEnum::Background)
  {
    OutputImageRegionType interior = this->GetInput()->GetLargestPossibleRegion();
    bool                  hasInterior = true;
    for (unsigned int axis = 0; axis < ImageDimension; ++axis)
    {
      hasInterior &= interior.GetSize(axis) > 2 * m_Radius[axis];
    }
    if (hasInterior)
    {
      interior.ShrinkByRadius(m_Radius);
      hasInterior = labelled.Crop(interior);
    }
    if (!hasInterior)
    {
      labelled.SetSize({});
    }
    this->FillBackground(region, labelled);
    progress.Completed(region.GetNumberOfPixels() - labelled.GetNumberOfPixels());
  }
  if (labelled.GetNumberOfPixels() > 0)
  {
    unsigned int numberOfUnitAxes = 0;
    bool         hasLongRadius = false;
    for (unsigned int axis = 1; axis < ImageDimension; ++axis)
    {
      numberOfUnitAxes += m_Radius[axis] == 1;
      hasLongRadius |= m_Radius[axis] > 1;
    }
    const unsigned int rowAxis = this->ChooseRowAxis(labelled);
    if (rowAxis == 0 && m_Radius[0] == 1 && !hasLongRadius && (numberOfUnitAxes == 1 || numberOfUnitAxes == 2))
    {
      this->LabelTiles(region, labelled, progress);
    }
    else
    {
      this->LabelRows(region, labelled, rowAxis, progress);
    }
  }
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::FillBackground(const OutputImageRegionType & region,
                                                                              const OutputImageRegionType & except)
{
  const Images images = this->GetImages();
  const auto   fill = [&](const OutputImageRegionType & part) {
    if (part.GetNumberOfPixels() == 0)
    {
      return;
    }
    ForEachRow(part, 0, [&](const IndexType & index) {
      std::fill_n(PixelAt(images.labels, index), part.GetSize(0), m_BackgroundValue);
      if (images.scores)
      {
        std::fill_n(PixelAt(images.scores, index), part.GetSize(0), ScorePixelType{});
      }
    });
  };
  if (except.GetNumberOfPixels() == 0)
  {
    fill(region);
    return;
  }
  // Along each axis what lies before `except` and what lies behind it, the slowest axis first, for long rows.
  OutputImageRegionType rest = region;
  for (unsigned int axis = ImageDimension; axis-- > 1;)
  {
    OutputImageRegionType before = rest;
    before.SetSize(axis, static_cast<SizeValueType>(except.GetIndex(axis) - rest.GetIndex(axis)));
    fill(before);

    OutputImageRegionType behind = rest;
    behind.SetIndex(axis, except.GetIndex(axis) + static_cast<IndexValueType>(except.GetSize(axis)));
    behind.SetSize(axis, rest.GetSize(axis) - before.GetSize(axis) - except.GetSize(axis));
    fill(behind);

    rest.SetIndex(axis, except.GetIndex(axis));
    rest.SetSize(axis, except.GetSize(axis));
  }
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::FillRowEnds(const Images &                images,
                                                                           const IndexType &             index,
                                                                           SizeValueType                 count,
                                                                           unsigned int                  rowAxis,
                                                                           SizeValueType                 numberOfRows,
                                                                           const OutputImageRegionType & region,
                                                                           const OutputImageRegionType & labelled)
{
  const auto fillWith = [&](auto * image, const auto value, IndexValueType begin, IndexValueType end) {
    const OffsetValueType stride = image->GetOffsetTable()[rowAxis];
    IndexType             at = index;
    for (at[0] = begin; at[0] < end; ++at[0])
    {
      auto * pixel = PixelAt(image, at);
      for (SizeValueType row = 0; row < numberOfRows; ++row, pixel += stride)
      {
        *pixel = value;
      }
    }
  };
  const auto fill = [&](IndexValueType begin, IndexValueType end) {
    fillWith(images.labels, m_BackgroundValue, begin, end);
    if (images.scores)
    {
      fillWith(images.scores, ScorePixelType{}, begin, end);
    }
  };
  const auto endOf = [](const OutputImageRegionType & r) {
    return r.GetIndex(0) + static_cast<IndexValueType>(r.GetSize(0));
  };
  if (index[0] == labelled.GetIndex(0) && region.GetIndex(0) < labelled.GetIndex(0))
  {
    fill(region.GetIndex(0), labelled.GetIndex(0));
  }
  if (index[0] + static_cast<IndexValueType>(count) == endOf(labelled) && endOf(labelled) < endOf(region))
  {
    fill(endOf(labelled), endOf(region));
  }
}

template <typename TInputImage, typename TOutputImage>
template <typename TImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::PixelAt(TImage * image, const IndexType & index)
{
  return image->GetBufferPointer() + image->ComputeOffset(index);
}

template <typename TInputImage, typename TOutputImage>
template <typename TFunction>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::ForEachRow(const OutputImageRegionType & region,
                                                                          unsigned int                  rowAxis,
                                                                          const TFunction &             function)
{
  IndexType    index = region.GetIndex();
  unsigned int axis = 0;
  while (axis < ImageDimension)
  {
    function(index);
    for (axis = 0; axis < ImageDimension; ++axis)
    {
      if (axis == rowAxis)
      {
        continue;
      }
      if (++index[axis] < region.GetIndex(axis) + static_cast<IndexValueType>(region.GetSize(axis)))
      {
        break;
      }
      index[axis] = region.GetIndex(axis);
    }
  }
}

template <typename TInputImage, typename TOutputImage>
auto
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::GetImages() -> Images
{
  return { this->GetInput(), this->GetMaskImage(), this->GetOutput(), this->GetScoreImage() };
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::LabelRows(const OutputImageRegionType & whole,
                                                                         const OutputImageRegionType & region,
                                                                         unsigned int                  rowAxis,
                                                                         TotalProgressReporter &       progress)
{
  using KernelType = NeighborhoodArgmaxLabel::RowKernel<KernelPixelType>;

  const auto          rules = this->MakeRules(rowAxis);
  KernelType          kernel(rules);
  const Images        images = this->GetImages();
  const StageType     stage(images.input, images.mask, m_Border == BorderEnum::Periodic);
  const auto          radius = static_cast<IndexValueType>(m_Radius[rowAxis]);
  const SizeValueType width = std::min<SizeValueType>(region.GetSize(rowAxis), KernelType::MaximumWidth);
  const SizeValueType stagedWidth = width + 2 * m_Radius[rowAxis];

  std::vector<KernelPixelType>                               values(rules.numberOfRows * stagedWidth);
  std::vector<unsigned char>                                 present(rules.numberOfRows * stagedWidth);
  std::vector<NeighborhoodArgmaxLabel::Row<KernelPixelType>> rows(rules.numberOfRows);
  std::vector<std::uint32_t>                                 labels(width);
  std::vector<double>                                        scores(width);

  // Where each row of the neighbourhood begins.
  std::vector<OffsetType> offsets;
  for (unsigned int label = 0; label < NumberOfLabels(m_Radius); ++label)
  {
    const OffsetType offset = OffsetOfLabel(label, m_Radius);
    if (offset[rowAxis] == -radius)
    {
      offsets.push_back(offset);
    }
  }

  ForEachRow(region, rowAxis, [&](IndexType index) {
    const auto end = index[rowAxis] + static_cast<IndexValueType>(region.GetSize(rowAxis));
    while (index[rowAxis] < end)
    {
      const auto count = std::min(width, static_cast<SizeValueType>(end - index[rowAxis]));
      for (unsigned int row = 0; row < rules.numberOfRows; ++row)
      {
        rows[row] = stage.GetRow(index + offsets[row],
                                 rowAxis,
                                 count + 2 * m_Radius[rowAxis],
                                 values.data() + row * stagedWidth,
                                 present.data() + row * stagedWidth);
        rows[row].values += radius;
        rows[row].present += rows[row].present ? radius : 0;
      }
      kernel.Label(rows.data(), count, labels.data(), scores.data());
      // In the outputs rows are those of the first axis.
      const SizeValueType length = rowAxis == 0 ? count : 1;
      this->FillRowEnds(images, index, length, rowAxis == 0 ? 1 : rowAxis, count / length, whole, region);
      for (SizeValueType x = 0; x < count; x += length, index[rowAxis] += static_cast<IndexValueType>(length))
      {
        this->StoreRow(images, index, length, labels.data() + x, scores.data() + x);
      }
      progress.Completed(count);
      progress.CheckAbortGenerateData();
    }
  });
}

template <typename TInputImage, typename TOutputImage>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::LabelTiles(const OutputImageRegionType & whole,
                                                                          const OutputImageRegionType & region,
                                                                          TotalProgressReporter &       progress)
{
  // Tiles of at most this many voxels march along the slowest axis of the neighbourhood, and stay in the cache.
  constexpr SizeValueType maximumColumns = sizeof(KernelPixelType) == 1 ? 512 : 256;
  constexpr SizeValueType maximumRows = 64;

  // The axes of a tile's rows and planes, and the number of planes in the neighbourhood.
  unsigned int rowAxis = 1;
  while (m_Radius[rowAxis] == 0)
  {
    ++rowAxis;
  }
  unsigned int planeAxis = rowAxis + 1;
  while (planeAxis < ImageDimension && m_Radius[planeAxis] == 0)
  {
    ++planeAxis;
  }
  const bool         hasPlanes = planeAxis < ImageDimension;
  const unsigned int margin = hasPlanes ? 1 : 0;

  const SizeValueType tileColumns = std::min(region.GetSize(0), maximumColumns);
  const SizeValueType tileRows = std::min(region.GetSize(rowAxis), maximumRows);
  const SizeValueType stagedColumns = tileColumns + 2;
  const SizeValueType stagedSize = (tileRows + 2) * stagedColumns;

  using KernelType = NeighborhoodArgmaxLabel::TileKernel<KernelPixelType>;
  KernelType      kernel(this->MakeRules(0), 1 + 2 * margin, tileRows, tileColumns);
  const Images    images = this->GetImages();
  const StageType stage(images.input, images.mask, m_Border == BorderEnum::Periodic);

  // Where pixel types agree, the kernel writes into the output itself.
  constexpr bool storesLabels = std::is_same<OutputPixelType, std::uint8_t>::value;
  constexpr bool storesScores = std::is_same<ScorePixelType, NeighborhoodArgmaxLabel::ScoreOf<KernelPixelType>>::value;
  const bool     isStored = storesLabels && (storesScores || !images.scores) && !images.mask;

  // Copies of rows last while their plane is one of the kernel's three.
  constexpr unsigned int                                         numberOfSlots = 3;
  std::vector<KernelPixelType>                                   values(numberOfSlots * stagedSize);
  std::vector<unsigned char>                                     present(numberOfSlots * stagedSize);
  std::vector<NeighborhoodArgmaxLabel::Row<KernelPixelType>>     rows(tileRows + 2);
  std::vector<std::uint8_t>                                      labels(storesLabels ? 0 : tileRows * tileColumns);
  std::vector<NeighborhoodArgmaxLabel::ScoreOf<KernelPixelType>> scores(
    images.scores && !storesScores ? tileRows * tileColumns : 0);

  // The first voxel of each march: of all voxels of the other axes, and of each tile.
  OutputImageRegionType starts = region;
  starts.SetSize(0, 1);
  starts.SetSize(rowAxis, 1);
  if (hasPlanes)
  {
    starts.SetSize(planeAxis, 1);
  }
  const OffsetValueType planeDistance = images.input->GetOffsetTable()[hasPlanes ? planeAxis : rowAxis];
  const SizeValueType   numberOfPlanes = hasPlanes ? region.GetSize(planeAxis) : 1;
  const IndexValueType  endColumn = region.GetIndex(0) + static_cast<IndexValueType>(region.GetSize(0));
  const IndexValueType  endRow = region.GetIndex(rowAxis) + static_cast<IndexValueType>(region.GetSize(rowAxis));

  ForEachRow(starts, 0, [&](const IndexType & start) {
    for (IndexValueType y = region.GetIndex(rowAxis); y < endRow; y += static_cast<IndexValueType>(tileRows))
    {
      for (IndexValueType x = region.GetIndex(0); x < endColumn; x += static_cast<IndexValueType>(tileColumns))
      {
        const auto numberOfRows = std::min(tileRows, static_cast<SizeValueType>(endRow - y));
        const auto numberOfColumns = std::min(tileColumns, static_cast<SizeValueType>(endColumn - x));
        kernel.Start(numberOfRows, numberOfColumns);
        for (SizeValueType plane = 0; plane < numberOfPlanes + 2 * margin; ++plane)
        {
          const SizeValueType slot = plane % numberOfSlots * stagedSize;
          const bool          isLastPlane = plane + 1 == numberOfPlanes + 2 * margin;
          IndexType           index = start;
          index[0] = x - 1;
          if (hasPlanes)
          {
            index[planeAxis] += static_cast<IndexValueType>(plane) - 1;
          }
          index[rowAxis] = y - 1;
          const bool isInImage = stage.PointToRows(index, numberOfColumns + 2, rowAxis, rows, numberOfRows + 2);
          for (SizeValueType row = 0; row < numberOfRows + 2; ++row)
          {
            if (!isInImage)
            {
              const SizeValueType at = slot + row * stagedColumns;
              index[rowAxis] = y + static_cast<IndexValueType>(row) - 1;
              rows[row] = stage.GetRow(index, 0, numberOfColumns + 2, values.data() + at, present.data() + at);
            }
            ++rows[row].values;
            rows[row].present += rows[row].present ? 1 : 0;
            rows[row].next = isInImage && !isLastPlane ? rows[row].values + planeDistance : nullptr;
          }
          kernel.Push(rows.data());
          if (plane < 2 * margin)
          {
            continue;
          }
          index[0] = x;
          index[rowAxis] = y;
          if (hasPlanes)
          {
            --index[planeAxis];
          }
          auto           labelStride = static_cast<std::ptrdiff_t>(tileColumns);
          std::uint8_t * tileLabels = labels.data();
          if constexpr (storesLabels)
          {
            labelStride = images.labels->GetOffsetTable()[rowAxis];
            tileLabels = PixelAt(images.labels, index);
          }
          auto   scoreStride = static_cast<std::ptrdiff_t>(tileColumns);
          auto * tileScores = images.scores ? scores.data() : nullptr;
          if constexpr (storesScores)
          {
            if (images.scores)
            {
              scoreStride = images.scores->GetOffsetTable()[rowAxis];
              tileScores = PixelAt(images.scores, index);
            }
          }
          kernel.Label(tileLabels, labelStride, tileScores, scoreStride);
          this->FillRowEnds(images, index, numberOfColumns, rowAxis, numberOfRows, whole, region);
          for (SizeValueType row = 0; row < numberOfRows && !isStored; ++row, ++index[rowAxis])
          {
            this->StoreRow(images,
                           index,
                           numberOfColumns,
                           tileLabels + row * labelStride,
                           tileScores ? tileScores + row * scoreStride : nullptr);
          }
          progress.Completed(numberOfRows * numberOfColumns);
          progress.CheckAbortGenerateData();
        }
      }
    }
  });
}

template <typename TInputImage, typename TOutputImage>
template <typename TLabel, typename TScore>
void
NeighborhoodArgmaxLabelImageFilter<TInputImage, TOutputImage>::StoreRow(const Images &    images,
                                                                        const IndexType & index,
                                                                        SizeValueType     count,
                                                                        const TLabel *    labels,
                                                                        const TScore *    scores)
{
  const unsigned char * const maskRow = images.mask ? PixelAt(images.mask, index) : nullptr;
  const auto                  store = [&](const auto * from, auto * to, const auto background) {
    using PixelType = std::remove_const_t<decltype(background)>;
    if (static_cast<const void *>(from) != to)
    {
      std::transform(from, from + count, to, [](auto value) { return static_cast<PixelType>(value); });
    }
    for (SizeValueType x = 0; maskRow && x < count; ++x)
    {
      to[x] = maskRow[x] ? to[x] : background;
    }
  };
  store(labels, PixelAt(images.labels, index), m_BackgroundValue);
  if (images.scores)
  {
    store(scores, PixelAt(images.scores, index), ScorePixelType{});
  }
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
