#include "limits.h"

#include <sys/stat.h>

#include "descendants.h"

static int64_t size_of(int fd)
{
	struct stat file;
	return fstat(fd, &file) == 0 ? file.st_size : 0;
}

bool limits_any(const struct order *order)
{
	return order->output_bytes != 0 || order->memory_bytes != 0 || order->processes != 0;
}

bool limits_passed(const struct order *order, const struct group *group, int out, int err, enum kind *passed)
{
	if (group_passed(group, passed))
		return true;
	*passed = LIMIT_OUTPUT;
	if (order->output_bytes != 0 && size_of(out) + size_of(err) > order->output_bytes)
		return true;
	if (order->memory_bytes == 0 && order->processes == 0)
		return false;
	/* Though a group bounds them: a program may take its processes out of it. */
	struct usage usage = descendants_usage();
	*passed = LIMIT_PROCESSES;
	if (order->processes != 0 && usage.processes > order->processes)
		return true;
	/* What processes share is counted more than once there: too much of it is no proof. */
	*passed = LIMIT_MEMORY;
	return order->memory_bytes != 0 && usage.memory_bytes > order->memory_bytes &&
	       descendants_fair_memory() > order->memory_bytes;
}
