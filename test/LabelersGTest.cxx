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
#include "itkNeighborhoodArgmaxLabelKernel.h"

#include "Target.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

// Rows in, labels and scores out: each labeler at each instruction set of the machine, at every width, against the
// definition written here once more.

namespace
{
using namespace itk::NeighborhoodArgmaxLabel;

Rules
MakeRules(bool is3D, bool isFull, const double * spacing)
{
  const Shape shape = is3D ? Shape::Full3D : Shape::Full2D;
  Rules       rules;
  rules.numberOfRows = is3D ? 9 : 3;
  rules.centerRow = rules.numberOfRows / 2;
  rules.centerLabel = static_cast<unsigned int>(NumberOfLabels(shape) / 2);
  for (unsigned int label = 0; label < 3 * rules.numberOfRows; ++label)
  {
    double components[3];
    int    sum = 0;
    for (unsigned int axis = 0; axis < 3; ++axis)
    {
      const int offset = OffsetOf(shape, static_cast<int>(label), axis);
      components[axis] = offset * spacing[axis];
      sum += offset != 0;
    }
    if (sum == 1 || (sum > 1 && isFull))
    {
      rules.candidates.push_back({ label,
                                   static_cast<unsigned int>(RowOf(static_cast<int>(label))),
                                   OffsetOf(shape, static_cast<int>(label), 0),
                                   InverseLength(components, 3) });
    }
  }
  return rules;
}

/** Planes of rows + 2 rows of columns + 2 voxels. */
template <typename TPixel>
struct Planes
{
  std::size_t                             rows;
  std::size_t                             columns;
  std::vector<std::vector<TPixel>>        values;
  std::vector<std::vector<unsigned char>> mask; // empty: all voxels are

