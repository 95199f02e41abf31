# certloop_layer(NAME sources... [USES layers...] [PRIVATE libraries...])
# One static library for each layer. USES are our own layers and travel to those who link it;
# PRIVATE are other people's libraries and stay inside, as their types stay out of our headers.
function(certloop_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;PRIVATE")
  if(arg_SOURCES)
    add_library(certloop_${name} STATIC ${arg_SOURCES})
    target_link_libraries(certloop_${name} PUBLIC certloop_flags PRIVATE ${arg_PRIVATE})
    set(scope PUBLIC)
  else()
    add_library(certloop_${name} INTERFACE)
    target_link_libraries(certloop_${name} INTERFACE certloop_flags)
    set(scope INTERFACE)
  endif()
  foreach(layer IN LISTS arg_USES)
    target_link_libraries(certloop_${name} ${scope} certloop_${layer})
  endforeach()
endfunction()

# certloop_test(NAME FOLDER folder [USES libraries...]): every .cpp in the folder is part of one test
# program, registered with ctest under its own name.
function(certloop_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "USES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FOLDER}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE certloop_test_main ${arg_USES})
  # A file that is included by force has to come first, and then the compiler takes no other header
  # precompiled: programs over the HTTP client do without. So do optimised builds, where GCC 12 then
  # sees overflows in its own <string>.
  if(NOT "certloop_net" IN_LIST arg_USES AND NOT CERTLOOP_SANITIZE)
    target_precompile_headers(${name} REUSE_FROM certloop_test_headers)
  endif()
  add_test(NAME ${name} COMMAND ${name})
endfunction()
