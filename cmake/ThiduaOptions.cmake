# How our own code is compiled: language, warnings, hardening, instrumentation. All of it hangs on
# the interface target thidua_flags, so that generated code (proto/) can stay outside.
option(THIDUA_SANITIZE "AddressSanitizer and UBSan, every report fatal" OFF)
option(THIDUA_HARDEN "hardening flags for programs that are handed out" OFF)
option(THIDUA_FUZZ "build libFuzzer targets (needs clang)" OFF)
option(THIDUA_COVERAGE "count executed lines with gcov" OFF)
option(THIDUA_ANALYZE "gcc -fanalyzer on every file of the programs" OFF)
set(THIDUA_FUZZ_SECONDS 10 CACHE STRING "how long one fuzz test runs")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

# A program needs what it uses, not what its libraries could use.
add_link_options(-Wl,--as-needed)

add_library(thidua_flags INTERFACE)
target_include_directories(thidua_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(thidua_flags INTERFACE
  _GNU_SOURCE
  THIDUA_VERSION="${PROJECT_VERSION}"
  THIDUA_LOCALEDIR="${CMAKE_INSTALL_FULL_LOCALEDIR}"
  THIDUA_SQL_DIR="${CMAKE_INSTALL_FULL_DATADIR}/thidua/sql")
target_compile_options(thidua_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wformat=2 -Wundef -Wvla -Wnull-dereference -Wswitch-enum -Werror
  -fno-common -fno-omit-frame-pointer
  $<$<C_COMPILER_ID:GNU>:-Wduplicated-cond>
  $<$<C_COMPILER_ID:GNU>:-Wlogical-op>
  # clang's -Wcast-qual also looks into the initialisers that protoc-c generates.
  $<$<C_COMPILER_ID:GNU>:-Wcast-qual>)

# Instrumentation goes to every target, generated code included: half-instrumented programs
# miss overflows that cross the border.
if(THIDUA_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # gcc's value-range warnings see through the inserted checks and report paths that cannot be.
    target_compile_options(thidua_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized)
  endif()
endif()
if(THIDUA_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "THIDUA_FUZZ needs clang (CMAKE_C_COMPILER=clang-14)")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(THIDUA_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
if(THIDUA_HARDEN)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
    -fstack-clash-protection -fcf-protection=full)
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
