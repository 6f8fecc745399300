#pragma once

// Keeps this process's memory out of core dumps and other users' debuggers, for good.
// Returns 0, or the errno of what failed.
int accord_forbid_dumps(void);

// Whether the kernel counts its clock as kept right by some source of time.
int accord_clock_is_synchronised(void);

// Tells the service manager that started this process, if one did, by a datagram to
// $NOTIFY_SOCKET (sd_notify(3)). Returns 0, also where nobody is to be told, or an errno.
int accord_notify(const char *state);

// Gives up root for good and becomes the user, with that user's groups. Returns 0 or an errno.
int accord_become(unsigned int user);
