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
// Compiled once for each instruction set, by Highway's foreach_target.h.
#if defined(Kernel_inl_h) == defined(HWY_TARGET_TOGGLE)
#  ifdef Kernel_inl_h
#    undef Kernel_inl_h
#  else
#    define Kernel_inl_h
#  endif

#  include "KernelTable.h"

#  include <hwy/cache_control.h>
#  include <hwy/highway.h>

#  include <algorithm>
#  include <limits>

HWY_BEFORE_NAMESPACE();
namespace itk::NeighborhoodArgmaxLabel::HWY_NAMESPACE
{
namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
using Lanes = hn::ScalableTag<T>;

/** The lanes that hold the labels of voxels in lanes D. */
template <class D>
using LabelLanes = hn::RebindToSigned<D>;

template <typename T>
constexpr T Infinity = std::numeric_limits<T>::infinity();

/** The type of labels that are stored in lanes of integers of the size of T. */
template <typename T>
using StoredLabel =
  std::conditional_t<sizeof(T) == 1, std::uint8_t, std::conditional_t<sizeof(T) == 2, std::uint16_t, std::int32_t>>;

/** The label of a group of integers without competitors. */
template <typename T>
constexpr auto NoLabel = static_cast<StoredLabel<T>>(-1);

/** The greater of two real numbers; `wins` is value > best, which is false for NaN. */
template <class D, class V>
HWY_INLINE V
Greater(D, hn::Mask<D> wins, V value, V best)
{
#  if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
  (void)wins;
  return hn::Max(value, best); // the second one where one is NaN
#  else
  return hn::IfThenElse(wins, value, best);
#  endif
}

/** Makes ordered differences from a NaN center the greatest of all. */
template <class D, class V>
HWY_INLINE V
OrderedCenter(D d, V center)
{
  using T = hn::TFromD<D>;
  return hn::IfThenElse(hn::Eq(center, hn::Set(d, -Infinity<T>)), hn::Set(d, Infinity<T>), center);
}

/** The label of the greater score; of equal scores, the lower label. */
template <class D, class V, class VL>
HWY_INLINE VL
LabelOfGreater(D, V score, VL label, V best, VL bestLabel)
{
  const LabelLanes<D> dl;
  const auto lower = hn::IfThenElse(hn::RebindMask(dl, hn::Eq(score, best)), hn::Min(label, bestLabel), bestLabel);
  return hn::IfThenElse(hn::RebindMask(dl, hn::Gt(score, best)), label, lower);
}

/** The winner of a group, for N vectors of voxels: the greatest difference; of equal ones the lowest label, which comes
 * first. For integers it is the least value, as their differences are exact. */
template <bool VAbsent, int N, typename T, class D, class V, class VL>
HWY_INLINE void
FindWinners(D                      d,
            const KernelTable<T> & table,
            const Group &          group,
            const T * const *      sources,
            std::ptrdiff_t         at,
            const T *              initial,
            const V (&center)[N],
            V (&best)[N],
            VL (&label)[N])
{
  constexpr bool      isReal = std::is_floating_point_v<T>;
  const LabelLanes<D> dl;
  const std::size_t   lanes = hn::Lanes(d);
  for (int n = 0; n < N; ++n)
  {
    best[n] = hn::Set(d, isReal ? -Infinity<T> : std::numeric_limits<T>::max());
    if constexpr (isReal)
    {
      label[n] = hn::Set(dl, table.centerLabel); // until a neighbor wins
    }
    else if constexpr (VAbsent)
    {
      label[n] = hn::LoadU(d, initial + n * lanes);
    }
    else
    {
      label[n] = hn::Set(d, static_cast<T>(table.wideLabels[group.begin]));
    }
  }
  for (std::size_t i = group.begin; i < group.end; ++i)
  {
    const T * const neighbor = sources[i] + at;
    VL              candidate;
    if constexpr (sizeof(T) <= 2)
    {
      candidate = hn::LoadU(d, reinterpret_cast<const T *>(table.labels[i].bytes));
    }
    else
    {
      candidate = hn::Set(dl, table.wideLabels[i]);
    }
    for (int n = 0; n < N; ++n)
    {
      if constexpr (isReal)
      {
        const auto difference = hn::Sub(center[n], hn::LoadU(d, neighbor + n * lanes));
        const auto wins = hn::Gt(difference, best[n]);
        best[n] = Greater(d, wins, difference, best[n]);
        label[n] = hn::IfThenElse(hn::RebindMask(dl, wins), candidate, label[n]);
      }
      else
      {
        const auto value = hn::LoadU(d, neighbor + n * lanes);
        const auto wins = hn::Lt(value, best[n]);
        best[n] = hn::Min(value, best[n]);
        label[n] = hn::IfThenElse(wins, candidate, label[n]);
      }
    }
  }
}

/** Groups compete by approximate scores, in lanes of float or of 16 bits. A voxel whose best two scores are closer than
 * their errors is labeled again by LabelExactly(). A score of 0 is exact. */
template <class D>
struct Screen
{
  using V = hn::Vec<D>;
  using VL = hn::Vec<LabelLanes<D>>;
  V  best;
  V  second;
  VL label;

