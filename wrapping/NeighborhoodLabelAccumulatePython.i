%pythoncode %{
_help = """Counts the voxels that drain through each voxel along the labels of neighborhood_argmax_label_image_filter.

    labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0, background_value=255)
    counts = itk.neighborhood_label_accumulate_image_filter(labels)

It is meant for ITK's images; itk_neighborhoodargmaxlabel.accumulate takes any array, as it is meant, and has the help.
The whole contract: the header itkNeighborhoodLabelAccumulateImageFilter.h, and documentation/accumulation.md.
"""
from itk.support.template_class import itkTemplate
itkTemplate("itk::NeighborhoodLabelAccumulateImageFilter").__doc__ = _help
%}

%define NEIGHBORHOOD_LABEL_ACCUMULATE_PYTHON(filter)
UPDATE_WITHOUT_GIL(filter)
CHECK_RADIUS(filter)
%extend filter
{
  %pythoncode %{
    __doc__ = _help
  %}
}
%enddef
