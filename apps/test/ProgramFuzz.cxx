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

// `ProgramFuzz FILES [SEED]` runs the program on damaged files. Within limits on memory, it must label each of them or
// report the problem in one line, and leave no other files; what hangs must end at SIGINT. Findings are printed as
// lines for DamagedFiles.txt.

#include "DamagedFiles.h"

#include <csignal>
#include <iostream>
#include <map>

#include <sys/resource.h>

namespace
{
class ProgramFuzz : public ProgramTest
{
public:
  ProgramFuzz()
  {
    for (const auto & name : DamagedFiles::names)
    {
      const auto file = this->Path("seed." + name);
      DamagedFiles::Write(name, file);
      m_Seeds[name] = DamagedFiles::Load(file);
      fs::remove(file);
      const auto problem = this->Try(name, "", 1);
      if (!problem.empty() || m_LastLabels.empty())
      {
        throw std::runtime_error("the whole " + file + " is not labeled: " + problem);
      }
      m_Labels[name] = m_LastLabels;
    }
  }

  void
  TestBody() override
  {}

  /** Labels the damaged file. Returns what went wrong, or nothing. */
  std::string
  Try(const std::string & name, const std::string & damage, unsigned int pieces)
  {
    const auto input = "x." + name;
    const auto bytes = DamagedFiles::Apply(m_Seeds.at(name), damage, this->Path(input));
    DamagedFiles::Store(bytes, this->Path(input));
    const auto child = this->Start({ input, "out.mha", "--stream", std::to_string(pieces) }, [] {
      const rlimit memory{ rlim_t{ 2 } << 30, rlim_t{ 2 } << 30 };
      setrlimit(RLIMIT_AS, &memory);
    });
    const bool hangs = !HasEnded(child);
    if (hangs)
    {
      kill(child, SIGINT);
    }
    const auto result = this->Finish(child);
    const auto files = this->Files();
    m_LastLabels = DamagedFiles::Load(this->Path("out.mha"));
    fs::remove(this->Path("out.mha"));
    const bool isUntouched = DamagedFiles::Load(this->Path(input)) == bytes;
    fs::remove(this->Path(input));

    ++m_Counts[hangs                  ? "hangs ended by SIGINT"
               : result.status == 0   ? "labeled"
               : result.status >= 128 ? "crashes of ITK contained"
                                      : "refused"];
    const bool isLabeled = result.status == 0;
    const bool isOneLine = NumberOfProblems(result.text) == 1;
    const bool hasWrongLabels =
      isLabeled && IsOnlyCut(damage) && m_Labels.count(name) > 0 && m_LastLabels != m_Labels[name];
    const std::pair<bool, std::string> faults[] = { { !isUntouched, "the input was changed" },
                                                    { result.status < 0, "the program was killed" },
                                                    { files.size() != (isLabeled ? 2 : 1), "files were left, or none" },
                                                    { !isLabeled && !isOneLine, "not one line: " + result.text },
                                                    { hasWrongLabels, "wrong labels of a truncated file" } };
    const auto * const                 fault =
      std::find_if(std::begin(faults), std::end(faults), [](const auto & f) { return f.first; });
    return fault == std::end(faults) ? "" : fault->second;
  }

  /** A random number of random operations, most of them near the front, in the header. */
  std::string
  RandomDamage(const std::string & name)
  {
    const auto         size = m_Seeds[name].size();
    const auto         number = [this](std::size_t limit) { return static_cast<std::size_t>(m_Random() % limit); };
    std::ostringstream text;
    for (std::size_t operations = number(4) + 1; operations > 0; --operations)
    {
      const auto position = number(number(3) > 0 ? std::min<std::size_t>(size, 400) : size);
      const auto kind = number(8);
      if (kind == 0)
      {
        text << "cut=" << number(size) << ' ';
      }
      else if (kind == 1)
      {
        text << "drop=" << position << ':' << number(16) + 1 << ' ';
      }
      else
      {
        const std::vector<std::string> values{ "00",       "ff",       "7f",       "80",      "01",
                                               "ffffffff", "ffffff7f", "00000080", "0000807f" };
        std::ostringstream             byte;
        byte << std::hex << number(16) << number(16);
        text << "set=" << position << ':' << (kind < 5 ? values[number(values.size())] : byte.str()) << ' ';
      }
    }
    return text.str();
  }

  bool
  Run(unsigned long files)
  {
    bool isWell = true;
    for (unsigned long i = 0; i < files; ++i)
    {
      const auto & name = DamagedFiles::names[m_Random() % DamagedFiles::names.size()];
      const auto   damage = this->RandomDamage(name);
      const auto   problem = this->Try(name, damage, 1 + m_Random() % 2 * 2);
      if (!problem.empty())
      {
        std::cout << name << ' ' << damage << "# " << problem << std::endl;
        isWell = false;
      }
    }
    for (const auto & [what, count] : m_Counts)
    {
      std::cout << count << ' ' << what << std::endl;
    }
    return isWell;
  }

  std::mt19937 m_Random;

private:
  static bool
  IsOnlyCut(const std::string & damage)
  {
    return damage.find("set") == std::string::npos && damage.find("drop") == std::string::npos;
  }

  /** Lines that are no notes; of a line that is not the program's, many. */
  static std::size_t
  NumberOfProblems(const std::string & text)
  {
    std::istringstream lines(text);
    std::size_t        count = 0;
    for (std::string line; std::getline(lines, line);)
    {
      const bool isOurs = line.rfind("neighborhood-argmax-label: ", 0) == 0;
      count += !isOurs ? 1000 : line.rfind("neighborhood-argmax-label: note: ", 0) != 0;
    }
    return count;
  }

  /** Within ten seconds. One that would end later is only interrupted. */
  static bool
  HasEnded(pid_t child)
  {
    sigset_t childSignal;
    sigemptyset(&childSignal);
    sigaddset(&childSignal, SIGCHLD);
    for (siginfo_t info{};;)
    {
      waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
      if (info.si_pid == child)
      {
        return true;
      }
      const timespec limit{ 10, 0 };
      if (sigtimedwait(&childSignal, nullptr, &limit) < 0 && errno == EAGAIN)
      {
        return false;
      }
    }
  }

  std::map<std::string, std::string>  m_Seeds;
  std::map<std::string, std::string>  m_Labels;
  std::map<std::string, unsigned int> m_Counts;
  std::string                         m_LastLabels;
};
} // namespace

int
main(int argc, char * argv[])
{
  const auto         files = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100;
  const unsigned int seed = argc > 2 ? static_cast<unsigned int>(std::atoi(argv[2])) : std::random_device()();
  std::cout << "seed " << seed << std::endl;
  sigset_t held; // for HasEnded(); the program sets its own
  sigemptyset(&held);
  sigaddset(&held, SIGCHLD);
  sigprocmask(SIG_BLOCK, &held, nullptr);
  ProgramFuzz fuzz;
  fuzz.m_Random.seed(seed);
  return fuzz.Run(files) ? EXIT_SUCCESS : EXIT_FAILURE;
}
