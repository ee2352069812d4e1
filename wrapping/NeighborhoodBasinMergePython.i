%pythoncode %{
_help = """Joins shallow basins of neighborhood_label_to_basin_image_filter with the deeper ones beside them.

    types = type(basins), type(image)
    merged = itk.neighborhood_basin_merge_image_filter(basins, value_image=image, depth=5, ttype=types)

It is meant for ITK's images; itk_neighborhoodargmaxlabel.basins takes any array, as it is meant, and has the help.
The whole contract: the header itkNeighborhoodBasinMergeImageFilter.h, and documentation/basins.md.
"""
from itk.support.template_class import itkTemplate
itkTemplate("itk::NeighborhoodBasinMergeImageFilter").__doc__ = _help
%}

%define NEIGHBORHOOD_BASIN_MERGE_PYTHON(filter)
UPDATE_WITHOUT_GIL(filter)
%extend filter
{
  %pythoncode %{
    __doc__ = _help
  %}
}
%enddef
