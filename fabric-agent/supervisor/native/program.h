/* Starts the program itself. */
#ifndef OGM_PROGRAM_H
#define OGM_PROGRAM_H

#include <sys/types.h>

#include "group.h"
#include "parent.h"

struct started {
	pid_t pid;  /* of the program, and of its group; -1 where it does not run */
	int error;  /* the system's, where it could not be started */
	int late;   /* whether its latest start had passed */
};

/* The descriptors that it begins with. */
struct stdio {
	int in; /* -1: nothing to read */
	int out, err;
};

/* Executes the order's program in work/ and in a group. */
struct started program_start(const struct order *order, const struct group *group, struct stdio stdio);

#endif
