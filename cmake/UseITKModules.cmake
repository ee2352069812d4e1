# use_itk_modules(MODULE...): for targets of this folder; ITK_LIBRARIES is what they link to.
# ITK 6 has a target for each module and calls its use file deprecated; older versions have nothing else.
macro(use_itk_modules)
  find_package(ITK 5.2 REQUIRED COMPONENTS ${ARGN})
  if(TARGET ITK::ITKCommonModule)
    set(ITK_LIBRARIES ${ITK_INTERFACE_LIBRARIES})
    if("ITKImageIO" IN_LIST ITK_MODULES_REQUESTED)
      itk_generate_factory_registration(ImageIO)
      list(APPEND ITK_LIBRARIES ITK::ITKImageIO)
    endif()
  else()
    include(${ITK_USE_FILE})
  endif()
endmacro()
