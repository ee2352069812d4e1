# Google's Highway, for vectors of every processor: an installed one (Debian: libhwy-dev), or else its source.
find_package(hwy CONFIG QUIET)
if(hwy_FOUND)
  # Static libraries of ours need it wherever they are linked.
  set(findHighway "include(CMakeFindDependencyMacro)\nfind_dependency(hwy)")
  set(
    NeighborhoodArgmaxLabel_EXPORT_CODE_INSTALL
    "find_package(hwy CONFIG REQUIRED)"
  )
  set(
    NeighborhoodArgmaxLabel_EXPORT_CODE_BUILD
    "find_package(hwy CONFIG REQUIRED)"
  )
else()
  include(FetchContent)
  FetchContent_Declare(
    highway
    GIT_REPOSITORY https://github.com/google/highway
    GIT_TAG
      457c891775a7397bdb0376bb1031e6e027af1c48 # 1.2.0
  )
  set(HWY_ENABLE_CONTRIB OFF)
  set(HWY_ENABLE_EXAMPLES OFF)
  set(HWY_ENABLE_INSTALL OFF)
  set(BUILD_TESTING OFF) # only in this folder
  set(HWY_ENABLE_TESTS OFF)
  set(HWY_FORCE_STATIC_LIBS ON)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW) # these are for its options
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  FetchContent_MakeAvailable(highway)
endif()

# The library gets Highway, and those who link it see nothing of it.
function(link_highway target)
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  if(hwy_FOUND)
    target_link_libraries(${target} PRIVATE hwy::hwy)
  else()
    target_include_directories(${target} SYSTEM PRIVATE ${highway_SOURCE_DIR})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:hwy>)
    target_compile_definitions(${target} PRIVATE HWY_STATIC_DEFINE)
  endif()
endfunction()
