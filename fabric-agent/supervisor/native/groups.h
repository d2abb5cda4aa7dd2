/*
 * Control groups: what the kernel itself bounds, memory and processes of all of a task together, where this user may make
 * them. Each task has its own, `<base>/<key>`; a base is a folder `ogm-…` in the group that this process began in.
 */
#ifndef OGM_GROUPS_H
#define OGM_GROUPS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	GROUP_PATH_SIZE = 1024,
	GROUP_WHY_SIZE = 256,
	BASES_MOST = 8, /* of this supervisor and earlier ones of its folder that began in other groups */
	NO_BASE = -1,
};

struct groups {
	char bases[BASES_MOST][GROUP_PATH_SIZE];
	int count;
	int memory, processes; /* which base bounds that in new groups, or NO_BASE; in version 2 the same */
	bool unified;          /* version 2 */
	char why[GROUP_WHY_SIZE]; /* why not both are bounded; empty where they are */
};

/*
 * Finds out where groups can be made, and remembers that in the file `groups` of the working directory. `wish` is the group to use in place of the
 * one of this process (version 2), or "none"; NULL: find one. The working directory is the supervisor's folder.
 */
void groups_open(struct groups *groups, const char *wish);

/* Kills what is in the groups of tasks that do not run, and removes them. */
void groups_sweep(struct groups *groups, bool (*runs)(const char *key, void *context), void *context);

/* Kills what is in the group of a task, wherever it was made. Returns how many processes were found. */
int groups_kill(const struct groups *groups, const char *key);

/* Removes the group of a task, if nothing is in it, wherever it was made. */
void groups_remove(const struct groups *groups, const char *key);

/* Removes the bases, unless tasks still have groups there. */
void groups_close(const struct groups *groups);

#endif
