/* Starts the program of an attempt, looks after it, and leaves nothing of it behind. */
#ifndef OGM_BATCH_PROGRAM_H
#define OGM_BATCH_PROGRAM_H

#include <stdint.h>

#include "order.h"

/* How it ended. */
struct end {
	/* One of the words that `batch/marks.ts` knows. */
	const char *kind;
	/* The exit code, the signal, or the errno of what could not be started. */
	int number;
	/* Milliseconds since 1970. */
	int64_t started_ms, ended_ms;
	int64_t cpu_ms, rss_bytes;
};

/* Runs it to its end. `cancel` is the file that is there once it is to end: it holds the grace in milliseconds. */
struct end program_run(const struct order *order, const char *cancel);

#endif
