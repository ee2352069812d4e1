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
#ifndef LabelerChoice_h
#define LabelerChoice_h

#include "Target.h"

/** Which labeler takes a plane, and by what rule: pure functions of what is known. */
namespace itk::NeighborhoodArgmaxLabel
{

/** Who competes, of neighborhoods of 3x3 and 3x3x3. */
struct Neighborhood
{
  Shape  shape;
  double weights[MaximumNumberOfClasses]{};
  double leastWeight;
  double greatestWeight;
  bool   isIsotropic; ///< distances are 1, sqrt(2) and sqrt(3), but for a common factor
  double centerScore;
  bool   labelStrictExtrema;
  bool   ascent;
};

NeighborhoodArgmaxLabel_EXPORT Neighborhood
MakeNeighborhood(const Rules & rules, unsigned int numberOfPlanes);

/** What is known of the planes that a plane's labels come from. */
struct PlaneFacts
{
  double greatest{ 0.0 }; ///< absolute value of the voxels that compete and are no NaN
  bool   hasNaN{ false };
  bool   isMasked{ false }; ///< some voxels may not compete
  bool   hasExactKeys{ false };
};

/** Whether exact keys may exist, which is found out by making them. */
bool
MayHaveExactKeys(const Neighborhood & neighborhood, const PlaneFacts & facts);

/** The scale that keys need: a power of two, at least 1; the last one as long as it fits. 0 if there is none. */
NeighborhoodArgmaxLabel_EXPORT double
ChooseKeyScale(double greatest, double lastScale);

/** Labelers before `first` are not used. */
template <typename TPixel>
NeighborhoodArgmaxLabel_EXPORT Labeler
ChooseLabeler(const Neighborhood & neighborhood, const PlaneFacts & facts, Labeler first = Labeler::Ranks);

DirectRule
MakeDirectRule(const Neighborhood & neighborhood, const PlaneFacts & facts);

KeyRule
MakeKeyRule(const Neighborhood & neighborhood, const PlaneFacts & facts, double scale);

RankRule
MakeRankRule(const Neighborhood & neighborhood, bool isMasked);

} // namespace itk::NeighborhoodArgmaxLabel

#endif
