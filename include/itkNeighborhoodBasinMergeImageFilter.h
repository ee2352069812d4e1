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
#ifndef itkNeighborhoodBasinMergeImageFilter_h
#define itkNeighborhoodBasinMergeImageFilter_h

#include "itkBasinBorders.h"
#include "itkBasinHierarchy.h"
#include "itkImage.h"
#include "itkImageToImageFilter.h"
#include "itkNeighborhoodArgmaxLabelVoxelGrid.h"
#include "itkNeighborhoodLabels.h"

#include <array>
#include <cstdint>
#include <ostream>
#include <tuple>
#include <type_traits>
#include <vector>

namespace itk
{

/** \class NeighborhoodBasinMergeImageFilter
 * \brief Joins shallow basins of NeighborhoodLabelToBasinImageFilter with the deeper ones beside them.
 *
 * \par Rule
 * The pass of two basins is the least, over neighboring voxels of which one is in each, of the greater of the two
 * values. The depth of a basin is how far one has to rise from its lowest value to reach a basin that is lower, or as
 * low and earlier in number. All basins of a depth of `Depth` or less join the basin on the other side of their lowest
 * pass, in the order of depth (see NeighborhoodArgmaxLabel::BasinHierarchy for equal ones): the elder rule of
 * persistence. So `Depth` 0 joins what a plateau divides; and at `Depth` h there are as many basins as the image has
 * regional minima when it is filled by h (reconstruction by erosion of the values plus h), as many as
 * MorphologicalWatershedImageFilter finds at `Level` h.
 *
 * Merged basins are numbered 1, 2, ... in the order of their first voxels, the first axis fastest. Background, 0, stays
 * 0 and is no neighbor. A value that is NaN is no part of a pass, and no lowest value.
 *
 * \par Inputs
 * An image of basins, as NeighborhoodLabelToBasinImageFilter numbers them, and the `ValueImage` that they were found
 * in, of the same region and place. With `Ascent` on, for basins of maxima, the values are taken negative.
 *
 * \par Hierarchy
 * GetHierarchy() has the depth of each basin and which one it joins, so that any other depth is a look-up: SetDepth()
 * and Update() again do not look at the values. GetPasses() has all neighbors.
 *
 * \par Errors
 * An exception names the parameter and its value when `Depth` is negative or NaN, the value image is missing or does
 * not lie on the basins, when an integer value of 64 bits is not held by double, or a number of a basin is 2^31 or
 * more.
 *
 * \par Algorithm and memory
 * Rows of voxels are compared with those beside them, in vectors of the processor; passes go into hash tables, one for
 * each work unit; they are sorted and joined by union-find. The result is the same for any number of threads. Memory:
 * the output, some 50 bytes for each two neighboring basins and work unit, 60 for each basin, and for pixels of
 * unsigned 32 or of 64 bits a copy of the values in double. The whole images are needed; the filter does not stream.
 *
 * \sa NeighborhoodLabelToBasinImageFilter
 * \sa MorphologicalWatershedImageFilter
 * \ingroup MultiThreaded
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TBasinImage, typename TValueImage>
class ITK_TEMPLATE_EXPORT NeighborhoodBasinMergeImageFilter : public ImageToImageFilter<TBasinImage, TBasinImage>
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(NeighborhoodBasinMergeImageFilter);

  static constexpr unsigned int ImageDimension = TBasinImage::ImageDimension;
  static_assert(ImageDimension == TValueImage::ImageDimension, "Basins and values have the same dimension.");

  using Self = NeighborhoodBasinMergeImageFilter;
  using Superclass = ImageToImageFilter<TBasinImage, TBasinImage>;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;

  using BasinImageType = TBasinImage;
  using BasinPixelType = typename TBasinImage::PixelType;
  using ValueImageType = TValueImage;
  using ValuePixelType = typename TValueImage::PixelType;
  using TableType = Image<double, 2>;

  static_assert(std::is_integral_v<BasinPixelType> && sizeof(BasinPixelType) == sizeof(std::uint32_t),
                "Numbers of basins are integers of 32 bits.");
  static_assert(std::is_arithmetic_v<ValuePixelType> && !std::is_same_v<ValuePixelType, long double>,
                "Values are real numbers.");

  itkNewMacro(Self);
#ifdef itkOverrideGetNameOfClassMacro
  itkOverrideGetNameOfClassMacro(NeighborhoodBasinMergeImageFilter);
#else
  itkTypeMacro(NeighborhoodBasinMergeImageFilter, ImageToImageFilter);
#endif

  /** The image that the basins were found in. */
  itkSetInputMacro(ValueImage, ValueImageType);
  itkGetInputMacro(ValueImage, ValueImageType);

  /** Basins of this depth or less join others, in units of the values. Default 0. */
  itkSetMacro(Depth, double);
  itkGetConstMacro(Depth, double);

  /** On: the basins are those of maxima, values are taken negative. Default off. */
  itkSetMacro(Ascent, bool);
  itkGetConstMacro(Ascent, bool);
  itkBooleanMacro(Ascent);

  /** Off: only voxels that share a face are neighbors. Default on. */
  itkSetMacro(FullyConnected, bool);
  itkGetConstMacro(FullyConnected, bool);
  itkBooleanMacro(FullyConnected);

  /** On: opposite sides of the image are neighbors. Default off. */
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

  /** The number of basins that are left at the `Depth` of the last update. */
  itkGetConstMacro(NumberOfBasins, SizeValueType);

  /** Of the last update, for each basin of the input a row of five pixels: its lowest value; its depth, infinite where
   * it joins none; the value of its pass; the number of the basin that it joins there, or 0; and the voxel of the pass,
   * the first one that is as high as it, counted in the image from 0 on, the first axis fastest, or -1. */
  typename TableType::Pointer
  GetHierarchy() const;

