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

// Broken inputs, full disks, limits and signals: the program reports the problem in one line and leaves no files.

#include "DamagedFiles.h"
#include "ProgramTest.h"

#include <csignal>
#include <fstream>
#include <regex>

#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace
{
#if defined(__SANITIZE_ADDRESS__)
constexpr bool isSanitized = true; // sanitizers need more memory than any limit, and handle crashes themselves
#else
constexpr bool isSanitized = false;
#endif

class FaultsTest : public ProgramTest
{
protected:
  FaultsTest()
  {
    if (isSanitized) // leave crashes to the system, and allow HoldPoint to be loaded first
    {
      const char * const options = std::getenv("ASAN_OPTIONS");
      const std::string  own = ":handle_segv=0:handle_sigbus=0:verify_asan_link_order=0";
      setenv("ASAN_OPTIONS", ((options ? options : "") + own).c_str(), 1);
    }
  }

  /** Mounts a file system for this process, at `disk` in the directory. */
  bool
  MountDisk(const char * options) const
  {
    fs::create_directory(this->Path("disk"));
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           mount("none", this->Path("disk").c_str(), "tmpfs", 0, options) == 0;
  }

  void
  UnmountDisk() const
  {
    umount2(this->Path("disk").c_str(), MNT_DETACH);
  }

  /** A run that has stopped in its middle until it is released. */
  struct HeldRun
  {
    pid_t program;
    pid_t worker; // that called the function
    int   release;
  };

  /** Starts a run and returns when it calls this function of HoldPoint.cxx. */
  HeldRun
  Hold(
    const std::string &           function,
    const Arguments &             arguments = { "in.mha", "out.mha", "--score", "s.mha" },
    const std::function<void()> & prepare = [] {},
    const std::string &           how = "wait") const
  {
    int reached[2];
    int released[2];
    if (pipe(reached) != 0 || pipe(released) != 0)
    {
      throw std::runtime_error("no pipe");
    }
    fcntl(reached[0], F_SETFD, FD_CLOEXEC);
    fcntl(released[1], F_SETFD, FD_CLOEXEC);
    const auto point = function + " " + std::to_string(reached[1]) + " " + std::to_string(released[0]) + " " + how;
    HeldRun    run{ 0, 0, released[1] };
    run.program = this->Start(arguments, [&] {
      setenv("LD_PRELOAD", HOLD_POINT_LIBRARY, 1);
      setenv("HOLD_POINT", point.c_str(), 1);
      prepare();
    });
    close(reached[1]);
    close(released[0]);
    const auto got = read(reached[0], &run.worker, sizeof run.worker);
    close(reached[0]);
    if (got != sizeof run.worker) // to kill(), 0 means a whole group of processes
    {
      throw std::runtime_error("the program ended before it called " + function + ": " +
                               this->Finish(run.program).text);
    }
    return run;
  }

  Result
  ReleaseAndFinish(const HeldRun & run) const
  {
    close(run.release);
    return this->Finish(run.program);
  }

  /** The result of a run that a signal ends while it is held. */
  Result
  FinishHeld(const HeldRun & run) const
  {
    const auto result = this->Finish(run.program);
    close(run.release);
    return result;
  }

  void
  WriteInput() const
  {
    this->Write(RandomImage<float, 3>({ { 30, 20, 10 } }).GetPointer(), "in.mha");
  }

  /** The hidden directories of runs. */
  std::size_t
  NumberOfHidden() const
  {
    const auto files = this->Files();
    return std::count_if(files.begin(), files.end(), [](const std::string & name) {
      return name[0] == '.' && name.find('/') == std::string::npos;
    });
  }
};
} // namespace

TEST_F(FaultsTest, DamagedFilesAreRefused)
{
  std::ifstream lines(NEIGHBORHOOD_ARGMAX_LABEL_DAMAGED_FILES);
  unsigned int  count = 0;
  for (std::string line; std::getline(lines, line);)
  {
    const auto        text = line.substr(0, line.find('#'));
    std::stringstream words(text);
    std::string       name;
    std::string       operations;
    if (!(words >> name) || !std::getline(words, operations))
    {
      continue;
    }
    ++count;
    const auto file = "x." + name;
    DamagedFiles::Write(name, this->Path(file));
    const auto damaged = DamagedFiles::Apply(DamagedFiles::Load(this->Path(file)), operations, this->Path(file));
    DamagedFiles::Store(damaged, this->Path(file));
    for (const std::string pieces : { "1", "3" })
    {
      const Arguments arguments{ file, "out.mha", "--stream", pieces };
      this->ExpectError(arguments, file + ": ");
      const auto message = this->Run(arguments).text;
      EXPECT_TRUE(std::regex_search(message, std::regex(line.substr(line.find('#') + 2)))) << message << line;
    }
    EXPECT_EQ(DamagedFiles::Load(this->Path(file)), damaged) << line;
    fs::remove(this->Path(file));
  }
  EXPECT_GT(count, 20U);
}

