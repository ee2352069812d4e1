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
#ifndef KernelTable_h
#define KernelTable_h

#include "itkNeighborhoodArgmaxLabelKernel.h"

namespace itk::NeighborhoodArgmaxLabel
{

/** A label in every lane of the longest vector. */
struct alignas(64) LabelVector
{
  unsigned char bytes[64];
};

/** Candidates of equal weight. */
struct Group
{
  std::size_t  begin;
  std::size_t  end;
  double       weight;
  float        screen; ///< the weight in units of KernelTable::unit; for int16, by its 32768th part
  std::int16_t fixed;  ///< the weight as a share of the greatest one, in 32768th parts
};

/** How the winners of the groups compete. */
enum class Contest : std::uint8_t
{
  Screened,  ///< by approximate scores; voxels whose best two are too close are labeled again, exactly
  Exact,     ///< by scores in double
  Definition ///< all candidates by scores in double, without groups
};

/** The table that the kernel runs through, for one type of lanes. */
template <typename TLane>
struct KernelTable
{
  explicit KernelTable(const Rules & rules);

  Contest                   contest{ Contest::Exact };
  std::vector<Candidate>    candidates; // by groups, and in each by ascending labels
  std::vector<LabelVector>  labels;     // of the candidates, for lanes of 8 and 16 bits
  std::vector<std::int32_t> wideLabels;
  std::vector<double>       realLabels;
  std::vector<Group>        groups;
  std::vector<std::size_t>  groupBegins;
  std::int32_t              centerLabel;
  double                    centerScore;
  float                     centerScreen{ 0.0f };
  std::int16_t              centerFixed{ 0 };
  bool                      labelStrictExtrema;
  double                    limit{ 0.0 };
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
