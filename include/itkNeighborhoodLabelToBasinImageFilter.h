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
#ifndef itkNeighborhoodLabelToBasinImageFilter_h
#define itkNeighborhoodLabelToBasinImageFilter_h

#include "itkBlockwiseBasins.h"

#include "itkImage.h"
#include "itkImageToImageFilter.h"

#include <array>
#include <cstdint>
#include <limits>
#include <ostream>
#include <type_traits>

namespace itk
{

/** \class NeighborhoodLabelToBasinImageFilter
 * \brief Follows the labels of NeighborhoodArgmaxLabelImageFilter and numbers the basins that they drain to.
 *
 * \par Basins
 * Every label leads from its voxel to a neighbor. Two voxels are in the same basin where following their labels ends
 * in the same sink or in the same cycle (with the default `CenterScore` of NeighborhoodArgmaxLabelImageFilter two
 * minima can point at each other). A voxel is a sink where its label
 * - is that of the center,
 * - leads out of the image, unless `Periodic` is on,
 * - or leads to a voxel without label: to background, or out of the mask.
 *
 * Basins are numbered 1, 2, ... in the order of their first voxels, the first axis fastest; background is 0. The result
 * is the same for any number of threads and work units.
 *
 * \par What is background
 * Voxels whose label is the `BackgroundValue`, and those where the optional `MaskImage` is 0, whatever their label. By
 * default it is the greatest value of the label pixel type, 255 for 8 bits, which is no label of any radius. The
 * `BackgroundValue` of NeighborhoodArgmaxLabelImageFilter has to be the same, unless its `Border` is not `Background`
 * and it has no mask. What cannot be told apart is refused: a `BackgroundValue` that is the label of a direction, and
 * an image, not `Periodic`, whose outermost layer (as thick as the radius) has the label 0 all over: labels with the
 * default background of NeighborhoodArgmaxLabelImageFilter look like that. (Parts of an image are not checked for it.)
 *
 * \par Inputs and outputs
 * An image of integers, such as NeighborhoodArgmaxLabelImageFilter gives, of the same `Radius`. An optional `MaskImage`
 * of the same region and place. The number of basins is in GetNumberOfBasins(). With `GenerateSinkImage` on,
 * GetSinkImage() has the number of each basin at its sink, 0 elsewhere; the sink of a cycle is its first voxel.
 *
 * \par Errors
 * Before any work is done, an exception names the parameter and its value when the `BackgroundValue` is the label of a
 * direction, the radius is 0 on every axis or has more labels than the label pixel type holds, the mask does not lie on
 * the image, or a label is not one of the radius (with its position). More basins than the output pixel type holds are
 * an exception as well.
 *
 * \par Algorithm
 * Blocks that fit the cache are followed one by one, joined over their faces (union-find), and numbered: see
 * BlockwiseBasins. Time is linear in the number of voxels, whatever the labels.
 *
 * \par Memory
 * The output, where all of that happens, and some 20 bytes for each basin of a block that labels enter or leave: of
 * noise, a fifth of the output. Output pixels of less than 32 bits take a copy of 32 bits while the filter runs. The
 * whole label image is needed; the filter does not stream.
 *
 * \par Images in parts
 * An image that does not fit the memory can be followed part by part. With `WholeRegion`, the label image is a part of
 * an image of that region. Where a label leads out of the part there is a sink, which is its own basin. GetExits(),
 * GetRows() and GetFaces() are all that NeighborhoodBasinJoiner needs to join the parts.
 * itk_neighborhoodargmaxlabel.basins does that for dask arrays, in Python.
 *
 * \sa NeighborhoodArgmaxLabelImageFilter
 * \sa NeighborhoodBasinJoiner
 * \sa TobogganImageFilter
 * \ingroup MultiThreaded
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TLabelImage, typename TOutputImage = Image<unsigned int, TLabelImage::ImageDimension>>
class ITK_TEMPLATE_EXPORT NeighborhoodLabelToBasinImageFilter : public ImageToImageFilter<TLabelImage, TOutputImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(NeighborhoodLabelToBasinImageFilter);

  static constexpr unsigned int ImageDimension = TLabelImage::ImageDimension;
  static_assert(ImageDimension == TOutputImage::ImageDimension, "Input and output have the same dimension.");

  using Self = NeighborhoodLabelToBasinImageFilter;
  using Superclass = ImageToImageFilter<TLabelImage, TOutputImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;

  using LabelImageType = TLabelImage;
  using LabelPixelType = typename TLabelImage::PixelType;
  using OutputImageType = TOutputImage;
  using OutputPixelType = typename TOutputImage::PixelType;
  using IndexType = typename TLabelImage::IndexType;
  using RegionType = typename TLabelImage::RegionType;
  using OffsetType = typename TLabelImage::OffsetType;
  using RadiusType = typename TLabelImage::SizeType;
  using MaskImageType = Image<unsigned char, ImageDimension>;
  using ExitTableType = Image<SizeValueType, 2>;
  using BasinTableType = Image<unsigned int, 2>;

  itkNewMacro(Self);
#ifdef itkOverrideGetNameOfClassMacro
  itkOverrideGetNameOfClassMacro(NeighborhoodLabelToBasinImageFilter);
#else
  itkTypeMacro(NeighborhoodLabelToBasinImageFilter, ImageToImageFilter);
#endif

  static_assert(std::is_integral_v<LabelPixelType> && !std::is_same_v<LabelPixelType, bool>, "Labels are integers.");
  static_assert(std::is_integral_v<OutputPixelType> && !std::is_same_v<OutputPixelType, bool>,
                "Numbers of basins are integers.");

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
  /** That of the first axis, which all have unless SetPeriodicOfAxis() was called. */
  bool
  GetPeriodic() const
  {
    return m_Periodic[0];
  }
  itkBooleanMacro(Periodic);

