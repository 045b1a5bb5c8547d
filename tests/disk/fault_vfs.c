/* A disk that fails: a VFS for the same libsqlite3 that the terminal uses, over the ordinary one.
 *
 * It counts every write, truncation, sync and deletion. At the one that was chosen it cuts the power: of every sector
 * that was written since its file's last sync, and of every length, a coin decides whether it had reached the disk; then
 * the process ends where it stands. Or that operation, and with `sticky` every later one, fails with an error.
 *
 * What it keeps: the content that each sector had at its file's last sync, by path, so that a closed file is not safer
 * than an open one. Deletions and new names are durable at once, as SQLite asks for the directory's sync itself.
 */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SECTOR = 512, FILES_MAX = 16, PATH_BYTES = 512, CUT_STATUS = 42 };
enum mode { MODE_NONE = 0, MODE_POWER = 1, MODE_ERROR = 2, MODE_FULL = 3 };

struct known {
    char path[PATH_BYTES];
    sqlite3_int64 durable_bytes; /* the length at the last sync */
    unsigned char **before;      /* by sector: its content at the last sync, NULL where it was not written since */
    size_t sectors;
};

struct file {
    sqlite3_file base;
    struct known *known;
    sqlite3_file *real;
};

static struct known files[FILES_MAX];
static size_t file_count;
static sqlite3_vfs vfs;
static sqlite3_vfs *under;
static enum mode chosen_mode;
static long chosen_operation;
static long operations;
static int sticky;
static int sync_lies;
static unsigned long long coin;

static struct file *own(sqlite3_file *file) { return (struct file *)(void *)file; }

static int toss(void) {
    coin = coin * 6364136223846793005ULL + 1442695040888963407ULL;
    return (int)(coin >> 63);
}

static struct known *known_at(const char *path) {
    for (size_t i = 0; i < file_count; i++)
        if (strcmp(files[i].path, path) == 0) return &files[i];
    if (file_count == FILES_MAX || strlen(path) >= PATH_BYTES) abort();
    struct known *one = &files[file_count++];
    memset(one, 0, sizeof *one);
    memcpy(one->path, path, strlen(path) + 1);
    return one;
}

static void forget_unsynced(struct known *one, sqlite3_int64 bytes) {
    for (size_t i = 0; i < one->sectors; i++) {
        free(one->before[i]);
        one->before[i] = NULL;
    }
    one->durable_bytes = bytes;
}

/* Keep what the sectors of a range held at the last sync, before they are written for the first time since. */
static void remember(struct file *file, sqlite3_int64 from, sqlite3_int64 bytes) {
    struct known *one = file->known;
    size_t last = (size_t)((from + bytes - 1) / SECTOR);
    if (last >= one->sectors) {
        size_t wanted = (last + 1) * 2;
        unsigned char **grown = realloc(one->before, wanted * sizeof *grown);
        if (!grown) abort();
        memset(grown + one->sectors, 0, (wanted - one->sectors) * sizeof *grown);
        one->before = grown;
        one->sectors = wanted;
    }
    for (size_t i = (size_t)(from / SECTOR); i <= last; i++) {
        sqlite3_int64 start = (sqlite3_int64)i * SECTOR;
        if (one->before[i]) continue;
        one->before[i] = calloc(1, SECTOR);
        if (!one->before[i]) abort();
        if (start < one->durable_bytes) {
            int rc = file->real->pMethods->xRead(file->real, one->before[i], SECTOR, start);
            if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ) abort();
        }
    }
}

/* The disk as the power cut leaves it. */
static void leave(const struct known *one) {
    struct stat now;
    int disk = open(one->path, O_RDWR | O_CLOEXEC);
    if (disk < 0) return; /* deleted since */
    if (fstat(disk, &now) != 0) abort();
    sqlite3_int64 bytes = now.st_size;
    if (bytes != one->durable_bytes && toss()) {
        bytes = one->durable_bytes;
        if (ftruncate(disk, bytes) != 0) abort();
    }
    for (size_t i = 0; i < one->sectors; i++) {
        sqlite3_int64 start = (sqlite3_int64)i * SECTOR;
        if (!one->before[i] || start >= bytes || toss()) continue;
        size_t length = bytes - start < SECTOR ? (size_t)(bytes - start) : SECTOR;
        if (pwrite(disk, one->before[i], length, start) != (ssize_t)length) abort();
    }
    (void)close(disk);
}

/* One operation: its error, or SQLITE_OK to go on with it, or the end. */
static int operation(int code, int can_be_full) {
    operations++;
    if (chosen_mode == MODE_NONE || operations < chosen_operation) return SQLITE_OK;
    if (chosen_mode == MODE_POWER) {
        if (operations != chosen_operation) return SQLITE_OK;
        for (size_t i = 0; i < file_count; i++) leave(&files[i]);
        _exit(CUT_STATUS);
    }
    if (operations != chosen_operation && !sticky) return SQLITE_OK;
    if (chosen_mode == MODE_FULL) return can_be_full ? SQLITE_FULL : SQLITE_OK;
    return code;
}

static int file_close(sqlite3_file *file) {
    sqlite3_file *real = own(file)->real;
    int rc = real->pMethods->xClose(real);
    free(real);
    return rc;
}

