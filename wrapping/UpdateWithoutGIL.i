%{
#include "itkPoolMultiThreader.h"

#include <chrono>
#include <future>
#include <mutex>

namespace
{
struct WithoutGIL
{
  PyThreadState * state{ PyEval_SaveThread() };
  ~WithoutGIL() { PyEval_RestoreThread(state); }
};

struct WithGIL
{
  PyGILState_STATE state{ PyGILState_Ensure() };
  ~WithGIL() { PyGILState_Release(state); }
};

/** Lets Python's signal handlers run while a filter does, and keeps the exception that one of them raises. */
class Signals
{
public:
  explicit Signals(itk::ProcessObject & filter)
    : m_Filter(filter)
    , m_HasObserver(filter.HasObserver(itk::ProgressEvent()))
  {
    Current() = this;
  }

  ~Signals() { Current() = m_Outer; }

  /** Of the calling thread, or nullptr. */
  static Signals *&
  Current()
  {
    thread_local Signals * current = nullptr;
    return current;
  }

  /** Tell of the progress, and abort the filter after a signal, until the work is done. */
  void
  WatchUntil(const std::future<void> & work)
  {
    using namespace std::chrono_literals;
    const auto interval = m_HasObserver ? 1ms : 20ms;
    auto       nextLook = std::chrono::steady_clock::now();
    while (work.wait_for(interval) != std::future_status::ready)
    {
      const float progress = m_Filter.GetProgress();
      const bool  tells = m_HasObserver && progress >= m_Told + 0.01f;
      // Before observers, too: what a handler raises in them ITK takes for their own error.
      if (tells || std::chrono::steady_clock::now() >= nextLook)
      {
        this->Look();
        nextLook = std::chrono::steady_clock::now() + 20ms;
      }
      if (tells && !m_IsInterrupted)
      {
        m_Told = progress;
        m_Filter.InvokeEvent(itk::ProgressEvent());
      }
    }
  }

  /** With the GIL: raise what a handler raised, if any did. */
  void
  Raise()
  {
    PyErr_Restore(m_Type, m_Value, m_Traceback);
  }

  bool
  IsInterrupted() const
  {
    return m_IsInterrupted;
  }

private:
  void
  Look()
  {
    const WithGIL withGIL;
    if (!m_IsInterrupted && PyErr_CheckSignals() != 0)
    {
      PyErr_Fetch(&m_Type, &m_Value, &m_Traceback);
      m_IsInterrupted = true;
    }
    if (m_IsInterrupted)
    {
      m_Filter.AbortGenerateDataOn();
    }
  }

  Signals * const      m_Outer{ Current() };
  itk::ProcessObject & m_Filter;
  bool                 m_HasObserver;
  float                m_Told{ 0 };
  bool                 m_IsInterrupted{ false };
  PyObject *           m_Type{ nullptr };
  PyObject *           m_Value{ nullptr };
  PyObject *           m_Traceback{ nullptr };
};

/** ITK's thread pool; while a thread of Signals waits for it, another one does that thread's part. */
class PythonThreader : public itk::PoolMultiThreader
{
public:
  using Self = PythonThreader;
  using Superclass = itk::PoolMultiThreader;
  using Pointer = itk::SmartPointer<Self>;
  itkFactorylessNewMacro(Self);

  void
  ParallelizeArray(itk::SizeValueType        first,
                   itk::SizeValueType        end,
                   ArrayThreadingFunctorType function,
                   itk::ProcessObject *      filter) override
  {
    Run([&] { Superclass::ParallelizeArray(first, end, function, filter); });
  }

  void
  ParallelizeImageRegion(unsigned int              dimension,
                         const itk::IndexValueType index[],
                         const itk::SizeValueType  size[],
                         ThreadingFunctorType      function,
                         itk::ProcessObject *      filter) override
  {
    Run([&] { Superclass::ParallelizeImageRegion(dimension, index, size, function, filter); });
  }

private:
  template <typename TWork>
  static void
  Run(const TWork & work)
  {
    Signals * const signals = Signals::Current();
    if (signals == nullptr)
    {
      work();
      return;
    }
    auto done = std::async(std::launch::async, work);
    signals->WatchUntil(done);
    done.get();
  }
};

/** Filters are made while ITK's thread pool is the default: the itk wheels choose TBB and share that choice with all
 * copies of ITKCommon, but this module's copy need not have TBB. */
class DefaultIsPool
{
public:
  DefaultIsPool() { itk::MultiThreaderBase::SetGlobalDefaultThreader(itk::MultiThreaderBase::ThreaderEnum::Pool); }
  ~DefaultIsPool() { itk::MultiThreaderBase::SetGlobalDefaultThreader(m_Default); }

private:
  static std::mutex &
  Mutex()
  {
    static std::mutex mutex;
    return mutex;
  }

  const std::lock_guard<std::mutex>           m_Lock{ Mutex() };
  const itk::MultiThreaderBase::ThreaderEnum m_Default{ itk::MultiThreaderBase::GetGlobalDefaultThreader() };
};

void
UsePythonThreader(itk::ProcessObject & filter)
{
  const auto numberOfWorkUnits = filter.GetNumberOfWorkUnits();
  filter.SetMultiThreader(PythonThreader::New());
  filter.SetNumberOfWorkUnits(numberOfWorkUnits);
}

/** Python runs its signal handlers there. */
bool
IsMainThread()
{
  PyObject * const threading = PyImport_ImportModule("threading");
  PyObject * const main = threading ? PyObject_CallMethod(threading, "main_thread", nullptr) : nullptr;
  PyObject * const current = main ? PyObject_CallMethod(threading, "current_thread", nullptr) : nullptr;
  const bool       isMain = current != nullptr && current == main;
  Py_XDECREF(current);
  Py_XDECREF(main);
  Py_XDECREF(threading);
  PyErr_Clear();
  return isMain;
}

/** ITK's own Update() keeps the GIL, and what is upstream may be Python: only this filter runs without it. An exception of
 * a signal handler is left raised. */
template <typename TFilter>
void
UpdateWithoutGIL(TFilter & filter)
{
  // What takes no longer than a few hundredths of a second needs no watching.
  constexpr itk::SizeValueType smallImage = 1 << 18;

  auto & output = *filter.GetOutput();
  output.UpdateOutputInformation();
  output.PropagateRequestedRegion();
  for (const auto & input : filter.GetInputs())
  {
    if (input)
    {
      input->UpdateOutputData();
    }
  }
  if (output.GetRequestedRegion().GetNumberOfPixels() <= smallImage || !IsMainThread())
  {
    const WithoutGIL withoutGIL;
    output.Update();
    return;
  }
  Signals signals(filter);
  try
  {
    const WithoutGIL withoutGIL;
    output.Update();
  }
  catch (const itk::ProcessAborted &)
  {
    if (!signals.IsInterrupted())
    {
      throw;
    }
  }
  signals.Raise();
}
} // namespace
%}

