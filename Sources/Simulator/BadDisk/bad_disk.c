// Loaded before the C library, it is the layer between a real daemon and its disk and clock, and
// fails as it is told while the daemon runs:
//   LD_PRELOAD=libBadDisk.so BAD_DISK_CONTROL=/tmp/control BAD_DISK_PATH=/router/ accord-router …
// The control file holds eight 32-bit numbers in this machine's order and is read at every call:
//   0 what fails: 1 flushes (EIO), 2 writes (ENOSPC), 3 writes (EIO), 4 writes after their first
//     half (EIO), 5 writes (EROFS), 6 opening anything (EMFILE)
//   1 how many calls still pass before it does
//   2 1: from then on; 0: once
//   3 how often it did
//   4 seconds by which the wall clock is off
// Only files whose path holds BAD_DISK_PATH are touched. For the campaign of deploy/siege alone;
// nothing that is shipped links it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { FLUSH_EIO = 1, WRITE_ENOSPC, WRITE_EIO, WRITE_HALF, WRITE_EROFS, OPEN_EMFILE };
enum { FAULT, PASS, STAYS, HITS, CLOCK, NUMBERS = 8 };

static volatile int *control;
static const char *wanted;

#define NEXT(result, name, ...)                                  \
  static result (*next)(__VA_ARGS__);                            \
  if (!next) next = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("BAD_DISK_CONTROL");
  wanted = getenv("BAD_DISK_PATH");
  int descriptor = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (descriptor < 0) return;
  void *shared = mmap(NULL, NUMBERS * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED,
                      descriptor, 0);
  close(descriptor);
  if (shared != MAP_FAILED) control = shared;
}

static int is_wanted(int descriptor) {
  char link[64], path[4096];
  if (!wanted) return 1;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, wanted) != NULL;
}

// Whether this call is the one that fails.
static int strikes(void) {
  if (__atomic_fetch_sub(&control[PASS], 1, __ATOMIC_SEQ_CST) > 0) return 0;
  __atomic_fetch_add(&control[HITS], 1, __ATOMIC_SEQ_CST);
  if (control[STAYS]) control[PASS] = 0;
  else control[FAULT] = 0;
  return 1;
}

static int fails_flush(int descriptor) {
  return control && control[FAULT] == FLUSH_EIO && is_wanted(descriptor) && strikes();
}

// The fault that a write meets, or 0.
static int write_fault(int descriptor) {
  if (!control) return 0;
  int fault = control[FAULT];
  if (fault < WRITE_ENOSPC || fault > WRITE_EROFS || !is_wanted(descriptor)) return 0;
  return strikes() ? fault : 0;
}

static int code(int fault) {
  return fault == WRITE_ENOSPC ? ENOSPC : fault == WRITE_EROFS ? EROFS : EIO;
}

int fsync(int descriptor) {
  NEXT(int, "fsync", int);
  if (fails_flush(descriptor)) return errno = EIO, -1;
  return next(descriptor);
}

int fdatasync(int descriptor) {
  NEXT(int, "fdatasync", int);
  if (fails_flush(descriptor)) return errno = EIO, -1;
  return next(descriptor);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  int fault = write_fault(descriptor);
  if (!fault) return next(descriptor, bytes, count);
  if (fault == WRITE_HALF) (void)!next(descriptor, bytes, count / 2);
  return errno = code(fault), -1;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at) {
  NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  int fault = write_fault(descriptor);
  if (!fault) return next(descriptor, bytes, count, at);
  if (fault == WRITE_HALF) (void)!next(descriptor, bytes, count / 2, at);
  return errno = code(fault), -1;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at) {
  return pwrite64(descriptor, bytes, count, at);
}

static int fails_open(void) {
  return control && control[FAULT] == OPEN_EMFILE && strikes();
}

int open64(const char *path, int flags, ...) {
  NEXT(int, "open64", const char *, int, ...);
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  if (fails_open()) return errno = EMFILE, -1;
  return next(path, flags, mode);
}

int clock_gettime(clockid_t which, struct timespec *time) {
  NEXT(int, "clock_gettime", clockid_t, struct timespec *);
  int result = next(which, time);
  if (control && which == CLOCK_REALTIME) time->tv_sec += control[CLOCK];
  return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  NEXT(int, "gettimeofday", struct timeval *, void *);
  int result = next(time, zone);
  if (control) time->tv_sec += control[CLOCK];
  return result;
}
