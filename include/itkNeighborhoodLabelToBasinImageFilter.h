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

#include "itkImage.h"
#include "itkImageToImageFilter.h"
#include "itkNeighborhoodArgmaxLabelImageFilter.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <ostream>
#include <type_traits>
#include <utility>
#include <vector>

namespace itk
{

/** \class NeighborhoodLabelToBasinImageFilter
 * \brief Follows the labels of NeighborhoodArgmaxLabelImageFilter and numbers the basins that they drain to.
 *
 * \par Basins
 * Every label leads from its voxel to a neighbour. Two voxels are in the same basin where following their labels ends
 * in the same sink or in the same circle (with the default `CenterScore` of NeighborhoodArgmaxLabelImageFilter two
 * minima can point at each other). A voxel is a sink where its label
 * - is that of the centre,
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
 * default background of NeighborhoodArgmaxLabelImageFilter look like that.
 *
 * \par Inputs and outputs
 * An image of integers, such as NeighborhoodArgmaxLabelImageFilter gives, of the same `Radius`. An optional `MaskImage`
 * of the same region and place. The number of basins is in GetNumberOfBasins(). With `GenerateSinkImage` on,
 * GetSinkImage() has the number of each basin at its sink, 0 elsewhere; the sink of a circle is its first voxel.
 *
 * \par Errors
 * Before any work is done, an exception names the parameter and its value when the `BackgroundValue` is the label of a
 * direction, the radius is 0 on every axis or has more labels than the label pixel type holds, the mask does not lie on
 * the image, or a label is not one of the radius (with its position). More basins than the output pixel type holds are
 * an exception as well.
 *
 * \par Algorithm
 * The image is cut into slabs, one for a work unit (by default, a thread). In each, voxels are joined in raster order
 * with those that they lead to: union-find in the output image itself, where each voxel gets an earlier one of its
 * basin and the first one of a basin is the root of its tree. A second pass numbers the trees in the order of their
 * first voxels. What leaves a slab is joined by numbers, and the voxels of later slabs are renumbered. Time grows no
 * faster than n log n with the number of voxels, whatever the labels, and in practice with n: nearly all trees are
 * joined at their roots.
 *
 * \par Memory
 * The output, where all of that happens, and a list of what leaves the slabs. Output pixels of less than 32 bits take a
 * copy of 32 bits while the filter runs. The whole label image is needed; the filter does not stream.
 *
 * \sa NeighborhoodArgmaxLabelImageFilter
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
  using OffsetType = typename TLabelImage::OffsetType;
  using RadiusType = typename TLabelImage::SizeType;
  using MaskImageType = Image<unsigned char, ImageDimension>;

  itkNewMacro(Self);
#ifdef itkOverrideGetNameOfClassMacro
  itkOverrideGetNameOfClassMacro(NeighborhoodLabelToBasinImageFilter);
#else
  itkTypeMacro(NeighborhoodLabelToBasinImageFilter, ImageToImageFilter);
#endif

  static_assert(std::is_integral<LabelPixelType>::value && !std::is_same<LabelPixelType, bool>::value,
                "Labels are integers.");
  static_assert(std::is_integral<OutputPixelType>::value && !std::is_same<OutputPixelType, bool>::value,
                "Numbers of basins are integers.");

  /** Radius of the neighbourhood whose labels these are. Default 1 on every axis. */
  itkSetMacro(Radius, RadiusType);
  itkGetConstReferenceMacro(Radius, RadiusType);
  /** The same radius on every axis. */
  void
  SetRadius(SizeValueType radius);

  /** The value of voxels that have no label. Default: the greatest of the label pixel type. */
  itkSetMacro(BackgroundValue, LabelPixelType);
  itkGetConstMacro(BackgroundValue, LabelPixelType);

  /** On: a label that leads out of the image leads to its opposite side. Default off. */
  itkSetMacro(Periodic, bool);
  itkGetConstMacro(Periodic, bool);
  itkBooleanMacro(Periodic);

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
  using NeighborhoodType = NeighborhoodArgmaxLabelImageFilter<TLabelImage, TLabelImage>;

  using UnsignedLabelType = std::make_unsigned_t<LabelPixelType>;

  /** Holds numbers while they are worked out. */
  using NumberType = std::conditional_t<(sizeof(OutputPixelType) < sizeof(std::uint32_t)),
                                        std::uint32_t,
                                        std::make_unsigned_t<OutputPixelType>>;

  /** That of background, and of voxels to which nothing has led yet. */
  static constexpr NumberType NoParent = std::numeric_limits<NumberType>::max();

  /** Parts of the progress; a sum above 1, were it rounded up, would start again at 0. */
  static constexpr float JoinWeight = 0.75f;
  static constexpr float NumberWeight = 0.24f;

