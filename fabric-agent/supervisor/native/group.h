/* The control group of one task, as its parent has it. */
#ifndef OGM_GROUP_H
#define OGM_GROUP_H

#include <stdbool.h>

#include "groups.h"
#include "record.h"

struct group {
	/* Its folders; empty where that is not bounded by a group. In version 2 the same. */
	char memory[GROUP_PATH_SIZE], processes[GROUP_PATH_SIZE];
	bool unified;
};

/* What is bounded; 0: not. */
struct bounds {
	int64_t memory_bytes, processes;
};

/*
 * Makes the group of a task, as far as there are groups here and bounds to set. What cannot be made is left out. In version 1
 * a task without a bound on its memory gets none: to move every one would hold up all that this machine starts.
 */
void group_make(struct group *group, const struct groups *groups, const char *key, struct bounds bounds);

/* Its descriptor, into which a process can be born; -1 where there is none, or in version 1. */
int group_open(const struct group *group);

/* Puts this process into it, just before it executes the program: where it could not be born there. */
void group_join(const struct group *group);

/* Whether the kernel has ended a process, or refused one, because of a bound; *kind is which. */
bool group_passed(const struct group *group, enum kind *kind);

/* Kills all that is in it. */
void group_end(const struct group *group);

/* Removes it, once nothing of it is left. */
void group_leave(const struct group *group);

#endif
