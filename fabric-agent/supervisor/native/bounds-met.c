#include "bounds-met.h"

#include <stdlib.h>
#include <string.h>

#include "system.h"

/* The number behind a word at the beginning of a line; 0 where the file or the line is not there. */
static int64_t number_of(const char *path, const char *word)
{
	char text[1024];
	size_t length = strlen(word);
	long got = read_file(path, text, sizeof text - 1);
	text[got < 0 ? 0 : got] = '\0';
	for (const char *line = text; *line != '\0';) {
		if (strncmp(line, word, length) == 0 && line[length] == ' ')
			return strtoll(line + length, NULL, 10);
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return 0;
}

struct bounds_met bounds_met(void)
{
	/* Control groups of version 2, then of version 1. */
	return (struct bounds_met){
		.memory = number_of("/sys/fs/cgroup/memory.events", "oom_kill") +
			  number_of("/sys/fs/cgroup/memory/memory.oom_control", "oom_kill"),
		.processes = number_of("/sys/fs/cgroup/pids.events", "max") +
			     number_of("/sys/fs/cgroup/pids/pids.events", "max"),
	};
}
