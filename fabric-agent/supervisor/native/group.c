#include "group.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "group-folders.h"

enum {
	/* Below that the kernel may have no room to execute the program; what takes less than that is only looked at. */
	MEMORY_LEAST_BYTES = 4 << 20,
	/* A process that was reaped may be counted a moment longer. */
	LEAVE_AGAIN_MS = 1,
	LEAVE_TRIES_MOST = 20,
};

/* Makes a folder anew: one of this name has counted what was before. 0, or -1; then the path is empty. */
static int make(char path[static GROUP_PATH_SIZE], const char *base, const char *key)
{
	if ((size_t)snprintf(path, GROUP_PATH_SIZE, "%s/%s", base, key) < GROUP_PATH_SIZE &&
	    (mkdir(path, 0700) == 0 || (errno == EEXIST && group_remove(path) == 0 && mkdir(path, 0700) == 0)))
		return 0;
	path[0] = '\0';
	return -1;
}

static bool is_one_folder(const struct group *group)
{
	return strcmp(group->memory, group->processes) == 0;
}

/* What the machine has not got bounds nothing: a group for that would cost each task two more stops of all forks. */
static bool bounds_memory(const struct groups *groups, int64_t bytes)
{
	if (bytes == 0 || groups->memory == NO_BASE)
		return false;
	return groups->unified || bytes < (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}

static void make_both(struct group *group, const struct groups *groups, const char *key, struct bounds bounds)
{
	if (!groups->unified && bounds.memory_bytes == 0)
		return;
	if (bounds.processes != 0 && groups->processes != NO_BASE)
		make(group->processes, groups->bases[groups->processes], key);
	if (!bounds_memory(groups, bounds.memory_bytes))
		return;
	if (groups->memory == groups->processes && group->processes[0] != '\0')
		strcpy(group->memory, group->processes);
	else
		make(group->memory, groups->bases[groups->memory], key);
}

static int bound_memory(const struct group *group, int64_t bytes)
{
	if (bytes < MEMORY_LEAST_BYTES)
		bytes = MEMORY_LEAST_BYTES;
	if (!group->unified) {
		if (group_put_number(group->memory, "memory.limit_in_bytes", bytes) != 0)
			return -1;
		/* Where the kernel counts what is swapped too. */
		group_put_number(group->memory, "memory.memsw.limit_in_bytes", bytes);
		return 0;
	}
	if (group_put_number(group->memory, "memory.max", bytes) != 0)
		return -1;
	group_put(group->memory, "memory.swap.max", "0");
	/* A task that lost one of its processes has not done what it should: all of it goes. */
	group_put(group->memory, "memory.oom.group", "1");
	return 0;
}

void group_make(struct group *group, const struct groups *groups, const char *key, struct bounds bounds)
{
	*group = (struct group){.unified = groups->unified};
	make_both(group, groups, key, bounds);
	bool bounded = (group->memory[0] == '\0' || bound_memory(group, bounds.memory_bytes) == 0) &&
		       (group->processes[0] == '\0' ||
			group_put_number(group->processes, "pids.max", bounds.processes) == 0);
	if (bounded)
		return;
	group_leave(group);
	*group = (struct group){0};
}

int group_open(const struct group *group)
{
	const char *folder = group->processes[0] != '\0' ? group->processes : group->memory;
	return group->unified && folder[0] != '\0' ? open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
}

void group_join(const struct group *group)
{
	if (group->memory[0] != '\0')
		group_put(group->memory, "cgroup.procs", "0");
	if (group->processes[0] != '\0' && !is_one_folder(group))
		group_put(group->processes, "cgroup.procs", "0");
}

/*
 * Whether something was killed because the group had no more: what the whole machine was short of is not its fault. Version 1
 * does not tell the two apart (its failcnt is no longer kept by every kernel).
 */
static bool met_memory(const struct group *group)
{
	if (group->unified)
		return group_count(group->memory, "memory.events", "oom") > 0 &&
		       group_count(group->memory, "memory.events", "oom_kill") > 0;
	return group_count(group->memory, "memory.oom_control", "oom_kill") > 0;
}

bool group_passed(const struct group *group, enum kind *kind)
{
	if (group->memory[0] != '\0' && met_memory(group)) {
		*kind = LIMIT_MEMORY;
		return true;
	}
	if (group->processes[0] != '\0' && group_count(group->processes, "pids.events", "max") > 0) {
		*kind = LIMIT_PROCESSES;
		return true;
	}
	return false;
}

void group_end(const struct group *group)
{
	if (group->processes[0] != '\0')
		group_kill(group->processes);
	if (group->memory[0] != '\0' && !is_one_folder(group))
		group_kill(group->memory);
}

static void leave(const char *folder)
{
	for (int tries = 0; folder[0] != '\0' && group_remove(folder) != 0 && tries < LEAVE_TRIES_MOST; tries++)
		poll(NULL, 0, LEAVE_AGAIN_MS);
}

void group_leave(const struct group *group)
{
	leave(group->processes);
	leave(group->memory);
}