  /** Of the last update, for each two neighboring basins a row of four pixels: their numbers, the lower one first; the
   * value of their pass; and its voxel, as in GetHierarchy(). In the order of numbers. */
  typename TableType::Pointer
  GetPasses() const;

  /** The hierarchy of an image in parts: from rows of GetPasses(), in any order, for two basins also several; and from
   * the lowest value of each basin, a row of one pixel. Throws for numbers of other basins. */
  static TableType::Pointer
  MakeHierarchy(const TableType * passes, const TableType * lowestValues, bool ascent);

  /** From numbers before to those after basins of this depth or less have joined: a row of one pixel for each basin of
   * a hierarchy. */
  static TableType::Pointer
  Cut(const TableType * hierarchy, double depth);

protected:
  NeighborhoodBasinMergeImageFilter();
  ~NeighborhoodBasinMergeImageFilter() override = default;

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
  /** Values as they are compared; others are copied. */
  template <typename... TTypes>
  static constexpr bool IsValueOneOf = (std::is_same_v<ValuePixelType, TTypes> || ...);
  static constexpr bool IsComparedAsIs =
    IsValueOneOf<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, float, double>;
  using ComparedType = std::conditional_t<IsComparedAsIs, ValuePixelType, double>;
  using RowType = NeighborhoodArgmaxLabel::BorderRow<ComparedType>;
  using BordersType = NeighborhoodArgmaxLabel::Borders<ComparedType>;
  using LaneType = NeighborhoodArgmaxLabel::BorderLane<ComparedType>;
  using GridType = NeighborhoodArgmaxLabel::VoxelGrid<ImageDimension>;
  using PositionType = typename GridType::PositionType;
  using PassTableType = NeighborhoodArgmaxLabel::BasinPassTable;
  using HierarchyType = NeighborhoodArgmaxLabel::BasinHierarchy;

  static constexpr std::size_t
  PowerOf3(unsigned int exponent)
  {
    return exponent == 0 ? 1 : 3 * PowerOf3(exponent - 1);
  }
  static constexpr std::size_t NumberOfDirections = (PowerOf3(ImageDimension) - 1) / 2;

  /** A direction of half the neighborhood: the offset along the first axis, and the others. */
  struct Direction
  {
    std::int64_t x;
    PositionType row;
  };

  /** What a work unit finds. */
  struct Found
  {
    PassTableType       passes;
    std::vector<double> lowest; // value of each basin
  };

  /** A row and those beside it. */
  struct RowOfVoxels
  {
    RowType                    voxels;
    std::uint64_t              voxel;     // the first one
    std::vector<std::int64_t>  offsets;   // along the first axis, of each neighbor
    std::vector<std::uint64_t> rows;      // the first voxel of each neighbor's row
    bool                       isWrapped; // a row is on the other side of the image
    RowType                    inside;    // without its ends
    BordersType                borders;
  };

  GridType
  MakeGrid() const;

  std::vector<Direction>
  MakeDirections() const;

  /** Call function(i, begin, end) for about equal ranges from 0 to `count`, in parallel. */
  template <typename TFunction>
  void
  ForEachRange(SizeValueType count, const TFunction & function);

  /** Throws where a number of a basin is too great. */
  std::uint32_t
  FindGreatestNumber();

  /** Throws where double does not hold a value. */
  const ComparedType *
  GetComparedValues(std::vector<double> & copy) const;

  void
  FindHierarchy();

  void
  ScanRows(const ComparedType * values, SizeValueType begin, SizeValueType end, Found & found);

  void
  ScanRow(const GridType & grid, RowOfVoxels & row, Found & found) const;

  void
  AddPassesOfVoxel(const GridType & grid, const RowOfVoxels & row, std::int64_t x, PassTableType & passes) const;

  /** Of a row but its ends. */
  void
  AddPassesInside(RowOfVoxels & row, std::size_t length, PassTableType & passes) const;

  static void
  AddLowest(const RowOfVoxels & row, std::int64_t length, std::vector<double> & lowest);

  /** Lower ones come first. */
  static double
  KeyOf(ComparedType value, bool ascent)
  {
    return ascent ? -static_cast<double>(value) : static_cast<double>(value);
  }

  static TableType::Pointer
  NewTable(SizeValueType columns, SizeValueType rows);

  static TableType::Pointer
  MakeTable(const HierarchyType & hierarchy, bool ascent);

  /** Throws if a table, whose name is for the message, has not that many columns. */
  static void
  VerifyTable(const TableType * table, const char * name, SizeValueType columns);

  /** Throws if a table has a number of a basin that is not in the range. */
  static void
  VerifyNumber(double number, SizeValueType least, SizeValueType greatest);

  /** The part of the progress that the scan is. A sum of 1, were it rounded up, would start again at 0. */
  static constexpr float ScanWeight = 0.9f;

  /** All that a hierarchy depends on: images and their times, and options. */
  using Sources = std::tuple<const DataObject *,
                             ModifiedTimeType,
                             const DataObject *,
                             ModifiedTimeType,
                             bool,
                             bool,
                             std::array<bool, ImageDimension>>;

  double                           m_Depth{ 0.0 };
  bool                             m_Ascent{ false };
  bool                             m_FullyConnected{ true };
  std::array<bool, ImageDimension> m_Periodic{};
  SizeValueType                    m_NumberOfBasins{ 0 };

  HierarchyType                                   m_Hierarchy;
  std::vector<NeighborhoodArgmaxLabel::BasinPass> m_Passes;
  Sources                                         m_HierarchyOf{};
};
} // end namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkNeighborhoodBasinMergeImageFilter.hxx"
#endif

#endif
