set(
  description
  "Gives every voxel of an image the label of the neighbor in whose direction the image falls most steeply, and follows
these labels to basins: flow directions of a terrain, watershed and toboggan basins, ridges and valleys, grid-based charge
analysis. NeighborhoodArgmaxLabelImageFilter makes labels, NeighborhoodLabelToBasinImageFilter makes basins."
)

itk_module(NeighborhoodArgmaxLabel
  ENABLE_SHARED
  DEPENDS
    ITKCommon
  TEST_DEPENDS
    ITKTestKernel
    ITKGoogleTest
    ITKWatersheds
  DESCRIPTION
    "${description}"
  EXCLUDE_FROM_DEFAULT
)
