#include "spares.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "folder.h"
#include "system.h"

enum { PATH_SIZE = 256, ENTRIES_BYTES = 2048 };

/* As the kernel gives it (getdents64(2)). */
struct entry {
	uint64_t inode;
	int64_t next;
	uint16_t length;
	uint8_t type;
	char name[];
};

static void path_of(char path[static PATH_SIZE], const struct spare *spare)
{
	snprintf(path, PATH_SIZE, "tasks/.spare-%lld", (long long)spare->number);
}

static void remove_spare(int tasks, const char *name)
{
	const char *const files[] = {folder_lock_put_by, "out", "err", NULL};
	int folder = openat(tasks, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return;
	for (const char *const *file = files; *file != NULL; file++)
		unlinkat(folder, *file, 0);
	unlinkat(folder, "work", AT_REMOVEDIR);
	unlinkat(folder, "tmp", AT_REMOVEDIR);
	close(folder);
	unlinkat(tasks, name, AT_REMOVEDIR);
}

void spares_open(struct spares *spares)
{
	static const char prefix[] = ".spare-";
	/* One that cannot be removed keeps its name: there is to be no other of that name. */
	*spares = (struct spares){.last = boot_ms()};
	DIR *tasks = opendir("tasks");
	if (tasks == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(tasks)) != NULL;)
		if (strncmp(entry->d_name, prefix, sizeof prefix - 1) == 0)
			remove_spare(dirfd(tasks), entry->d_name);
	closedir(tasks);
}

static void add(struct spares *spares, struct spare spare)
{
	spares->ring[(spares->first + spares->count++) % SPARES_MOST] = spare;
}

static struct spare take_first(struct spares *spares)
{
	struct spare spare = spares->ring[spares->first];
	spares->first = (spares->first + 1) % SPARES_MOST;
	spares->count--;
	return spare;
}

void spares_use(struct spares *spares, const struct pid_set *parents, const char *key)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	if (spares->count == 0)
		return;
	struct spare spare = take_first(spares);
	path_of(from, &spare);
	snprintf(to, sizeof to, "tasks/%s", key);
	/* A folder with something in it is not replaced. */
	if (pid_set_has(parents, spare.parent) || rename(from, to) != 0)
		add(spares, spare);
}

/* Whether a file or folder is ours, with these rights and no others. */
static bool is_ours(int fd, mode_t mode, struct stat *found)
{
	return fstat(fd, found) == 0 && found->st_mode == mode && found->st_uid == geteuid() &&
	       flistxattr(fd, NULL, 0) == 0;
}

static bool is_among(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* Opens a folder if nothing lies in it but what is named; else -1. */
static int open_as_new(int at, const char *name, const char *const *names)
{
	_Alignas(struct entry) char bytes[ENTRIES_BYTES];
	struct stat found;
	long length = -1;
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	bool as_new = is_ours(fd, S_IFDIR | 0700, &found);
	while (as_new && (length = syscall(SYS_getdents64, fd, bytes, sizeof bytes)) > 0)
		for (long place = 0; place < length && as_new;) {
			const struct entry *entry = (const struct entry *)(bytes + place);
			as_new = is_among(entry->name, names);
			place += entry->length;
		}
	if (as_new && length == 0)
		return fd;
	close(fd);
	return -1;
}

static bool is_empty_folder(int at, const char *name)
{
	static const char *const nothing[] = {".", "..", NULL};
	int fd = open_as_new(at, name, nothing);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Whether a file can be used again, once it is empty. */
static bool empty_file(int at, const char *name)
{
	struct stat found;
	int fd = openat(at, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool empty = is_ours(fd, S_IFREG | 0600, &found) && found.st_nlink == 1 &&
		     (found.st_size == 0 || ftruncate(fd, 0) == 0);
	close(fd);
	return empty;
}

void spares_keep(struct spares *spares, const char *key, pid_t parent)
{
	static const char *const names[] = {".", "..", "lock", "out", "err", "work", "tmp", NULL};
	char from[PATH_SIZE], to[PATH_SIZE];
	struct stat lock;
	if (spares->count == SPARES_MOST)
		return;
	snprintf(from, sizeof from, "tasks/%s", key);
	struct spare spare = {.number = spares->last + 1, .parent = parent};
	path_of(to, &spare);
	int folder = open_as_new(AT_FDCWD, from, names);
	if (folder < 0)
		return;
	/* A lock of another mode is one that no parent ever held: who comes late must find it. */
	if (is_empty_folder(folder, "work") && is_empty_folder(folder, "tmp") && empty_file(folder, "out") &&
	    empty_file(folder, "err") && fstatat(folder, "lock", &lock, AT_SYMLINK_NOFOLLOW) == 0 &&
	    lock.st_mode == (S_IFREG | 0600) && lock.st_size == 0 && lock.st_nlink == 1 &&
	    renameat(folder, "lock", folder, folder_lock_put_by) == 0 && rename(from, to) == 0) {
		spares->last++;
		add(spares, spare);
	}
	close(folder);
}
