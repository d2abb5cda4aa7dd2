/* How the runner starts the program. */
#ifndef OGM_INSIDE_H
#define OGM_INSIDE_H

#include <stdint.h>
#include <sys/types.h>

struct entry {
	int64_t latest_start_ms; /* since boot; 0: none */
	uid_t user;              /* as whom; 0: as the runner */
	const char *folder;      /* with work/, tmp/, out and err */
	char **argv;             /* a program without a slash is looked for in PATH */
};

struct entered {
	pid_t pid;  /* of the program, and of its group; -1 where it does not run */
	int error;  /* the system's, where it could not be started */
	int late;   /* whether its latest start had passed */
};

/* Gives the files to the user, then executes the program with the environment of this process. */
struct entered inside_start(const struct entry *entry);

#endif
