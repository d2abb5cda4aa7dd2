#include "descendants.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system.h"

enum {
	/* A fork bomb is stopped from its top down, so each pass leaves fewer that can still fork. */
	PASSES_MOST = 64,
	CHILDREN_BYTES = 16384, /* of one read of a `children` file */
};

void pid_set_add(struct pid_set *set, pid_t pid)
{
	set->bits[pid >> 3] |= (uint8_t)(1 << (pid & 7));
}

void pid_set_remove(struct pid_set *set, pid_t pid)
{
	set->bits[pid >> 3] &= (uint8_t)~(1 << (pid & 7));
}

int pid_set_has(const struct pid_set *set, pid_t pid)
{
	return set->bits[pid >> 3] >> (pid & 7) & 1;
}

struct pids {
	pid_t *ids;
	size_t count, capacity;
	bool stop; /* each is stopped as soon as it is found, before its own children are read */
};

static void pids_add(struct pids *pids, pid_t pid)
{
	if (pids->count == pids->capacity) {
		size_t capacity = pids->capacity == 0 ? 64 : pids->capacity * 2;
		pid_t *grown = realloc(pids->ids, capacity * sizeof *grown);
		if (grown == NULL)
			return; /* a later pass finds it: by then others are dead */
		pids->ids = grown;
		pids->capacity = capacity;
	}
	pids->ids[pids->count++] = pid;
	if (pids->stop)
		kill(pid, SIGSTOP);
}

/* Adds the children that one thread has started. */
static void add_children(struct pids *pids, const char *path, const struct pid_set *spared)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	char bytes[CHILDREN_BYTES];
	pid_t pid = 0;
	ssize_t got;
	while ((got = read(fd, bytes, sizeof bytes)) > 0) {
		for (ssize_t at = 0; at < got; at++) {
			if (bytes[at] != ' ') {
				pid = pid * 10 + (bytes[at] - '0');
				continue;
			}
			if (spared == NULL || !pid_set_has(spared, pid))
				pids_add(pids, pid);
			pid = 0;
		}
	}
	close(fd);
}

static void add_children_of(struct pids *pids, pid_t pid, const struct pid_set *spared)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *threads = opendir(path);
	if (threads == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(threads)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "/proc/%d/task/%.10s/children", pid, entry->d_name);
		add_children(pids, path, spared);
	}
	closedir(threads);
}

/* Every descendant of this process, parents before their children. */
static void collect(struct pids *pids, const struct pid_set *spared)
{
	pids->count = 0;
	add_children_of(pids, getpid(), spared);
	for (size_t at = 0; at < pids->count; at++)
		add_children_of(pids, pids->ids[at], NULL);
}

int descendants_kill(const struct pid_set *spared)
{
	struct pids pids = {.stop = true};
	collect(&pids, spared);
	/* A process that was stopped keeps its dead children, so that no id found here can be another's by now. */
	for (int pass = 0; pids.count > 0 && pass < PASSES_MOST; pass++) {
		size_t before = pids.count;
		collect(&pids, spared);
		if (pids.count <= before)
			break;
	}
	for (size_t at = 0; at < pids.count; at++)
		kill(pids.ids[at], SIGKILL);
	int found = (int)pids.count;
	free(pids.ids);
	return found;
}

static int64_t resident_bytes(pid_t pid)
{
	char path[64], bytes[128];
	snprintf(path, sizeof path, "/proc/%d/statm", pid);
	long length = read_file(path, bytes, sizeof bytes - 1);
	if (length <= 0)
		return 0;
	bytes[length] = '\0';
	const char *second = strchr(bytes, ' ');
	return second == NULL ? 0 : strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE);
}

struct usage descendants_usage(void)
{
	struct pids pids = {0};
	collect(&pids, NULL);
	struct usage usage = {.processes = (int64_t)pids.count};
	for (size_t at = 0; at < pids.count; at++)
		usage.memory_bytes += resident_bytes(pids.ids[at]);
	free(pids.ids);
	return usage;
}

static int64_t proportional_bytes(pid_t pid)
{
	char path[64], bytes[2048];
	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	long length = read_file(path, bytes, sizeof bytes - 1);
	bytes[length < 0 ? 0 : length] = '\0';
	const char *line = strstr(bytes, "\nPss:");
	return line == NULL ? resident_bytes(pid) : strtoll(line + 5, NULL, 10) * 1024;
}

int64_t descendants_fair_memory(void)
{
	struct pids pids = {0};
	collect(&pids, NULL);
	int64_t sum = 0;
	for (size_t at = 0; at < pids.count; at++)
		sum += proportional_bytes(pids.ids[at]);
	free(pids.ids);
	return sum;
}
