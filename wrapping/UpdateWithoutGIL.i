%{
namespace
{
struct WithoutGIL
{
  PyThreadState * state{ PyEval_SaveThread() };
  ~WithoutGIL() { PyEval_RestoreThread(state); }
};

// ITK's own Update() keeps the lock, and what is upstream may be Python: only this filter runs without it.
void
UpdateWithoutGIL(itk::ProcessObject & filter, itk::DataObject & output)
{
  output.UpdateOutputInformation();
  output.PropagateRequestedRegion();
  for (const auto & input : filter.GetInputs())
  {
    if (input)
    {
      input->UpdateOutputData();
    }
  }
  const WithoutGIL withoutGIL;
  output.Update();
}
} // namespace
%}

// Renamed, because SWIG leaves out methods that a base class has as virtual ones.
%define UPDATE_WITHOUT_GIL(filter)
%rename(Update) filter::UpdateOfPython;
%rename(UpdateLargestPossibleRegion) filter::UpdateLargestPossibleRegionOfPython;
%extend filter
{
  void UpdateOfPython()
  {
    UpdateWithoutGIL(*self, *self->GetOutput());
  }
  void UpdateLargestPossibleRegionOfPython()
  {
    self->UpdateOutputInformation();
    self->GetOutput()->SetRequestedRegionToLargestPossibleRegion();
    UpdateWithoutGIL(*self, *self->GetOutput());
  }
}
%enddef
