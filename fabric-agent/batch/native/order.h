/* What an attempt is to be, as the agent wrote it down for whichever job gets to run it. */
#ifndef OGM_BATCH_ORDER_H
#define OGM_BATCH_ORDER_H

#include <stdint.h>

struct order {
	/* Milliseconds since 1970; nothing begins after the first, nothing runs after the second. 0: no bound. */
	int64_t latest_start_ms, end_ms;
	/* Milliseconds from its beginning on, and between being told to end and being killed. 0: no bound, no wait. */
	int64_t time_ms, grace_ms;
	/* Bounds on all of it together. 0: none. */
	int64_t output_bytes, memory_bytes, processes;
	const char *work, *out, *err;
	char **argv, **environment;
};

/* Reads the order at a path. NULL where there is none, or one that is not whole: errno is 0 then. */
struct order *order_read(const char *path);

/* Whether there is an order at a path, asked of the file system anew. */
int order_is_there(const char *path);

#endif
