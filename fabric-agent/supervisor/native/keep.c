#include <sys/socket.h>
#include <unistd.h>

#include "supervisor.h"

/* No boot has it as its id: nobody says of a task that began in one that is over that it never ran. */
static const char another_boot[] = "-";

static int fill(struct journal *made, void *context)
{
	struct supervisor *supervisor = context;
	for (uint32_t place = 0; place < supervisor->tasks.used; place++) {
		const struct task *task = &supervisor->tasks.places[place];
		if (task->phase == VACANT)
			continue;
		int failed = task->phase == RUNNING || task->phase == ADOPTED || task->phase == DYING
				     ? journal_start(made, task->key, task->this_boot ? supervisor->boot_id : another_boot,
						     task->started_ms)
				     : journal_exit(made, task->key, &task->record);
		if (failed)
			return -1;
	}
	return 0;
}

static void write_again(struct supervisor *supervisor)
{
	struct journal *journal = &supervisor->journal;
	bool remade = (journal->doubtful || journal_is_large(journal)) && journal_remake(journal, fill, supervisor) == 0;
	bool failing = journal->doubtful;
	for (uint32_t at = 0; at < supervisor->ended_count && !failing; at++) {
		struct task *task = &supervisor->tasks.places[supervisor->ended[at]];
		if (task->phase != ENDED)
			continue;
		failing = !remade && journal_exit(journal, task->key, &task->record) != 0;
		if (!failing)
			task->phase = WRITTEN;
	}
	if (!failing) {
		journal->error = 0;
		journal->dirty = true; /* a sync is the proof that all is well again */
	}
	supervisor->journal_again_ms = boot_ms() + JOURNAL_AGAIN_MS;
}

static void acknowledge(struct supervisor *supervisor)
{
	uint32_t left = 0;
	for (uint32_t at = 0; at < supervisor->ended_count; at++) {
		struct task *task = &supervisor->tasks.places[supervisor->ended[at]];
		if (task->phase != WRITTEN) {
			supervisor->ended[left++] = supervisor->ended[at];
			continue;
		}
		task->phase = KEPT;
		if (task->fd >= 0) {
			send(task->fd, &(char){SAYS_KEPT}, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
			close(task->fd);
			task->fd = -1;
		}
		clients_tell(supervisor, task);
	}
	supervisor->ended_count = left;
}

void keep(struct supervisor *supervisor)
{
	struct journal *journal = &supervisor->journal;
	bool troubled = journal->error != 0 || journal->doubtful;
	if ((troubled || journal_is_large(journal)) && boot_ms() >= supervisor->journal_again_ms)
		write_again(supervisor);
	if (!journal->doubtful && journal_sync(journal) == 0)
		acknowledge(supervisor);
}
