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
#ifndef itkNeighborhoodArgmaxLabelImageFilter_h
#define itkNeighborhoodArgmaxLabelImageFilter_h

#include "itkImage.h"
#include "itkImageToImageFilter.h"
#include "itkNeighborhoodArgmaxLabelFirstError.h"
#include "itkNeighborhoodArgmaxLabelWalk.h"
#include "itkNeighborhoodLabels.h"
#include "itkTotalProgressReporter.h"
#include "itkVariableLengthVector.h"
#include "NeighborhoodArgmaxLabelExport.h"

#include <array>
#include <cstdint>
#include <ostream>
#include <type_traits>
#include <vector>

namespace itk
{

/** \class NeighborhoodArgmaxLabelImageFilterEnums
 * \brief Enums of NeighborhoodArgmaxLabelImageFilter.
 * \ingroup NeighborhoodArgmaxLabel
 */
class NeighborhoodArgmaxLabelImageFilterEnums
{
public:
  /** \class NeighborhoodArgmaxLabelImageFilterEnums::Border
   * \brief What happens where the neighborhood of a voxel leaves the image.
   * - `Background`: the voxel gets the `BackgroundValue`.
   * - `Inside`: only the neighbors inside the image compete.
   * - `Periodic`: the image wraps round on every axis.
   * \ingroup NeighborhoodArgmaxLabel */
  enum class Border : uint8_t
  {
    Background = 0,
    Inside = 1,
    Periodic = 2
  };
};

extern NeighborhoodArgmaxLabel_EXPORT std::ostream &
operator<<(std::ostream & out, NeighborhoodArgmaxLabelImageFilterEnums::Border value);

/** \class NeighborhoodArgmaxLabelImageFilter
 * \brief Gives every voxel the label of the neighbor in whose direction the image falls most steeply.
 *
 * \par Algorithm
 * For a voxel p and an offset o of its neighborhood,
 * \f[ score(o) = (v(p) - v(p + o)) \cdot weight(o), \qquad weight(o) = 1 / |D \cdot o|, \qquad
 *     score(0) = CenterScore. \f]
 * D is the direction of the image times its spacing: distances are those of points in space. If the direction is
 * orthonormal within ITK's tolerance of 1e-6, only the spacing counts. If it is not, as for the lattice of a crystal,
 * distances that differ by no more than that are equal, as a symmetry makes them equal.
 * The voxel gets the lowest label with the greatest score; a NaN counts as greater than any number. Both values are
 * converted to the DifferenceType and subtracted there (one rounding); weight and score are computed in double
 * precision. The reciprocal of the distance is rounded first, then the product. A program that divides by the distance
 * differs if scores are nearly equal: on integer images with unequal axes, in some labels of 10000.
 *
 * \par Labels
 * A label is the index of the offset in an itk::Neighborhood of the given radius, x fastest. At radius 1 that is
 * (oz+1)*9 + (oy+1)*3 + (ox+1) in 3-D: 0..26, the center is 13 (2-D: 0..8 and 4, 4-D: 0..80 and 40).
 * LabelOfOffset() and OffsetOfLabel() convert.
 *
 * \par Two surprising defaults
 * The defaults reproduce the usual NumPy scripts bit for bit. Therefore
 * - label 0 is the direction (-1,-1,-1) and also the label of the outermost layer of voxels: set `BackgroundValue` to a
 *   number that is not a label, or `Border` to `Inside`, to tell them apart;
 * - a strict minimum does not get the label of the center but that of the neighbor that rises least, if its score is
 *   above -100: set `LabelStrictExtrema` on, or `CenterScore` to 0 to make all minima sinks (on plateaus only voxels
 *   without an equal neighbor of a lower label).
 *
 * \par Properties
 * Adding a constant to the image, or scaling it by a positive power of two while `CenterScore` is out of reach, does
 * not change labels (if nothing is rounded). With `CenterScore` 0, labels never form a cycle, except with NaN, adjacent
 * infinities or periodic borders. The result does not depend on the number of threads, the work units, stream divisions
 * or the instruction set of the processor.
 *
 * \par Inputs and outputs
 * Any image of scalar pixels, of 1 to 4 dimensions or more. An optional `MaskImage` of the same region and position:
 * where it is 0, a voxel gets the `BackgroundValue` and does not compete. With `GenerateScoreImage` on, GetScoreImage()
 * has the score of each voxel's label (the slope, in pixel values per physical unit), 0 where there is no label. If
 * only the center competes, the label is that of the center.
 *
 * \par Errors
 * Before any work, an exception names the parameter and its value if the labels do not fit the output pixel type, the
 * radius is 0 on every axis, `CenterScore` is NaN, a spacing is not within 1e-300 to 1e300, the direction is singular,
 * the mask does not lie on the image, or the image has, inside the mask, a 64-bit integer that double does not hold.
 *
 * \par Streaming
 * The filter requests the requested region padded by the radius and cropped (the whole axis if it reaches a periodic
 * border), and streams in both directions. In addition to the output, it needs about 1 MB of memory for each thread.
 *
 * \sa TobogganImageFilter
 * \sa GradientMagnitudeImageFilter
 * \ingroup MultiThreaded
 * \ingroup Streamed
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TInputImage, typename TOutputImage = Image<unsigned char, TInputImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT NeighborhoodArgmaxLabelImageFilter : public ImageToImageFilter<TInputImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(NeighborhoodArgmaxLabelImageFilter);

  static constexpr unsigned int ImageDimension = TInputImage::ImageDimension;
  static_assert(ImageDimension == TOutputImage::ImageDimension, "Input and output have the same dimension.");

  using Self = NeighborhoodArgmaxLabelImageFilter;
  using Superclass = ImageToImageFilter<TInputImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;

  using InputImageType = TInputImage;
  using InputPixelType = typename TInputImage::PixelType;
  using OutputImageType = TOutputImage;
  using OutputPixelType = typename TOutputImage::PixelType;
  using OutputImageRegionType = typename TOutputImage::RegionType;
  using RegionType = typename TInputImage::RegionType;
  using IndexType = typename TInputImage::IndexType;
  using OffsetType = typename TInputImage::OffsetType;
  using RadiusType = typename TInputImage::SizeType;
  using MaskImageType = Image<unsigned char, ImageDimension>;

  /** The type that differences of pixels are computed in: float if it holds every pixel value, otherwise double. */
  using DifferenceType = std::conditional_t<std::is_same_v<InputPixelType, float> ||
                                              (std::is_integral_v<InputPixelType> && sizeof(InputPixelType) <= 2),
                                            float,
                                            double>;