  HWY_INLINE
  Screen() {} // GCC compiles implicit constructors for another target

  HWY_INLINE void
  Begin(hn::TFromD<D> centerScore, std::int32_t centerLabel)
  {
    best = hn::Set(D(), centerScore);
    second = hn::Set(D(), Lowest());
    label = hn::Set(LabelLanes<D>(), static_cast<hn::TFromD<LabelLanes<D>>>(centerLabel));
  }

  HWY_INLINE void
  Add(V score, VL candidate)
  {
    label = LabelOfGreater(D(), score, candidate, best, label);
    second = hn::Max(second, hn::Min(score, best));
    best = hn::Max(best, score);
  }

  /** For strict extrema: the center comes last, and wins where all scores are negative. */
  HWY_INLINE void
  AddCenter(hn::TFromD<D> score, std::int32_t centerLabel)
  {
    const D             d;
    const LabelLanes<D> dl;
    const auto          center = hn::Set(dl, static_cast<hn::TFromD<LabelLanes<D>>>(centerLabel));
    const auto          isMinimum = hn::Lt(best, hn::Zero(d));
    this->Add(hn::Set(d, score), center);
    label = hn::IfThenElse(hn::RebindMask(dl, isMinimum), center, label);
  }

  HWY_INLINE hn::Mask<D>
             IsClose() const
  {
    const D     d;
    hn::Mask<D> isClose;
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
    {
      const auto error = hn::Max(hn::Mul(hn::Abs(best), hn::Set(d, 1e-6f)), hn::Set(d, 0x1p-140f));
      isClose = hn::Lt(hn::Sub(best, second), error);
    }
    else
    {
      // Each score is off by less than 1.
      isClose = hn::Lt(hn::SaturatedSub(best, second), hn::Set(d, std::int16_t{ 2 }));
    }
    return hn::And(isClose, hn::Ne(best, hn::Zero(d)));
  }