%define MAKES_FILTER(method)
%exception method
{
  try
  {
    const DefaultIsPool defaultIsPool;
    $action
    UsePythonThreader(**(&result));
  }
  catch (const std::exception & error)
  {
    SWIG_exception_fail(SWIG_RuntimeError, error.what());
  }
}
%enddef

%define RAISES_SIGNALS(method)
%exception method
{
  try
  {
    $action
  }
  catch (const std::exception & error)
  {
    SWIG_exception_fail(SWIG_RuntimeError, error.what());
  }
  if (PyErr_Occurred())
  {
    SWIG_fail;
  }
}
%enddef

%pythoncode %{
def _check_radius(set_radius):
    """ITK's conversion takes -1 for 2^64 - 1, and fails at more."""
    from functools import wraps
    from numbers import Integral

    @wraps(set_radius)
    def SetRadius(self, radius):
        for one in radius if hasattr(radius, "__len__") else [radius]:
            if isinstance(one, Integral) and not 0 <= one < 2**31:
                raise ValueError(f"Radius is {radius}: give integers of 0 or more")
        set_radius(self, radius)

    return SetRadius
%}

// Renamed, because SWIG leaves out methods that a base class has as virtual ones.
%define UPDATE_WITHOUT_GIL(filter)
%rename(Update) filter::UpdateOfPython;
%rename(UpdateLargestPossibleRegion) filter::UpdateLargestPossibleRegionOfPython;
MAKES_FILTER(filter::New)
MAKES_FILTER(filter::Clone)
RAISES_SIGNALS(filter::UpdateOfPython)
RAISES_SIGNALS(filter::UpdateLargestPossibleRegionOfPython)
%extend filter
{
  void UpdateOfPython()
  {
    UpdateWithoutGIL(*self);
  }
  void UpdateLargestPossibleRegionOfPython()
  {
    self->UpdateOutputInformation();
    self->GetOutput()->SetRequestedRegionToLargestPossibleRegion();
    UpdateWithoutGIL(*self);
  }
}
%enddef

%define CHECK_RADIUS(filter)
%extend filter
{
  %pythoncode %{
    SetRadius = _check_radius(SetRadius)
  %}
}
%enddef
