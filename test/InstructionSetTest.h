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
#ifndef InstructionSetTest_h
#define InstructionSetTest_h

#include "itkNeighborhoodArgmaxLabelKernel.h"

#include <gtest/gtest.h>

#include <string>

/** \class InstructionSetTest
 * \brief The fixture of a suite that runs with each instruction set of the machine. */
class InstructionSetTest : public testing::TestWithParam<std::string>
{
protected:
  void
  SetUp() override
  {
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(this->GetParam());
  }

  void
  TearDown() override
  {
    itk::NeighborhoodArgmaxLabel::SetInstructionSet(m_Default);
  }

  const std::string m_Default{ itk::NeighborhoodArgmaxLabel::GetInstructionSet() };
};

#define INSTANTIATE_WITH_INSTRUCTION_SETS(suite)                                                  \
  INSTANTIATE_TEST_SUITE_P(InstructionSets,                                                       \
                           suite,                                                                 \
                           testing::ValuesIn(itk::NeighborhoodArgmaxLabel::GetInstructionSets()), \
                           [](const auto & info) { return info.param; })

#endif
