/* Where this process may make control groups. */
#ifndef OGM_FIND_GROUPS_H
#define OGM_FIND_GROUPS_H

#include "groups.h"

struct found_groups {
	bool unified;
	/* Groups in which others can be made that bound memory, or processes; empty: none. In version 2 the same. */
	char memory[GROUP_PATH_SIZE], processes[GROUP_PATH_SIZE];
	char why[GROUP_WHY_SIZE]; /* why not both; empty where they are */
};

/*
 * Finds them. Of version 2 a group counts that was delegated to this user (what is in it is then moved into one below, as
 * the kernel wants it), or is `wish`. Of version 1, the group of this process where this user may write there.
 */
void find_groups(struct found_groups *found, const char *wish);

/* In a group of version 2, has the groups below it bound what those right below `above` can. 0, or -1 with errno. */
int group_enable(const char *folder, const char *above);

#endif
