/* The tasks that a supervisor knows: all that were started and not yet forgotten. */
#ifndef OGM_TASKS_H
#define OGM_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "parent.h"
#include "record.h"

enum {
	TASKS_MOST = 65536,
	TASK_BYTES_MOST = 128, /* of a task's id */
	NONE = UINT16_MAX + 1, /* no place */
};

enum phase {
	VACANT,  /* no task has this place */
	UNKNOWN, /* it was started once; how it stands has not been looked at */
	RUNNING, /* under a parent that this supervisor forked; `fd` is its socket */
	ADOPTED, /* under a parent of an earlier supervisor; `fd` is a descriptor of that process */
	DYING,   /* its parent was killed; what it left is being killed */
	ENDED,   /* there is a record, which the journal has not taken yet; `fd` as before, or -1 */
	WRITTEN, /* the journal has taken the record, and is not synced yet */
	KEPT,    /* the record is on the disk */
};

struct task {
	char key[KEY_SIZE];
	enum phase phase;
	int fd;
	pid_t parent;
	bool forked;        /* `parent` is a child of this supervisor, or was until it was reaped */
	int64_t started_ms; /* since boot */
	bool this_boot;     /* whether it was started since the machine was booted */
	struct record record;
	uint32_t next; /* in its chain, or in that of the vacant places */
};

struct tasks {
	struct task *places;
	uint32_t used;   /* places that were ever taken */
	uint32_t vacant; /* the first place that is free again */
	uint32_t count;
	uint32_t chains[TASKS_MOST];
};

/* 0, or -1 where memory is short. */
int tasks_open(struct tasks *tasks);

/* Makes the key of a task and attempt as they came. 0, or -1 where one of them is malformed. */
int task_key(char key[static KEY_SIZE], const char *task, const char *attempt);
/* Whether a text is the key of a task. */
int is_task_key(const char *text);

struct task *tasks_find(struct tasks *tasks, const char *key);
/* A new one, or NULL where there are TASKS_MOST. */
struct task *tasks_add(struct tasks *tasks, const char *key);
void tasks_remove(struct tasks *tasks, struct task *task);

uint32_t task_place(const struct tasks *tasks, const struct task *task);

/* Adds the fields by which an agent is told of a task: id, attempt, state, and how it ended. */
void task_fields(struct buffer *buffer, const struct task *task);

#endif
