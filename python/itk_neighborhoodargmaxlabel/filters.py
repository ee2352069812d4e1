"""The filters that this module adds to the itk package, with types: itk has none.

from itk_neighborhoodargmaxlabel.filters import NeighborhoodArgmaxLabelImageFilter

made = NeighborhoodArgmaxLabelImageFilter.New(image, center_score=0)
"""

from ._itk import load_itk

_itk = load_itk()
NeighborhoodArgmaxLabelImageFilter = _itk.NeighborhoodArgmaxLabelImageFilter
NeighborhoodArgmaxLabelImageFilterEnums = _itk.NeighborhoodArgmaxLabelImageFilterEnums
NeighborhoodBasinMergeImageFilter = _itk.NeighborhoodBasinMergeImageFilter
NeighborhoodLabelToBasinImageFilter = _itk.NeighborhoodLabelToBasinImageFilter
neighborhood_argmax_label_image_filter = _itk.neighborhood_argmax_label_image_filter
neighborhood_basin_merge_image_filter = _itk.neighborhood_basin_merge_image_filter
neighborhood_label_to_basin_image_filter = _itk.neighborhood_label_to_basin_image_filter
