%pythoncode %{
_help = """Labels every voxel with the neighbor in whose direction the image falls most steeply.

    labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0)
    labels, scores = itk.neighborhood_argmax_label_image_filter(image, generate_score_image=True)

It is meant for ITK's images; itk_neighborhoodargmaxlabel.labels takes any array, as it is meant, also what ITK refuses or
takes otherwise: int64, int8, bool, float16, big-endian, descending coordinates, Fortran order (the transposed image), dask.

Options: help(itk_neighborhoodargmaxlabel.labels). Here a list of radius is x first, border is a number of
itk.NeighborhoodArgmaxLabelImageFilterEnums (Border_Background, Border_Inside, Border_Periodic), a mask is uint8, and the
image has the spacing.
The whole contract: the header itkNeighborhoodArgmaxLabelImageFilter.h, and documentation/contract.md.
"""
from itk.support.template_class import itkTemplate
itkTemplate("itk::NeighborhoodArgmaxLabelImageFilter").__doc__ = _help
%}

%define NEIGHBORHOOD_ARGMAX_LABEL_PYTHON(filter)
UPDATE_WITHOUT_GIL(filter)
CHECK_RADIUS(filter)
%extend filter
{
  %pythoncode %{
    __doc__ = _help

    def __internal_call__(self):
        """The labels; with GenerateScoreImage on, a tuple of the labels and the scores."""
        labels = super().__internal_call__()
        outputs = (labels, self.GetScoreImage()) if self.GetGenerateScoreImage() else (labels,)
        for output in outputs: # the attributes of an xarray.DataArray
            output.SetMetaDataDictionary(self.GetInput().GetMetaDataDictionary())
        return outputs if len(outputs) > 1 else labels
  %}
}
%enddef
