#include "tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t chain_of(const char *key)
{
	return checksum(key, strlen(key)) % TASKS_MOST;
}

int tasks_open(struct tasks *tasks)
{
	/* Places cost memory only once they are used. */
	tasks->places = calloc(TASKS_MOST, sizeof *tasks->places);
	tasks->vacant = NONE;
	for (size_t chain = 0; chain < TASKS_MOST; chain++)
		tasks->chains[chain] = NONE;
	return tasks->places == NULL ? -1 : 0;
}

static int is_name(const char *text, size_t length)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	return length >= 1 && length <= TASK_BYTES_MOST && text[0] != '.' && strspn(text, allowed) >= length;
}

static int is_attempt(const char *text)
{
	size_t length = strlen(text);
	return length >= 1 && length <= 9 && strspn(text, "0123456789") == length && (text[0] != '0' || length == 1);
}

int task_key(char key[static KEY_SIZE], const char *task, const char *attempt)
{
	if (!is_name(task, strlen(task)) || !is_attempt(attempt))
		return -1;
	snprintf(key, KEY_SIZE, "%s.%s", task, attempt);
	return 0;
}

int is_task_key(const char *text)
{
	const char *dot = strrchr(text, '.');
	return dot != NULL && is_name(text, (size_t)(dot - text)) && is_attempt(dot + 1);
}

struct task *tasks_find(struct tasks *tasks, const char *key)
{
	for (uint32_t at = tasks->chains[chain_of(key)]; at != NONE; at = tasks->places[at].next)
		if (strcmp(tasks->places[at].key, key) == 0)
			return &tasks->places[at];
	return NULL;
}

struct task *tasks_add(struct tasks *tasks, const char *key)
{
	uint32_t place = tasks->vacant;
	if (place != NONE)
		tasks->vacant = tasks->places[place].next;
	else if (tasks->used < TASKS_MOST)
		place = tasks->used++;
	else
		return NULL;
	uint32_t *chain = &tasks->chains[chain_of(key)];
	struct task *task = &tasks->places[place];
	*task = (struct task){.phase = UNKNOWN, .fd = -1, .next = *chain};
	strcpy(task->key, key);
	*chain = place;
	tasks->count++;
	return task;
}

void tasks_remove(struct tasks *tasks, struct task *task)
{
	uint32_t place = task_place(tasks, task);
	uint32_t *link = &tasks->chains[chain_of(task->key)];
	while (*link != place)
		link = &tasks->places[*link].next;
	*link = task->next;
	*task = (struct task){.phase = VACANT, .fd = -1, .next = tasks->vacant};
	tasks->vacant = place;
	tasks->count--;
}

uint32_t task_place(const struct tasks *tasks, const struct task *task)
{
	return (uint32_t)(task - tasks->places);
}

void task_fields(struct buffer *buffer, const struct task *task)
{
	const char *dot = strrchr(task->key, '.');
	buffer_add(buffer, task->key, (size_t)(dot - task->key));
	buffer_add(buffer, "", 1);
	frame_text(buffer, dot + 1);
	if (task->phase != KEPT) {
		frame_text(buffer, "running");
		frame_number(buffer, task->started_ms);
		return;
	}
	record_add(buffer, &task->record);
	frame_text(buffer, record_sentence(&task->record));
}