  std::size_t
  IndexOf(std::size_t row, std::size_t column) const
  {
    return row * (columns + 2) + column;
  }
};

template <typename TPixel>
struct Result
{
  unsigned int    label;
  ScoreOf<TPixel> score;
};

template <typename TPixel>
Result<TPixel>
Define(const Rules & rules, const Planes<TPixel> & planes, std::size_t row, std::size_t column)
{
  using Real = RealOf<TPixel>;
  const std::size_t middle = planes.values.size() / 2;
  const auto        center = static_cast<Real>(planes.values[middle][planes.IndexOf(row + 1, column + 1)]);
  bool              isStrict = true;
  bool              isBegun = false;
  Result<double>    best{ 0, 0.0 };
  const auto        compete = [&](unsigned int label, double score) {
    if (!isBegun || score > best.score || (std::isnan(score) && !std::isnan(best.score)))
    {
      best = { label, score };
    }
    isBegun = true;
  };
  std::size_t next = 0;
  for (unsigned int label = 0; label < 3 * rules.numberOfRows; ++label)
  {
    if (label == rules.centerLabel)
    {
      compete(label, rules.centerScore);
    }
    else if (next < rules.candidates.size() && rules.candidates[next].label == label)
    {
      const Candidate & candidate = rules.candidates[next++];
      const std::size_t plane = candidate.row / 3;
      const std::size_t at =
        planes.IndexOf(row + candidate.row % 3, column + 1 + static_cast<std::size_t>(candidate.column));
      if (planes.mask.empty() || planes.mask[plane][at])
      {
        const auto neighbor = static_cast<Real>(planes.values[plane][at]);
        const Real difference = rules.ascent ? neighbor - center : center - neighbor;
        isStrict = isStrict && difference < 0;
        compete(label, static_cast<double>(difference) * candidate.weight);
      }
    }
  }
  if (rules.labelStrictExtrema && isStrict)
  {
    best = { rules.centerLabel, rules.centerScore };
  }
  return { best.label, static_cast<ScoreOf<TPixel>>(best.score) };
}

template <typename TScore>
bool
IsSame(TScore a, TScore b)
{
  return a == b || (std::isnan(a) && std::isnan(b));
}

template <typename TPixel>
void
Compare(const Rules & rules, const Planes<TPixel> & planes, Labeler first, bool isScored)
{
  const auto                   numberOfPlanes = static_cast<unsigned int>(planes.values.size());
  PlaneLabeler<TPixel>         labeler(rules, numberOfPlanes, planes.rows, planes.columns, first);
  std::vector<std::uint8_t>    labels(planes.rows * planes.columns, 255);
  std::vector<ScoreOf<TPixel>> scores(planes.rows * planes.columns);
  labeler.Start(planes.rows, planes.columns);
  for (unsigned int k = 0; k < numberOfPlanes; ++k)
  {
    std::vector<Row<TPixel>> rows(planes.rows + 2);
    for (std::size_t j = 0; j < rows.size(); ++j)
    {
      rows[j].values = planes.values[k].data() + planes.IndexOf(j, 1);
      rows[j].mask = planes.mask.empty() ? nullptr : planes.mask[k].data() + planes.IndexOf(j, 1);
    }
    labeler.Push(rows.data());
  }
  const auto stride = static_cast<std::ptrdiff_t>(planes.columns);
  labeler.Label(labels.data(), stride, isScored ? scores.data() : nullptr, stride);
  for (std::size_t j = 0; j < planes.rows; ++j)
  {
    for (std::size_t x = 0; x < planes.columns; ++x)
    {
      if (planes.mask.empty() || planes.mask[numberOfPlanes / 2][planes.IndexOf(j + 1, x + 1)])
      {
        const auto        expected = Define(rules, planes, j, x);
        const std::size_t at = j * planes.columns + x;
        ASSERT_EQ(unsigned{ labels[at] }, expected.label)
          << "row " << j << ", voxel " << x << " of " << planes.columns << ", instruction set " << GetInstructionSet()
          << ", first labeler " << static_cast<int>(first);
        ASSERT_TRUE(!isScored || IsSame(scores[at], expected.score)) << scores[at] << ", expected " << expected.score;
      }
    }
  }
}

enum class Values
{
  Few,
  Any,
  Deep,
  Tiny,
  Extreme
};

template <typename TPixel>
TPixel
MakeValue(Values kind, std::mt19937 & engine)
{
  using Limits = std::numeric_limits<TPixel>;
  if (kind == Values::Few)
  {
    return static_cast<TPixel>(engine() % 4);
  }
  if (kind == Values::Deep)
  {
    return engine() % 8 == 0 ? Limits::lowest() / 8 : Limits::max() / 8 - static_cast<TPixel>(engine() % 3);
  }
  if constexpr (std::is_floating_point_v<TPixel>)
  {
    if (kind == Values::Tiny)
    {
      return static_cast<TPixel>(engine() % 5) * Limits::denorm_min();
    }
    if (kind == Values::Extreme)
    {
      const TPixel values[] = { Limits::quiet_NaN(),
                                Limits::infinity(),
                                -Limits::infinity(),
                                Limits::max(),
                                Limits::denorm_min(),
                                -0.0f,
                                0.0f,
                                1.0f };
      return values[engine() % 8];
    }
    const auto value = static_cast<TPixel>(engine()) / 16777216 - 100;
    return engine() % 50 == 0 ? Limits::quiet_NaN() : value;
  }
  else
  {
    return static_cast<TPixel>(engine());
  }
}

template <typename TPixel>
Planes<TPixel>
MakePlanes(bool is3D, std::size_t columns, Values kind, bool isMasked, std::mt19937 & engine)
{
  Planes<TPixel> planes;
  planes.rows = 1 + columns % 3;
  planes.columns = columns;
  planes.values.resize(is3D ? 3 : 1);
  planes.mask.resize(isMasked ? planes.values.size() : 0);
  for (auto & values : planes.values)
  {
    values.resize((planes.rows + 2) * (columns + 2));
    for (TPixel & value : values)
    {
      value = MakeValue<TPixel>(kind, engine);
    }
  }
  for (auto & mask : planes.mask)
  {
    mask.resize((planes.rows + 2) * (columns + 2));
    for (unsigned char & isPresent : mask)
    {
      isPresent = engine() % 3 != 0;
    }
  }
  return planes;
}

template <typename TPixel>
class Labelers : public testing::Test
{};

using PixelTypes =
  testing::Types<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, float, double>;
TYPED_TEST_SUITE(Labelers, PixelTypes);
} // namespace


TYPED_TEST(Labelers, GiveTheDefinitionAtEveryWidthAndInstructionSet)
{
  const double      spacings[][3] = { { 1, 1, 1 }, { 1, 1, 2.5 }, { 0.7, 0.8, 2 }, { 1, 1e-300, 1e300 } };
  const double      infinity = std::numeric_limits<double>::infinity();
  const double      centerScores[] = { -100, 0, -infinity, infinity, -1.5 };
  const std::string usual = GetInstructionSet();
  std::mt19937      engine(1);
  for (const auto & instructionSet : GetInstructionSets())
  {
    SetInstructionSet(instructionSet);
    for (std::size_t columns = 1; columns <= 70; ++columns)
    {
      for (unsigned int first = 0; first < NumberOfLabelers; ++first)
      {
        for (const auto kind : { Values::Few, Values::Any, Values::Deep, Values::Tiny, Values::Extreme })
        {
          const bool is3D = engine() % 4 != 0;
          Rules      rules = MakeRules(is3D, engine() % 3 != 0, spacings[engine() % 4]);
          rules.centerScore = centerScores[engine() % 5];
          rules.labelStrictExtrema = engine() % 3 == 0;
          rules.ascent = engine() % 3 == 0;
          const auto planes = MakePlanes<TypeParam>(is3D, columns, kind, engine() % 3 == 0, engine);
          Compare(rules, planes, static_cast<Labeler>(first), engine() % 2 == 0);
          if (this->HasFatalFailure())
          {
            SetInstructionSet(usual);
            return;
          }
        }
      }
    }
  }
  SetInstructionSet(usual);
}


