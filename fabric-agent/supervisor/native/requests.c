#include <stdio.h>
#include <string.h>

#include "supervisor.h"

static const char *sentence_of(const char *code)
{
	static const char *const sentences[][2] = {
		{"malformed", "this is no request: its verb is not known, or its fields are not those of its verb"},
		{"bad-name", "a task has an id of letters, digits, . _ - and a whole number as its attempt"},
		{"unknown-task", "no such task and attempt is known"},
		{"still-running", "a task that has not ended cannot be forgotten"},
		{"other-boot", "the times of this start are those of another boot of the machine"},
		{"busy", "there are as many tasks as this machine can take"},
		{"journal", "the journal cannot be written"},
		{"stopping", "the supervisor is about to end"},
	};
	size_t at = 0;
	while (at < sizeof sentences / sizeof sentences[0] - 1 && strcmp(sentences[at][0], code) != 0)
		at++;
	return sentences[at][1];
}

static void say_error(struct client *client, const char *id, const char *code)
{
	frame_begin(&client->out);
	frame_text(&client->out, "error");
	frame_text(&client->out, id);
	frame_text(&client->out, code);
	frame_text(&client->out, sentence_of(code));
	frame_end(&client->out);
}

static void say_malformed(struct client *client, const char *id)
{
	say_error(client, id, "malformed");
	client->ending = true;
}

static void say_task(struct client *client, const char *id, const struct task *task)
{
	frame_begin(&client->out);
	frame_text(&client->out, "task");
	frame_text(&client->out, id);
	task_fields(&client->out, task);
	frame_end(&client->out);
}

static void say_done(struct client *client, const char *id)
{
	frame_begin(&client->out);
	frame_text(&client->out, "done");
	frame_text(&client->out, id);
	frame_end(&client->out);
}

enum { /* the fields of a start */
	START_TASK = 2, START_ATTEMPT, START_BOOT, START_LATEST, START_END, START_GRACE,
	START_OUTPUT, START_MEMORY, START_PROCESSES, START_ENVIRONMENT, START_FIXED,
};

/* Puts the task's own variable before those that were given, and NULL after them. */
static void set_environment(char **environment, char *own, char *const *given, int64_t count)
{
	*environment++ = own;
	for (int64_t at = 0; at < count; at++)
		if (strncmp(given[at], "OGM_TASK=", 9) != 0)
			*environment++ = given[at];
	*environment = NULL;
}

static void start(struct supervisor *supervisor, struct client *client, char **fields, int count, bool enclosed)
{
	static char *environment[FIELDS_MOST + 2], *argv[FIELDS_MOST + 1];
	static char own[sizeof supervisor->mark + KEY_SIZE];
	char key[KEY_SIZE];
	int64_t variables;
	struct order order = {
		.key = key, .enclosed = enclosed, .sample_ms = supervisor->sample_ms, .groups = &supervisor->groups,
		.environment = environment, .argv = argv};
	if (count <= START_FIXED || read_number(fields[START_LATEST], &order.latest_start_ms) != 0 ||
	    read_number(fields[START_END], &order.end_ms) != 0 || read_number(fields[START_GRACE], &order.grace_ms) != 0 ||
	    read_number(fields[START_OUTPUT], &order.output_bytes) != 0 ||
	    read_number(fields[START_MEMORY], &order.memory_bytes) != 0 ||
	    read_number(fields[START_PROCESSES], &order.processes) != 0 ||
	    read_number(fields[START_ENVIRONMENT], &variables) != 0 || variables >= count - START_FIXED) {
		say_malformed(client, fields[1]);
		return;
	}
	if (task_key(key, fields[START_TASK], fields[START_ATTEMPT]) != 0) {
		say_error(client, fields[1], "bad-name");
		return;
	}
	struct task *task = tasks_find(&supervisor->tasks, key);
	if (task == NULL && strcmp(fields[START_BOOT], supervisor->boot_id) != 0) {
		say_error(client, fields[1], "other-boot");
		return;
	}
	if (task == NULL) {
		snprintf(own, sizeof own, "%s%s", supervisor->mark, key);
		set_environment(environment, own, fields + START_FIXED, variables);
		int words = count - START_FIXED - (int)variables;
		memcpy(argv, fields + START_FIXED + variables, (size_t)words * sizeof *argv);
		argv[words] = NULL;
		const char *refusal = task_start(supervisor, &order);
		if (refusal != NULL) {
			say_error(client, fields[1], refusal);
			return;
		}
		task = tasks_find(&supervisor->tasks, key);
	}
	say_task(client, fields[1], task);
}

