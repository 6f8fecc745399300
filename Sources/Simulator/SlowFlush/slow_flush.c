// Loaded before the C library, it makes every flush take longer, as a real disk would:
//   LD_PRELOAD=libSlowFlush.so SLOW_FLUSH_MICROSECONDS=1000 accord-router …
// For measurements alone; nothing that is shipped links it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_first(void) {
  static long microseconds = -1;
  if (microseconds < 0) {
    const char *text = getenv("SLOW_FLUSH_MICROSECONDS");
    microseconds = text ? atol(text) : 0;
  }
  struct timespec span = {microseconds / 1000000, (microseconds % 1000000) * 1000};
  if (microseconds > 0) nanosleep(&span, NULL);
}

int fsync(int descriptor) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_first();
  return next(descriptor);
}

int fdatasync(int descriptor) {
  static int (*next)(int);
  if (!next) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_first();
  return next(descriptor);
}
