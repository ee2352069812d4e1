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
#ifndef itkNeighborhoodArgmaxLabelKernel_h
#define itkNeighborhoodArgmaxLabelKernel_h

#include "NeighborhoodArgmaxLabelExport.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

/** \file
 * Internal: staged rows and a table of candidates in, labels and scores out. No image, no border, no thread.
 *
 * Rows are staged in lanes: `std::int8_t`, `std::int16_t`, `std::int32_t`, `float` or `double`. Unsigned pixels are
 * shifted to signed lanes, and an ascent is staged as the descent of the negated values: both keep differences. */
namespace itk::NeighborhoodArgmaxLabel
{

/** \class Candidate
 * \brief Internal: a neighbor that competes for the label of a voxel.
 * \ingroup NeighborhoodArgmaxLabel */
struct Candidate
{
  std::uint32_t  label;
  std::uint32_t  plane;  ///< which plane of the window it lies in
  std::ptrdiff_t row;    ///< its offset across the rows of that plane
  std::ptrdiff_t column; ///< its offset along the row
  double         weight; ///< the inverse of its distance
};

/** \class Rules
 * \brief Internal: the competing neighbors, their weights, and the rules of the center.
 * \ingroup NeighborhoodArgmaxLabel */
struct Rules
{
  std::vector<Candidate> candidates; ///< in ascending order of their labels
  std::uint32_t          centerLabel{ 0 };
  std::uint32_t          centerPlane{ 0 };
  double                 centerScore{ -100.0 };
  bool                   labelStrictExtrema{ false };

  /** Whether, at each weight, different differences have different scores, so that candidates of equal weight may
   * compete by differences. If not, only lanes of float and double give the labels of the definition. */
  NeighborhoodArgmaxLabel_EXPORT bool
  AreOrdinary() const;
};

/** 1 / the Euclidean length of a vector. Compiled in the library, so that a user's compiler options cannot change its
 * rounding. */
NeighborhoodArgmaxLabel_EXPORT double
InverseLength(const double * components, unsigned int dimension);

/** The type of scores in the output; they are computed in double. */
template <typename TLane>
using ScoreOf = std::conditional_t<std::is_same_v<TLane, double>, double, float>;

/** \class StagedFacts
 * \brief Internal: properties of staged values that the kernel must know.
 * \ingroup NeighborhoodArgmaxLabel */
struct StagedFacts
{
  bool hasNaN{ false };
  bool isExtreme{ false }; ///< infinities, and numbers whose scores may overflow
};

/** How real numbers are staged. */
enum class Staging : std::uint8_t
{
  Ordered, ///< NaN as the lowest value of all, absent voxels as the highest: for rows that are not extreme
  Raw      ///< values as they are, absent voxels as AbsentValue()
};

/** \class Block
 * \brief Internal: the voxels that are labeled at once: rows of voxels, their neighbors, and where the results go.
 * \ingroup NeighborhoodArgmaxLabel */
template <typename TLane, typename TLabel>
struct Block
{
  std::vector<const TLane *> sources; ///< for each candidate of the table, the neighbor of the first voxel
  const TLane *              center{ nullptr };
  std::ptrdiff_t             stride{ 0 }; ///< from a staged row to the next one
  std::size_t                rows{ 0 };
  std::size_t                width{ 0 };

  /** For integers next to absent voxels: for each group and voxel of a row, the label to begin with, which belongs to
   * AbsentValue(). The labels of a group begin `initialStride` after those of the one before. nullptr: none is
   * absent. */
  const TLane *  initial{ nullptr };
  std::ptrdiff_t initialStride{ 0 };

  /** Memory to fetch into the cache meanwhile, bytes of it for each row; or nullptr. */
  const unsigned char * next{ nullptr };
  std::ptrdiff_t        nextStride{ 0 };
  std::size_t           nextSize{ 0 };

  bool             isRaw{ false }; ///< the rows are staged as Staging::Raw
  TLabel *         labels{ nullptr };
  std::ptrdiff_t   labelStride{ 0 };
  ScoreOf<TLane> * scores{ nullptr }; ///< or nullptr
  std::ptrdiff_t   scoreStride{ 0 };
};

template <typename TLane>
struct KernelTable;

/** \class Kernel
 * \brief Internal: labels blocks of rows: the definition, in one pass over a table of candidates.
 *
 * The kernel may read up to OverRead voxels after the end of a row.
 * \ingroup NeighborhoodArgmaxLabel */
template <typename TLane>
class NeighborhoodArgmaxLabel_EXPORT Kernel
{
public:
  static constexpr std::size_t OverRead = 512;

  explicit Kernel(const Rules & rules);
  ~Kernel();

  /** The candidates in the order of Block::sources. */
  const std::vector<Candidate> &
  GetCandidates() const;

  /** Where the groups of equal weight begin in GetCandidates(), and the end of the last one. */
  const std::vector<std::size_t> &
  GetGroups() const;

  /** How many voxels are labeled at once: rows of fewer voxels waste some. */
  std::size_t
  GetStep() const;

  /** Absolute values from this one on are extreme. */
  double
  GetLimit() const;

  /** Whether rows with these facts must be staged as Staging::Raw. */
  bool
  NeedsRaw(const StagedFacts & facts) const;

  void
  Label(const Block<TLane, std::uint8_t> & block) const;
  void
  Label(const Block<TLane, std::uint32_t> & block) const;

private:
  std::unique_ptr<const KernelTable<TLane>> m_Table;
};

/** The value of voxels that do not compete: the greatest integer; infinity, or a NaN of its own in Staging::Raw. */
template <typename TLane>
NeighborhoodArgmaxLabel_EXPORT TLane
AbsentValue(Staging staging);

/** How StageRows() converts. */
struct StageOptions
{
  bool    ascent{ false };
  Staging staging{ Staging::Ordered };
  double  limit{ 0.0 }; ///< Kernel::GetLimit()
};

/** Rows of pixels, or of lanes; strides in elements. */
template <typename T>
struct Rows
{
  T *            first{ nullptr };
  std::ptrdiff_t stride{ 0 };
};

/** Stages rows of `width` pixels as lanes; those where `mask` is 0 as absent. `mask.first` may be nullptr. */
template <typename TPixel, typename TLane>
NeighborhoodArgmaxLabel_EXPORT void
StageRows(const Rows<const TPixel> &        pixels,
          const Rows<const unsigned char> & mask,
          std::size_t                       width,
          std::size_t                       rows,
          const StageOptions &              options,
          const Rows<TLane> &               lanes,
          StagedFacts &                     facts);

/** The instruction sets that the kernels were compiled for and this machine has, the simplest first. */
NeighborhoodArgmaxLabel_EXPORT std::vector<std::string>
                               GetInstructionSets();

/** The instruction set in use: the last of GetInstructionSets(), unless another was set. */
NeighborhoodArgmaxLabel_EXPORT std::string
                               GetInstructionSet();

/** Uses this instruction set from the next update on, in all filters of the process. Throws std::invalid_argument for a
 * name that is not in GetInstructionSets(). Labels and scores do not depend on it. */
NeighborhoodArgmaxLabel_EXPORT void
SetInstructionSet(const std::string & name);

} // namespace itk::NeighborhoodArgmaxLabel

#endif
