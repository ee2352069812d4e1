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
#include "Worker.h"

#include "Program.h"
#include "StagedFiles.h"

#include "itkMacro.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#  include <sys/prctl.h>
#endif

namespace fs = std::filesystem;

namespace
{
/** Memory that survives the worker, however it ends. */
struct Notes
{
  bool                    isDone;
  bool                    isReading;
  bool                    isWriting;
  std::array<char, 64>    verb;
  std::array<char, 8192>  file;
  std::array<char, 256>   expected;
  std::array<char, 16384> problem;
};

Notes *  notes = nullptr;
Activity activity{ "starting", {}, {} };
int      terminal = STDERR_FILENO;
int      libraryText = -1;
sigset_t heldSignals;
sigset_t signalsBefore;

template <std::size_t VSize>
void
Note(std::array<char, VSize> & place, const std::string & text)
{
  place[text.copy(place.data(), VSize - 1)] = '\0';
}

/** The last line that a library printed, in parentheses after a space. */
std::string
LastLibraryLine()
{
  std::istringstream lines(LibraryText());
  std::string        last;
  for (std::string line; std::getline(lines, line);)
  {
    last = line.find_first_not_of(" \t\r") == std::string::npos ? last : line;
  }
  return last.empty() ? "" : " (" + last.substr(0, 200) + ")";
}

/** ITK's message without "itk::ERROR: Class(address): ", without the staged name, and without a reason that comes from
 * an old errno. */
std::string
TextOf(const std::exception & exception)
{
  const auto * itkException = dynamic_cast<const itk::ExceptionObject *>(&exception);
  std::string  text = itkException ? itkException->GetDescription() : exception.what();
  for (const std::string prefix : { "ERROR: ", "): " })
  {
    const auto found = text.find(prefix, prefix == "): " ? text.find("(0x") : 0);
    text.erase(0, found == std::string::npos ? 0 : found + prefix.size());
  }
  if (notes->isReading || notes->isWriting)
  {
    text = text.substr(0, text.find("Reason:"));
  }
  return dynamic_cast<const std::bad_alloc *>(&exception) ? "not enough memory" : text;
}

/** `FILE: cannot be read: expected ..., found ...` */
std::string
Failure(const std::string & found)
{
  const std::string file = notes->file.data();
  if (notes->isReading)
  {
    return file + ": cannot be read: expected " + notes->expected.data() + ", found: " + found;
  }
  return file + ": cannot be " + (notes->isWriting ? "written" : "labeled") + ": " + found;
}

[[noreturn]] void
Work(const std::function<void()> & work, pid_t parent)
{
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  if (getppid() != parent)
  {
    _exit(EXIT_FAILURE);
  }
  const rlimit noCore{ 0, 0 };
  setrlimit(RLIMIT_CORE, &noCore);
  terminal = dup(STDERR_FILENO);
  dup2(libraryText, STDOUT_FILENO);
  dup2(libraryText, STDERR_FILENO);
  sigprocmask(SIG_SETMASK, &signalsBefore, nullptr);
  try
  {
    work();
    notes->isDone = true;
    std::exit(EXIT_SUCCESS);
  }
  catch (const Error & error)
  {
    Note(notes->problem, error.what());
  }
  catch (const std::exception & exception)
  {
    const auto text = TextOf(exception);
    const bool isOfFile = notes->isReading || notes->isWriting;
    const auto line = LastLibraryLine();
    const bool isNew = line.find(text.substr(0, 20)) == std::string::npos;
    Note(notes->problem, isOfFile ? Failure(text + (isNew ? line : "")) : text);
  }
  std::exit(EXIT_FAILURE);
}

bool
IsCrash(int signal)
{
  return signal == SIGABRT || signal == SIGBUS || signal == SIGFPE || signal == SIGILL || signal == SIGSEGV ||
         signal == SIGSYS || signal == SIGTRAP;
}

/** The error message for a signal to the worker or to the program. */
std::string
ProblemOfSignal(int signal, bool isOfWorker)
{
  const std::string name = strsignal(signal);
  const std::string what = std::string(notes->verb.data()) + " " + notes->file.data();
  if (isOfWorker && IsCrash(signal))
  {
    const auto * who = notes->isReading ? "ITK's reader" : notes->isWriting ? "ITK's writer" : "the program";
    return Failure((notes->isReading ? "what crashes " : "") + std::string(who) + (notes->isReading ? "" : " crashed") +
                   ", " + name + LastLibraryLine());
  }
  if (isOfWorker && signal == SIGKILL)
  {
    return "killed while " + what + ", as systems do that are short of memory";
  }
  if (isOfWorker && (signal == SIGXCPU || signal == SIGXFSZ))
  {
    return name + " while " + what;
  }
  return "stopped while " + what + ", by signal " + std::to_string(signal) + " (" + name + ")";
}

/** Waits for the worker's end; a signal to the program ends both. */
Outcome
Wait(pid_t worker)
{
  for (int status = 0, signal = 0;;)
  {
    sigwait(&heldSignals, &signal);
    if (signal != SIGCHLD)
    {
      kill(worker, SIGKILL);
      waitpid(worker, &status, 0);
      return { 128 + signal, ProblemOfSignal(signal, false) };
    }
    if (waitpid(worker, &status, WNOHANG) != worker || WIFSTOPPED(status))
    {
      continue;
    }
    if (notes->isDone)
    {
      return {};
    }
    if (notes->problem[0] != '\0')
    {
      return { EXIT_FAILURE, notes->problem.data() };
    }
    if (WIFSIGNALED(status))
    {
      return { 128 + WTERMSIG(status), ProblemOfSignal(WTERMSIG(status), true) };
    }
    return { EXIT_FAILURE,
             Failure("ITK ended the program with status " + std::to_string(WEXITSTATUS(status)) + LastLibraryLine()) };
  }
}

} // namespace