  /** float; double for pixels of floating point type wider than float. */
  using ScorePixelType = std::
    conditional_t<std::is_floating_point_v<InputPixelType> && (sizeof(InputPixelType) > sizeof(float)), double, float>;
  using ScoreImageType = Image<ScorePixelType, ImageDimension>;

  using BorderEnum = NeighborhoodArgmaxLabelImageFilterEnums::Border;

  itkNewMacro(Self);
#ifdef itkOverrideGetNameOfClassMacro
  itkOverrideGetNameOfClassMacro(NeighborhoodArgmaxLabelImageFilter);
#else
  itkTypeMacro(NeighborhoodArgmaxLabelImageFilter, ImageToImageFilter);
#endif

  static_assert(std::is_arithmetic_v<InputPixelType>, "The input image has scalar pixels.");
  static_assert(std::is_arithmetic_v<OutputPixelType>, "The output image has scalar pixels.");

  /** Score of the center, which competes like a neighbor; in pixel values per physical unit. `-inf`: the center never
   * wins against a number. `0`: minima are sinks. Default -100; NaN is an error. */
  itkSetMacro(CenterScore, double);
  itkGetConstMacro(CenterScore, double);

  /** On: if every competing difference is negative (at a strict minimum, with `Ascent` a strict maximum), the label is
   * that of the center. Default off. */
  itkSetMacro(LabelStrictExtrema, bool);
  itkGetConstMacro(LabelStrictExtrema, bool);
  itkBooleanMacro(LabelStrictExtrema);

  /** On: label the steepest ascent, difference = neighbor - center. Default off. */
  itkSetMacro(Ascent, bool);
  itkGetConstMacro(Ascent, bool);
  itkBooleanMacro(Ascent);

  /** On: distances in physical units, from direction and spacing. Off: distances in voxels. Default on. The sign of a
   * spacing is ignored. */
  itkSetMacro(UseImageSpacing, bool);
  itkGetConstMacro(UseImageSpacing, bool);
  itkBooleanMacro(UseImageSpacing);

  /** The spacing of an axis in each row: a number for each index of the second axis. For example, the columns of a map
   * in degrees are closer to each other far from the equator. A voxel uses the distances of its own row. Default: an
   * empty vector, the spacing of the image. It needs `UseImageSpacing` and an orthonormal direction. Throws if there is
   * no such axis. */
  using RowSpacingType = VariableLengthVector<double>;
  virtual void
  SetSpacingOfRows(unsigned int axis, const RowSpacingType & spacing);
  const RowSpacingType &
  GetSpacingOfRows(unsigned int axis) const;

  /** Off: only the neighbors at offset +1 or -1 on a single axis compete; labels keep their numbers. Default on. */
  itkSetMacro(FullyConnected, bool);
  itkGetConstMacro(FullyConnected, bool);
  itkBooleanMacro(FullyConnected);

