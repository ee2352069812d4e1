%pythoncode %{
_help = """Follows the labels of neighborhood_argmax_label_image_filter and numbers the basins that they drain to.

    labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0, background_value=255)
    basins = itk.neighborhood_label_to_basin_image_filter(labels)
    basins, sinks = itk.neighborhood_label_to_basin_image_filter(labels, generate_sink_image=True)

It is meant for ITK's images; itk_neighborhoodargmaxlabel.basins takes any array, as it is meant.

Voxels are in the same basin where following their labels ends in the same sink or in the same cycle. A voxel is a sink
where its label is that of the center, leads out of the image, or leads to a voxel without label. Basins, uint32, are
numbered 1, 2, ... in the order of their first voxels in the array; background is 0.

labels: an itk.Image, NumPy array or xarray.DataArray of 2, 3 or 4 dimensions and of type uint8 or uint16. The basins are
of the same kind, at the same place. Options and their defaults:

    radius = 1                    of the labels' neighborhood; or a list, x first
    background_value = 255        (65535 of uint16) of voxels without label. The labels need the same, unless they were made
                                  without a mask and with another border than Border_Background
    mask_image = None             uint8; where 0 there is no label
    periodic = False              True: a label that leads out of the image leads to its opposite side
    generate_sink_image = False   True: the sinks as well, the number of each basin at its sink, 0 elsewhere;
                                  the sink of a cycle is its first voxel
    whole_region                  an itk.ImageRegion: the labels are a part of an image of that region; what leads out of the
                                  part is a sink, and GetExits() of the filter lists it

Errors are exceptions that name the parameter and its value. The filter runs on all cores and without the GIL.
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
