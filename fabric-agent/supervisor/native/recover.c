#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "supervisor.h"

static void take_record(void *context, char *const *fields, int count)
{
	struct supervisor *supervisor = context;
	if (count < 2 || !is_task_key(fields[1]))
		return;
	const char *what = fields[0];
	struct task *task = tasks_find(&supervisor->tasks, fields[1]);
	if (strcmp(what, "forget") == 0) {
		if (task != NULL)
			tasks_remove(&supervisor->tasks, task);
		return;
	}
	if (task == NULL && (task = tasks_add(&supervisor->tasks, fields[1])) == NULL)
		return;
	if (strcmp(what, "start") == 0 && count == 4 &&
	    read_number(fields[3], &task->started_ms) == 0) {
		task->this_boot = strcmp(fields[2], supervisor->boot_id) == 0;
	} else if (strcmp(what, "exit") == 0 && count == 2 + RECORD_FIELDS &&
		   record_read(fields + 2, &task->record) == 0) {
		task->phase = KEPT;
	}
}

/* Adds the tasks whose folders the journal does not know of. */
static int look_into_folders(struct supervisor *supervisor)
{
	DIR *folders = opendir("tasks");
	if (folders == NULL)
		return -1;
	for (struct dirent *entry; (entry = readdir(folders)) != NULL;) {
		char path[512];
		if (!is_task_key(entry->d_name) || tasks_find(&supervisor->tasks, entry->d_name) != NULL)
			continue;
		/* A folder without a lock is one that the agent prepares. */
		snprintf(path, sizeof path, "tasks/%s/lock", entry->d_name);
		char byte;
		if (read_file(path, &byte, 1) >= 0)
			tasks_add(&supervisor->tasks, entry->d_name);
	}
	closedir(folders);
	return 0;
}

static bool runs(const char *key, void *context)
{
	struct supervisor *supervisor = context;
	const struct task *task = tasks_find(&supervisor->tasks, key);
	return task != NULL && task->phase == ADOPTED;
}

int recover(struct supervisor *supervisor)
{
	if (journal_open(&supervisor->journal, take_record, supervisor) != 0 || look_into_folders(supervisor) != 0)
		return -1;
	spares_open(&supervisor->spares);
	for (uint32_t place = 0; place < supervisor->tasks.used; place++) {
		struct task *task = &supervisor->tasks.places[place];
		if (task->phase != UNKNOWN)
			continue;
		supervisor->running++;
		task_find_again(supervisor, task);
	}
	groups_sweep(&supervisor->groups, runs, supervisor);
	return 0;
}
