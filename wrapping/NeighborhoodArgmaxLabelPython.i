%define NEIGHBORHOOD_ARGMAX_LABEL_PYTHON(filter)
UPDATE_WITHOUT_GIL(filter)
%extend filter
{
  %pythoncode %{
    def __internal_call__(self):
        """The labels; with GenerateScoreImage on, a tuple of the labels and the scores."""
        labels = super().__internal_call__()
        return (labels, self.GetScoreImage()) if self.GetGenerateScoreImage() else labels
  %}
}
%enddef
