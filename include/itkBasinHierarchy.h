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
#ifndef itkBasinHierarchy_h
#define itkBasinHierarchy_h

#include "itkBasinForest.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

namespace itk::NeighborhoodArgmaxLabel
{

/** \class BasinPass
 * \brief Internal: the pass of two neighboring basins: the least value over which one gets from one to the other.
 *
 * Basins are numbered from 1 on.
 * \ingroup NeighborhoodArgmaxLabel
 */
struct BasinPass
{
  std::uint32_t first{ 0 }; ///< the basin of the lower number
  std::uint32_t second{ 0 };
  double        value{ std::numeric_limits<double>::infinity() };
  std::uint64_t voxel{ std::numeric_limits<std::uint64_t>::max() }; ///< the first one that is as high as the pass
};

/** \class BasinPassTable
 * \brief Internal: the lowest pass of each two basins, found by their numbers: a hash table, and before it a small one
 * of those that were asked for lately, which stays in the cache of the processor.
 * \ingroup NeighborhoodArgmaxLabel
 */
class BasinPassTable
{
public:
  /** The pass of two basins, in any order: the lowest of late, or infinitely high. Valid until the next call. */
  BasinPass &
  PassOf(std::uint32_t a, std::uint32_t b)
  {
    const auto  first = std::min(a, b);
    const auto  second = std::max(a, b);
    BasinPass & pass = m_Recent[static_cast<std::size_t>(Mixed(first, second) >> (64 - RecentBits))];
    if (pass.first != first || pass.second != second)
    {
      this->Keep(pass);
      pass = { first, second };
    }
    return pass;
  }

  /** Keep the lower one of two, of equal ones the one at the earlier voxel. */
  static void
  Lower(BasinPass & pass, double value, std::uint64_t voxel)
  {
    // No jumps: whether it is lower cannot be predicted.
    const bool isLower = (value < pass.value) | ((value == pass.value) & (voxel < pass.voxel));
    pass.value = isLower ? value : pass.value;
    pass.voxel = isLower ? voxel : pass.voxel;
  }

  void
  Add(BasinPassTable & other)
  {
    for (const BasinPass & pass : other.TakePasses())
    {
      this->Keep(pass);
    }
  }

  /** In no order. */
  std::vector<BasinPass>
  TakePasses()
  {
    for (BasinPass & pass : m_Recent)
    {
      this->Keep(pass);
      pass = {};
    }
    m_Passes.erase(
      std::remove_if(m_Passes.begin(), m_Passes.end(), [](const BasinPass & pass) { return pass.first == 0; }),
      m_Passes.end());
    m_Count = 0;
    return std::exchange(m_Passes, {});
  }

private:
  static constexpr unsigned int RecentBits = 14;

  static std::uint64_t
  Mixed(std::uint32_t first, std::uint32_t second)
  {
    return (first * std::uint64_t{ 0x9E3779B97F4A7C15U }) ^ (second * std::uint64_t{ 0xC2B2AE3D27D4EB4FU });
  }

  std::size_t
  PlaceOf(const BasinPass & pass) const
  {
    const std::size_t last = m_Passes.size() - 1;
    std::size_t       place = static_cast<std::size_t>(Mixed(pass.first, pass.second) >> 16) & last;
    while (m_Passes[place].first != 0 && (m_Passes[place].first != pass.first || m_Passes[place].second != pass.second))
    {
      place = (place + 1) & last;
    }
    return place;
  }

  void
  Keep(const BasinPass & pass)
  {
    if (pass.first == 0)
    {
      return;
    }
    if (2 * (m_Count + 1) > m_Passes.size())
    {
      this->Grow();
    }
    BasinPass & kept = m_Passes[this->PlaceOf(pass)];
    if (kept.first == 0)
    {
      kept = pass;
      ++m_Count;
    }
    Lower(kept, pass.value, pass.voxel);
  }

  void
  Grow()
  {
    const auto before =
      std::exchange(m_Passes, std::vector<BasinPass>(std::max<std::size_t>(1024, 2 * m_Passes.size())));
    for (const BasinPass & pass : before)
    {
      if (pass.first != 0)
      {
        m_Passes[this->PlaceOf(pass)] = pass;
      }
    }
  }