TEST_F(FaultsTest, NoTruncatedFileIsLabeledAsIfItWereWhole)
{
  for (const auto & name : DamagedFiles::names)
  {
    const auto file = "x." + name;
    DamagedFiles::Write(name, this->Path(file));
    const auto whole = DamagedFiles::Load(this->Path(file));
    this->Run({ file, "whole.mha" });
    for (const int percent : { 30, 75, 98 })
    {
      DamagedFiles::Store(whole.substr(0, whole.size() * percent / 100), this->Path(file));
      for (const std::string pieces : { "1", "3" })
      {
        const auto result = this->Run({ file, "out.mha", "--stream", pieces });
        if (result.status == 0) // bytes after the voxels may be missing
        {
          EXPECT_EQ(DamagedFiles::Load(this->Path("out.mha")), DamagedFiles::Load(this->Path("whole.mha")))
            << name << ", " << percent << " %, " << pieces << " pieces";
          fs::remove(this->Path("out.mha"));
        }
        else
        {
          ExpectOneLine(result.text, file + ": ");
        }
      }
    }
    fs::remove(this->Path(file));
  }
}

TEST_F(FaultsTest, WholeCompressedFilesMayBeStreamed)
{
  for (const std::string name : { "zlib.mha", "gzip.nrrd", "nii.gz" })
  {
    const auto file = "x." + name;
    DamagedFiles::Write(name, this->Path(file));
    this->RunWell({ file, "whole.mha" });
    this->RunWell({ file, "pieces.mha", "--stream", "3" });
    EXPECT_EQ(DamagedFiles::Load(this->Path("whole.mha")), DamagedFiles::Load(this->Path("pieces.mha")));
  }
}

// The header is in one file, the compressed voxels in another.
TEST_F(FaultsTest, CompressedVoxelsInAFileOfTheirOwnAreChecked)
{
  for (const auto & [header, data] : { std::pair("x.nhdr", "x.raw.gz"), std::pair("x.mhd", "x.zraw") })
  {
    itk::WriteImage(RandomImage<float, 3>({ { 9, 8, 7 } }), this->Path(header), true);
    this->RunWell({ header, "out.mha" });
    const auto whole = DamagedFiles::Load(this->Path(data));
    DamagedFiles::Store(DamagedFiles::Apply(whole, "set=300:ffff", ""), this->Path(data));
    this->ExpectError({ header, "out2.mha" }, std::string(header) + ": is truncated or broken");
    DamagedFiles::Store(whole.substr(0, whole.size() - 20), this->Path(data));
    this->ExpectError({ header, "out2.mha" }, std::string(header) + ": is truncated or broken");
  }
}

TEST_F(FaultsTest, AHangIsEndedBySigint)
{
  DamagedFiles::Write("nii", this->Path("x.nii"));
  const auto before = this->Files();
  const auto run = this->Hold("fopen", { "x.nii", "out.mha" });
  kill(run.program, SIGINT);
  const auto result = this->FinishHeld(run);
  EXPECT_EQ(result.status, 128 + SIGINT);
  ExpectOneLine(result.text, "stopped while reading x.nii, by signal 2");
  EXPECT_EQ(this->Files(), before);
}

TEST_F(FaultsTest, FullDiskIsNamedForEveryFormat)
{
  if (!this->MountDisk("size=200k"))
  {
    GTEST_SKIP() << "FULL DISKS NOT TESTED: mounting one needs root";
  }
  this->Write(RandomImage<std::uint8_t, 3>({ { 80, 80, 80 } }).GetPointer(), "3.mha");
  this->Write(RandomImage<std::uint8_t, 2>({ { 800, 800 } }).GetPointer(), "2.mha");
  const std::string reason = "cannot be written: No space left on device";
  for (const std::string extension :
       { "mha", "nii", "nii.gz", "nrrd", "vtk", "mrc", "tif", "gipl", "gipl.gz", "pic", "h5", "hdf5", "dcm", "mnc" })
  {
    const auto output = "disk/out." + extension;
    this->ExpectError({ "3.mha", output }, output + ": " + reason);
  }
  this->ExpectError({ "2.mha", "disk/out.png" }, "disk/out.png: " + reason);
  this->ExpectError({ "3.mha", "disk/out.mha", "--stream", "4" }, "disk/out.mha: " + reason);
  this->ExpectError({ "3.mha", "out.mha", "--score", "disk/s.mha" }, "disk/s.mha: " + reason);
  this->ExpectError({ "2.mha", "out.mha", "--preview", "disk/p.png", "--radius", "3" }, "disk/p.png: ");
  this->UnmountDisk();
}