  static constexpr hn::TFromD<D>
  Lowest()
  {
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
    {
      return -Infinity<float>;
    }
    return std::numeric_limits<hn::TFromD<D>>::lowest();
  }
};

/** Screens take integers in lanes of twice their size: those at even positions, and those at odd ones. */
template <bool VOdd, class DW, class V>
HWY_INLINE hn::Vec<DW>
           WideHalf(DW d, V values) // times half the range of the narrow lanes
{
  constexpr int bits = 4 * sizeof(hn::TFromD<DW>);
  const auto    wide = hn::BitCast(d, values);
  if constexpr (VOdd)
  {
    const auto upper = hn::Set(d, static_cast<hn::TFromD<DW>>(-(1 << bits)));
    return hn::ShiftRight<1>(hn::And(wide, upper));
  }
  else
  {
    return hn::ShiftRight<1>(hn::ShiftLeft<bits>(wide));
  }
}

template <bool VOdd, class DW, class V>
HWY_INLINE hn::Vec<DW>
           WideLabels(DW d, V labels)
{
  using TW = hn::TFromD<DW>;
  constexpr int                  bits = 4 * sizeof(TW);
  const hn::RebindToUnsigned<DW> du;
  const auto                     wide = hn::BitCast(du, labels);
  if constexpr (VOdd)
  {
    return hn::BitCast(d, hn::ShiftRight<bits>(wide));
  }
  else
  {
    return hn::BitCast(d, hn::And(wide, hn::Set(du, static_cast<hn::TFromD<decltype(du)>>((TW{ 1 } << bits) - 1))));
  }
}

/** The score of one half of a vector, and its label. */
template <bool VAbsent, bool VOdd, typename T, class DS, class V>
HWY_INLINE void
AddHalf(Screen<DS> & screen, const Group & group, hn::Vec<LabelLanes<DS>> centerHalf, V winner, V labels)
{
  const DS             ds;
  const LabelLanes<DS> dw;
  const auto           difference = hn::Sub(centerHalf, WideHalf<VOdd>(dw, winner));
  const auto           label = WideLabels<VOdd>(dw, labels);
  hn::Vec<DS>          score;
  if constexpr (sizeof(T) == 1)
  {
    score = hn::MulFixedPoint15(difference, hn::Set(ds, group.fixed));
  }
  else
  {
    score = hn::Mul(hn::ConvertTo(ds, difference), hn::Set(ds, group.screen));
  }
  if constexpr (VAbsent)
  {
    const auto isNobody = hn::Eq(label, hn::Set(dw, static_cast<hn::TFromD<decltype(dw)>>(NoLabel<T>)));
    score = hn::IfThenElse(hn::RebindMask(ds, isNobody), hn::Set(ds, Screen<DS>::Lowest()), score);
  }
  screen.Add(score, label);
}

/** Labels for the output: `count` of the lanes that labels begin with. */
template <class D, typename TLabel>
HWY_INLINE void
StoreLabels(D d, hn::Vec<D> labels, std::size_t count, TLabel * to)
{
  using T = hn::TFromD<D>;
  const std::size_t lanes = hn::Lanes(d);
  if constexpr (sizeof(T) == sizeof(TLabel))
  {
    const hn::Rebind<TLabel, D> dt;
    if (count >= lanes)
    {
      hn::StoreU(hn::BitCast(dt, labels), dt, to);
      return;
    }
  }
  else if constexpr (sizeof(TLabel) == 1)
  {
    const hn::Rebind<std::uint8_t, D> dt;
    if (count >= lanes)
    {
      hn::StoreU(hn::DemoteTo(dt, labels), dt, to);
      return;
    }
  }
  HWY_ALIGN T buffer[64 / sizeof(T)];
  hn::Store(labels, d, buffer);
  for (std::size_t n = 0; n < std::min(count, lanes); ++n)
  {
    to[n] = static_cast<TLabel>(static_cast<std::make_unsigned_t<T>>(buffer[n]));
  }
}

/** A vector of double from `count` lanes of any type. */
template <class DD, typename T>
HWY_INLINE hn::Vec<DD>
           LoadAsDouble(DD d, const T * from)
{
  if constexpr (std::is_same_v<T, double>)
  {
    return hn::LoadU(d, from);
  }
  else if constexpr (sizeof(T) == 4)
  {
    return hn::PromoteTo(d, hn::LoadU(hn::Rebind<T, DD>(), from));
  }
  else
  {
    return hn::PromoteTo(d, hn::PromoteTo(hn::Rebind<std::int32_t, DD>(), hn::LoadU(hn::Rebind<T, DD>(), from)));
  }
}

template <class DD>
HWY_INLINE void
StoreScores(DD d, hn::Vec<DD> scores, std::size_t count, double * to)
{
  HWY_ALIGN double buffer[8];
  hn::Store(scores, d, buffer);
  std::copy_n(buffer, std::min(count, hn::Lanes(d)), to);
}
template <class DD>
HWY_INLINE void
StoreScores(DD d, hn::Vec<DD> scores, std::size_t count, float * to)
{
  HWY_ALIGN double buffer[8];
  hn::Store(scores, d, buffer);
  for (std::size_t n = 0; n < std::min(count, hn::Lanes(d)); ++n)
  {
    to[n] = static_cast<float>(buffer[n]);
  }
}

/** Labels and scores of a vector of double. An ordered score that is infinite is that of a NaN. */
template <class DD, typename TLabel, typename TScore>
HWY_INLINE void
StoreResults(DD           d,
             hn::Vec<DD>  labels,
             hn::Vec<DD>  scores,
             bool         isOrdered,
             std::int32_t centerLabel,
             std::size_t  count,
             TLabel *     labelsTo,
             TScore *     scoresTo)
{
  const hn::Rebind<std::int32_t, DD> di;
  StoreLabels(di, hn::DemoteTo(di, labels), count, labelsTo);
  if (scoresTo)
  {
    if (isOrdered)
    {
      const auto isNaN = hn::And(hn::Eq(scores, hn::Set(d, Infinity<double>)),
                                 hn::Ne(labels, hn::Set(d, static_cast<double>(centerLabel))));
      scores = hn::IfThenElse(isNaN, hn::Set(d, std::numeric_limits<double>::quiet_NaN()), scores);
    }
    StoreScores(d, scores, count, scoresTo);
  }
}

/** LabelOfGreater() of labels in lanes of double. */
template <class DD, class V>
HWY_INLINE V
LabelOfGreaterScore(DD, V score, V label, V best, V bestLabel)
{
  const auto lower = hn::IfThenElse(hn::Eq(score, best), hn::Min(label, bestLabel), bestLabel);
  return hn::IfThenElse(hn::Gt(score, best), label, lower);
}

/** Voxels of a vector; each bit stands for one or two of them. */
struct VoxelBits
{
  std::uint64_t bits;
  std::size_t   voxels; // of each bit

