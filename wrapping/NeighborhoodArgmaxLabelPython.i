%pythoncode %{
_help = """Labels every voxel with the neighbor in whose direction the image falls most steeply.

    labels = itk.neighborhood_argmax_label_image_filter(image, center_score=0)
    labels, scores = itk.neighborhood_argmax_label_image_filter(image, generate_score_image=True)

It is meant for ITK's images; itk_neighborhoodargmaxlabel.labels takes any array, as it is meant.

The score of the neighbor at offset o is (image[p] - image[p + o]) * (1 / |o * spacing|), the reciprocal first; the center
competes with center_score.
The label, uint8, is the lowest one with the greatest score; NaN is greater than any number. Labels are indices into a
flat neighborhood, x fastest: in 3-D (oz + 1) * 9 + (oy + 1) * 3 + (ox + 1), the center is 13; in 2-D 0 to 8 and 4.

image: an itk.Image, NumPy array or xarray.DataArray of 2, 3 or 4 dimensions and of type uint8, int16, uint16, int32,
uint32, uint64, float32 or float64. The labels are of the same kind, at the same place. Options and their defaults:

    center_score = -100           score of the center; 0: minima are sinks and get its label
    label_strict_extrema = False  True: strict minima (maxima with ascent) get the label of the center
    ascent = False                True: the steepest ascent
    use_image_spacing = True      False: distances in voxels
    fully_connected = True        False: only face neighbors compete
    radius = 1                    of the neighborhood; or a list, x first; 0 leaves an axis out
    border = itk.NeighborhoodArgmaxLabelImageFilterEnums.Border_Background
                                  voxels whose neighborhood leaves the image get background_value;
                                  Border_Inside: neighbors in the image compete; Border_Periodic: the image wraps round
    background_value = 0          which is also the label of the offset (-1, -1, -1)
    mask_image = None             uint8; where 0, background_value, and no competitor for others
    generate_score_image = False  True: the scores as well, float32 (float64 of float64)

What ITK refuses, or takes otherwise than NumPy does, before this filter sees it:
    int64, int8, bool, float16, big-endian, descending coordinates, Fortran order (which is the transposed image), dask:
    itk_neighborhoodargmaxlabel.labels(array)

Errors are exceptions that name the parameter and its value. The filter runs on all cores and without the GIL.
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
