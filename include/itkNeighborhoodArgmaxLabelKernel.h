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

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

/** The computation of NeighborhoodArgmaxLabelImageFilter on rows of voxels: no image, no border, no thread in it.
 * RowLabeler takes any neighborhood, PlaneLabeler those of 3x3 and 3x3x3. */
namespace itk::NeighborhoodArgmaxLabel
{

/** A neighbor that competes for the label of a voxel. */
struct Candidate
{
  unsigned int label;
  unsigned int row;    ///< which row of the neighborhood it lies in, in the order of the labels
  int          column; ///< its offset along the row
  double       weight; ///< the inverse of its distance
};

/** Who competes, and for what. */
struct Rules
{
  std::vector<Candidate> candidates; ///< in ascending order of their labels
  unsigned int           centerLabel{ 0 };
  unsigned int           centerRow{ 0 };
  unsigned int           numberOfRows{ 1 }; ///< of the neighborhood
  double                 centerScore{ -100.0 };
  bool                   labelStrictExtrema{ false };
  bool                   ascent{ false };
};

/** 1 / the Euclidean length of a vector. Compiled here, so that no options of a user's compiler round it otherwise. */
NeighborhoodArgmaxLabel_EXPORT double
InverseLength(const double * components, unsigned int dimension);

/** Consecutive voxels of a row. */
template <typename TPixel>
struct Row
{
  const TPixel *        values{ nullptr };
  const unsigned char * mask{ nullptr }; ///< where 0, the voxel does not compete; nullptr: all do
  const TPixel *        next{ nullptr }; ///< the values that are worth fetching into the cache meanwhile, or nullptr
};

/** What scores are given in; they are computed in double. */
template <typename TPixel>
using ScoreOf = std::conditional_t<std::is_same_v<TPixel, double>, double, float>;

/** \class Labeler
 * \brief The ways to label a plane. Their labels and scores are the same.
 * \ingroup NeighborhoodArgmaxLabel */
enum class Labeler : std::uint8_t
{
  Ranks,     ///< ranks of scores, for integers of 8 bits at isotropic spacing
  Keys,      ///< exact integer keys, for integers, and real numbers that are multiples of a power of two
  Direct,    ///< best score, then the lowest label that reaches it; for all other finite numbers, and NaN
  Definition ///< candidate by candidate, for infinities and for any neighborhood
};
constexpr unsigned int NumberOfLabelers = 4;

/** How many voxels each labeler has decided in this process, by its number. */
NeighborhoodArgmaxLabel_EXPORT std::array<std::uint64_t, NumberOfLabelers>
                               GetNumbersOfLabeledVoxels();

/** \class RowLabeler
 * \brief Labels rows of any neighborhood by the definition, candidate by candidate.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TPixel>
class NeighborhoodArgmaxLabel_EXPORT RowLabeler
{
public:
  /** More voxels than this at once gain nothing. */
  static constexpr std::size_t MaximumWidth = 256;

  explicit RowLabeler(const Rules & rules);
  ~RowLabeler();

  /** Labels and scores of `width` voxels. `rows` has the rows of the neighborhood; their voxel 0 is beside that of the
   * output, and as many voxels lie before it and behind the last one as the candidates' columns reach. */
  void
  Label(const Row<TPixel> * rows, std::size_t width, std::uint32_t * labels, double * scores);

  class Implementation;

private:
  std::unique_ptr<Implementation> m_Implementation;
};

/** \class PlaneLabeler
 * \brief Labels tiles of 3x3 and 3x3x3 neighborhoods, plane by plane, each by the fastest labeler that is exact on it.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TPixel>
class NeighborhoodArgmaxLabel_EXPORT PlaneLabeler
{
public:
  /** A tile has at most `rows` x `columns` voxels. `numberOfPlanes` is that of the neighborhood: 1 or 3. Labelers
   * before `first` are not used. */
  PlaneLabeler(const Rules & rules,
               unsigned int  numberOfPlanes,
               std::size_t   rows,
               std::size_t   columns,
               Labeler       first = Labeler::Ranks);
  ~PlaneLabeler();

  /** Begin a tile of `rows` x `columns` voxels. */
  void
  Start(std::size_t rows, std::size_t columns);

  /** Take the next plane of the tile: rows + 2 rows, of which voxel -1 to voxel `columns` are read. What they point to
   * must last until numberOfPlanes - 1 more planes were taken. */
  void
  Push(const Row<TPixel> * rows);

  /** Labels, and scores unless that is nullptr, of the plane in the middle of the last ones taken. Strides in elements.
   * Voxels that do not compete get some label. */
  void
  Label(std::uint8_t * labels, std::ptrdiff_t labelStride, ScoreOf<TPixel> * scores, std::ptrdiff_t scoreStride);

private:
  class Implementation;
  std::unique_ptr<Implementation> m_Implementation;
};

/** The instruction sets that the kernels were compiled for and this machine has, the plainest first. */
NeighborhoodArgmaxLabel_EXPORT std::vector<std::string>
                               GetInstructionSets();

/** The one that is in use: the last of GetInstructionSets(), unless another was set. */
NeighborhoodArgmaxLabel_EXPORT std::string
                               GetInstructionSet();

/** Use this one from the next update on, in all filters of the process. Throws std::invalid_argument for a name that is
 * not in GetInstructionSets(). Labels and scores do not depend on it. */
NeighborhoodArgmaxLabel_EXPORT void
SetInstructionSet(const std::string & name);

} // namespace itk::NeighborhoodArgmaxLabel

#endif
