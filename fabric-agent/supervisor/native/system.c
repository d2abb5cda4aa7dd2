#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t boot_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void read_boot_id(char id[static BOOT_ID_SIZE])
{
	long length = read_file("/proc/sys/kernel/random/boot_id", id, BOOT_ID_SIZE - 1);
	id[length < 0 ? 0 : length] = '\0';
}

long read_file(const char *path, char *bytes, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -1;
	size_t length = 0;
	while (length < size) {
		ssize_t got = read(fd, bytes + length, size - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			int error = errno;
			close(fd);
			errno = error;
			return -1;
		}
		if (got == 0)
			break;
		length += (size_t)got;
	}
	close(fd);
	return (long)length;
}

int sync_here(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int failed = fsync(fd), error = errno;
	close(fd);
	errno = error;
	return failed;
}

int write_durably(const char *path, const char *aside, const void *bytes, size_t length)
{
	int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	ssize_t written = write(fd, bytes, length);
	int failed = written != (ssize_t)length || fdatasync(fd) != 0;
	int error = written >= 0 && written != (ssize_t)length ? ENOSPC : errno;
	close(fd);
	if (failed) {
		errno = error;
		return -1;
	}
	if (rename(aside, path) != 0)
		return -1;
	return sync_here();
}

int read_number(const char *text, int64_t *value)
{
	int64_t sum = 0;
	size_t digits = strlen(text);
	if (digits == 0 || digits > 18)
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		sum = sum * 10 + (*text - '0');
	}
	*value = sum;
	return 0;
}
