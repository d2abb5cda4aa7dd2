/* Which bounds the kernel has held, where an engine has set them for the container that this process is in. */
#ifndef OGM_BOUNDS_MET_H
#define OGM_BOUNDS_MET_H

#include <stdint.h>

/* How often each was; 0 where nothing tells. */
struct bounds_met {
	int64_t memory, processes;
};

struct bounds_met bounds_met(void);

#endif
