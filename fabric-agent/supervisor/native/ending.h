/* How a task ended, of all that its parent has seen and heard. */
#ifndef OGM_ENDING_H
#define OGM_ENDING_H

#include <stdbool.h>

#include "channel.h"
#include "group.h"
#include "parent.h"
#include "record.h"

struct seen {
	const struct order *order;
	struct channel *channel;
	const struct group *group;
	int status;    /* of the process that was started, as waitpid(2) has it */
	bool stopped;  /* it was told to end, because of `why` */
	enum kind why;
};

/* Adds to the record of a task whose start is in it how it ended; all its processes have been reaped. */
void record_end(struct record *record, struct seen seen);

#endif