void
HoldSignals()
{
  std::signal(SIGCHLD, SIG_DFL);
  sigemptyset(&heldSignals);
  for (int signal = 1; signal < NSIG; ++signal)
  {
    const bool isHarmless = signal == SIGKILL || signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
                            signal == SIGTTOU || signal == SIGCONT || signal == SIGWINCH || signal == SIGURG;
    struct sigaction before{};
    if (!isHarmless && sigaction(signal, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
    {
      sigaddset(&heldSignals, signal);
    }
  }
  sigprocmask(SIG_BLOCK, &heldSignals, &signalsBefore);
}

Outcome
RunWorker(const std::function<void()> & work)
{
  void * const memory = mmap(nullptr, sizeof(Notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
#ifdef __linux__
  libraryText = memfd_create("library text", 0);
#else
  std::FILE * const file = std::tmpfile();
  libraryText = file ? fileno(file) : -1;
#endif
  if (memory == MAP_FAILED || libraryText < 0)
  {
    throw Error(std::string("cannot start: ") + std::strerror(errno));
  }
  notes = static_cast<Notes *>(memory);
  Begin(activity);

  const pid_t parent = getpid();
  const pid_t worker = fork();
  if (worker < 0)
  {
    throw Error(std::string("cannot start: ") + std::strerror(errno));
  }
  if (worker == 0)
  {
    Work(work, parent);
  }
  auto outcome = Wait(worker);
  if (outcome.status != EXIT_SUCCESS && notes->isWriting)
  {
    const auto reason = WhyNotWritten(notes->file.data());
    outcome.problem = reason.empty() ? outcome.problem : Failure(reason);
  }
  outcome.problem = NameTargets(outcome.problem);
  return outcome;
}

Activity
Begin(const Activity & next)
{
  notes->isReading = next.verb == std::string("reading");
  notes->isWriting = next.verb == std::string("writing");
  Note(notes->verb, next.verb);
  Note(notes->file, next.file.string());
  Note(notes->expected, next.expected.empty() ? "an image" : next.expected);
  return std::exchange(activity, next);
}

std::string
LibraryText()
{
  std::string text;
  char        part[4096];
  for (ssize_t got; (got = pread(libraryText, part, sizeof part, static_cast<off_t>(text.size()))) > 0;)
  {
    text.append(part, static_cast<std::size_t>(got));
  }
  return text;
}

int
Terminal()
{
  return terminal;
}
