#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "supervisor.h"

/* Bytes of one read. */
enum { READ_BYTES = 1 << 16 };

static void client_close(struct client *client)
{
	close(client->fd);
	client->fd = -1;
	buffer_free(&client->in);
	buffer_free(&client->out);
	client->ending = client->listing = false;
}

bool clients_any(const struct supervisor *supervisor)
{
	for (int at = 0; at < CLIENTS_MOST; at++)
		if (supervisor->clients[at].fd >= 0)
			return true;
	return false;
}

static void refuse(int fd, const char *code, const char *sentence)
{
	struct buffer frame = {.most = 1024};
	frame_begin(&frame);
	frame_text(&frame, "error");
	frame_text(&frame, "0");
	frame_text(&frame, code);
	frame_text(&frame, sentence);
	frame_end(&frame);
	send(fd, frame.bytes, frame.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	buffer_free(&frame);
	close(fd);
}

static void accept_one(struct supervisor *supervisor, int fd)
{
	struct ucred peer;
	socklen_t length = sizeof peer;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.uid != geteuid()) {
		refuse(fd, "not-the-owner", "this supervisor serves only the user who runs it");
		return;
	}
	uint32_t place = 0;
	while (place < CLIENTS_MOST && supervisor->clients[place].fd >= 0)
		place++;
	if (place == CLIENTS_MOST || supervisor_watch(supervisor, fd, ABOUT_CLIENT, place) != 0) {
		refuse(fd, "busy", "too many connections");
		return;
	}
	supervisor->was_asked = true;
	supervisor->clients[place] = (struct client){
		.fd = fd, .in.most = FRAME_HEAD + FRAME_BYTES_MOST + READ_BYTES, .out.most = OUTBOX_MOST_BYTES};
}

void clients_accept(struct supervisor *supervisor)
{
	int fd;
	while ((fd = accept4(supervisor->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		accept_one(supervisor, fd);
}

/* Whether the bytes that came hold the whole of the next frame, or what can be none. */
static bool has_frame(const struct client *client)
{
	if (client->in.length < FRAME_HEAD)
		return false;
	uint32_t length = frame_length(client->in.bytes);
	return length > FRAME_BYTES_MOST || client->in.length - FRAME_HEAD >= length;
}

static bool is_served(const struct client *client)
{
	return client->fd >= 0 && !client->ending && !client->listing && client->out.length < OUTBOX_PAUSE_BYTES;
}

void client_read(struct supervisor *supervisor, struct client *client)
{
	char bytes[READ_BYTES];
	(void)supervisor;
	if (client->fd < 0)
		return;
	ssize_t got = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		client_close(client);
		return;
	}
	if (client->ending)
		return; /* read, so that it is not woken for again, and not looked at */
	buffer_add(&client->in, bytes, (size_t)got);
	if (client->in.failed)
		client_close(client);
}

static void malformed(struct client *client, const char *sentence)
{
	frame_begin(&client->out);
	frame_text(&client->out, "error");
	frame_text(&client->out, "0");
	frame_text(&client->out, "malformed");
	frame_text(&client->out, sentence);
	frame_end(&client->out);
	client->ending = true;
}

static void serve(struct supervisor *supervisor, struct client *client)
{
	static char *fields[FIELDS_MOST];
	size_t at = 0;
	while (is_served(client) && supervisor->starts < STARTS_A_TURN && client->in.length - at >= FRAME_HEAD) {
		char *head = client->in.bytes + at;
		uint32_t length = frame_length(head);
		if (length > FRAME_BYTES_MOST) {
			malformed(client, "a frame is longer than its bound");
			break;
		}
		if (client->in.length - at - FRAME_HEAD < length)
			break;
		int count = frame_fields(head + FRAME_HEAD, length, fields, FIELDS_MOST);
		if (count < 2)
			malformed(client, "a frame has no verb and number, too many fields, or no NUL at its end");
		else
			request_answer(supervisor, client, fields, count);
		at += FRAME_HEAD + length;
	}
	if (at > 0)
		buffer_drop(&client->in, at);
}

static void list_on(struct supervisor *supervisor, struct client *client)
{
	while (client->list_at < supervisor->tasks.used && client->out.length < OUTBOX_PAUSE_BYTES) {
		const struct task *task = &supervisor->tasks.places[client->list_at++];
		if (task->phase == VACANT)
			continue;
		frame_begin(&client->out);
		frame_text(&client->out, "task");
		frame_text(&client->out, client->list_id);
		task_fields(&client->out, task);
		frame_end(&client->out);
	}
	if (client->list_at < supervisor->tasks.used)
		return;
	client->listing = false;
	frame_begin(&client->out);
	frame_text(&client->out, "done");
	frame_text(&client->out, client->list_id);
	frame_end(&client->out);
}

bool clients_serve(struct supervisor *supervisor)
{
	bool left = false;
	for (int at = 0; at < CLIENTS_MOST; at++) {
		struct client *client = &supervisor->clients[at];
		if (client->fd < 0)
			continue;
		if (client->listing)
			list_on(supervisor, client);
		serve(supervisor, client);
		if (client->listing)
			list_on(supervisor, client);
		left |= is_served(client) && has_frame(client);
	}
	return left;
}

void clients_tell(struct supervisor *supervisor, const struct task *task)
{
	for (int at = 0; at < CLIENTS_MOST; at++) {
		struct client *client = &supervisor->clients[at];
		if (client->fd < 0 || client->ending)
			continue;
		frame_begin(&client->out);
		frame_text(&client->out, "exited");
		frame_text(&client->out, "0");
		task_fields(&client->out, task);
		frame_end(&client->out);
	}
}

void clients_flush(struct supervisor *supervisor)
{
	for (uint32_t at = 0; at < CLIENTS_MOST; at++) {
		struct client *client = &supervisor->clients[at];
		if (client->fd < 0)
			continue;
		ssize_t sent = 0;
		if (client->out.length > 0)
			sent = send(client->fd, client->out.bytes, client->out.length, MSG_DONTWAIT | MSG_NOSIGNAL);
		bool gone = sent < 0 && errno != EAGAIN && errno != EINTR;
		if (sent > 0)
			buffer_drop(&client->out, (size_t)sent);
		/* One that never reads may ask for all anew when it comes back. */
		if (gone || client->out.failed) {
			client_close(client);
			continue;
		}
		/* Closed by us while it still sends, it might not get to read why. */
		if (client->ending && client->out.length == 0)
			shutdown(client->fd, SHUT_WR);
		/* What is not taken from the socket makes its sender wait. */
		bool full = client->in.length > FRAME_HEAD + FRAME_BYTES_MOST - READ_BYTES && has_frame(client);
		struct epoll_event event = {
			.events = (full || client->out.length >= OUTBOX_PAUSE_BYTES ? 0 : EPOLLIN) |
				  (client->out.length > 0 ? EPOLLOUT : 0),
			.data.u64 = (uint64_t)ABOUT_CLIENT << 32 | at,
		};
		epoll_ctl(supervisor->epoll, EPOLL_CTL_MOD, client->fd, &event);
	}
}