static int file_read(sqlite3_file *file, void *data, int bytes, sqlite3_int64 from) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xRead(real, data, bytes, from);
}

static int file_write(sqlite3_file *file, const void *data, int bytes, sqlite3_int64 from) {
    sqlite3_file *real = own(file)->real;
    int rc = operation(SQLITE_IOERR_WRITE, 1);
    if (rc != SQLITE_OK) return rc;
    remember(own(file), from, bytes);
    return real->pMethods->xWrite(real, data, bytes, from);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 bytes) {
    sqlite3_file *real = own(file)->real;
    sqlite3_int64 now = 0;
    int rc = operation(SQLITE_IOERR_TRUNCATE, 0);
    if (rc != SQLITE_OK) return rc;
    rc = real->pMethods->xFileSize(real, &now);
    if (rc != SQLITE_OK) return rc;
    if (now > bytes) remember(own(file), bytes, now - bytes);
    return real->pMethods->xTruncate(real, bytes);
}

static int file_sync(sqlite3_file *file, int flags) {
    sqlite3_file *real = own(file)->real;
    sqlite3_int64 bytes = 0;
    int rc = operation(SQLITE_IOERR_FSYNC, 0);
    if (rc != SQLITE_OK || sync_lies) return rc;
    (void)flags; /* the real sync would only take time: what is durable is decided here */
    rc = real->pMethods->xFileSize(real, &bytes);
    if (rc == SQLITE_OK) forget_unsynced(own(file)->known, bytes);
    return rc;
}

static int file_size(sqlite3_file *file, sqlite3_int64 *bytes) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xFileSize(real, bytes);
}

static int file_lock(sqlite3_file *file, int level) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xLock(real, level);
}

static int file_unlock(sqlite3_file *file, int level) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xUnlock(real, level);
}

static int file_check_lock(sqlite3_file *file, int *held) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xCheckReservedLock(real, held);
}

static int file_control(sqlite3_file *file, int what, void *argument) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xFileControl(real, what, argument);
}

static int file_sector_size(sqlite3_file *file) {
    (void)file;
    return SECTOR;
}

static int file_characteristics(sqlite3_file *file) {
    (void)file; /* nothing is promised: no atomic write, no safe append, no power-safe overwrite */
    return 0;
}

static int file_shm_map(sqlite3_file *file, int region, int bytes, int extend, void volatile **found) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xShmMap(real, region, bytes, extend, found);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xShmLock(real, offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file) {
    sqlite3_file *real = own(file)->real;
    real->pMethods->xShmBarrier(real);
}

static int file_shm_unmap(sqlite3_file *file, int erase) {
    sqlite3_file *real = own(file)->real;
    return real->pMethods->xShmUnmap(real, erase);
}

static const sqlite3_io_methods methods = {
    2,                file_close,       file_read,          file_write,      file_truncate,
    file_sync,        file_size,        file_lock,          file_unlock,     file_check_lock,
    file_control,     file_sector_size, file_characteristics, file_shm_map,  file_shm_lock,
    file_shm_barrier, file_shm_unmap,   NULL,               NULL,
};

static int vfs_open(sqlite3_vfs *self, const char *path, sqlite3_file *file, int flags, int *out) {
    struct file *one = own(file);
    sqlite3_int64 bytes = 0;
    int rc;
    (void)self;
    one->base.pMethods = NULL;
    one->real = calloc(1, (size_t)under->szOsFile);
    if (!one->real) return SQLITE_NOMEM;
    rc = under->xOpen(under, path, one->real, flags, out);
    if (rc != SQLITE_OK || !path) {
        free(one->real);
        return rc == SQLITE_OK ? SQLITE_CANTOPEN : rc; /* unnamed temporary files are not expected */
    }
    size_t before = file_count;
    one->known = known_at(path);
    if (file_count != before) {
        rc = one->real->pMethods->xFileSize(one->real, &bytes);
        if (rc != SQLITE_OK) abort();
        one->known->durable_bytes = bytes;
    }
    one->base.pMethods = &methods;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *self, const char *path, int sync_directory) {
    int rc = operation(SQLITE_IOERR_DELETE, 0);
    (void)self;
    if (rc != SQLITE_OK) return rc;
    for (size_t i = 0; i < file_count; i++)
        if (strcmp(files[i].path, path) == 0) forget_unsynced(&files[i], 0);
    return under->xDelete(under, path, sync_directory);
}

/* Register as "fault" (not as the default). Returns SQLite's code. */
int fault_register(void) {
    under = sqlite3_vfs_find(NULL);
    if (!under) return SQLITE_ERROR;
    vfs = *under;
    vfs.pNext = NULL;
    vfs.zName = "fault";
    vfs.szOsFile = (int)sizeof(struct file);
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    return sqlite3_vfs_register(&vfs, 0);
}

/* What happens at operation `at`, counted from now (1: the next one). */
void fault_plan(int mode, long at, int and_later, int lies, unsigned long long seed) {
    chosen_mode = (enum mode)mode;
    chosen_operation = operations + at;
    sticky = and_later;
    sync_lies = lies;
    coin = seed * 2 + 1;
    (void)toss();
}

/* Operations so far. */
long fault_operations(void) { return operations; }
