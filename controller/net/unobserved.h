#pragma once
// Comes before every file that may see cpprestsdk's tasks (CMakeLists.txt includes it by force). It
// replaces what pplx does where a failed task is dropped unobserved: ending the process by SIGTRAP.

namespace certloop::net {
// Called from destructors on any thread: counts, nothing else. unobserved_task_errors() reads it.
void count_unobserved_task_error() noexcept;
}  // namespace certloop::net

#define _REPORT_PPLTASK_UNOBSERVED_EXCEPTION() ::certloop::net::count_unobserved_task_error()
