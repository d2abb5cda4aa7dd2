/* All that one supervisor knows, and the parts that work on it. */
#ifndef OGM_SUPERVISOR_H
#define OGM_SUPERVISOR_H

#include <limits.h>
#include <stdbool.h>

#include "descendants.h"
#include "frames.h"
#include "groups.h"
#include "journal.h"
#include "spares.h"
#include "system.h"
#include "tasks.h"

enum {
	CLIENTS_MOST = 16,
	/* Starts in one turn: as many share a sync of the journal at most. */
	STARTS_A_TURN = 256,
	/* Of what waits for a client that reads slowly: past the first its requests wait, past the second it is left. */
	OUTBOX_PAUSE_BYTES = 1 << 20,
	OUTBOX_MOST_BYTES = 16 << 20,
	/* How soon a journal that could not be written is tried again. */
	JOURNAL_AGAIN_MS = 1000,
	/* How soon what a killed parent left is looked for again. */
	STRAYS_AGAIN_MS = 20,
};

struct client {
	int fd; /* -1: none */
	struct buffer in, out;
	bool ending;      /* it broke the protocol: it gets what waits for it and the end, and is heard no more */
	bool listing;     /* it is being told of all tasks, from `list_at` on */
	uint32_t list_at;
	char list_id[24]; /* the number of that request */
};

/* What an event of epoll is about; the lower 32 bits are the place of the client or task. */
enum about { ABOUT_LISTENER, ABOUT_SIGNALS, ABOUT_CLIENT, ABOUT_TASK };

struct supervisor {
	int epoll, listener, signals;
	struct journal journal;
	struct tasks tasks;
	struct spares spares;
	struct groups groups;
	struct client clients[CLIENTS_MOST];
	struct pid_set parents;        /* the parents that this process has forked and not reaped */
	uint32_t ended[TASKS_MOST];    /* the places of the tasks ENDED or WRITTEN */
	uint32_t ended_count;
	uint32_t running;              /* tasks RUNNING, ADOPTED or DYING */
	uint32_t dying;
	uint32_t starts;               /* of this turn */
	int64_t journal_again_ms, strays_again_ms, idle_since_ms;
	int64_t linger_ms, sample_ms;
	bool stopping;
	bool was_asked; /* there was a client once */
	char boot_id[BOOT_ID_SIZE];
	char mark[PATH_MAX + 16];      /* OGM_TASK=<folder>/tasks/ : with a key, how a task's environment begins */
};

/* -1 with errno where it could not be watched. */
int supervisor_watch(struct supervisor *supervisor, int fd, enum about about, uint32_t place);

/* watch.c: the tasks. */

/* NULL where it was started, else the code of the refusal. */
const char *task_start(struct supervisor *supervisor, const struct order *order);
void task_cancel(struct supervisor *supervisor, struct task *task, int64_t grace_ms);
void task_forget(struct supervisor *supervisor, struct task *task);
/* How a task stands of which the journal has no end: it runs under a parent, has ended, or never began. */
void task_find_again(struct supervisor *supervisor, struct task *task);
/* Something has happened at the descriptor of a task. */
void task_heard(struct supervisor *supervisor, struct task *task);
/* Reaps, and kills what dead parents have left, when it is time. */
void tasks_tidy(struct supervisor *supervisor);

/* keep.c: one sync of the journal for all that this turn has brought; then who waits for it is told. */
void keep(struct supervisor *supervisor);

/* recover.c: the journal and the folders of earlier supervisors. 0, or -1 with errno. */
int recover(struct supervisor *supervisor);

/* requests.c: the answer to one request; a malformed one sets `ending`. */
void request_answer(struct supervisor *supervisor, struct client *client, char **fields, int count);

/* clients.c: connections. */
void clients_accept(struct supervisor *supervisor);
void client_read(struct supervisor *supervisor, struct client *client);
/* Answers the requests that are here already, as far as this turn allows. Returns whether some are left for the next. */
bool clients_serve(struct supervisor *supervisor);
/* Sends what waits. Only after `keep`. */
void clients_flush(struct supervisor *supervisor);
/* Tells every client of a task whose record is kept. */
void clients_tell(struct supervisor *supervisor, const struct task *task);
bool clients_any(const struct supervisor *supervisor);

#endif
