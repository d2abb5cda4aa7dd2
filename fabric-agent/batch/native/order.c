#include "order.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../supervisor/native/system.h"

/* What the file begins with: its version. */
static const char version[] = "ogm-batch-1";

enum { MOST_BYTES = 16 << 20 };

/* Strings that end with a NUL, one after the other. */
struct strings {
	char *at, *end;
};

static char *next(struct strings *strings)
{
	char *here = strings->at;
	if (here >= strings->end)
		return NULL;
	strings->at += strlen(here) + 1; /* the last byte of the file is known to be a NUL */
	return here;
}

static int next_number(struct strings *strings, int64_t *value)
{
	const char *text = next(strings);
	return text == NULL ? -1 : read_number(text, value);
}

/* A count, then as many strings; with a NULL behind them. */
static char **next_list(struct strings *strings)
{
	int64_t count;
	if (next_number(strings, &count) != 0 || count > strings->end - strings->at)
		return NULL;
	char **list = calloc((size_t)count + 1, sizeof *list);
	for (int64_t index = 0; list != NULL && index < count; index++)
		if ((list[index] = next(strings)) == NULL)
			return NULL;
	return list;
}

static int parse(struct order *order, struct strings *strings)
{
	const char *first = next(strings);
	int64_t *numbers[] = {&order->latest_start_ms, &order->end_ms,       &order->time_ms,  &order->grace_ms,
			      &order->output_bytes,    &order->memory_bytes, &order->processes};
	if (first == NULL || strcmp(first, version) != 0)
		return -1;
	for (size_t index = 0; index < sizeof numbers / sizeof *numbers; index++)
		if (next_number(strings, numbers[index]) != 0)
			return -1;
	if ((order->work = next(strings)) == NULL || (order->out = next(strings)) == NULL ||
	    (order->err = next(strings)) == NULL)
		return -1;
	if ((order->argv = next_list(strings)) == NULL || order->argv[0] == NULL)
		return -1;
	return (order->environment = next_list(strings)) == NULL ? -1 : 0;
}

struct order *order_read(const char *path)
{
	struct stat file;
	if (stat(path, &file) != 0)
		return NULL;
	errno = 0;
	if (file.st_size == 0 || file.st_size > MOST_BYTES)
		return NULL;
	/* Lives as long as this process. */
	char *bytes = malloc((size_t)file.st_size);
	struct order *order = calloc(1, sizeof *order);
	if (bytes == NULL || order == NULL || read_file(path, bytes, (size_t)file.st_size) != file.st_size)
		return NULL;
	struct strings strings = {.at = bytes, .end = bytes + file.st_size};
	errno = 0;
	return bytes[file.st_size - 1] != '\0' || parse(order, &strings) != 0 ? NULL : order;
}

int order_is_there(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC); /* to open asks a server, where to look may ask a cache */
	if (fd < 0)
		return 0;
	close(fd);
	return 1;
}
