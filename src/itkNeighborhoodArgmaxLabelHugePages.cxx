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
#include "itkNeighborhoodArgmaxLabelHugePages.h"

#ifdef __linux__
#  include <sys/mman.h>
#  include <unistd.h>
#  include <cstdint>
#endif

namespace itk::NeighborhoodArgmaxLabel
{

void
AdviseHugePages(void * memory, std::size_t size)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  // Less than this may have no whole huge page in it.
  constexpr std::size_t leastSize = 1 << 22;
  const auto            pageSize = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto            begin = (reinterpret_cast<std::uintptr_t>(memory) + pageSize - 1) / pageSize * pageSize;
  const auto            end = (reinterpret_cast<std::uintptr_t>(memory) + size) / pageSize * pageSize;
  if (size >= leastSize)
  {
    // Only advice: without it, the memory is as good.
    madvise(reinterpret_cast<void *>(begin), end - begin, MADV_HUGEPAGE);
  }
#else
  static_cast<void>(memory);
  static_cast<void>(size);
#endif
}

} // namespace itk::NeighborhoodArgmaxLabel
