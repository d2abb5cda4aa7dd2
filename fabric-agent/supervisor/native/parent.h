/* The parent of one task: a process that starts the program, bounds it, and outlives the supervisor. */
#ifndef OGM_PARENT_H
#define OGM_PARENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "groups.h"

/* `<task>.<attempt>`, with its NUL. */
enum { KEY_SIZE = 144 };

struct order {
	const char *key;
	bool enclosed; /* the program is what encloses the task's own, with a runner inside (runner.h) at its standard input and output */
	int64_t latest_start_ms, end_ms; /* since boot; 0: none */
	int64_t grace_ms;                /* between being told to end and being killed */
	int64_t output_bytes, memory_bytes, processes; /* 0: none */
	int64_t sample_ms;               /* how often what it uses is looked at */
	const struct groups *groups;     /* where the group of the task is made */
	char *const *environment;
	char *const *argv;
};

/* What a parent and the supervisor say to each other over their socket, one message each. */
enum {
	SAYS_RECORD = 'R', /* parent: how the task ended; the fields of a record follow */
	SAYS_TAKEN = 'T',  /* parent: this task's folder belongs to another parent; nothing was done */
	SAYS_KEPT = 'K',   /* supervisor: the record is in the journal, on the disk */
	SAYS_CANCEL = 'C', /* supervisor: end the task; the grace in milliseconds follows as a field */
	MESSAGE_BYTES_MOST = 512,
};

/* The descriptor of that socket in a parent. */
enum { PARENT_SOCKET = 3 };

/*
 * What a process that the supervisor has just forked becomes; `socket` is its end of the pair, the working directory
 * that of the supervisor. Never returns.
 */
_Noreturn void parent_run(const struct order *order, pid_t supervisor, int socket);

#endif
