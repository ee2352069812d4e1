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

/** The computation of NeighborhoodArgmaxLabelImageFilter on staged rows: no image, no border, no thread in it. Compiled
 * once for each pixel type and instruction set in src/. */
namespace itk::NeighborhoodArgmaxLabel
{

/** A neighbour that competes for the label of a voxel. */
struct Candidate
{
  unsigned int label;
  unsigned int row;    ///< which row of the neighbourhood it lies in, in the order of the labels
  int          column; ///< its offset along the row
  double       weight; ///< the inverse of its distance
};

/** Who competes, and for what. */
struct Rules
{
  std::vector<Candidate> candidates; ///< in ascending order of their labels
  unsigned int           centerLabel{ 0 };
  unsigned int           centerRow{ 0 };
  unsigned int           numberOfRows{ 1 }; ///< of the neighbourhood
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
  const unsigned char * present{ nullptr }; ///< where 0, the voxel does not compete; nullptr: all do
  const TPixel *        next{ nullptr };    ///< the values that are worth fetching into the cache meanwhile, or nullptr
};

/** What scores of tiles are given in; they are computed in double. */
template <typename TPixel>
using ScoreOf = std::conditional_t<std::is_same<TPixel, double>::value, double, float>;

/** Labels rows of any neighbourhood: the definition, candidate by candidate. */
template <typename TPixel>
class NeighborhoodArgmaxLabel_EXPORT RowKernel
{
public:
  /** More voxels than this at once gain nothing. */
  static constexpr std::size_t MaximumWidth = 256;

  explicit RowKernel(const Rules & rules);
  ~RowKernel();

  /** Labels and scores of `width` voxels. `rows` has the rows of the neighbourhood; their voxel 0 is beside that of the
   * output, and as many voxels lie before it and behind the last one as the candidates' columns reach. */
  void
  Label(const Row<TPixel> * rows, std::size_t width, std::uint32_t * labels, double * scores);

  class Implementation;

private:
  std::unique_ptr<Implementation> m_Implementation;
};

/** Labels tiles of 3x3 and 3x3x3 neighbourhoods, plane by plane, so that what one plane gave serves the next two. */
template <typename TPixel>
class NeighborhoodArgmaxLabel_EXPORT TileKernel
{
public:
  /** A tile has at most `rows` x `columns` voxels. `numberOfPlanes` is that of the neighbourhood: 1 or 3. */
  TileKernel(const Rules & rules, unsigned int numberOfPlanes, std::size_t rows, std::size_t columns);
  ~TileKernel();

  /** Begin a tile of `rows` x `columns` voxels. */
  void
  Start(std::size_t rows, std::size_t columns);

  /** Take the next plane of the tile: rows + 2 rows, of which voxel -1 to voxel `columns` are read. What they point to
   * must last until numberOfPlanes - 1 more planes were taken. */
  void
  Push(const Row<TPixel> * rows);

  /** Labels, and scores unless that is nullptr, of the plane in the middle of the last ones taken. Strides in elements.
   * Voxels that are not present get some label. */
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
