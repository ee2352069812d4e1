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
#ifndef itkBasinForest_h
#define itkBasinForest_h

#include <cstdint>
#include <vector>

namespace itk
{

/** \class BasinForest
 * \brief Joins parts of basins: union-find with path halving, where the root of a tree is its earliest part.
 *
 * A part has an order, such as its first voxel in the image, which no other part has. So roots do not depend on the
 * order of the joins.
 *
 * TPart counts the parts.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TPart>
class BasinForest
{
public:
  using OrderType = std::uint64_t;

  void
  Reserve(TPart numberOfParts)
  {
    m_Orders.reserve(numberOfParts);
    m_Parents.reserve(numberOfParts);
  }

  /** A new part, in a tree of its own. */
  TPart
  Add(OrderType order)
  {
    m_Orders.push_back(order);
    m_Parents.push_back(static_cast<TPart>(m_Parents.size()));
    return m_Parents.back();
  }

  TPart
  GetNumberOfParts() const
  {
    return static_cast<TPart>(m_Parents.size());
  }

  OrderType
  GetOrder(TPart part) const
  {
    return m_Orders[part];
  }

  bool
  IsRoot(TPart part) const
  {
    return m_Parents[part] == part;
  }

  /** The earliest part that `part` is joined with. Halves the path on its way. */
  TPart
  RootOf(TPart part)
  {
    while (m_Parents[part] != part)
    {
      part = m_Parents[part] = m_Parents[m_Parents[part]];
    }
    return part;
  }

  void
  Join(TPart a, TPart b)
  {
    a = this->RootOf(a);
    b = this->RootOf(b);
    if (m_Orders[a] < m_Orders[b])
    {
      m_Parents[b] = a;
    }
    else
    {
      m_Parents[a] = b;
    }
  }

private:
  std::vector<OrderType> m_Orders;
  std::vector<TPart>     m_Parents;
};

} // end namespace itk

#endif
