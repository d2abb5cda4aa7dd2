/* Whether a task has passed one of its limits, as far as looking at it tells. */
#ifndef OGM_LIMITS_H
#define OGM_LIMITS_H

#include <stdbool.h>

#include "group.h"
#include "parent.h"
#include "record.h"

/* Whether there is anything to look at. */
bool limits_any(const struct order *order);
/* What the descendants of this process use, and the size of the files that they print to. */
bool limits_passed(const struct order *order, const struct group *group, int out, int err, enum kind *passed);

#endif
