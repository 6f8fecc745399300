#include "FaultyDisk.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 512
#define SHM_REGIONS 64

// One unflushed change, with what stood there before.
typedef struct Undo {
  struct Undo *older;
  int64_t offset, length, size_before;
  uint8_t *before;
} Undo;

// The shared memory of a write-ahead log's index: gone with the process, so not part of the disk.
typedef struct Shm {
  int users;
  void *regions[SHM_REGIONS];
} Shm;

typedef struct File {
  struct File *next;
  char *path;
  uint8_t *bytes;
  int64_t size, room;
  Undo *undo;
  int64_t generation;
  int exists;
  // Handles of this generation.
  int handles;
  Shm *shm;
} File;

typedef struct {
  sqlite3_file base;
  File *file;
  int64_t generation;
  Shm *shm;
  int deletes;
} Handle;

typedef struct Machine {
  struct Machine *next;
  char *prefix;
  int fault;
  int64_t after;
  int64_t struck, writes, syncs;
} Machine;

static File *files;
static Machine *machines;
static uint64_t random_state = 1;

static uint64_t step(uint64_t *state) {
  // SplitMix64.
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static int is_below(const char *path, const char *prefix) {
  return strncmp(path, prefix, strlen(prefix)) == 0;
}

static Machine *machine_at(const char *prefix) {
  for (Machine *m = machines; m; m = m->next)
    if (strcmp(m->prefix, prefix) == 0) return m;
  Machine *m = calloc(1, sizeof *m);
  m->prefix = strdup(prefix);
  m->next = machines;
  machines = m;
  return m;
}

static File *file_at(const char *path) {
  for (File *f = files; f; f = f->next)
    if (strcmp(f->path, path) == 0) return f;
  return NULL;
}

static File *make_file(const char *path) {
  File *f = calloc(1, sizeof *f);
  f->path = strdup(path);
  f->next = files;
  files = f;
  return f;
}

// Whether a fault of `kind` strikes this call.
static int strikes(const char *path, int kind) {
  int struck = 0;
  for (Machine *m = machines; m; m = m->next) {
    if (!is_below(path, m->prefix)) continue;
    if (kind == FAULTY_DISK_SYNC_ERROR) m->syncs++;
    if (kind == FAULTY_DISK_WRITE_ERROR) m->writes++;
    int matches = m->fault == kind || (m->fault == FAULTY_DISK_FULL && kind == FAULTY_DISK_WRITE_ERROR);
    if (!matches || m->after == 0 || --m->after > 0) continue;
    m->struck++;
    struck = m->fault;
    if (m->fault == FAULTY_DISK_FULL) m->after = 1; else m->fault = 0;
  }
  return struck;
}

// MARK: - Content

static int grow(File *f, int64_t size) {
  if (size <= f->room) return 1;
  int64_t room = f->room ? f->room : 4096;
  while (room < size) room *= 2;
  uint8_t *bytes = realloc(f->bytes, (size_t)room);
  if (!bytes) return 0;
  memset(bytes + f->room, 0, (size_t)(room - f->room));
  f->bytes = bytes;
  f->room = room;
  return 1;
}

static void remember(File *f, int64_t offset, int64_t length) {
  Undo *u = calloc(1, sizeof *u);
  u->older = f->undo;
  u->offset = offset;
  u->length = length;
  u->size_before = f->size;
  int64_t known = f->size > offset ? f->size - offset : 0;
  if (known > length) known = length;
  u->before = calloc(1, (size_t)(length > 0 ? length : 1));
  if (known > 0) memcpy(u->before, f->bytes + offset, (size_t)known);
  f->undo = u;
}

static void flush(File *f) {
  while (f->undo) {
    Undo *u = f->undo;
    f->undo = u->older;
    free(u->before);
    free(u);
  }
}

static int64_t meet_fate(File *f, uint64_t *state, int effects) {
  int64_t count = 0;
  while (f->undo) {
    Undo *u = f->undo;
    f->undo = u->older;
    count++;
    uint64_t draw = step(state);
    int64_t sectors = (u->length + SECTOR - 1) / SECTOR;
    int64_t kept = u->length;
    if (draw % 3 == 0 && (effects & FAULTY_DISK_LOSE)) kept = 0;
    else if (draw % 3 == 1 && (effects & FAULTY_DISK_TEAR) && sectors > 0)
      kept = (int64_t)(step(state) % (uint64_t)sectors) * SECTOR;
    if (kept < u->length) {
      if (grow(f, u->offset + u->length))
        memcpy(f->bytes + u->offset + kept, u->before + kept, (size_t)(u->length - kept));
      if (kept == 0 && u->size_before < f->size) f->size = u->size_before;
      // What was cut off comes back with the cut undone.
      if (kept == 0 && u->size_before > f->size) f->size = u->size_before;
    } else if (draw % 3 == 2 && (effects & FAULTY_DISK_CORRUPT) && sectors > 0) {
      int64_t at = u->offset + (int64_t)(step(state) % (uint64_t)sectors) * SECTOR;
      for (int64_t i = at; i < at + SECTOR && i < u->offset + u->length && i < f->size; i++)
        f->bytes[i] = (uint8_t)step(state);
    }
    free(u->before);
    free(u);
  }
  return count;
}

// MARK: - Shared memory

static void let_go(Shm *shm) {
  if (!shm || --shm->users > 0) return;
  for (int i = 0; i < SHM_REGIONS; i++) free(shm->regions[i]);
  free(shm);
}

// MARK: - File methods

static int is_stale(Handle *h) { return h->generation != h->file->generation; }

static int file_close(sqlite3_file *base) {
  Handle *h = (Handle *)base;
  if (h->shm) { let_go(h->shm); h->shm = NULL; }
  if (is_stale(h)) return SQLITE_OK;
  h->file->handles--;
  if (h->deletes) h->file->exists = 0;
  return SQLITE_OK;
}

static int file_read(sqlite3_file *base, void *into, int count, sqlite3_int64 offset) {
  Handle *h = (Handle *)base;
  if (is_stale(h)) return SQLITE_IOERR_READ;
  int64_t known = h->file->size > offset ? h->file->size - offset : 0;
  if (known > count) known = count;
  if (known > 0) memcpy(into, h->file->bytes + offset, (size_t)known);
  if (known == count) return SQLITE_OK;
  memset((uint8_t *)into + known, 0, (size_t)(count - known));
  return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *from, int count, sqlite3_int64 offset) {
  Handle *h = (Handle *)base;
  if (is_stale(h)) return SQLITE_IOERR_WRITE;
  int fault = strikes(h->file->path, FAULTY_DISK_WRITE_ERROR);
  if (fault == FAULTY_DISK_FULL) return SQLITE_FULL;
  int64_t written = fault ? count / 2 : count;
  remember(h->file, offset, written);
  if (!grow(h->file, offset + written)) return SQLITE_IOERR_NOMEM;
  memcpy(h->file->bytes + offset, from, (size_t)written);
  if (offset + written > h->file->size) h->file->size = offset + written;
  return fault ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size) {
  Handle *h = (Handle *)base;
  if (is_stale(h)) return SQLITE_IOERR_TRUNCATE;
  if (size >= h->file->size) return SQLITE_OK;
  remember(h->file, size, h->file->size - size);
  memset(h->file->bytes + size, 0, (size_t)(h->file->size - size));
  h->file->size = size;
  return SQLITE_OK;
}

static int file_sync(sqlite3_file *base, int flags) {
  (void)flags;
  Handle *h = (Handle *)base;
  if (is_stale(h) || strikes(h->file->path, FAULTY_DISK_SYNC_ERROR)) return SQLITE_IOERR_FSYNC;
  flush(h->file);
  return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size) {
  *size = ((Handle *)base)->file->size;
  return SQLITE_OK;
}

// Of two connections to a file one rests while the other works, so nobody ever holds a lock against
// it. Only the last one may take the file for itself, as SQLite does to clear its log away.
static int file_lock(sqlite3_file *base, int level) {
  Handle *h = (Handle *)base;
  return level == SQLITE_LOCK_EXCLUSIVE && h->file->handles > 1 ? SQLITE_BUSY : SQLITE_OK;
}
static int file_unlock(sqlite3_file *base, int level) { (void)base; (void)level; return SQLITE_OK; }
static int file_reserved(sqlite3_file *base, int *out) { (void)base; *out = 0; return SQLITE_OK; }
static int file_control(sqlite3_file *base, int op, void *arg) {
  (void)base; (void)op; (void)arg;
  return SQLITE_NOTFOUND;
}
static int sector_size(sqlite3_file *base) { (void)base; return SECTOR; }
static int characteristics(sqlite3_file *base) { (void)base; return 0; }

static int shm_map(sqlite3_file *base, int region, int size, int extend, void volatile **out) {
  Handle *h = (Handle *)base;
  *out = NULL;
  if (is_stale(h)) return SQLITE_IOERR_SHMMAP;
  if (region >= SHM_REGIONS) return SQLITE_IOERR_SHMSIZE;
  if (!h->shm) {
    if (!h->file->shm || h->file->shm->users == 0) h->file->shm = calloc(1, sizeof(Shm));
    h->shm = h->file->shm;
    h->shm->users++;
  }
  if (!h->shm->regions[region] && extend) h->shm->regions[region] = calloc(1, (size_t)size);
  *out = h->shm->regions[region];
  return SQLITE_OK;
}

static int shm_lock(sqlite3_file *base, int offset, int count, int flags) {
  (void)base; (void)offset; (void)count; (void)flags;
  return SQLITE_OK;
}
static void shm_barrier(sqlite3_file *base) { (void)base; }
static int shm_unmap(sqlite3_file *base, int deletes) {
  (void)deletes;
  Handle *h = (Handle *)base;
  if (!h->shm) return SQLITE_OK;
  if (h->shm->users == 1 && h->file->shm == h->shm) h->file->shm = NULL;
  let_go(h->shm);
  h->shm = NULL;
  return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
  2, file_close, file_read, file_write, file_truncate, file_sync, file_size, file_lock, file_unlock,
  file_reserved, file_control, sector_size, characteristics, shm_map, shm_lock, shm_barrier,
  shm_unmap, NULL, NULL,
};

// MARK: - The VFS

static int vfs_open(
  sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *base, int flags, int *flags_out) {
  (void)vfs;
  static int64_t unnamed;
  Handle *h = (Handle *)base;
  memset(h, 0, sizeof *h);
  char path[64];
  if (!name) {
    sqlite3_snprintf(sizeof path, path, "unnamed-%lld", (long long)++unnamed);
    name = path;
    h->deletes = 1;
  }
  if (flags & SQLITE_OPEN_DELETEONCLOSE) h->deletes = 1;
  File *f = file_at(name);
  if ((!f || !f->exists) && !(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
  if (!f) f = make_file(name);
  if (!f->exists) {
    flush(f);
    f->size = 0;
    if (f->bytes) memset(f->bytes, 0, (size_t)f->room);
    f->exists = 1;
  }
  h->file = f;
  h->generation = f->generation;
  f->handles++;
  base->pMethods = &methods;
  if (flags_out) *flags_out = flags;
  return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync) {
  (void)vfs; (void)sync;
  File *f = file_at(path);
  if (!f || !f->exists) return SQLITE_IOERR_DELETE_NOENT;
  f->exists = 0;
  return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out) {
  (void)vfs; (void)flags;
  File *f = file_at(path);
  *out = f && f->exists && (flags != SQLITE_ACCESS_EXISTS || f->size > 0);
  return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int count, char *out) {
  (void)vfs;
  sqlite3_snprintf(count, out, "%s", path);
  return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *out) {
  (void)vfs;
  for (int i = 0; i < count; i++) out[i] = (char)step(&random_state);
  return count;
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds) { (void)vfs; return microseconds; }

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *out) {
  (void)vfs;
  // SQLite asks only for SQL's date functions, which the hub does not use.
  *out = (sqlite3_int64)24405875 * 8640000;
  return SQLITE_OK;
}

static int vfs_time_real(sqlite3_vfs *vfs, double *out) {
  sqlite3_int64 time;
  vfs_time(vfs, &time);
  *out = (double)time / 86400000.0;
  return SQLITE_OK;
}

static int vfs_last_error(sqlite3_vfs *vfs, int count, char *out) {
  (void)vfs;
  if (count > 0) out[0] = 0;
  return SQLITE_OK;
}

int faulty_disk_install(void) {
  static sqlite3_vfs vfs = {
    .iVersion = 2,
    .szOsFile = sizeof(Handle),
    .mxPathname = 1024,
    .zName = "accord-faulty-disk",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_time_real,
    .xGetLastError = vfs_last_error,
    .xCurrentTimeInt64 = vfs_time,
  };
  return sqlite3_vfs_register(&vfs, 1);
}

int64_t faulty_disk_crash(const char *prefix, uint64_t seed, int effects) {
  int64_t count = 0;
  for (File *f = files; f; f = f->next) {
    if (!is_below(f->path, prefix)) continue;
    count += meet_fate(f, &seed, effects);
    f->generation++;
    f->handles = 0;
    f->shm = NULL;
  }
  return count;
}

void faulty_disk_lay(const char *prefix, int fault, int64_t after) {
  Machine *m = machine_at(prefix);
  m->fault = fault;
  m->after = after;
}

void faulty_disk_heal(const char *prefix) {
  Machine *m = machine_at(prefix);
  m->fault = 0;
  m->after = 0;
}

// MARK: - Whole files

int faulty_disk_exists(const char *path) {
  File *f = file_at(path);
  return f && f->exists;
}

int faulty_disk_remove(const char *path) {
  File *f = file_at(path);
  if (!f || !f->exists) return 0;
  f->exists = 0;
  return 1;
}

int faulty_disk_copy(const char *path, const char *copy) {
  File *from = file_at(path);
  if (!from || !from->exists || faulty_disk_exists(copy)) return 0;
  File *to = file_at(copy);
  if (!to) to = make_file(copy);
  flush(to);
  to->size = 0;
  if (!grow(to, from->size)) return 0;
  if (to->bytes) memset(to->bytes, 0, (size_t)to->room);
  remember(to, 0, from->size);
  if (from->size > 0) memcpy(to->bytes, from->bytes, (size_t)from->size);
  to->size = from->size;
  to->generation++;
  to->handles = 0;
  to->shm = NULL;
  to->exists = 1;
  return 1;
}

int faulty_disk_rename(const char *path, const char *name) {
  static int64_t gone;
  File *f = file_at(path);
  if (!f || !f->exists) return 0;
  File *old = file_at(name);
  if (old) {
    char unnamed[64];
    sqlite3_snprintf(sizeof unnamed, unnamed, "gone-%lld", (long long)++gone);
    flush(old);
    free(old->bytes);
    old->bytes = NULL;
    old->size = old->room = 0;
    old->generation++;
    old->handles = 0;
    old->exists = 0;
    free(old->path);
    old->path = strdup(unnamed);
  }
  flush(f);
  free(f->path);
  f->path = strdup(name);
  return 1;
}

int64_t faulty_disk_struck(const char *prefix) { return machine_at(prefix)->struck; }
int64_t faulty_disk_writes(const char *prefix) { return machine_at(prefix)->writes; }
int64_t faulty_disk_syncs(const char *prefix) { return machine_at(prefix)->syncs; }

void faulty_disk_forget(const char *prefix) {
  for (File *f = files; f; f = f->next) {
    if (!is_below(f->path, prefix)) continue;
    flush(f);
    f->generation++;
    f->handles = 0;
    f->exists = 0;
    f->shm = NULL;
    free(f->bytes);
    f->bytes = NULL;
    f->size = f->room = 0;
  }
}

void faulty_disk_seed(uint64_t seed) { random_state = seed; }