static void cancel(struct supervisor *supervisor, struct client *client, char **fields, struct task *task)
{
	int64_t grace_ms;
	if (read_number(fields[4], &grace_ms) != 0) {
		say_malformed(client, fields[1]);
		return;
	}
	task_cancel(supervisor, task, grace_ms);
	say_task(client, fields[1], task);
}

static void forget(struct supervisor *supervisor, struct client *client, char **fields, struct task *task)
{
	if (task->phase != KEPT) {
		say_error(client, fields[1], "still-running");
		return;
	}
	task_forget(supervisor, task);
	say_done(client, fields[1]);
}

static void list(struct supervisor *supervisor, struct client *client, char **fields)
{
	(void)supervisor;
	client->listing = true;
	client->list_at = 0;
	snprintf(client->list_id, sizeof client->list_id, "%s", fields[1]);
}

static void say_pair(struct buffer *out, const char *name, const char *value)
{
	frame_text(out, name);
	frame_text(out, value);
}

/* The limits that the kernel itself holds. */
static const char *grouped(const struct groups *groups)
{
	if (groups->memory == NO_BASE)
		return groups->processes == NO_BASE ? "" : "processes";
	return groups->processes == NO_BASE ? "memory" : "memory processes";
}

static void now(struct supervisor *supervisor, struct client *client, char **fields)
{
	struct buffer *out = &client->out;
	const struct journal *journal = &supervisor->journal;
	frame_begin(out);
	frame_text(out, "now");
	frame_text(out, fields[1]);
	say_pair(out, "protocol", "1");
	say_pair(out, "boot-id", supervisor->boot_id);
	frame_text(out, "boot-ms");
	frame_number(out, boot_ms());
	say_pair(out, "parents", "yes");
	say_pair(out, "descendants", "all");
	say_pair(out, "limits", "output memory processes");
	say_pair(out, "grouped", grouped(&supervisor->groups));
	say_pair(out, "ungrouped", supervisor->groups.why);
	say_pair(out, "any-bytes", "yes");
	say_pair(out, "closes-all", "yes");
	say_pair(out, "encloses", "yes");
	frame_text(out, "known");
	frame_number(out, supervisor->tasks.count);
	frame_text(out, "running");
	frame_number(out, supervisor->running);
	say_pair(out, "journal", journal->error == 0 ? "" : strerror(journal->error));
	frame_end(out);
}

static const struct verb {
	const char *name;
	int fields; /* how many a request has */
	void (*plain)(struct supervisor *, struct client *, char **fields);
	void (*on_task)(struct supervisor *, struct client *, char **fields, struct task *);
} verbs[] = {
	{"now", 2, now, NULL},
	{"list", 2, list, NULL},
	{"cancel", 5, NULL, cancel},
	{"forget", 4, NULL, forget},
};

void request_answer(struct supervisor *supervisor, struct client *client, char **fields, int count)
{
	int64_t id;
	char key[KEY_SIZE];
	if (read_number(fields[1], &id) != 0) {
		say_malformed(client, "0");
		return;
	}
	bool enclosed = strcmp(fields[0], "start-enclosed") == 0;
	if (enclosed || strcmp(fields[0], "start") == 0) {
		start(supervisor, client, fields, count, enclosed);
		return;
	}
	const struct verb *verb = verbs, *end = verbs + sizeof verbs / sizeof verbs[0];
	while (verb < end && (strcmp(verb->name, fields[0]) != 0 || verb->fields != count))
		verb++;
	if (verb == end) {
		say_malformed(client, fields[1]);
		return;
	}
	if (verb->plain != NULL) {
		verb->plain(supervisor, client, fields);
		return;
	}
	struct task *task = task_key(key, fields[2], fields[3]) == 0 ? tasks_find(&supervisor->tasks, key) : NULL;
	if (task == NULL)
		say_error(client, fields[1], "unknown-task");
	else
		verb->on_task(supervisor, client, fields, task);
}
