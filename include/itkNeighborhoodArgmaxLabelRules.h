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
#ifndef itkNeighborhoodArgmaxLabelRules_h
#define itkNeighborhoodArgmaxLabelRules_h

#include "itkMatrix.h"
#include "itkNeighborhoodArgmaxLabelKernel.h"
#include "itkNeighborhoodLabels.h"
#include "itkSize.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

/** \file
 * Internal: only this file makes candidates. */
namespace itk::NeighborhoodArgmaxLabel
{

/** A plane of staged rows spans axes 0 and 1; this is the radius of the other axes. */
template <unsigned int VDimension>
Size<VDimension>
RadiusOfPlanes(Size<VDimension> radius)
{
  for (unsigned int axis = 0; axis < std::min(VDimension, 2u); ++axis)
  {
    radius[axis] = 0;
  }
  return radius;
}

/** ITK's tolerance for directions. */
constexpr double DirectionTolerance = 1e-6;

template <unsigned int VDimension>
bool
IsOrthonormal(const Matrix<double, VDimension, VDimension> & direction)
{
  for (unsigned int a = 0; a < VDimension; ++a)
  {
    for (unsigned int b = 0; b <= a; ++b)
    {
      double product = 0.0;
      for (unsigned int component = 0; component < VDimension; ++component)
      {
        product += direction(component, a) * direction(component, b);
      }
      if (!(std::abs(product - (a == b ? 1.0 : 0.0)) <= DirectionTolerance))
      {
        return false;
      }
    }
  }
  return true;
}

/** The steps of an image's axes in space, as columns: direction times spacing. If the direction is orthonormal, only
 * the spacing counts, so that a rounded rotation changes no label. */
template <typename TImage, unsigned int VDimension = TImage::ImageDimension>
Matrix<double, VDimension, VDimension>
StepsOf(const TImage & image)
{
  Matrix<double, VDimension, VDimension> direction = image.GetDirection();
  if (IsOrthonormal(direction))
  {
    direction.SetIdentity();
  }
  for (unsigned int axis = 0; axis < VDimension; ++axis)
  {
    for (unsigned int component = 0; component < VDimension; ++component)
    {
      direction(component, axis) *= static_cast<double>(image.GetSpacing()[axis]);
    }
  }
  return direction;
}

/** Distances that the symmetry of a lattice makes equal differ by rounding. Of distances sorted by length, all that are
 * at most DirectionTolerance longer than the first of a run get its weight. */
inline void
UniteWeights(std::vector<Candidate> & candidates)
{
  std::vector<Candidate *> sorted;
  for (Candidate & candidate : candidates)
  {
    sorted.push_back(&candidate);
  }
  std::stable_sort(
    sorted.begin(), sorted.end(), [](const Candidate * a, const Candidate * b) { return a->weight > b->weight; });
  for (std::size_t i = 1; i < sorted.size(); ++i)
  {
    const double before = sorted[i - 1]->weight;
    if (before <= sorted[i]->weight * (1 + DirectionTolerance))
    {
      sorted[i]->weight = before;
    }
  }
}

/** The competing neighbors, with the inverse of their distances. The columns of `steps` are the steps of the axes in
 * space. Planes have the order of the labels of RadiusOfPlanes(). */
template <unsigned int VDimension>
Rules
MakeRules(const Size<VDimension> & radius, const Matrix<double, VDimension, VDimension> & steps, bool fullyConnected)
{
  const NeighborhoodLabels<VDimension> labels(radius);
  const NeighborhoodLabels<VDimension> planes(RadiusOfPlanes(radius));
  bool                                 isLattice = false;
  Rules                                rules;
  rules.centerLabel = static_cast<std::uint32_t>(labels.GetCenter());
  rules.centerPlane = static_cast<std::uint32_t>(planes.GetCenter());
  for (std::uint32_t label = 0; label < labels.GetNumberOfLabels(); ++label)
  {
    std::int64_t offset[VDimension];
    std::int64_t cityBlockDistance = 0;
    for (unsigned int axis = 0; axis < VDimension; ++axis)
    {
      offset[axis] = labels.OffsetOf(label, axis);
      cityBlockDistance += std::abs(offset[axis]);
    }
    if (cityBlockDistance == 0 || (cityBlockDistance > 1 && !fullyConnected))
    {
      continue;
    }
    double vector[VDimension]{};
    for (unsigned int component = 0; component < VDimension; ++component)
    {
      for (unsigned int axis = 0; axis < VDimension; ++axis)
      {
        vector[component] += static_cast<double>(offset[axis]) * steps(component, axis);
        isLattice = isLattice || (component != axis && steps(component, axis) != 0);
      }
    }
    Candidate candidate{ label, 0, 0, static_cast<std::ptrdiff_t>(offset[0]), InverseLength(vector, VDimension) };
    offset[0] = 0;
    if constexpr (VDimension > 1)
    {
      candidate.row = static_cast<std::ptrdiff_t>(offset[1]);
      offset[1] = 0;
    }
    candidate.plane = static_cast<std::uint32_t>(planes.LabelOf(offset));
    rules.candidates.push_back(candidate);
  }
  if (isLattice)
  {
    UniteWeights(rules.candidates);
  }
  return rules;
}

} // namespace itk::NeighborhoodArgmaxLabel

#endif
