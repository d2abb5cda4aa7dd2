#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

const char folder_lock_put_by[] = "lock.spare";

enum {
	HELD_ONCE = 0600,  /* the mode of a lock that a parent has made */
	NEVER_HELD = 0700, /* of one that was made so that no parent can have it */
};

static int make(const char *path)
{
	return mkdir(path, 0700) != 0 && errno != EEXIST ? -1 : 0;
}

int folder_enter(const char *key)
{
	if (chdir("tasks") != 0 || make(key) != 0 || chdir(key) != 0)
		return -1;
	return make("work") != 0 ? -1 : make("tmp");
}

static int lock_whole(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	return fcntl(fd, F_SETLK, &lock);
}

/* rename(2) that replaces nothing. Some file systems cannot do it in one step. */
static int give_name(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL || link(from, to) != 0)
		return -1;
	return unlink(from);
}

int folder_claim(void)
{
	/* In a folder that was used before it is there already, for whoever locks it first. */
	int fd = open(folder_lock_put_by, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, HELD_ONCE);
	if (fd < 0)
		return -1;
	if (lock_whole(fd) != 0)
		return errno == EACCES || errno == EAGAIN ? 1 : -1;
	/* Seen by nobody before it is locked: a lock that nobody holds is of a parent that is gone, or of none. */
	if (give_name(folder_lock_put_by, "lock") == 0)
		return 0;
	return errno == EEXIST || errno == ENOENT ? 1 : -1;
}

static pid_t holder_of(int fd)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	if (fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid;
}

enum judgement folder_judge(const char *folder, pid_t *holder)
{
	char path[256];
	snprintf(path, sizeof path, "%s/lock", folder);
	/* A parent that was just forked may not have come to its folder yet: it is to find a lock there. */
	make(folder);
	/* That nobody ever held it stands in how it was made, so that it is never seen without. */
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, NEVER_HELD);
	if (fd >= 0) {
		close(fd);
		return UNUSED;
	}
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return FREE; /* nothing can be known of it */
	while (lock_whole(fd) != 0) {
		*holder = holder_of(fd);
		if (*holder == 0)
			continue; /* let go between the two questions */
		close(fd);
		return HELD;
	}
	struct stat file;
	bool unused = fstat(fd, &file) == 0 && (file.st_mode & 0777) == NEVER_HELD;
	close(fd);
	return unused ? UNUSED : FREE;
}
