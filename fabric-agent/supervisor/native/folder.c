#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

const char folder_lock_put_by[] = "lock.spare";

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

int folder_claim(void)
{
	struct stat file;
	/* Of a folder that was used before the lock is there, under another name: whoever gives it its own has made it. */
	bool taken_up = renameat2(AT_FDCWD, folder_lock_put_by, AT_FDCWD, "lock", RENAME_NOREPLACE) == 0;
	int fd = open("lock", O_RDWR | O_CLOEXEC | (taken_up ? O_NOFOLLOW : O_CREAT | O_EXCL), 0600);
	if (fd < 0)
		return errno == EEXIST ? 1 : -1;
	if (lock_whole(fd) != 0)
		return errno == EACCES || errno == EAGAIN ? 1 : -1;
	/* Between the two calls somebody may have judged it, which leaves a mark: it is no longer empty. */
	return fstat(fd, &file) == 0 && file.st_size == 0 && file.st_nlink == 1 ? 0 : 1;
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
	/* A parent that was just forked may not have come to its folder yet: it is to find the mark there. */
	make(folder);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	enum judgement judgement = fd >= 0 ? UNUSED : FREE;
	if (fd < 0)
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return FREE; /* without a mark nothing keeps a late parent from starting */
	while (lock_whole(fd) != 0) {
		*holder = holder_of(fd);
		if (*holder == 0)
			continue; /* let go between the two questions */
		close(fd);
		return HELD;
	}
	/* A hole: it takes no space, so that it can be made on a full disk too. */
	if (ftruncate(fd, 1) != 0 && judgement == UNUSED)
		judgement = FREE;
	close(fd);
	return judgement;
}