  /** Radius of the neighborhood, in voxels for each axis. An axis may be 0: neighbors along it do not compete, and
   * each slice is labeled by itself. Default 1 on every axis. */
  itkSetMacro(Radius, RadiusType);
  itkGetConstReferenceMacro(Radius, RadiusType);
  /** The same radius on every axis. */
  void
  SetRadius(SizeValueType radius);

  /** What happens where the neighborhood leaves the image, on all axes. Default `Background`. */
  virtual void
  SetBorder(BorderEnum border);
  /** The border of the first axis, which is that of all axes unless SetBorderOfAxis() was called. */
  BorderEnum
  GetBorder() const
  {
    return m_Border[0];
  }

  /** The border along one axis, for example for a globe that is periodic in longitude. With `Background`, voxels whose
   * neighborhood leaves the image along this axis get the `BackgroundValue`. Throws if there is no such axis. */
  virtual void
  SetBorderOfAxis(unsigned int axis, BorderEnum border);
  BorderEnum
  GetBorderOfAxis(unsigned int axis) const;

  /** Label of voxels at a `Background` border and outside the mask. Default 0. */
  itkSetMacro(BackgroundValue, OutputPixelType);
  itkGetConstMacro(BackgroundValue, OutputPixelType);

  /** Voxels where the mask is 0 have no label and do not compete. Optional. */
  itkSetInputMacro(MaskImage, MaskImageType);
  itkGetInputMacro(MaskImage, MaskImageType);

  /** On: a second output, GetScoreImage(). Off: it is not allocated. Default off. */
  virtual void
  SetGenerateScoreImage(bool generate);
  itkGetConstMacro(GenerateScoreImage, bool);
  itkBooleanMacro(GenerateScoreImage);

  /** The score of each voxel's label; nullptr while `GenerateScoreImage` is off. */
  ScoreImageType *
  GetScoreImage();
  const ScoreImageType *
  GetScoreImage() const;

  /** Radius 1 on every axis, the default of the label helpers. */
  static RadiusType
  UnitRadius()
  {
    return RadiusType::Filled(1);
  }

  /** The number of labels of a neighborhood: the product of 2 * radius + 1. */
  static SizeValueType
  NumberOfLabels(const RadiusType & radius = UnitRadius());

  /** The label of the offset 0. */
  static SizeValueType
  LabelOfCenter(const RadiusType & radius = UnitRadius());

  /** The label of an offset. Throws if the offset is longer than the radius. */
  static SizeValueType
  LabelOfOffset(const OffsetType & offset, const RadiusType & radius = UnitRadius());

  /** The offset of a label. Throws if there is no such label. */
  static OffsetType
  OffsetOfLabel(SizeValueType label, const RadiusType & radius = UnitRadius());

protected:
  NeighborhoodArgmaxLabelImageFilter();
  ~NeighborhoodArgmaxLabelImageFilter() override = default;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

  using DataObjectPointer = DataObject::Pointer;
  using DataObjectIdentifierType = ProcessObject::DataObjectIdentifierType;
  using Superclass::MakeOutput;
  DataObjectPointer
  MakeOutput(const DataObjectIdentifierType & name) override;

  void
  VerifyPreconditions() const override;

  void
  VerifyInputInformation() const override;

  void
  GenerateInputRequestedRegion() override;

  void
  AllocateOutputs() override;

  void
  GenerateData() override;

  void
  DynamicThreadedGenerateData(const OutputImageRegionType & region) override;

  void
  AfterThreadedGenerateData() override;

private:
  using LabelsType = NeighborhoodLabels<ImageDimension>;

  void
  LabelRegion(const OutputImageRegionType & region);

  /** The part of a region whose voxels get labels; the rest is background. */
  OutputImageRegionType
  GetLabeledRegion(const OutputImageRegionType & region) const;

  void
  VerifySpacingOfRows(unsigned int axis) const;

  /** Throws if the image has a number that DifferenceType does not hold. */
  void
  VerifyNumbers() const;

  /** The competing neighbors and their weights: one set for all rows, or one for each row of a region that gets
   * labels. */
  std::vector<NeighborhoodArgmaxLabel::Rules>
  MakeRules(const OutputImageRegionType & labeled) const;

  double     m_CenterScore{ -100.0 };
  bool       m_LabelStrictExtrema{ false };
  bool       m_Ascent{ false };
  bool       m_UseImageSpacing{ true };
  bool       m_FullyConnected{ true };
  RadiusType m_Radius{ UnitRadius() };

  std::array<BorderEnum, ImageDimension>     m_Border;
  std::array<RowSpacingType, ImageDimension> m_SpacingOfRows;

  OutputPixelType m_BackgroundValue{};
  bool            m_GenerateScoreImage{ false };

  NeighborhoodArgmaxLabel::FirstError m_FirstError;
};
} // end namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkNeighborhoodArgmaxLabelImageFilter.hxx"
#endif

#endif
