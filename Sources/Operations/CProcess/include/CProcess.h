#pragma once

// Keeps this process's memory out of core dumps and other users' debuggers, for good.
// Returns 0, or the errno of what failed.
int accord_forbid_dumps(void);
