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
#ifndef itkNeighborhoodArgmaxLabelFirstError_h
#define itkNeighborhoodArgmaxLabelFirstError_h

#include <exception>
#include <mutex>
#include <utility>

namespace itk::NeighborhoodArgmaxLabel
{

/** Internal: takes an exception from a thread to that of the caller. ITK's thread pool drops what other threads throw:
 * up to ITK 5.2 always, since then in ParallelizeArray. */
class FirstError
{
public:
  template <typename TFunction>
  void
  KeepOf(const TFunction & function)
  {
    try
    {
      function();
    }
    catch (...)
    {
      const std::lock_guard<std::mutex> lock(m_Mutex);
      if (!m_Error)
      {
        m_Error = std::current_exception();
      }
    }
  }

  void
  Rethrow()
  {
    if (const auto error = std::exchange(m_Error, nullptr))
    {
      std::rethrow_exception(error);
    }
  }

private:
  std::mutex         m_Mutex;
  std::exception_ptr m_Error;
};

} // namespace itk::NeighborhoodArgmaxLabel

#endif
