get_filename_component(directory "${CMAKE_CURRENT_LIST_FILE}" DIRECTORY)
file(READ "${directory}/README.md" documentation)

itk_module(NeighborhoodArgmaxLabel
  ENABLE_SHARED
  DEPENDS
    ITKCommon
  TEST_DEPENDS
    ITKTestKernel
    ITKGoogleTest
    ITKWatersheds
  DESCRIPTION
    "${documentation}"
  EXCLUDE_FROM_DEFAULT
)
