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
#ifndef Followers_h
#define Followers_h

#include "Program.h"

#include "itkImage.h"
#include "itkNeighborhoodLabelAccumulateImageFilter.h"
#include "itkNeighborhoodLabelToBasinImageFilter.h"

#include <string>

/** What follows the labels of an image: its basins, which may be merged, and the counts of voxels that drain through
 * each. */
template <typename TLabelImage>
class Followers
{
public:
  static constexpr unsigned int Dimension = TLabelImage::ImageDimension;
  using RadiusType = itk::Size<Dimension>;

  /** Throws where options contradict each other. */
  Followers(TLabelImage * labels, const RadiusType & radius, bool isMasked, const Options & options);

  /** Throws where a format does not keep its output. */
  void
  VerifyFormats() const;

  /** Writes each output that is asked for as a staged file. `values`: the image that was labeled. */
  void
  Write(const itk::ImageBase<Dimension> * values) const;

private:
  using BasinFilterType = itk::NeighborhoodLabelToBasinImageFilter<TLabelImage>;
  using BasinImageType = typename BasinFilterType::OutputImageType;
  using AccumulateFilterType = itk::NeighborhoodLabelAccumulateImageFilter<TLabelImage>;

  /** nullptr if the option names no file. */
  template <typename TFollower>
  typename TFollower::Pointer
  MakeFollower(const std::string & option, const std::string & file) const;

  void
  VerifyDepth() const;

  /** Returns false if the pixels of `values` are not of this type. */
  template <typename TPixel>
  bool
  WriteMerged(const itk::ImageBase<Dimension> * values) const;

  template <typename TFollower>
  void
  WriteOutput(TFollower * follower, const std::string & file) const;

  TLabelImage *                          m_Labels;
  RadiusType                             m_Radius;
  bool                                   m_IsMasked;
  const Options &                        m_Options;
  typename BasinFilterType::Pointer      m_BasinFilter;
  typename AccumulateFilterType::Pointer m_AccumulateFilter;
};

#endif
