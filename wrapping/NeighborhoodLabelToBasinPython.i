%pythoncode %{
_help = """Follows the labels of neighborhood_argmax_label_image_filter and numbers the basins that they drain to.

    labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0, background_value=255)
    basins = itk.neighborhood_label_to_basin_image_filter(labels)
    basins, sinks = itk.neighborhood_label_to_basin_image_filter(labels, generate_sink_image=True)

It is meant for ITK's images; itk_neighborhoodargmaxlabel.basins takes any array, as it is meant.

Options: help(itk_neighborhoodargmaxlabel.basins). Here a list of radius is x first, and a mask is uint8; the labels need
background_value = 255 (65535 of uint16), unless it is given. For a part of an image, whole_region is the itk.ImageRegion of
all, and GetExits() of the filter lists what leads out of the part.
The whole contract: the header itkNeighborhoodLabelToBasinImageFilter.h, and documentation/contract.md.
"""
from itk.support.template_class import itkTemplate
itkTemplate("itk::NeighborhoodLabelToBasinImageFilter").__doc__ = _help
%}

%define NEIGHBORHOOD_LABEL_TO_BASIN_PYTHON(filter)
UPDATE_WITHOUT_GIL(filter)
CHECK_RADIUS(filter)
%extend filter
{
  %pythoncode %{
    __doc__ = _help

    def __internal_call__(self):
        """The basins; with GenerateSinkImage on, a tuple of the basins and the sinks."""
        basins = super().__internal_call__()
        outputs = (basins, self.GetSinkImage()) if self.GetGenerateSinkImage() else (basins,)
        for output in outputs: # the attributes of an xarray.DataArray
            output.SetMetaDataDictionary(self.GetInput().GetMetaDataDictionary())
        return outputs if len(outputs) > 1 else basins
  %}
}
%enddef
