#pragma once

// Keeps this process's memory out of core dumps and other users' debuggers, for good.
// Returns 0, or the errno of what failed.
int accord_forbid_dumps(void);

// Whether the kernel counts its clock as kept right by some source of time.
int accord_clock_is_synchronised(void);
