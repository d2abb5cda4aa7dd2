/* What the parent of an enclosed task and the runner inside say to each other: short lines, over one socket. */
#ifndef OGM_CHANNEL_H
#define OGM_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHANNEL_LINE_MOST = 128 };

/* What the parent has heard. Until the program has begun, nothing of it ran. */
struct channel {
	bool used;  /* whether the task is enclosed */
	int fd;     /* -1: nobody is at the other end */
	bool began, late, ended;
	int error;  /* the system's, where the program could not be executed */
	int status; /* of the program, as waitpid(2) has it, once `ended` */
	int64_t cpu_ms, rss_bytes; /* once `ended` */
	int memory_met, processes_met; /* whether an engine's bounds on them were; once `ended` */
	int64_t began_ms;          /* since boot, once `began` */
	char line[CHANNEL_LINE_MOST];
	size_t length;
};

/* The runner's end, or -1 with errno. */
int channel_open(struct channel *channel);
/* Takes in what has come; waits for nothing. */
void channel_hear(struct channel *channel);
/* Has the runner end the program (`stop`), or all that there is inside at once (`kill`). */
void channel_say(const struct channel *channel, const char *word);

#endif
