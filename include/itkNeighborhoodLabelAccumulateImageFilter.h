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
#ifndef itkNeighborhoodLabelAccumulateImageFilter_h
#define itkNeighborhoodLabelAccumulateImageFilter_h

#include "itkImage.h"
#include "itkImageToImageFilter.h"
#include "itkNeighborhoodLabelGraph.h"

#include <array>
#include <cstdint>
#include <limits>
#include <ostream>
#include <type_traits>
#include <utility>
#include <vector>

namespace itk
{

/** \class NeighborhoodLabelAccumulateImageFilter
 * \brief Counts the voxels that drain through each voxel along the labels of NeighborhoodArgmaxLabelImageFilter.
 *
 * \par Sums
 * Every label leads from its voxel to a neighbor, as in NeighborhoodLabelToBasinImageFilter: the same voxels are sinks
 * and background. The output at each voxel is the number of voxels whose paths lead through it, itself included: the
 * flow accumulation of terrains. With a `WeightImage` it is the sum of their weights. Background is 0.
 *
 * All voxels of a cycle have the same sum, that of all voxels that drain into the cycle. With `CenterScore` 0 there are
 * no cycles, except with NaN, adjacent infinities or `Periodic` borders. GetNumberOfCycles() counts them.
 *
 * \par Output pixels
 * Integers hold sums modulo their range: `unsigned int` counts images of less than 2^32 voxels. `double` holds sums of
 * real numbers. So that they do not depend on any order, weights are first rounded to a multiple of a unit and then
 * added exactly; the sum is rounded to a `double` last. The unit is a power of two, 2^-62 of the greatest weight times
 * the number of voxels, each rounded up to a power of two: of 2^24 voxels, each weight keeps 37 bits or more below the
 * first bit of the greatest one. It is 2^-1022 at least. Without weights the unit is 1.
 *
 * The result is the same for any number of threads and work units.
 *
 * \par Inputs
 * An image of labels, its `Radius`, `BackgroundValue` and `MaskImage`, as of NeighborhoodLabelToBasinImageFilter.
 * Labels that are 0 on the whole border are refused as there, unless the image is `Periodic` or a `Part`. An optional
 * `WeightImage` of the same region and of the type of the output; weights of voxels without label are ignored.
 *
 * \par Errors
 * An exception names the parameter and its value: those of NeighborhoodLabelToBasinImageFilter, a `WeightImage` of
 * another region, and a weight that is not finite, with its position.
 *
 * \par Algorithm and memory
 * See NeighborhoodLabelSums. Time is linear in the number of voxels for all labels. Memory: the output and 2 bytes a
 * voxel (twice the size of a label). The filter needs the whole label image and does not stream.
 *
 * \par Images in parts
 * The sums of a `Part` of an image are those of the whole if `Entries` has the sums that enter from other parts. The
 * sum that leaves a part at one of its GetExits() is that of the basin that ends there, see
 * NeighborhoodLabelToBasinImageFilter. All parts need one `WeightUnit`. In Python,
 * itk_neighborhoodargmaxlabel.accumulate does this for dask arrays.
 *
 * \sa NeighborhoodArgmaxLabelImageFilter
 * \sa NeighborhoodLabelToBasinImageFilter
 * \ingroup MultiThreaded
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TLabelImage, typename TOutputImage = Image<unsigned int, TLabelImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT NeighborhoodLabelAccumulateImageFilter : public ImageToImageFilter<TLabelImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(NeighborhoodLabelAccumulateImageFilter);

  static constexpr unsigned int ImageDimension = TLabelImage::ImageDimension;
  static_assert(ImageDimension == TOutputImage::ImageDimension, "Input and output have the same dimension.");

  using Self = NeighborhoodLabelAccumulateImageFilter;
  using Superclass = ImageToImageFilter<TLabelImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;

  using LabelImageType = TLabelImage;
  using LabelPixelType = typename TLabelImage::PixelType;
  using OutputImageType = TOutputImage;
  using OutputPixelType = typename TOutputImage::PixelType;
  using RegionType = typename TLabelImage::RegionType;
  using OffsetType = typename TLabelImage::OffsetType;
  using RadiusType = typename TLabelImage::SizeType;
  using MaskImageType = Image<unsigned char, ImageDimension>;
  using WeightImageType = TOutputImage;
  using EntryTableType = Image<SizeValueType, 2>;

  itkNewMacro(Self);
#ifdef itkOverrideGetNameOfClassMacro
  itkOverrideGetNameOfClassMacro(NeighborhoodLabelAccumulateImageFilter);
#else
  itkTypeMacro(NeighborhoodLabelAccumulateImageFilter, ImageToImageFilter);
#endif

  static_assert(std::is_integral_v<LabelPixelType> && !std::is_same_v<LabelPixelType, bool>, "Labels are integers.");
  static_assert((std::is_integral_v<OutputPixelType> && !std::is_same_v<OutputPixelType, bool>) ||
                  std::is_same_v<OutputPixelType, double>,
                "Sums are integers or double.");

  /** Radius of the neighborhood whose labels these are. Default 1 on every axis. */
  itkSetMacro(Radius, RadiusType);
  itkGetConstReferenceMacro(Radius, RadiusType);
  /** The same radius on every axis. */
  void
  SetRadius(SizeValueType radius);