TEST_F(FaultsTest, ReadOnlyAndVanishedFoldersAreNamed)
{
  if (!this->MountDisk("size=100m,ro"))
  {
    GTEST_SKIP() << "READ-ONLY DISKS NOT TESTED: mounting one needs root";
  }
  this->Write(RandomImage<std::uint8_t, 3>({ { 9, 8, 7 } }).GetPointer(), "in.mha");
  this->ExpectError({ "in.mha", "disk/out.mha" }, "Read-only file system");
  this->UnmountDisk();

  for (const std::string point : { "access", "fsync" })
  {
    const auto run = this->Hold(point);
    for (const auto & entry : fs::directory_iterator(this->Path(".")))
    {
      if (entry.is_directory())
      {
        fs::remove_all(entry.path());
      }
    }
    const auto result = this->ReleaseAndFinish(run);
    EXPECT_EQ(result.status, EXIT_FAILURE);
    ExpectOneLine(result.text, "out.mha: cannot be written: No such file or directory");
  }
}

TEST_F(FaultsTest, LimitsOfTheSystemAreNamed)
{
  this->Write(RandomImage<std::uint8_t, 3>({ { 80, 80, 80 } }).GetPointer(), "in.mha");
  const auto limitSize = [] {
    const rlimit limit{ 20000, 20000 };
    setrlimit(RLIMIT_FSIZE, &limit);
  };
  this->ExpectError({ "in.mha", "out.mha" }, "out.mha: cannot be written: File too large", limitSize);
  this->ExpectError({ "in.mha", "out.gipl" }, "out.gipl: cannot be written: File too large", [&] {
    limitSize();
    std::signal(SIGXFSZ, SIG_IGN);
  });

  const auto   before = this->Files();
  const auto   run = this->Hold("access", { "in.mha", "out.mha" }, [] {}, "spin");
  const rlimit limitOfTime{ 1, RLIM_INFINITY };
  prlimit(run.worker, RLIMIT_CPU, &limitOfTime, nullptr);
  const auto result = this->FinishHeld(run);
  EXPECT_EQ(result.status, 128 + SIGXCPU);
  ExpectOneLine(result.text, "CPU time limit exceeded while ");
  EXPECT_EQ(this->Files(), before);

  if (!isSanitized)
  {
    this->Write(itk::Image<double, 3>::Pointer(RandomImage<double, 3>({ { 300, 300, 300 } })).GetPointer(),
                "large.mha");
    this->ExpectError({ "large.mha", "out.mha", "--threads", "2" },
                      "large.mha: cannot be read: expected 300x300x300 voxels of double",
                      [] {
                        const rlimit limit{ rlim_t{ 200 } << 20, rlim_t{ 200 } << 20 }; // less than the image
                        setrlimit(RLIMIT_AS, &limit);
                      });
  }
}

// A sparse file takes no space on the disk.
TEST_F(FaultsTest, FourGigabytesAreLabeledInOne)
{
  if (isSanitized)
  {
    return;
  }
  std::ofstream(this->Path("in.mha"))
    << "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
       "DimSize = 1024 1024 512\nElementType = MET_DOUBLE\nElementDataFile = LOCAL\n";
  fs::resize_file(this->Path("in.mha"), fs::file_size(this->Path("in.mha")) + (std::uintmax_t{ 4 } << 30));
  const auto result = this->Finish(this->Start({ "in.mha", "out.mha", "--stream", "64", "--threads", "2" }, [] {
    const rlimit limit{ rlim_t{ 1 } << 30, rlim_t{ 1 } << 30 };
    setrlimit(RLIMIT_AS, &limit);
  }));
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.text, "");
  EXPECT_GT(fs::file_size(this->Path("out.mha")), std::uintmax_t{ 1 } << 29);
}

TEST_F(FaultsTest, SignalsLeaveNothing)
{
  this->WriteInput();
  for (const auto & [point, activity] :
       { std::pair("access", "labeling in.mha"), std::pair("fsync", "writing out.mha") })
  {
    for (const int signal :
         { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU, SIGSEGV, SIGABRT })
    {
      const auto run = this->Hold(point);
      kill(run.program, signal);
      const auto result = this->FinishHeld(run);
      EXPECT_EQ(result.status, 128 + signal);
      ExpectOneLine(result.text, ", by signal " + std::to_string(signal));
      EXPECT_NE(result.text.find(std::string("stopped while ") + activity), std::string::npos) << result.text;
      EXPECT_EQ(this->Files(), std::set<std::string>{ "in.mha" });
      EXPECT_EQ(kill(run.worker, 0), -1);
    }
    for (const int signal : { SIGKILL, SIGSEGV, SIGABRT, SIGTERM })
    {
      const auto run = this->Hold(point);
      kill(run.worker, signal);
      const auto result = this->FinishHeld(run);
      EXPECT_TRUE(result.status == 128 + signal || isSanitized);
      ExpectOneLine(result.text, std::string(activity).substr(std::string(activity).find(' ')));
      EXPECT_EQ(this->Files(), std::set<std::string>{ "in.mha" });
    }
  }
}