  /** The same along one axis. Throws where there is no such axis. */
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

  /** Where the mask is 0 there is no label. Optional. */
  itkSetInputMacro(MaskImage, MaskImageType);
  itkGetInputMacro(MaskImage, MaskImageType);

  /** On: a second output, GetSinkImage(). Off: it is not allocated. Default off. */
  virtual void
  SetGenerateSinkImage(bool generate);
  itkGetConstMacro(GenerateSinkImage, bool);
  itkBooleanMacro(GenerateSinkImage);

  /** The number of each basin at its sink, 0 elsewhere; nullptr while `GenerateSinkImage` is off. */
  OutputImageType *
  GetSinkImage();
  const OutputImageType *
  GetSinkImage() const;

  /** The region of the whole image, in which the label image is a part. Default: empty, the label image is the whole.
   */
  itkSetMacro(WholeRegion, RegionType);
  itkGetConstReferenceMacro(WholeRegion, RegionType);

  /** Where labels lead out of a part, in rows of two pixels: the number of the basin that ends there, and the voxel
   * that its label leads to, counted in the whole image from 0 on, the first axis fastest. nullptr without
   * `WholeRegion`. */
  itkGetConstObjectMacro(Exits, ExitTableType);

  /** Of each row of voxels of a part, in rows of one pixel: how many basins begin in it or before. nullptr without
   * `WholeRegion`. */
  itkGetConstObjectMacro(Rows, BasinTableType);

  /** The basins of the voxels of a part whose neighborhood leaves it, in their order, in rows of one pixel; 0 is
   * background. nullptr without `WholeRegion`. */
  itkGetConstObjectMacro(Faces, BasinTableType);

  /** The number of basins that the last update found. */
  itkGetConstMacro(NumberOfBasins, SizeValueType);

protected:
  NeighborhoodLabelToBasinImageFilter();
  ~NeighborhoodLabelToBasinImageFilter() override = default;

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
  EnlargeOutputRequestedRegion(DataObject * output) override;

  void
  AllocateOutputs() override;

  void
  GenerateData() override;

private:
  using UnsignedLabelType = std::make_unsigned_t<LabelPixelType>;
  using GraphType = NeighborhoodArgmaxLabel::NeighborhoodLabelGraph<UnsignedLabelType, ImageDimension>;
  using PositionType = typename GraphType::PositionType;

  /** Holds numbers while they are worked out. */
  using NumberType = std::conditional_t<(sizeof(OutputPixelType) < sizeof(std::uint32_t)),
                                        std::uint32_t,
                                        std::make_unsigned_t<OutputPixelType>>;

  /** The part of the progress that sinks are, where they are found. A sum of 1, were it rounded up, would start again
   * at 0: 0.01 is left. */
  static constexpr float SinkWeight = 0.3f;

  GraphType
  MakeGraph() const;

  bool
  IsPart() const
  {
    return m_WholeRegion.GetNumberOfPixels() > 0;
  }

  /** How many threads are worth waking up. */
  SizeValueType
  NumberOfParts(const GraphType & graph) const;

  /** Call function(i) for i from 0 to before `count`, in parallel. */
  template <typename TFunction>
  void
  ForEach(SizeValueType count, const TFunction & function);

  /** Call function(i, begin, end) for the voxels of whole rows, in parallel. */
  template <typename TFunction>
  void
  ForEachPartOfRows(const GraphType & graph, const TFunction & function);

  /** Throws at the first voxel whose value is neither a label nor background. */
  void
  VerifyLabels(const GraphType & graph);

  /** Throws when the border looks like the default background of NeighborhoodArgmaxLabelImageFilter. */
  void
  VerifyBorder(const GraphType & graph) const;

  /** Number all voxels. Throws if there are more basins than the output pixel type holds. */
  void
  NumberVoxels(const GraphType & graph, NumberType * numbers);

  /** The second output. */
  void
  FindSinks(const GraphType & graph);

  /** The sinks of basins that have none yet: the first voxels of cycles. */
  void
  FindCycles(const GraphType & graph, std::vector<unsigned char> & hasSink);

  /** Of a part. */
  void
  FindRowsAndFaces(const GraphType & graph);

  void
  FindExits(const GraphType & graph);

  RadiusType                       m_Radius{ RadiusType::Filled(1) };
  LabelPixelType                   m_BackgroundValue{ std::numeric_limits<LabelPixelType>::max() };
  std::array<bool, ImageDimension> m_Periodic{};
  bool                             m_GenerateSinkImage{ false };
  RegionType                       m_WholeRegion;
  ExitTableType::Pointer           m_Exits;
  BasinTableType::Pointer          m_Rows;
  BasinTableType::Pointer          m_Faces;
  SizeValueType                    m_NumberOfBasins{ 0 };
};
} // end namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkNeighborhoodLabelToBasinImageFilter.hxx"
#endif

#endif
