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
#ifndef Rule_inl_h
#define Rule_inl_h

#include "Row-inl.h"

/** What wins: the greater score, of equal ones the lower label; a NaN counts as greater than any number. */
namespace itk::NeighborhoodArgmaxLabel
{
namespace
{

/** For scores of any value. */
template <typename TLabel>
inline bool
Wins(double score, TLabel label, double best, TLabel bestLabel)
{
  const bool isNaN = score != score;
  const bool bestIsNaN = best != best;
  const bool isGreater = (score > best) | (isNaN & !bestIsNaN);
  const bool isEqual = (score == best) | (isNaN & bestIsNaN);
  return isGreater | (isEqual & (label < bestLabel));
}

/** The same where the score is that of a lower label; `VPlain` if no score is NaN. */
template <bool VPlain, typename TReal>
inline bool
WinsWithLowerLabel(TReal score, TReal best)
{
  const bool isNaN = !VPlain && score != score;
  return (score >= best) | isNaN;
}

/** The greater of two scores that are numbers; a score that is NaN does not compete. */
template <typename T>
inline T
GreaterOf(T best, T score)
{
  return score > best ? score : best;
}

/** The lowest label that reaches the best score, as a code: LabelMask - label. */
template <typename TCode>
inline TCode
LowestLabel(TCode best, bool reaches, TCode code)
{
  const TCode reached = reaches ? code : 0;
  return reached > best ? reached : best;
}

/** The same where labels are tried in descending order. */
template <typename TCode>
inline TCode
LowerLabel(TCode best, bool reaches, TCode code)
{
#ifdef __AVX512F__
  return reaches ? code : best; // one instruction where vectors have masks
#else
  return LowestLabel(best, reaches, code);
#endif
}

} // namespace
} // namespace itk::NeighborhoodArgmaxLabel

#endif