  /** The labels as a graph. Voxels are counted from 0 on, the first axis fastest. */
  struct Graph
  {
    const LabelPixelType *       labels;
    const unsigned char *        mask; // or nullptr
    RadiusType                   size;
    RadiusType                   radius;
    SizeValueType                numberOfVoxels;
    SizeValueType                reach;   // how far apart, at most, voxels of one neighbourhood are
    std::vector<OffsetType>      offsets; // of each label
    std::vector<OffsetValueType> steps;   // of each label, from voxel to voxel
    LabelPixelType               backgroundValue;
    bool                         isPeriodic;

    bool
    IsBackground(SizeValueType voxel) const
    {
      return labels[voxel] == backgroundValue || (mask && mask[voxel] == 0);
    }

    OffsetType
    PositionOf(SizeValueType voxel) const;

    bool
    LeadsOut(SizeValueType voxel, const OffsetType & position) const;

    /** Where the label of a voxel leads; out of the image: to the voxel itself, as that of the centre does. */
    SizeValueType
    Next(SizeValueType voxel, const OffsetType & position) const;

    /** Call function(voxel, position) for the first voxel of each row. */
    template <typename TFunction>
    void
    ForEachRow(SizeValueType begin, SizeValueType end, const TFunction & function) const;

    /** Where, in the row at `position`, the voxels begin and end whose neighbourhood is inside the image; at the end of
     * the row if there are none. */
    std::pair<SizeValueType, SizeValueType>
    InteriorOf(const OffsetType & position) const;
  };

  using VoxelPair = std::pair<SizeValueType, SizeValueType>;

  /** Voxels from `begin` to before `end`, whole rows, for one thread. */
  struct Slab
  {
    SizeValueType          begin;
    SizeValueType          end;
    bool                   hasBackground{ false };
    std::vector<VoxelPair> exits; // voxels, and those in other slabs that they lead to
    SizeValueType          firstRoot{ 0 };
    SizeValueType          endRoot{ 0 }; // of those that it shares, the first one and the one behind the last
    SizeValueType          numberOfBasins{ 0 };
    SizeValueType          numbersBefore{ 0 }; // in the slabs before
  };

  /** The root of a tree that is joined with one in another slab. */
  struct SharedRoot
  {
    SizeValueType voxel;
    SizeValueType first;       // the place of the first root of this basin
    SizeValueType number{ 0 }; // of the basin; before NumberBasins(), counted in the slab
  };

  Graph
  MakeGraph(const LabelImageType * labels, const MaskImageType * mask) const;

  std::vector<Slab>
  MakeSlabs(const Graph & graph) const;

  /** Call function(slab) for all slabs, in parallel. */
  template <typename TFunction>
  void
  ForEachSlab(std::vector<Slab> & slabs, const TFunction & function);

  /** Throws where labels and background cannot be told apart. */
  void
  VerifyLabels(const Graph & graph, std::vector<Slab> & slabs);

  /** Join each voxel of a slab with the one that it leads to, by union-find. The root of a tree is its first voxel. */
  template <bool VHasBackground>
  void
  JoinVoxels(const Graph & graph, Slab & slab, NumberType * parents);

  /** The root of a tree of union-find. */
  template <typename TNumber>
  static TNumber
  RootOf(TNumber * parent, TNumber place);

  /** Join two trees; the lower root remains. */
  template <typename TNumber>
  static void
  JoinTrees(TNumber * parent, TNumber a, TNumber b);

  /** Join trees of different slabs, and return their roots in ascending order. */
  static std::vector<SharedRoot>
  JoinSlabs(std::vector<Slab> & slabs, NumberType * parents);

  /** Count the basins that begin in a slab. */
  static void
  CountBasins(Slab & slab, const NumberType * parents, std::vector<SharedRoot> & roots);

  /** From numbers in each slab to those of the output; throws if it cannot hold them. */
  void
  NumberBasins(std::vector<Slab> & slabs, std::vector<SharedRoot> & roots);

  /** From parents to numbers, in place. */
  void
  NumberVoxels(const Slab & slab, const std::vector<SharedRoot> & roots, NumberType * parents);

  /** The second output. */
  void
  FindSinks(const Graph & graph, std::vector<Slab> & slabs);

  RadiusType     m_Radius{ NeighborhoodType::UnitRadius() };
  LabelPixelType m_BackgroundValue{ std::numeric_limits<LabelPixelType>::max() };
  bool           m_Periodic{ false };
  bool           m_GenerateSinkImage{ false };
  SizeValueType  m_NumberOfBasins{ 0 };
};
} // end namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkNeighborhoodLabelToBasinImageFilter.hxx"
#endif

#endif
