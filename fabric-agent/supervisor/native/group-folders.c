#include "group-folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "groups.h"
#include "system.h"

enum {
	PATH_SIZE = 2 * GROUP_PATH_SIZE, /* with all that is below */
	DEPTH_MOST = 8,                  /* of groups that a program makes below its own */
	FILE_BYTES_MOST = 4096,
	MOVES_MOST = 8, /* what forks meanwhile is moved in the next round */
};

int group_put(const char *folder, const char *file, const char *value)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof path, "%s/%s", folder, file);
	/* Files of groups are there or cannot be made. */
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	ssize_t written = write(fd, value, strlen(value));
	int error = errno;
	close(fd);
	errno = error;
	return written < 0 ? -1 : 0;
}

int group_put_number(const char *folder, const char *file, int64_t value)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)value);
	return group_put(folder, file, text);
}

/* Reads a small file of a group as text; empty where there is none. */
static void read_text(const char *folder, const char *file, char text[static FILE_BYTES_MOST])
{
	char path[PATH_SIZE];
	snprintf(path, sizeof path, "%s/%s", folder, file);
	long length = read_file(path, text, FILE_BYTES_MOST - 1);
	text[length < 0 ? 0 : length] = '\0';
}

int64_t group_count(const char *folder, const char *file, const char *name)
{
	char text[FILE_BYTES_MOST], *rest = text;
	read_text(folder, file, text);
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		size_t length = strlen(name);
		if (strncmp(line, name, length) == 0 && line[length] == ' ')
			return strtoll(line + length, NULL, 10);
	}
	return 0;
}

bool group_has_word(const char *folder, const char *file, const char *word)
{
	char text[FILE_BYTES_MOST], *rest = text;
	read_text(folder, file, text);
	for (char *found; (found = strsep(&rest, " \n")) != NULL;)
		if (strcmp(found, word) == 0)
			return true;
	return false;
}

/* Calls `each` for the processes that are in a group itself. Returns how many there were. */
static int each_process(const char *folder, int (*each)(pid_t pid, const char *to), const char *to)
{
	char path[PATH_SIZE], line[32];
	int found = 0;
	snprintf(path, sizeof path, "%s/cgroup.procs", folder);
	FILE *processes = fopen(path, "re");
	while (processes != NULL && fgets(line, sizeof line, processes) != NULL) {
		pid_t pid = (pid_t)strtol(line, NULL, 10);
		/* 0 is one that is out of our sight, and to kill(2) it is ourselves. */
		if (pid <= 1 || (to == NULL && pid == getpid()))
			continue;
		found++;
		each(pid, to);
	}
	if (processes != NULL)
		fclose(processes);
	return found;
}

static int move_one(pid_t pid, const char *to)
{
	return group_put_number(to, "cgroup.procs", pid);
}

static int kill_one(pid_t pid, const char *to)
{
	(void)to;
	return kill(pid, SIGKILL);
}

int group_move_all(const char *from, const char *to)
{
	for (int round = 0; round < MOVES_MOST; round++)
		if (each_process(from, move_one, to) == 0)
			return 0;
	errno = EBUSY;
	return -1;
}

/* Calls `each` for the groups right below one. */
static int each_below(const char *folder, int depth, int (*each)(const char *below, int depth))
{
	char path[PATH_SIZE];
	int sum = 0;
	DIR *entries = depth < DEPTH_MOST ? opendir(folder) : NULL;
	for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
		if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < sizeof path)
			sum += each(path, depth + 1);
	}
	if (entries != NULL)
		closedir(entries);
	return sum;
}

static int kill_at(const char *folder, int depth)
{
	return each_process(folder, kill_one, NULL) + each_below(folder, depth, kill_at);
}

int group_kill(const char *folder)
{
	char path[PATH_SIZE];
	snprintf(path, sizeof path, "%s/cgroup.procs", folder);
	if (access(path, F_OK) != 0)
		return 0;
	/* Nothing in it forks any more, in version 2 it is all killed at once; what kernel has neither is killed one by one. */
	snprintf(path, sizeof path, "%s/pids.max", folder);
	if (access(path, F_OK) == 0)
		group_put(folder, "pids.max", "0");
	snprintf(path, sizeof path, "%s/cgroup.kill", folder);
	if (access(path, F_OK) == 0)
		group_put(folder, "cgroup.kill", "1");
	return kill_at(folder, 0);
}

static int remove_at(const char *folder, int depth)
{
	if (rmdir(folder) == 0 || errno == ENOENT)
		return 0;
	each_below(folder, depth, remove_at);
	return rmdir(folder);
}

int group_remove(const char *folder)
{
	return remove_at(folder, 0);
}
