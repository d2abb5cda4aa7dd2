#include "ending.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* What the runner has said of the program, in place of what is known of the enclosure alone. */
static void look_inside(struct seen *seen, struct record *record)
{
	struct channel *channel = seen->channel;
	channel_hear(channel);
	if (channel->began)
		record->started_ms = channel->began_ms;
	if (channel->ended)
		seen->status = channel->status;
	else if (channel->began)
		seen->status = SIGKILL; /* the runner itself was killed, and all with it */
}

/* Of an enclosed task of which nothing ran. */
static void end_unbegun(const struct channel *channel, struct record *record)
{
	record->kind = channel->late ? TOO_LATE : NOT_STARTED;
	record->number = channel->late ? 0 : channel->error != 0 ? channel->error : NOT_ENCLOSED;
}

/* Whether the task came up against a bound that the kernel holds: it has not done what it should then, whatever it says. */
static bool met_a_bound(const struct seen *seen, struct record *record)
{
	const struct channel *channel = seen->channel;
	if (group_passed(seen->group, &record->kind))
		return true;
	/* What is bounded from here shares its group with others there, whose bounds these may be. */
	bool memory_met = channel->ended && channel->memory_met && seen->order->memory_bytes == 0;
	bool processes_met = channel->ended && channel->processes_met && seen->order->processes == 0;
	if (memory_met || processes_met)
		record->kind = memory_met ? LIMIT_MEMORY : LIMIT_PROCESSES;
	return memory_met || processes_met;
}

static void end(struct seen *seen, struct record *record)
{
	record->number = 0;
	if (seen->stopped)
		record->kind = seen->why;
	else if (seen->channel->used && !seen->channel->began)
		end_unbegun(seen->channel, record);
	else if (met_a_bound(seen, record))
		return;
	else if (WIFSIGNALED(seen->status))
		record->kind = SIGNALLED, record->number = WTERMSIG(seen->status);
	else
		record->kind = EXITED, record->number = WEXITSTATUS(seen->status);
}

void record_end(struct record *record, struct seen seen)
{
	const struct channel *channel = seen.channel;
	if (channel->used)
		look_inside(&seen, record);
	end(&seen, record);
	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	record->cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
			 (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
	record->rss_bytes = usage.ru_maxrss * 1024;
	if (channel->ended && channel->cpu_ms > record->cpu_ms)
		record->cpu_ms = channel->cpu_ms; /* an engine's service has run it: no descendant of this process */
	if (channel->ended && channel->rss_bytes > 0)
		record->rss_bytes = channel->rss_bytes;
}