TYPED_TEST(Labelers, AreTheOnesThatWereMeant)
{
  const double spacing[] = { 1, 1, 1 };
  const Rules  rules = MakeRules(true, true, spacing);
  std::mt19937 engine(2);
  const auto   few = MakePlanes<TypeParam>(true, 40, Values::Few, false, engine);
  const auto   expectOnly = [](Labeler labeler, const auto & label) {
    const auto before = GetNumbersOfLabeledVoxels();
    label();
    const auto after = GetNumbersOfLabeledVoxels();
    for (unsigned int k = 0; k < NumberOfLabelers; ++k)
    {
      EXPECT_EQ(after[k] != before[k], k == static_cast<unsigned int>(labeler)) << k;
    }
  };
  expectOnly(sizeof(TypeParam) == 1 ? Labeler::Ranks : Labeler::Keys,
             [&] { Compare(rules, few, Labeler::Ranks, true); });
  expectOnly(Labeler::Keys, [&] { Compare(rules, few, Labeler::Keys, true); });
  expectOnly(Labeler::Direct, [&] { Compare(rules, few, Labeler::Direct, true); });
  expectOnly(Labeler::Definition, [&] { Compare(rules, few, Labeler::Definition, true); });
}


TEST(ScoreRanks, CountEachVoxelOnce)
{
  const double spacing[] = { 1, 1, 1 };
  Rules        rules = MakeRules(true, true, spacing);
  rules.centerScore = -std::numeric_limits<double>::infinity();
  // 0 in a row whose only other voxels are 255: ranks do not tell so deep a minimum.
  Planes<std::uint8_t> planes;
  planes.rows = 3;
  planes.columns = 40;
  planes.values.assign(3, std::vector<std::uint8_t>((planes.rows + 2) * (planes.columns + 2), 255));
  planes.mask.assign(3, std::vector<unsigned char>((planes.rows + 2) * (planes.columns + 2), 0));
  planes.values[1][planes.IndexOf(2, 20)] = 0;
  for (const std::size_t column : { 19u, 20u, 21u })
  {
    planes.mask[1][planes.IndexOf(2, column)] = 1;
  }
  const auto before = GetNumbersOfLabeledVoxels();
  Compare(rules, planes, Labeler::Ranks, true);
  const auto after = GetNumbersOfLabeledVoxels();
  const auto numberOf = [&](Labeler labeler) {
    return after[static_cast<unsigned int>(labeler)] - before[static_cast<unsigned int>(labeler)];
  };
  EXPECT_EQ(numberOf(Labeler::Ranks), 2 * planes.columns);
  EXPECT_EQ(numberOf(Labeler::Definition), planes.columns);
}


TEST(ScoreRanks, OrderAllPairsOfDifferencesAsScoresDo)
{
  // A face, an edge and a corner neighbor, by plane and row; of a voxel in the middle of every three columns.
  constexpr std::size_t places[][2] = { { 0, 1 }, { 0, 0 }, { 2, 2 } };
  constexpr std::size_t columnOf[] = { 1, 1, 2 };
  const double          spacing[] = { 1, 1, 1 };
  const Rules           rules = MakeRules(true, true, spacing);
  for (unsigned int first = 0; first < 3; ++first)
  {
    const unsigned int second = (first + 1) % 3;
    for (int difference = -255; difference <= 255; ++difference)
    {
      Planes<std::uint8_t> planes;
      planes.rows = 1;
      planes.columns = 3 * 511;
      planes.values.assign(3, std::vector<std::uint8_t>(3 * (planes.columns + 2), 255));
      for (int other = -255; other <= 255; ++other)
      {
        const int center = std::max({ difference, other, 0 });
        const int values[] = { center - difference, center - other };
        if (std::max(values[0], values[1]) <= 255)
        {
          const auto column = static_cast<std::size_t>(1 + 3 * (other + 255));
          planes.values[1][planes.IndexOf(1, column + 1)] = static_cast<std::uint8_t>(center);
          planes.values[places[first][0]][planes.IndexOf(places[first][1], column + columnOf[first])] =
            static_cast<std::uint8_t>(values[0]);
          planes.values[places[second][0]][planes.IndexOf(places[second][1], column + columnOf[second])] =
            static_cast<std::uint8_t>(values[1]);
        }
      }
      Compare(rules, planes, Labeler::Ranks, false);
      if (testing::Test::HasFatalFailure())
      {
        return;
      }
    }
  }
}