  std::vector<BasinPass> m_Recent{ std::vector<BasinPass>(std::size_t{ 1 } << RecentBits) };
  std::vector<BasinPass> m_Passes; // of a power of two
  std::size_t            m_Count{ 0 };
};

/** \class BasinHierarchy
 * \brief Internal: how deep basins are, and which one each joins: from their lowest values and passes, by the elder
 * rule.
 *
 * Passes are taken in ascending order of their values, equal ones in that of the numbers of their basins. Where one
 * connects two groups of basins that are not connected yet, the group whose lowest value is higher (of equal ones the
 * later one) ends there: the depth of its lowest basin is the height of the pass above it. That basin joins the one on
 * the other side of the pass. So a basin of depth d is, filled by d or more, no minimum of its own: the persistence of
 * Edelsbrunner, Letscher and Zomorodian (2002), and the dynamics of Grimaud (1992).
 *
 * Time n log n in the number of passes.
 * \ingroup NeighborhoodArgmaxLabel
 */
class BasinHierarchy
{
public:
  struct Basin
  {
    double        lowest{ std::numeric_limits<double>::infinity() };  ///< value; infinite if there is none
    double        depth{ std::numeric_limits<double>::infinity() };   ///< infinite: it joins none
    double        pass{ std::numeric_limits<double>::infinity() };    ///< value
    std::uint32_t joined{ 0 };                                        ///< the basin on the other side, or 0
    std::uint64_t voxel{ std::numeric_limits<std::uint64_t>::max() }; ///< of the pass
  };

  BasinHierarchy() = default;

  explicit BasinHierarchy(std::vector<Basin> basins)
    : m_Basins(std::move(basins))
  {}

  /** Of basins 1, 2, ... the lowest values; their passes, which it sorts. */
  BasinHierarchy(const std::vector<double> & lowest, std::vector<BasinPass> & passes)
  {
    const auto                 numberOfBasins = static_cast<std::uint32_t>(lowest.size());
    BasinForest<std::uint32_t> groups;
    std::vector<std::uint32_t> lowestOf(numberOfBasins); // basins, counted from 0 on, of each group's root
    groups.Reserve(numberOfBasins);
    for (std::uint32_t i = 0; i < numberOfBasins; ++i)
    {
      m_Basins.emplace_back();
      m_Basins.back().lowest = lowest[i];
      lowestOf[groups.Add(i)] = i;
    }
    std::sort(passes.begin(), passes.end(), [](const BasinPass & a, const BasinPass & b) {
      return std::tie(a.value, a.first, a.second) < std::tie(b.value, b.first, b.second);
    });
    for (const BasinPass & pass : passes)
    {
      const auto first = groups.RootOf(pass.first - 1);
      const auto second = groups.RootOf(pass.second - 1);
      if (first == second)
      {
        continue;
      }
      const auto a = lowestOf[first];
      const auto b = lowestOf[second];
      const bool isFirstElder = std::tie(lowest[a], a) < std::tie(lowest[b], b);
      Basin &    younger = m_Basins[isFirstElder ? b : a];
      younger.depth = pass.value == younger.lowest ? 0.0 : pass.value - younger.lowest;
      younger.pass = pass.value;
      younger.joined = isFirstElder ? pass.first : pass.second;
      younger.voxel = pass.voxel;
      groups.Join(first, second);
      lowestOf[groups.RootOf(first)] = isFirstElder ? a : b;
    }
  }

  /** Basin b is at b - 1. */
  const std::vector<Basin> &
  GetBasins() const
  {
    return m_Basins;
  }

  /** The numbers of the basins that are left when all of this depth or less have joined, at the numbers of before: 1,
   * 2,
   * ... in the order of the first basin of each; 0 stays 0. */
  std::vector<std::uint32_t>
  Cut(double depth) const
  {
    const auto                 numberOfBasins = static_cast<std::uint32_t>(m_Basins.size());
    BasinForest<std::uint32_t> groups;
    groups.Reserve(numberOfBasins);
    for (std::uint32_t i = 0; i < numberOfBasins; ++i)
    {
      groups.Add(i);
    }
    for (std::uint32_t i = 0; i < numberOfBasins; ++i)
    {
      if (m_Basins[i].joined != 0 && m_Basins[i].depth <= depth)
      {
        groups.Join(i, m_Basins[i].joined - 1);
      }
    }
    std::vector<std::uint32_t> numbers(numberOfBasins + std::size_t{ 1 });
    std::uint32_t              count = 0;
    for (std::uint32_t i = 0; i < numberOfBasins; ++i)
    {
      const auto first = groups.RootOf(i);
      numbers[i + 1] = first == i ? ++count : numbers[first + 1];
    }
    return numbers;
  }

private:
  std::vector<Basin> m_Basins;
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
