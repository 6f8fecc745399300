#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timex.h>

int accord_forbid_dumps(void) {
  struct rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return errno;
  // The limit does not hold where dumps go to a program instead of a file; this does.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return errno;
  return 0;
}

int accord_clock_is_synchronised(void) {
  struct timex state = {0};
  return adjtimex(&state) != TIME_ERROR && !(state.status & STA_UNSYNC);
}
