# The three shapes of target this project has.

# thidua_library(NAME SOURCES ... LINK ...): a static library of our own code. Without sources it
# becomes an interface library, so that whoever links it need not care.
function(thidua_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_link_libraries(${name} PRIVATE thidua_flags PUBLIC ${arg_LINK})
    if(THIDUA_ANALYZE)
      # Shown, not fatal: gcc 12 takes memory kept in an arena for lost, and does not know what
      # functions have agreed on ("0 means *ret was written").
      target_compile_options(${name} PRIVATE -fanalyzer -Wno-error=analyzer-malloc-leak
        -Wno-error=analyzer-file-leak -Wno-error=analyzer-null-dereference
        -Wno-error=analyzer-use-of-uninitialized-value)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${arg_LINK})
  endif()
endfunction()

# What a stack runs: the programs and their catalogues, without tests.
add_custom_target(programs)

# thidua_program(NAME LIBRARY LINK ...): the program of the current directory. main.c goes into
# the executable, everything else into the library LIBRARY, which tests can link too.
function(thidua_program name library)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  thidua_library(${library} SOURCES ${sources} LINK ${arg_LINK})
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/main.c")
    add_executable(${name} main.c)
    target_link_libraries(${name} PRIVATE thidua_flags ${library})
    add_dependencies(programs ${name})
    install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  endif()
endfunction()
