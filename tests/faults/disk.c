/* Stands between a program and its disk, for the files of one folder only.

   It writes down every change with its bytes, in the order in which they happened, and it can make
   the Nth call fail. Loaded with LD_PRELOAD; the program asks for either by calling:

     disk_record(folder, log)            from now on write every change to the log
     disk_mark(text)                     write a line of the program's own into the log
     disk_fail(folder, nth, errno, ever) the Nth call fails: once, or that one and all after it
     disk_calls()                        how many calls there were since disk_fail

   A record is: kind, length of path, length of second path, offset, length of bytes; then all three.
   Memory-mapped writes are not seen: of these files only SQLite's -shm has them, and it is rebuilt
   at every opening after a crash. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[PATH_MAX];
static size_t folder_length;
static int log_file = -1;
static long failing, calls;
static int failing_errno, failing_ever;

#define REAL(type, name, ...)                                       \
  static type (*real)(__VA_ARGS__);                                 \
  if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static void watch(const char *path) {
  if (!realpath(path, folder)) abort();
  folder_length = strlen(folder);
}

static int inside(const char *path) {
  return folder_length && !strncmp(path, folder, folder_length) &&
         (path[folder_length] == '/' || !path[folder_length]);
}

/* The name of an open file, if it is one of the folder's and still has a name. */
static int named(int file, char *path) {
  char link[64];
  if (!folder_length || file == log_file) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  if (length > 10 && !strcmp(path + length - 10, " (deleted)")) return 0;
  return inside(path);
}

static void record(char kind, const char *path, const char *second, uint64_t offset, const void *bytes,
                   uint64_t size) {
  if (log_file < 0) return;
  int before = errno;
  struct __attribute__((packed)) {
    char kind;
    uint32_t path, second;
    uint64_t offset, size;
  } head = {kind, strlen(path), strlen(second), offset, size};
  struct iovec parts[4] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)second, head.second},
                           {(void *)bytes, size}};
  if (writev(log_file, parts, 4) != (ssize_t)(sizeof head + head.path + head.second + size)) abort();
  errno = before;
}

static int refused(void) {
  if (log_file >= 0) return 0;
  calls++;
  if (!failing || calls < failing || (calls > failing && !failing_ever)) return 0;
  errno = failing_errno;
  return 1;
}

void disk_record(const char *path, const char *log) {
  log_file = open(log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  if (log_file < 0) abort();
  watch(path);
}

void disk_mark(const char *text) { record('m', "", "", 0, text, strlen(text)); }

void disk_fail(const char *path, long nth, int number, int ever) {
  watch(path);
  calls = 0, failing = nth, failing_errno = number, failing_ever = ever;
}

long disk_calls(void) { return calls; }

static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  char whole[PATH_MAX];
  if (!folder_length || !inside(path)) return real(path, flags, mode);
  if (refused()) return -1;
  int existed = !access(path, F_OK);
  int file = real(path, flags, mode);
  if (file >= 0 && named(file, whole)) {
    if (!existed && flags & O_CREAT) record('c', whole, "", 0, "", 0);
    if (existed && flags & O_TRUNC) record('t', whole, "", 0, "", 0);
  }
  return file;
}

#define OPEN(name)                                     \
  int name(const char *path, int flags, ...) {         \
    REAL(int, name, const char *, int, ...);           \
    va_list rest;                                      \
    va_start(rest, flags);                             \
    mode_t mode = va_arg(rest, mode_t);                \
    va_end(rest);                                      \
    return opened(real, path, flags, mode);            \
  }
OPEN(open)
OPEN(open64)

static ssize_t wrote(int file, const char *path, uint64_t offset, const void *bytes, ssize_t size) {
  (void)file;
  if (size > 0) record('w', path, "", offset, bytes, size);
  return size;
}

ssize_t write(int file, const void *bytes, size_t size) {
  REAL(ssize_t, write, int, const void *, size_t);
  char path[PATH_MAX];
  if (!named(file, path)) return real(file, bytes, size);
  if (refused()) {
    int number = errno; /* a disk that fills up takes what still fits */
    if (number == ENOSPC && real(file, bytes, size / 2) < 0) return -1;
    errno = number;
    return -1;
  }
  off_t offset = lseek(file, 0, fcntl(file, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
  return wrote(file, path, offset, bytes, real(file, bytes, size));
}

#define PWRITE(name)                                                             \
  ssize_t name(int file, const void *bytes, size_t size, off_t offset) {         \
    REAL(ssize_t, name, int, const void *, size_t, off_t);                       \
    char path[PATH_MAX];                                                         \
    if (!named(file, path)) return real(file, bytes, size, offset);              \
    if (refused()) {                                                             \
      int number = errno;                                                        \
      if (number == ENOSPC && real(file, bytes, size / 2, offset) < 0) return -1; \
      errno = number;                                                            \
      return -1;                                                                 \
    }                                                                            \
    return wrote(file, path, offset, bytes, real(file, bytes, size, offset));    \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

#define TRUNCATE(name)                                   \
  int name(int file, off_t size) {                       \
    REAL(int, name, int, off_t);                         \
    char path[PATH_MAX];                                 \
    if (!named(file, path)) return real(file, size);     \
    if (refused()) return -1;                            \
    int done = real(file, size);                         \
    if (!done) record('t', path, "", size, "", 0);       \
    return done;                                         \
  }
TRUNCATE(ftruncate)
TRUNCATE(ftruncate64)

#define SYNC(name)                                       \
  int name(int file) {                                   \
    REAL(int, name, int);                                \
    char path[PATH_MAX];                                 \
    if (!named(file, path)) return real(file);           \
    if (refused()) return -1;                            \
    int done = real(file);                               \
    if (!done) record('s', path, "", 0, "", 0);          \
    return done;                                         \
  }
SYNC(fsync)
SYNC(fdatasync)

#define NAME(name, kind, ...)                            \
  if (!inside(path)) return real(__VA_ARGS__);           \
  if (refused()) return -1;                              \
  int done = real(__VA_ARGS__);                          \
  if (!done) record(kind, path, name, 0, "", 0);         \
  return done;

int rename(const char *path, const char *second) {
  REAL(int, rename, const char *, const char *);
  NAME(second, 'r', path, second)
}

int unlink(const char *path) {
  REAL(int, unlink, const char *);
  NAME("", 'u', path)
}

int mkdir(const char *path, mode_t mode) {
  REAL(int, mkdir, const char *, mode_t);
  NAME("", 'd', path, mode)
}
