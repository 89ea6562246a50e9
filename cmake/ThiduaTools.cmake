# Targets for people: `format` rewrites the sources in the committed style, `tidy` runs clang-tidy.
find_program(CLANG_FORMAT NAMES clang-format-14)
find_program(CLANG_TIDY NAMES clang-tidy-14)

if(CLANG_FORMAT)
  file(GLOB_RECURSE format_sources CONFIGURE_DEPENDS
    core/*.[ch] common/*.[ch] server/*.[ch] worker/*.[ch] client/*.[ch] tests/*.[ch])
  if(format_sources)
    add_custom_target(format COMMAND "${CLANG_FORMAT}" -i ${format_sources} VERBATIM)
  endif()
endif()
if(CLANG_TIDY)
  add_custom_target(tidy
    COMMAND "${CMAKE_SOURCE_DIR}/cmake/tidy.sh" "${CMAKE_BINARY_DIR}" "${CLANG_TIDY}"
    USES_TERMINAL VERBATIM)
  add_dependencies(tidy thidua_proto)
endif()
