#ifndef PDEX_CLIBFUZZER_H
#define PDEX_CLIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

// From the library that comes with clang and every Swift toolchain (libclang_rt.fuzzer_no_main).
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));

#endif
