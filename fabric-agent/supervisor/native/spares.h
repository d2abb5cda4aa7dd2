/*
 * Folders of tasks that are as new, to be used again: on many file systems a file or folder that is made and removed costs
 * far more than one that is renamed, and most tasks leave theirs as they found it.
 */
#ifndef OGM_SPARES_H
#define OGM_SPARES_H

#include <stdint.h>
#include <sys/types.h>

#include "descendants.h"

enum { SPARES_MOST = 256 };

/* A folder by the name tasks/.spare-<number>. */
struct spare {
	int64_t number;
	pid_t parent; /* who held its lock, and may do so until it is reaped */
};

/* A ring of those that are there, from `first` on. */
struct spares {
	struct spare ring[SPARES_MOST];
	uint32_t first, count;
	int64_t last; /* the number that was given last */
};

/* Removes those of an earlier supervisor: whether anybody holds them is not known any more. */
void spares_open(struct spares *spares);

/* Gives a task one as its folder, where there is one that nobody holds and the task has no folder yet. */
void spares_use(struct spares *spares, const struct pid_set *parents, const char *key);

/*
 * Keeps the folder of a task that nobody wants any more: what was printed is cut off, and the lock is put by. Does nothing
 * where the task has left or changed anything else there, or there are enough. `parent` is the process that held the lock.
 */
void spares_keep(struct spares *spares, const char *key, pid_t parent);

#endif
