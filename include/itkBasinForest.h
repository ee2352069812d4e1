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

namespace itk::NeighborhoodArgmaxLabel
{

/** \class BasinForest
 * \brief Internal: joins pieces of basins: union-find with path halving, where the root of a tree is its earliest
 * piece.
 *
 * A piece has an order, such as its first voxel in the image, which no other piece has. So roots do not depend on the
 * order of the joins.
 *
 * TPiece counts the pieces.
 * \ingroup NeighborhoodArgmaxLabel
 */
template <typename TPiece>
class BasinForest
{
public:
  using OrderType = std::uint64_t;

  void
  Reserve(TPiece numberOfPieces)
  {
    m_Orders.reserve(numberOfPieces);
    m_Parents.reserve(numberOfPieces);
  }

  /** A new piece, in a tree of its own. */
  TPiece
  Add(OrderType order)
  {
    m_Orders.push_back(order);
    m_Parents.push_back(static_cast<TPiece>(m_Parents.size()));
    return m_Parents.back();
  }

  TPiece
  GetNumberOfPieces() const
  {
    return static_cast<TPiece>(m_Parents.size());
  }

  OrderType
  GetOrder(TPiece piece) const
  {
    return m_Orders[piece];
  }

  bool
  IsRoot(TPiece piece) const
  {
    return m_Parents[piece] == piece;
  }

  /** The earliest piece that `piece` is joined with. Halves the path on its way. */
  TPiece
  RootOf(TPiece piece)
  {
    while (m_Parents[piece] != piece)
    {
      piece = m_Parents[piece] = m_Parents[m_Parents[piece]];
    }
    return piece;
  }

  void
  Join(TPiece a, TPiece b)
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
  std::vector<TPiece>    m_Parents;
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