TEST_F(FaultsTest, IgnoredSignalsStayIgnored)
{
  this->WriteInput();
  for (const int signal : { SIGHUP, SIGINT })
  {
    const auto run = this->Hold("access", { "in.mha", "out.mha" }, [signal] { std::signal(signal, SIG_IGN); });
    kill(run.program, signal);
    kill(run.worker, signal);
    const auto result = this->ReleaseAndFinish(run);
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.text, "");
    EXPECT_EQ(this->Files(), (std::set<std::string>{ "in.mha", "out.mha" }));
    fs::remove(this->Path("out.mha"));
  }
}

TEST_F(FaultsTest, TheNextRunRemovesWhatAKilledOneLeft)
{
  this->WriteInput();
  prctl(PR_SET_CHILD_SUBREAPER, 1); // the worker of a killed program becomes a child of the test
  const auto killed = this->Hold("fsync");
  kill(killed.program, SIGKILL);
  EXPECT_EQ(this->Finish(killed.program).status, -SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(killed.worker, &status, 0), killed.worker); // the worker ends, too
  EXPECT_TRUE(WIFSIGNALED(status));
  close(killed.release);
  EXPECT_EQ(this->NumberOfHidden(), 2U);

  // A run that is still working keeps its directory.
  const auto run = this->Hold("access");
  EXPECT_EQ(this->NumberOfHidden(), 2U);
  this->RunWell({ "in.mha", "other.mha" });
  EXPECT_EQ(this->NumberOfHidden(), 2U);
  const auto result = this->ReleaseAndFinish(run);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(std::count(result.text.begin(), result.text.end(), '\n'), 2) << result.text;
  EXPECT_NE(result.text.find("was left by a run that was killed; it is removed"), std::string::npos);
  EXPECT_EQ(this->Files(), (std::set<std::string>{ "in.mha", "other.mha", "out.mha", "s.mha" }));
}

TEST_F(FaultsTest, LinksAreFollowedToFilesThatAreNotThereYet)
{
  this->Write(RandomImage<std::uint8_t, 3>({ { 9, 8, 7 } }).GetPointer(), "in.mha");
  fs::create_directory(this->Path("folder"));
  fs::create_symlink("folder/target.mha", this->Path("link.mha"));
  fs::create_symlink("nowhere/target.mha", this->Path("broken.mha"));
  fs::create_symlink("circle.mha", this->Path("circle.mha"));
  this->RunWell({ "in.mha", "link.mha" });
  EXPECT_TRUE(fs::is_symlink(this->Path("link.mha")));
  EXPECT_TRUE(fs::is_regular_file(this->Path("folder/target.mha")));
  this->ExpectError({ "in.mha", "broken.mha" }, "broken.mha: cannot write into");
  this->ExpectError({ "in.mha", "circle.mha" }, "circle.mha");
}

TEST_F(FaultsTest, WriteProtectedFilesAreKept)
{
  this->Write(RandomImage<std::uint8_t, 3>({ { 9, 8, 7 } }).GetPointer(), "in.mha");
  std::ofstream(this->Path("out.mha")) << "older";
  fs::permissions(this->Path("out.mha"), fs::perms::owner_read);
  this->ExpectError({ "in.mha", "out.mha" }, "out.mha: may not be replaced: Permission denied", [] {
    prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE); // with this capability, root may write everywhere
  });
  EXPECT_EQ(DamagedFiles::Load(this->Path("out.mha")), "older");
}

// A voxel changes on the disk after all voxels are written and before any is read back.
TEST_F(FaultsTest, WhatIsWrittenIsReadBackAndCompared)
{
  this->WriteInput();
  for (const bool verify : { true, false })
  {
    Arguments arguments{ "in.mha", "out.mha", "--stream", "5" };
    if (!verify)
    {
      arguments.emplace_back("--no-verify");
    }
    const auto run = this->Hold("fsync", arguments);
    for (const auto & file : this->Files())
    {
      if (file.find("/out.mha") != std::string::npos)
      {
        std::fstream(this->Path(file), std::ios::binary | std::ios::in | std::ios::out).seekp(1000).write("\xee", 1);
      }
    }
    const auto result = this->ReleaseAndFinish(run);
    EXPECT_EQ(result.status, verify ? EXIT_FAILURE : EXIT_SUCCESS);
    if (verify)
    {
      ExpectOneLine(result.text, "out.mha: was written wrongly: its voxels differ when read back");
    }
    EXPECT_EQ(this->Files().count("out.mha"), verify ? 0U : 1U);
  }
}
