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
#ifndef Followers_hxx
#define Followers_hxx

#include "Followers.h"

#include "ImageFiles.h"
#include "StagedFiles.h"

#include "itkNeighborhoodBasinMergeImageFilter.h"
#include "itkNeighborhoodLabels.h"

#include <algorithm>
#include <cstdint>

template <typename TLabelImage>
Followers<TLabelImage>::Followers(TLabelImage *      labels,
                                  const RadiusType & radius,
                                  bool               isMasked,
                                  const Options &    options)
  : m_Labels(labels)
  , m_Radius(radius)
  , m_IsMasked(isMasked)
  , m_Options(options)
  , m_BasinFilter(this->MakeFollower<BasinFilterType>("--basins", options.basins))
  , m_AccumulateFilter(this->MakeFollower<AccumulateFilterType>("--accumulation", options.accumulation))
{
  this->VerifyDepth();
}

template <typename TLabelImage>
template <typename TFollower>
typename TFollower::Pointer
Followers<TLabelImage>::MakeFollower(const std::string & option, const std::string & file) const
{
  if (file.empty())
  {
    return nullptr;
  }
  const auto labels = itk::NeighborhoodLabels<Dimension>(m_Radius).GetNumberOfLabels();
  const bool isLabel = m_Options.backgroundValue < labels;
  if (isLabel && (m_Options.border == Border::Background || m_IsMasked))
  {
    throw Error(option + ": the background value " + std::to_string(m_Options.backgroundValue) +
                " is a label as well; set --background-value to " + std::to_string(labels) + " or more" +
                (m_IsMasked ? "" : ", or --border to inside"));
  }
  if (m_Options.streamDivisions > 1)
  {
    throw Error(option + ": needs the labels of the whole image, and cannot be used with --stream");
  }
  auto follower = TFollower::New();
  follower->SetInput(m_Labels);
  follower->SetRadius(m_Radius);
  follower->SetPeriodic(m_Options.border == Border::Periodic);
  if (!isLabel)
  {
    follower->SetBackgroundValue(static_cast<typename TLabelImage::PixelType>(m_Options.backgroundValue));
  }
  return follower;
}

template <typename TLabelImage>
void
Followers<TLabelImage>::VerifyDepth() const
{
  if (m_Options.depth && !m_BasinFilter)
  {
    throw Error("--depth: is for basins; give --basins FILE as well");
  }
  if (m_Options.depth && *std::min_element(m_Radius.begin(), m_Radius.end()) == 0)
  {
    throw Error("--depth: joins basins along all axes, --radius is 0 on one: give each slice alone");
  }
}

template <typename TLabelImage>
void
Followers<TLabelImage>::VerifyFormats() const
{
  if (m_BasinFilter)
  {
    CheckFormat<BasinImageType>(Staged(m_Options.basins), false);
  }
  if (m_AccumulateFilter)
  {
    CheckFormat<typename AccumulateFilterType::OutputImageType>(Staged(m_Options.accumulation), false);
  }
}

template <typename TLabelImage>
template <typename TPixel>
bool
Followers<TLabelImage>::WriteMerged(const itk::ImageBase<Dimension> * values) const
{
  using ValueImageType = itk::Image<TPixel, Dimension>;
  const auto * const image = dynamic_cast<const ValueImageType *>(values);
  if (image == nullptr)
  {
    return false;
  }
  auto merger = itk::NeighborhoodBasinMergeImageFilter<BasinImageType, ValueImageType>::New();
  merger->SetInput(m_BasinFilter->GetOutput());
  merger->SetValueImage(image);
  merger->SetDepth(*m_Options.depth);
  merger->SetAscent(m_Options.ascent);
  merger->SetFullyConnected(!m_Options.faceConnected);
  merger->SetPeriodic(m_Options.border == Border::Periodic);
  this->WriteOutput(merger.GetPointer(), m_Options.basins);
  return true;
}

template <typename TLabelImage>
template <typename TFollower>
void
Followers<TLabelImage>::WriteOutput(TFollower * follower, const std::string & file) const
{
  ShowProgress(follower, 1);
  Tell(follower, { "labeling", m_Options.input, {} });
  WriteFile(follower->GetOutput(), Staged(file), 1, !m_Options.noVerify);
}

template <typename TLabelImage>
void
Followers<TLabelImage>::Write(const itk::ImageBase<Dimension> * values) const
{
  const auto writeMerged = [&](auto... pixels) { return (this->WriteMerged<decltype(pixels)>(values) || ...); };
  if (m_BasinFilter && !m_Options.depth)
  {
    this->WriteOutput(m_BasinFilter.GetPointer(), m_Options.basins);
  }
  else if (m_BasinFilter)
  {
    writeMerged(std::uint8_t{}, std::int8_t{}, std::uint16_t{}, std::int16_t{}, std::uint32_t{}, std::int32_t{}) ||
      writeMerged(std::uint64_t{}, std::int64_t{}, float{}, double{});
  }
  if (m_AccumulateFilter)
  {
    this->WriteOutput(m_AccumulateFilter.GetPointer(), m_Options.accumulation);
  }
}

#endif
