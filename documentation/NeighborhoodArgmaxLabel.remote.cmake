#-- # Grading Level Criteria Report
#-- EVALUATION DATE: 2026-11-26
#-- EVALUATORS: [the authors]
#--
#-- ## Compliance level 5 star (AKA ITK main modules, or remote modules that could become core modules)
#--   - [ ] Widespread community dependence
#--   - [X] Above 90% code coverage
#--   - [ ] CI dashboards and testing monitored rigorously
#--   - [X] Key API features are exposed in wrapping interface
#--   - [ ] All requirements of Levels 4,3,2,1
#--
#-- ## Compliance Level 4 star (Very high-quality code, perhaps small community dependence)
#--   - [X] Meets all ITK code style standards
#--   - [X] No external requirements beyond those needed by ITK proper
#--   - [ ] Builds and passes tests on all supported platforms within 1 month of each core tagged release
#--            - [ ] Windows Shared Library Build with Visual Studio
#--            - [ ] Mac with clang compiler
#--            - [X] Linux with gcc compiler
#--   - [ ] Active developer community dedicated to maintaining code-base
#--   - [X] 75% code coverage demonstrated for testing suite
#--   - [ ] Continuous integration testing performed
#--   - [ ] All requirements of Levels 3,2,1
#--
#-- ## Compliance Level 3 star (Quality beta code)
#--   - [X] API | executable interface is considered mostly stable and feature complete
#--   - [X] 10% C0-code coverage demonstrated for testing suite
#--   - [X] Some tests exist and pass on at least some platform
#--   - [X] All requirements of Levels 2,1
#--
#-- ## Compliance Level 2 star (Alpha code feature API development or niche community/execution environment dependence )
#--   - [X] Compiles for at least 1 niche set of execution environments, and perhaps others
#--         (may depend on specific external tools like a java environment, or specific external libraries to work )
#--   - [X] All requirements of Levels 1
#--
#-- ## Compliance Level 1 star (Pre-alpha features under development and code of unknown quality)
#--   - [X] Code complies on at least 1 platform
#--
#-- ## Compliance Level 0 star ( Code/Feature of known poor-quality or deprecated status )
#--   - [ ] Code reviewed and explicitly identified as not recommended for use
#--
#-- ### Please document here any justification for the criteria above
#       Style: clang-format 19.1.4 with ITK's configuration, gersemi with ITK's, KWStyle with ITK's rules.
#       Coverage: 99% of the lines of include/ and src/ (2017 of 2026), by scripts/coverage.sh in November 2026.
#       Platforms: Linux with GCC 12. The workflows for macOS and Windows have not run yet, so no level 4.

itk_fetch_module(
  NeighborhoodArgmaxLabel
  "Direction of steepest descent of every voxel as a label, and the basins that these labels lead to."
  MODULE_COMPLIANCE_LEVEL 3
  # The place of the repository and the hash of the release: see documentation/itk.md.
  GIT_REPOSITORY ${git_protocol}://github.com/InsightSoftwareConsortium/ITKNeighborhoodArgmaxLabel.git
  GIT_TAG FILL_IN_THE_HASH_OF_THE_RELEASE
)
