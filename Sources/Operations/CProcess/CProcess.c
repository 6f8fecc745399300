#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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

int accord_notify(const char *state) {
  const char *path = getenv("NOTIFY_SOCKET");
  if (path == NULL || path[0] == 0) return 0;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) return EINVAL;
  memcpy(address.sun_path, path, length);
  // A name that begins with @ lies in the abstract namespace.
  if (path[0] == '@') address.sun_path[0] = 0;
  int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return errno;
  ssize_t sent = sendto(descriptor, state, strlen(state), MSG_NOSIGNAL,
                        (struct sockaddr *)&address,
                        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
  int code = sent < 0 ? errno : 0;
  close(descriptor);
  return code;
}

int accord_become(unsigned int user) {
  errno = 0;
  const struct passwd *entry = getpwuid(user);
  if (entry == NULL) return errno != 0 ? errno : ENOENT;
  if (initgroups(entry->pw_name, entry->pw_gid) != 0) return errno;
  if (setgid(entry->pw_gid) != 0) return errno;
  if (setuid(entry->pw_uid) != 0) return errno;
  return 0;
}
