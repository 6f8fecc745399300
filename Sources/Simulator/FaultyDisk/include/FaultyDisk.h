// A disk for the simulator: an SQLite VFS whose files live in memory, and whose crashes lose,
// tear and corrupt what was not flushed. One thread at a time.
#ifndef FAULTY_DISK_H
#define FAULTY_DISK_H

#include <stdint.h>

// What a crash may do to writes that were not flushed; each is chosen at random for each write.
enum {
  FAULTY_DISK_LOSE = 1,     // the write never happened
  FAULTY_DISK_TEAR = 2,     // only its first sectors did
  FAULTY_DISK_CORRUPT = 4,  // one of its sectors holds garbage
};

// What a fault that is lying in wait does.
enum {
  FAULTY_DISK_FULL = 1,         // a write finds no space
  FAULTY_DISK_WRITE_ERROR = 2,  // a write fails half done
  FAULTY_DISK_SYNC_ERROR = 3,   // a flush fails; nothing says what of it reached the disk
};

// Makes this the VFS that every later open of the process uses. Files that do not exist here do
// not exist, whatever the real disk holds.
int faulty_disk_install(void);

// The power fails under every file below `prefix`: unflushed writes meet their fate, and handles
// from before can neither read nor write any more. Returns how many writes were unflushed.
int64_t faulty_disk_crash(const char *prefix, uint64_t seed, int effects);

// Lays a fault of that kind below `prefix`, to strike at the `after`-th matching call from now (1:
// the next). FAULTY_DISK_FULL goes on until faulty_disk_heal.
void faulty_disk_lay(const char *prefix, int fault, int64_t after);
void faulty_disk_heal(const char *prefix);
// Faults that struck below `prefix` so far.
int64_t faulty_disk_struck(const char *prefix);

// What a file system does with whole files. Names are durable at once; what a copy holds is not
// flushed, what a rename moves is. Each returns whether it was done.
int faulty_disk_exists(const char *path);
int faulty_disk_copy(const char *path, const char *copy);
int faulty_disk_rename(const char *path, const char *name);
int faulty_disk_remove(const char *path);

// Removes every file below `prefix`; open handles go stale.
void faulty_disk_forget(const char *prefix);
// Writes and flushes below `prefix` since it was first used.
int64_t faulty_disk_writes(const char *prefix);
int64_t faulty_disk_syncs(const char *prefix);
// SQLite's own randomness (write-ahead log salts) follows this seed.
void faulty_disk_seed(uint64_t seed);

#endif
