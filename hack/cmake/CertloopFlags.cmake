# What every target of ours is compiled with. Warnings are errors only where a preset says so, so
# that a newer compiler never stops a user's build.
option(CERTLOOP_TESTS "build the tests" ON)
option(CERTLOOP_WERROR "treat warnings as errors" OFF)
set(CERTLOOP_SANITIZE "" CACHE STRING "sanitizers, as for -fsanitize= (for example address,undefined)")
option(CERTLOOP_COVERAGE "instrument for gcov" OFF)
option(CERTLOOP_FUZZ "build the fuzzer (clang only)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(certloop_flags INTERFACE)
target_include_directories(certloop_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(certloop_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum
                                                -fstack-protector-strong)
# GCC 12 finds these two in its own <string>, <optional> and <regex> when it optimises (its bugs
# 105329 and 105562).
target_compile_options(certloop_flags INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>)
# Without it cpprestsdk's macro U breaks fmt, spdlog and Boost; it must be the same in every file.
target_compile_definitions(certloop_flags INTERFACE _TURN_OFF_PLATFORM_STRING)
if(CERTLOOP_WERROR)
  target_compile_options(certloop_flags INTERFACE -Werror)
endif()
if(CERTLOOP_SANITIZE)
  target_compile_options(certloop_flags INTERFACE -fsanitize=${CERTLOOP_SANITIZE}
                                                  -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(certloop_flags INTERFACE -fsanitize=${CERTLOOP_SANITIZE})
endif()
if(CERTLOOP_SANITIZE MATCHES thread)
  # Boost uses fences, which the sanitizer does not follow; it says so for each file.
  target_compile_options(certloop_flags INTERFACE -Wno-tsan)
endif()
if(CERTLOOP_COVERAGE)
  target_compile_options(certloop_flags INTERFACE --coverage)
  target_link_options(certloop_flags INTERFACE --coverage)
endif()
