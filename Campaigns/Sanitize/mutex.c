// Tells Thread Sanitizer about the waiting half of Swift's Mutex, which it cannot see: make sanitize
//
// Taking a free Mutex is compiled into our code, which is instrumented. Waiting for one is in libswiftSynchronization,
// which is not: there the kernel passes the lock on, and all that the lock orders would look like a race. So these two
// functions take precedence over the library's, do the same, and report it. Nothing is suppressed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void pdex_lock_slow(uint32_t thread, SELF) __asm__(LOCK_SLOW);
SWIFT void pdex_unlock_slow(SELF) __asm__(UNLOCK_SLOW);

// Provided by the sanitizer in the program; a program without it, such as swift-test, has none.
static void tell(const char *name, void *lock) {
    void (*note)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, name);
    if (note) note(lock);
}

SWIFT void pdex_lock_slow(uint32_t thread, SELF) {
    SWIFT void (*library)(uint32_t, SELF) = (SWIFT void (*)(uint32_t, SELF))dlsym(RTLD_NEXT, LOCK_SLOW);
    library(thread, self);
    tell("__tsan_acquire", self);
}

SWIFT void pdex_unlock_slow(SELF) {
    SWIFT void (*library)(SELF) = (SWIFT void (*)(SELF))dlsym(RTLD_NEXT, UNLOCK_SLOW);
    tell("__tsan_release", self);
    library(self);
}