  bool
  Has(std::size_t begin, std::size_t size) const
  {
    return (bits >> (begin / voxels) & ((std::uint64_t{ 1 } << (size / voxels)) - 1)) != 0;
  }
};
constexpr VoxelBits AllVoxels{ ~std::uint64_t{ 0 }, 1 };

template <class D>
HWY_INLINE std::uint64_t
           BitsOf(D d, hn::Mask<D> mask)
{
  unsigned char bytes[8]{};
  hn::StoreMaskBits(d, mask, bytes);
  std::uint64_t bits = 0;
  for (unsigned int byte = 0; byte < 8; ++byte)
  {
    bits |= static_cast<std::uint64_t>(bytes[byte]) << (8 * byte);
  }
  return bits;
}

/** `count` voxels, at most a vector of T: the winners of all groups, then their scores in double. Labels at least those
 * of `voxels`. */
template <bool VAbsent, typename T, typename TLabel>
HWY_NOINLINE void
LabelExactly(const KernelTable<T> &   table,
             const Block<T, TLabel> & block,
             std::ptrdiff_t           at,
             std::size_t              x,
             std::size_t              count,
             VoxelBits                voxels,
             T *                      scratch,
             TLabel *                 labels,
             ScoreOf<T> *             scores)
{
  const Lanes<T>             d;
  const LabelLanes<Lanes<T>> dl;
  constexpr std::size_t      stride = 64 / sizeof(T);
  const std::size_t          numberOfGroups = table.groups.size();
  T * const                  winners = scratch;
  auto * const               winnersLabels = reinterpret_cast<StoredLabel<T> *>(scratch + numberOfGroups * stride);
  hn::Vec<Lanes<T>>          center[1]{ hn::LoadU(d, block.center + at) };
  if constexpr (std::is_floating_point_v<T>)
  {
    center[0] = OrderedCenter(d, center[0]);
  }
  HWY_ALIGN T centers[stride];
  hn::Store(center[0], d, centers);
  for (std::size_t g = 0; g < numberOfGroups; ++g)
  {
    hn::Vec<Lanes<T>>     best[1];
    hn::Vec<decltype(dl)> label[1];
    FindWinners<VAbsent, 1>(d,
                            table,
                            table.groups[g],
                            block.sources.data(),
                            at,
                            VAbsent ? block.initial + static_cast<std::ptrdiff_t>(g) * block.initialStride + x
                                    : nullptr,
                            center,
                            best,
                            label);
    hn::Store(best[0], d, winners + g * stride);
    hn::Store(label[0], dl, reinterpret_cast<hn::TFromD<decltype(dl)> *>(winnersLabels + g * stride));
  }

  const Lanes<double> dd;
  const auto          lowest = hn::Set(dd, -Infinity<double>);
  const auto          centerLabel = hn::Set(dd, static_cast<double>(table.centerLabel));
  const auto          centerScore = hn::Set(dd, table.centerScore);
  for (std::size_t n = 0; n < std::min(count, hn::Lanes(d)); n += hn::Lanes(dd))
  {
    if (!voxels.Has(n, hn::Lanes(dd)))
    {
      continue;
    }
    auto       best = lowest;
    auto       label = centerLabel;
    auto       greatest = lowest;
    const auto value = LoadAsDouble(dd, centers + n);
    for (std::size_t g = 0; g < numberOfGroups; ++g)
    {
      auto difference = LoadAsDouble(dd, winners + g * stride + n);
      auto candidate = LoadAsDouble(dd, winnersLabels + g * stride + n);
      if constexpr (!std::is_floating_point_v<T>)
      {
        difference = hn::Sub(value, difference);
        if constexpr (VAbsent)
        {
          const auto isNobody = hn::Eq(candidate, hn::Set(dd, static_cast<double>(NoLabel<T>)));
          difference = hn::IfThenElse(isNobody, lowest, difference);
          candidate = hn::IfThenElse(isNobody, centerLabel, candidate); // a center score of -infinity ties with it
        }
      }
      greatest = hn::Max(greatest, difference);
      const auto score = hn::Mul(difference, hn::Set(dd, table.groups[g].weight));
      label = LabelOfGreaterScore(dd, score, candidate, best, label);
      best = hn::Max(best, score);
    }
    label = LabelOfGreaterScore(dd, centerScore, centerLabel, best, label);
    if (table.labelStrictExtrema)
    {
      label = hn::IfThenElse(hn::Lt(greatest, hn::Zero(dd)), centerLabel, label);
    }
    best = hn::IfThenElse(hn::Eq(label, centerLabel), centerScore, best);
    StoreResults(dd, label, best, true, table.centerLabel, count - n, labels + n, scores ? scores + n : nullptr);
  }
}

/** The N vectors of voxels that begin at x of a row. Those whose best scores are too close go to LabelExactly(). */
template <bool VAbsent, int N, typename T, typename TLabel>
HWY_INLINE void
LabelScreened(const KernelTable<T> &   table,
              const Block<T, TLabel> & block,
              std::ptrdiff_t           at,
              std::size_t              x,
              std::size_t              count,
              T *                      scratch,
              TLabel *                 labels)
{
  const Lanes<T>    d;
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<Lanes<T>> center[N];
  for (int n = 0; n < N; ++n)
  {
    center[n] = hn::LoadU(d, block.center + at + n * lanes);
  }
  using DS =
    std::conditional_t<sizeof(T) == 1, hn::Repartition<std::int16_t, Lanes<T>>, hn::Repartition<float, Lanes<T>>>;
  const LabelLanes<DS>  dw;
  constexpr bool        isReal = std::is_floating_point_v<T>;
  constexpr int         parts = isReal ? 1 : 2;
  Screen<DS>            screens[N * parts];
  hn::Vec<decltype(dw)> halves[N * parts]; // of the center
  const auto            centerScore = [&]() HWY_ATTR {
    if constexpr (sizeof(T) == 1)
    {
      return table.centerFixed;
    }
    else
    {
      return table.centerScreen;
    }
  }();
  for (int n = 0; n < N; ++n)
  {
    for (int part = 0; part < parts; ++part)
    {
      screens[n * parts + part].Begin(table.labelStrictExtrema ? Screen<DS>::Lowest() : centerScore, table.centerLabel);
    }
    if constexpr (isReal)
    {
      center[n] = OrderedCenter(d, center[n]);
    }
    else
    {
      halves[n * parts] = WideHalf<false>(dw, center[n]);
      halves[n * parts + 1] = WideHalf<true>(dw, center[n]);
    }
  }
  const T * initial = VAbsent ? block.initial + x : nullptr;
  for (const Group & group : table.groups)
  {
    hn::Vec<Lanes<T>>             best[N];
    hn::Vec<LabelLanes<Lanes<T>>> label[N];
    FindWinners<VAbsent, N>(d, table, group, block.sources.data(), at, initial, center, best, label);
    initial += VAbsent ? block.initialStride : 0;
    for (int n = 0; n < N; ++n)
    {
      if constexpr (isReal)
      {
        screens[n].Add(hn::Mul(best[n], hn::Set(d, group.screen)), label[n]);
      }
      else
      {
        AddHalf<VAbsent, false, T>(screens[2 * n], group, halves[2 * n], best[n], label[n]);
        AddHalf<VAbsent, true, T>(screens[2 * n + 1], group, halves[2 * n + 1], best[n], label[n]);
      }
    }
  }
  const DS ds;
  for (int n = 0; n < N; ++n)
  {
    const std::size_t begin = n * lanes;
    if (begin >= count)
    {
      return;
    }
    if (HWY_UNLIKELY(table.labelStrictExtrema))
    {
      for (int part = 0; part < parts; ++part)
      {
        screens[n * parts + part].AddCenter(centerScore, table.centerLabel);
      }
    }
    auto isClose = screens[n * parts].IsClose();
    if constexpr (isReal)
    {
      StoreLabels(dw, screens[n].label, count - begin, labels + begin);
    }
    else
    {
      constexpr int bits = 8 * sizeof(T);
      const auto    both = hn::Or(screens[2 * n].label, hn::ShiftLeft<bits>(screens[2 * n + 1].label));
      StoreLabels(d, hn::BitCast(d, both), count - begin, labels + begin);
      isClose = hn::Or(isClose, screens[2 * n + 1].IsClose());
    }
    if (HWY_UNLIKELY(!hn::AllFalse(ds, isClose)))
    {
      LabelExactly<VAbsent>(table,
                            block,
                            at + static_cast<std::ptrdiff_t>(begin),
                            x + begin,
                            count - begin,
                            VoxelBits{ BitsOf(ds, isClose), parts },
                            scratch,
                            labels + begin,
                            static_cast<ScoreOf<T> *>(nullptr));
    }
  }
}

/** The definition: all candidates, in any order, by scores in double. `VRaw`: NaN as it is, and absent voxels as
 * AbsentValue(); otherwise the candidates come in ascending order of their labels. */
template <bool VRaw, int N, typename T, typename TLabel>
HWY_INLINE void
LabelByScores(const KernelTable<T> &   table,
              const Block<T, TLabel> & block,
              std::ptrdiff_t           at,
              std::size_t              count,
              TLabel *                 labels,
              ScoreOf<T> *             scores)
{
  const Lanes<double>                d;
  const hn::Rebind<T, Lanes<double>> dt;
  const std::size_t                  lanes = hn::Lanes(d);
  hn::Vec<decltype(dt)>              center[N];
  hn::Vec<decltype(d)>               best[N];
  hn::Vec<decltype(d)>               label[N];
  hn::Vec<decltype(d)>               greatest[N]; // difference; VRaw: 1 where one is not negative
  const auto                         centerLabel = hn::Set(d, static_cast<double>(table.centerLabel));
  const auto                         nobody = hn::Set(d, -1.0);
  const bool                         isStrict = table.labelStrictExtrema;
  for (int n = 0; n < N; ++n)
  {
    center[n] = hn::LoadU(dt, block.center + at + n * lanes);
    center[n] = VRaw ? center[n] : OrderedCenter(dt, center[n]);
    best[n] = hn::Set(d, -Infinity<double>);
    label[n] = VRaw ? nobody : centerLabel;
    greatest[n] = VRaw ? hn::Zero(d) : best[n];
  }
  const auto competes = [&](hn::Vec<decltype(d)> score, hn::Vec<decltype(d)> candidate, int n) HWY_ATTR {
    const auto scoreIsNaN = hn::IsNaN(score);
    const auto bestIsNaN = hn::IsNaN(best[n]);
    const auto isGreater = hn::Or(hn::Gt(score, best[n]), hn::AndNot(bestIsNaN, scoreIsNaN));
    const auto isEqual = hn::Or(hn::Eq(score, best[n]), hn::And(bestIsNaN, scoreIsNaN));
    return hn::Or(hn::Or(isGreater, hn::Eq(label[n], nobody)), hn::And(isEqual, hn::Lt(candidate, label[n])));
  };
  for (std::size_t i = 0; i < table.candidates.size(); ++i)
  {
    const T * const neighbor = block.sources[i] + at;
    const auto      weight = hn::Set(d, table.candidates[i].weight);
    const auto      candidate = hn::Set(d, table.realLabels[i]);
    for (int n = 0; n < N; ++n)
    {
      const auto value = hn::LoadU(dt, neighbor + n * lanes);
      auto       difference = [&]() HWY_ATTR {
        if constexpr (std::is_same_v<T, float>)
        {
          return hn::PromoteTo(d, hn::Sub(center[n], value));
        }
        else
        {
          return hn::Sub(center[n], value);
        }
      }();
      const auto score = hn::Mul(difference, weight);
      if constexpr (VRaw)
      {
        using TBits = hwy::MakeSigned<T>;
        const hn::Rebind<TBits, decltype(dt)> db;
        const hn::RebindToSigned<decltype(d)> dl;
        const auto                            absent = hn::BitCast(db, hn::Set(dt, AbsentValue<T>(Staging::Raw)));
        const auto                            bits = hn::BitCast(db, value);
        hn::Mask<decltype(d)>                 isPresent;
        if constexpr (std::is_same_v<T, float>)
        {
          isPresent = hn::RebindMask(d, hn::Ne(hn::PromoteTo(dl, bits), hn::PromoteTo(dl, absent)));
        }
        else
        {
          isPresent = hn::RebindMask(d, hn::Ne(bits, absent));
        }
        const auto wins = hn::And(isPresent, competes(score, candidate, n));
        best[n] = hn::IfThenElse(wins, score, best[n]);
        label[n] = hn::IfThenElse(wins, candidate, label[n]);
        const auto isNotLess = hn::AndNot(hn::Lt(difference, hn::Zero(d)), isPresent);
        greatest[n] = hn::IfThenElse(isNotLess, hn::Set(d, 1.0), greatest[n]);
      }
      else
      {
        const auto wins = hn::Gt(score, best[n]);
        best[n] = Greater(d, wins, score, best[n]);
        label[n] = hn::IfThenElse(wins, candidate, label[n]);
        if (isStrict)
        {
          greatest[n] = hn::Max(greatest[n], difference);
        }
      }
    }
  }
  for (int n = 0; n < N; ++n)
  {
    const std::size_t begin = n * lanes;
    if (begin >= count)
    {
      return;
    }
    const auto centerScore = hn::Set(d, table.centerScore);
    if constexpr (VRaw)
    {
      auto centerWins = competes(centerScore, centerLabel, n);
      if (table.labelStrictExtrema)
      {
        centerWins = hn::Or(centerWins, hn::Eq(greatest[n], hn::Zero(d)));
      }
      label[n] = hn::IfThenElse(centerWins, centerLabel, label[n]);
    }
    else
    {
      label[n] = LabelOfGreaterScore(d, centerScore, centerLabel, best[n], label[n]);
      if (isStrict)
      {
        label[n] = hn::IfThenElse(hn::Lt(greatest[n], hn::Zero(d)), centerLabel, label[n]);
      }
    }
    best[n] = hn::IfThenElse(hn::Eq(label[n], centerLabel), centerScore, best[n]);
    StoreResults(
      d, label[n], best[n], !VRaw, table.centerLabel, count - begin, labels + begin, scores ? scores + begin : nullptr);
  }
}

/** Calls label(x, count) for the steps of a row. Where rows are long enough, the last step overlaps the one before. */
template <typename TFunction>
HWY_INLINE void
ForEachStep(std::size_t width, std::size_t step, const TFunction & label)
{
  std::size_t x = 0;
  for (; x + step <= width; x += step)
  {
    label(x, step);
  }
  if (x < width)
  {
    const std::size_t begin = width >= step ? width - step : x;
    label(begin, width - begin);
  }
}

/** How many vectors at once: as many as the registers hold. */
template <typename T>
constexpr int
NumberOfVectors()
{
#  if HWY_TARGET <= HWY_AVX3 || !HWY_ARCH_X86 // 32 registers
  return sizeof(T) >= 4 ? 4 : 2;
#  else
  return sizeof(T) >= 4 ? 2 : 1;
#  endif
}

template <typename T>
std::size_t
StepOf(Contest contest)
{
  const std::size_t lanes = hn::Lanes(Lanes<T>());
  return contest == Contest::Screened || std::is_same_v<T, double> ? NumberOfVectors<T>() * lanes : lanes;
}

template <bool VAbsent, typename T, typename TLabel>
void
LabelRows(const KernelTable<T> & table, const Block<T, TLabel> & block, T * scratch)
{
  constexpr int     N = NumberOfVectors<T>();
  const std::size_t lanes = hn::Lanes(Lanes<T>());
  for (std::size_t row = 0; row < block.rows; ++row)
  {
    const auto     j = static_cast<std::ptrdiff_t>(row);
    TLabel * const labels = block.labels + j * block.labelStride;
    auto * const   scores = block.scores ? block.scores + j * block.scoreStride : nullptr;
    const auto     atOf = [&](std::size_t x) { return j * block.stride + static_cast<std::ptrdiff_t>(x); };
    const auto     scoresAt = [&](std::size_t x) { return scores ? scores + x : nullptr; };
    for (std::size_t byte = 0; byte < block.nextSize; byte += 64)
    {
      hwy::Prefetch(block.next + j * block.nextStride + byte);
    }
    if constexpr (std::is_floating_point_v<T>)
    {
      if (block.isRaw)
      {
        ForEachStep(block.width, N * hn::Lanes(Lanes<double>()), [&](std::size_t x, std::size_t count) HWY_ATTR {
          LabelByScores<true, N>(table, block, atOf(x), count, labels + x, scoresAt(x));
        });
        continue;
      }
      if (table.contest == Contest::Definition)
      {
        ForEachStep(block.width, N * hn::Lanes(Lanes<double>()), [&](std::size_t x, std::size_t count) HWY_ATTR {
          LabelByScores<false, N>(table, block, atOf(x), count, labels + x, scoresAt(x));
        });
        continue;
      }
    }
    if constexpr (!std::is_same_v<T, double>)
    {
      if constexpr (!std::is_same_v<T, std::int32_t>)
      {
        if (table.contest == Contest::Screened && !scores)
        {
          ForEachStep(block.width, N * lanes, [&](std::size_t x, std::size_t count) HWY_ATTR {
            LabelScreened<VAbsent, N>(table, block, atOf(x), x, count, scratch, labels + x);
          });
          continue;
        }
      }
      ForEachStep(block.width, lanes, [&](std::size_t x, std::size_t count) HWY_ATTR {
        LabelExactly<VAbsent>(table, block, atOf(x), x, count, AllVoxels, scratch, labels + x, scoresAt(x));
      });
    }
  }
}

template <typename T, typename TLabel>
void
LabelBlock(const KernelTable<T> & table, const Block<T, TLabel> & block, void * scratch)
{
  if constexpr (!std::is_floating_point_v<T>)
  {
    if (block.initial)
    {
      LabelRows<true>(table, block, static_cast<T *>(scratch));
      return;
    }
  }
  LabelRows<false>(table, block, static_cast<T *>(scratch));
}

#  define NeighborhoodArgmaxLabel_KERNEL(T, Name)                                                              \
    void LabelBytes##Name(const KernelTable<T> & table, const Block<T, std::uint8_t> & block, void * scratch)  \
    {                                                                                                          \
      LabelBlock(table, block, scratch);                                                                       \
    }                                                                                                          \
    void LabelWords##Name(const KernelTable<T> & table, const Block<T, std::uint32_t> & block, void * scratch) \
    {                                                                                                          \
      LabelBlock(table, block, scratch);                                                                       \
    }                                                                                                          \
    std::size_t StepOf##Name(Contest contest) { return StepOf<T>(contest); }

NeighborhoodArgmaxLabel_KERNEL(std::int8_t, Int8);
NeighborhoodArgmaxLabel_KERNEL(std::int16_t, Int16);
NeighborhoodArgmaxLabel_KERNEL(std::int32_t, Int32);
NeighborhoodArgmaxLabel_KERNEL(float, Float);
NeighborhoodArgmaxLabel_KERNEL(double, Double);

#  undef NeighborhoodArgmaxLabel_KERNEL

} // namespace itk::NeighborhoodArgmaxLabel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
