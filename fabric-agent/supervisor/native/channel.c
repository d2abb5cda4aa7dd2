#include "channel.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "system.h"

int channel_open(struct channel *channel)
{
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return -1;
	channel->used = true;
	channel->fd = pair[0];
	return pair[1];
}

static void leave(struct channel *channel)
{
	close(channel->fd);
	channel->fd = -1;
}

static void take_line(struct channel *channel, const char *line)
{
	long long cpu_ms, rss_bytes;
	int status, memory_met, processes_met;
	if (strcmp(line, "began") == 0) {
		channel->began = true;
		channel->began_ms = boot_ms();
	} else if (strcmp(line, "late") == 0) {
		channel->late = true;
	} else if (sscanf(line, "failed %d", &status) == 1) {
		channel->error = status;
	} else if (sscanf(line, "ended %d %lld %lld %d %d", &status, &cpu_ms, &rss_bytes, &memory_met, &processes_met) == 5) {
		channel->ended = true;
		channel->status = status;
		channel->cpu_ms = cpu_ms;
		channel->rss_bytes = rss_bytes;
		channel->memory_met = memory_met;
		channel->processes_met = processes_met;
	}
}

static void take(struct channel *channel, char byte)
{
	if (byte != '\n') {
		if (channel->length < sizeof channel->line - 1)
			channel->line[channel->length++] = byte;
		return;
	}
	channel->line[channel->length] = '\0';
	channel->length = 0;
	take_line(channel, channel->line);
}

void channel_hear(struct channel *channel)
{
	char bytes[512];
	while (channel->fd >= 0) {
		ssize_t got = recv(channel->fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0)
			leave(channel);
		for (ssize_t at = 0; at < got; at++)
			take(channel, bytes[at]);
	}
}

void channel_say(const struct channel *channel, const char *word)
{
	char line[CHANNEL_LINE_MOST];
	int length = snprintf(line, sizeof line, "%s\n", word);
	if (channel->fd >= 0)
		send(channel->fd, line, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
}
