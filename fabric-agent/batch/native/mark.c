#include "mark.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static int64_t ms_of(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return ms_of(now);
}

static int write_aside(const char *path, const char *text, int lasts, int64_t *at_ms)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	size_t length = strlen(text);
	ssize_t written = write(fd, text, length);
	int failed = written != (ssize_t)length || (lasts && fsync(fd) != 0);
	int error = written >= 0 && written != (ssize_t)length ? ENOSPC : errno;
	struct stat file;
	*at_ms = !failed && fstat(fd, &file) == 0 ? ms_of(file.st_mtim) : 0;
	close(fd);
	errno = error;
	return failed ? -1 : 0;
}

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int failed = fsync(fd);
	close(fd);
	return failed;
}

int mark_make(const char *folder, const char *word, const char *text, int lasts, int64_t *at_ms)
{
	struct utsname machine;
	uname(&machine);
	char aside[PATH_MAX], path[PATH_MAX];
	snprintf(path, sizeof path, "%s/%s", folder, word);
	/* No other process has this name: no two machines of a cluster are called the same. */
	int length = snprintf(aside, sizeof aside, "%s/.%.60s.%d.%lld", folder, machine.nodename, getpid(), (long long)wall_ms());
	if (length >= (int)sizeof aside) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (write_aside(aside, text, lasts, at_ms) != 0) {
		int error = errno;
		unlink(aside);
		errno = error;
		return -1;
	}
	/* A link is made once, whoever tries; where a server's answer was lost, the number of links tells. */
	struct stat file;
	int linked = link(aside, path), error = errno;
	int made = linked == 0 || (stat(aside, &file) == 0 && file.st_nlink == 2);
	unlink(aside);
	if (made && lasts && sync_folder(folder) != 0)
		return -1;
	errno = error;
	return made ? 1 : error == EEXIST ? 0 : -1;
}
