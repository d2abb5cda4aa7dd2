/* How the parent of a task tells how it ended. */
#ifndef OGM_TELLING_H
#define OGM_TELLING_H

#include "record.h"

/* Hands the record to the supervisor or, where that has gone, leaves it in the task's folder; then this process ends. */
_Noreturn void record_tell(const struct record *record);

#endif
