/* How a task ended: the record that its parent makes, the journal keeps and the agent is told. */
#ifndef OGM_RECORD_H
#define OGM_RECORD_H

#include <stdint.h>

#include "frames.h"

enum kind {
	EXITED,          /* number: the exit code */
	SIGNALLED,       /* number: the signal */
	TIMED_OUT,
	LIMIT_MEMORY,
	LIMIT_PROCESSES,
	LIMIT_OUTPUT,
	CANCELLED,
	TOO_LATE,        /* nothing ran */
	NOT_STARTED,     /* nothing ran; number: the system's error, or 0 where the supervisor ended before */
	LOST,            /* its parent was killed; nothing of it is left */
	KINDS,
};

struct record {
	enum kind kind;
	int number;
	int64_t started_ms, ended_ms; /* since boot */
	int64_t cpu_ms;               /* of the program and all that it started, together */
	int64_t rss_bytes;            /* of the largest single process */
};

/* The number of a NOT_STARTED task whose enclosure failed before the runner inside said anything: no system's error has it. */
enum { NOT_ENCLOSED = 4096 };

/* How many fields `record_add` writes, and `record_read` wants. */
enum { RECORD_FIELDS = 6 };

void record_add(struct buffer *buffer, const struct record *record);
/* 0, or -1 where the fields are no record. */
int record_read(char *const fields[static RECORD_FIELDS], struct record *record);

/* What a person reads of why nothing ran; empty for what ran. */
const char *record_sentence(const struct record *record);

/* Bytes that a record takes as the file `exit` of its task's folder, checksum and all, at most. */
enum { RECORD_BYTES_MOST = 256 };

/* The file `exit` below `folder`. 0, or -1 where it is not there or not whole. */
int record_load(const char *folder, struct record *record);
/* Writes `exit` into the working directory, durably. 0, or -1 with errno. */
int record_save(const struct record *record);

#endif
