#include "telling.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parent.h"

/* How soon a record that could not be written is tried again. */
enum { SAVE_AGAIN_MS = 1000 };

/* Hands the record over. Returns whether the supervisor has it on its disk. */
static bool hand_over(const struct record *record)
{
	struct buffer message = {.most = MESSAGE_BYTES_MOST};
	buffer_add(&message, &(char){SAYS_RECORD}, 1);
	record_add(&message, record);
	ssize_t sent = send(PARENT_SOCKET, message.bytes, message.length, MSG_NOSIGNAL);
	buffer_free(&message);
	while (sent > 0) {
		char answer[MESSAGE_BYTES_MOST];
		ssize_t length = recv(PARENT_SOCKET, answer, sizeof answer, 0);
		if (length > 0 && answer[0] == SAYS_KEPT)
			return true;
		if (length == 0 || (length < 0 && errno != EINTR))
			break;
	}
	return false;
}

_Noreturn void record_tell(const struct record *record)
{
	if (!hand_over(record)) {
		/* Where the folder is gone, nobody wants to know. */
		while (record_save(record) != 0 && errno != ENOENT)
			poll(NULL, 0, SAVE_AGAIN_MS);
	}
	_exit(0);
}
