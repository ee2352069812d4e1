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
#ifndef itkNeighborhoodBasinJoiner_h
#define itkNeighborhoodBasinJoiner_h

#include "itkBasinJoins.h"

#include "itkImage.h"
#include "itkImageRegion.h"
#include "itkObject.h"
#include "itkObjectFactory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace itk
{

/** \class NeighborhoodBasinJoiner
 * \brief Joins the basins of parts of an image, which NeighborhoodLabelToBasinImageFilter found one by one, to those of
 * the whole image.
 *
 * For images that do not fit the memory. Parts are the cells of a grid: planes across the axes cut the image. Update
 * the filter for each part, with `WholeRegion` set, and give its tables to AddPart(). After Join(), update it for each
 * part once more, and look its numbers up in GetNumbers(). To follow labels twice takes less time than to store numbers
 * and to read them again; numbers that are stored serve as well.
 * \code
 *   joiner->AddPart(region, filter->GetRows(), filter->GetFaces(), filter->GetExits()); // for each part
 *   joiner->Join();
 *   // For each part, once more:
 *   const auto numbers =
 *     joiner->GetNumbers(filter->GetRows(), joiner->GetBasinsBefore(part), joiner->GetPieces(part));
 *   const auto number = numbers->GetBufferPointer()[filter->GetOutput()->GetPixel(index)]; // of the whole image
 * \endcode
 *
 * \par Memory
 * The tables, and some 80 bytes for each exit while they are joined. No image is needed.
 *
 * \par Errors
 * Tables that do not fit the region of their part, parts that are no grid, and exits that lead to no part, are an
 * exception that names them.
 *
 * \sa NeighborhoodLabelToBasinImageFilter
 * \ingroup NeighborhoodArgmaxLabel
 */
template <unsigned int VDimension>
class ITK_TEMPLATE_EXPORT NeighborhoodBasinJoiner : public Object
{
public:
  ITK_DISALLOW_COPY_AND_MOVE(NeighborhoodBasinJoiner);

  using Self = NeighborhoodBasinJoiner;
  using Superclass = Object;
  using Pointer = SmartPointer<Self>;
  using ConstPointer = SmartPointer<const Self>;

  using RegionType = ImageRegion<VDimension>;
  using RadiusType = Size<VDimension>;
  /** In rows of one pixel. */
  using BasinTableType = Image<unsigned int, 2>;
  /** In rows of one or more pixels. */
  using TableType = Image<SizeValueType, 2>;

  itkNewMacro(Self);
#ifdef itkOverrideGetNameOfClassMacro
  itkOverrideGetNameOfClassMacro(NeighborhoodBasinJoiner);
#else
  itkTypeMacro(NeighborhoodBasinJoiner, Object);
#endif

  /** Radius of the neighborhood whose labels were followed. Default 1 on every axis. */
  itkSetMacro(Radius, RadiusType);
  itkGetConstReferenceMacro(Radius, RadiusType);

  /** A part of the image: its region, and the tables of the filter that found its basins, GetRows(), GetFaces() and
   * GetExits(). Parts may come in any order. */
  void
  AddPart(const RegionType &     region,
          const BasinTableType * rows,
          const BasinTableType * faces,
          const TableType *      exits);

  /** Join all parts. They are numbered from 0 on, the first axis fastest, whatever the order in which they came. */
  void
  Join();

  SizeValueType
  GetNumberOfParts() const
  {
    return m_Parts.size();
  }

  /** After Join(): the number of basins of the whole image. */
  itkGetConstMacro(NumberOfBasins, SizeValueType);

  /** After Join(): of each row of a part, how many basins of the whole image begin before it. */
  TableType::Pointer
  GetBasinsBefore(SizeValueType part) const;

  /** After Join(), in rows of four pixels: of each basin of a part that leads out of it or is entered, its number in
   * the part, and in the whole image; 1 if it begins in this part; 1 if it leads out, so that its sink is in another
   * part. */
  TableType::Pointer
  GetPieces(SizeValueType part) const;

  /** The numbers in the whole image of the basins of a part, background (0) first: from the filter's GetRows(), and
   * from GetBasinsBefore() and GetPieces(), which may come from another process. */
  static TableType::Pointer
  GetNumbers(const BasinTableType * rows, const TableType * basinsBefore, const TableType * pieces);

  /** After Join(): cycles of labels that lead through several parts, in rows of two pixels: a voxel of the whole image
   * by which a cycle enters a part, and the number of the cycle, from 0 on. Such a basin has no sink in any part. */
  TableType::Pointer
  GetCycles() const;

protected:
  NeighborhoodBasinJoiner() = default;
  ~NeighborhoodBasinJoiner() override = default;

  void
  PrintSelf(std::ostream & os, Indent indent) const override;

private:
  template <typename TNumber>
  using JoinsType = NeighborhoodArgmaxLabel::BasinJoins<TNumber, VDimension>;
  using GridType = NeighborhoodArgmaxLabel::BasinGrid<VDimension>;
  using PositionType = typename GridType::PositionType;
  using BoxType = std::pair<PositionType, PositionType>;

  struct Part
  {
    RegionType                   region;
    BasinTableType::ConstPointer rows;
    BasinTableType::ConstPointer faces;
    TableType::ConstPointer      exits;
    std::vector<std::uint32_t>   pieces; // basins that lead out or are entered, in ascending order
  };

  /** Where an exit leads: a part, and a basin of it; 0 is background. */
  struct Entry
  {
    std::size_t   part;
    std::uint32_t basin;
  };

  static unsigned int
  GetNumberOfBasinsIn(const BasinTableType & rows)
  {
    return rows.GetBufferPointer()[rows.GetBufferedRegion().GetNumberOfPixels() - 1];
  }

  void
  VerifyPart(const Part & part) const;

  /** Sort the parts, and find the planes that cut the image. */
  void
  MakeGrid();

  /** Of the voxels of a part whose neighborhood leaves it, how many come before this one. */
  std::size_t
  RankOfFace(const BoxType & part, const PositionType & position) const;

  Entry
  EntryOf(SizeValueType target) const;

  /** Call function(part, basin, target, entry) for all exits that do not lead to background. */
  template <typename TFunction>
  void
  ForEachExit(const TFunction & function) const;

  void
  FindPieces();

  template <typename TNumber>
  std::unique_ptr<JoinsType<TNumber>>
  MakeJoins();

  template <typename TNumber>
  void
  AddPieces(JoinsType<TNumber> & joins) const;

  /** A basin of a part among all pieces. */
  template <typename TNumber>
  TNumber
  PieceOf(const JoinsType<TNumber> & joins, std::size_t part, std::uint32_t basin) const
  {
    const auto & pieces = m_Parts[part].pieces;
    const auto   rank = std::lower_bound(pieces.begin(), pieces.end(), basin) - pieces.begin();
    return joins.GetFirstPiece(part) + static_cast<TNumber>(rank);
  }

  template <typename TNumber>
  void
  FindCycles(JoinsType<TNumber> & joins);

  /** Call function(joins) with what Join() made; throws without. */
  template <typename TFunction>
  void
  WithJoins(SizeValueType part, const TFunction & function) const;

  using SmallJoinsType = std::unique_ptr<JoinsType<std::uint32_t>>;
  using LargeJoinsType = std::unique_ptr<JoinsType<std::uint64_t>>;

  RadiusType                                   m_Radius{ RadiusType::Filled(1) };
  std::vector<Part>                            m_Parts;
  GridType                                     m_Grid;
  std::variant<SmallJoinsType, LargeJoinsType> m_Joins;
  std::vector<bool>                            m_LeadsOut; // of each piece
  std::vector<SizeValueType>                   m_Cycles;   // as in GetCycles()
  SizeValueType                                m_NumberOfBasins{ 0 };
};
} // end namespace itk

#ifndef ITK_MANUAL_INSTANTIATION
#  include "itkNeighborhoodBasinJoiner.hxx"
#endif

#endif