  /** The value of voxels that have no label. Default: the greatest of the label pixel type. */
  itkSetMacro(BackgroundValue, LabelPixelType);
  itkGetConstMacro(BackgroundValue, LabelPixelType);

  /** On: a label that leads out of the image leads to its opposite side. Default off. */
  virtual void
  SetPeriodic(bool periodic)
  {
    for (unsigned int axis = 0; axis < ImageDimension; ++axis)
    {
      this->SetPeriodicOfAxis(axis, periodic);
    }
  }
  /** The setting of the first axis, which is that of all axes unless SetPeriodicOfAxis() was called. */
  bool
  GetPeriodic() const
  {
    return m_Periodic[0];
  }
  itkBooleanMacro(Periodic);

  /** The same along one axis. Throws if there is no such axis. */
  virtual void
  SetPeriodicOfAxis(unsigned int axis, bool periodic)
  {
    if (axis >= ImageDimension)
    {
      itkExceptionMacro("The axis " << axis << " of SetPeriodicOfAxis: give one from 0 to " << ImageDimension - 1);
    }
    if (m_Periodic[axis] != periodic)
    {
      m_Periodic[axis] = periodic;
      this->Modified();
    }
  }
  bool
  GetPeriodicOfAxis(unsigned int axis) const
  {
    if (axis >= ImageDimension)
    {
      itkExceptionMacro("The axis " << axis << " of GetPeriodicOfAxis: give one from 0 to " << ImageDimension - 1);
    }
    return m_Periodic[axis];
  }

  /** On: the label image is a part of a larger one, so its whole border may be 0. Default off. */
  itkSetMacro(Part, bool);
  itkGetConstMacro(Part, bool);
  itkBooleanMacro(Part);

  /** The sums that enter from other parts, in rows of two pixels: the number of a voxel of this part, from 0 on, the
   * first axis fastest; and the number that is added to its sum, in units, modulo 2^64. Optional. */
  itkSetConstObjectMacro(Entries, EntryTableType);
  itkGetConstObjectMacro(Entries, EntryTableType);

  /** Weights are rounded to multiples of this unit. Default 0: the filter chooses it. For a part, set that of the
   * image. */
  itkSetMacro(WeightUnit, double);
  itkGetConstMacro(WeightUnit, double);

  /** Voxels where the mask is 0 have no label. Optional. */
  itkSetInputMacro(MaskImage, MaskImageType);
  itkGetInputMacro(MaskImage, MaskImageType);

  /** The weight of each voxel. Optional: without it, 1. */
  itkSetInputMacro(WeightImage, WeightImageType);
  itkGetInputMacro(WeightImage, WeightImageType);

  /** The number of cycles that the last update found. */
  itkGetConstMacro(NumberOfCycles, SizeValueType);

protected:
  NeighborhoodLabelAccumulateImageFilter();
  ~NeighborhoodLabelAccumulateImageFilter() override = default;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

  void
  VerifyPreconditions() const override;

  void
  VerifyInputInformation() const override;

  void
  GenerateInputRequestedRegion() override;

  void
  EnlargeOutputRequestedRegion(DataObject * output) override;

  void
  GenerateData() override;

private:
  using UnsignedLabelType = std::make_unsigned_t<LabelPixelType>;
  using GraphType = NeighborhoodArgmaxLabel::NeighborhoodLabelGraph<UnsignedLabelType, ImageDimension>;
  using PositionType = typename GraphType::PositionType;

  GraphType
  MakeGraph() const;

  /** The number of threads that pays off. */
  SizeValueType
  NumberOfSlabs(const GraphType & graph) const;

  /** Calls function(i) for i from 0 to before `count`, in parallel. */
  template <typename TFunction>
  void
  ForEach(SizeValueType count, const TFunction & function);

  [[noreturn]] void
  ThrowWrongLabel(SizeValueType voxel, const GraphType & graph) const;

  /** Throws when the border looks like the default background of NeighborhoodArgmaxLabelImageFilter. */
  void
  VerifyBorder(const GraphType & graph) const;

  /** Throws at the first weight that is not finite. */
  double
  FindWeightUnit(const GraphType & graph);

  /** In ascending order of voxels. */
  std::vector<std::pair<SizeValueType, SizeValueType>>
  SortEntries() const;

  template <typename TSum, typename TSetWeights>
  void
  Sum(const GraphType & graph, TSum * output, const TSetWeights & setWeights);

  void
  SumIntegers(const GraphType & graph);

  void
  SumRealNumbers(const GraphType & graph);

  RadiusType                       m_Radius{ RadiusType::Filled(1) };
  LabelPixelType                   m_BackgroundValue{ std::numeric_limits<LabelPixelType>::max() };
  std::array<bool, ImageDimension> m_Periodic{};
  bool                             m_Part{ false };
  double                           m_WeightUnit{ 0 };
  SizeValueType                    m_NumberOfCycles{ 0 };

  typename EntryTableType::ConstPointer m_Entries;
};
} // end namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkNeighborhoodLabelAccumulateImageFilter.hxx"
#endif

#endif
