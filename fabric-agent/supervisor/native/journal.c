#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system.h"

static const char version[] = "1";

int journal_open(struct journal *journal, void (*record)(void *context, char *const *fields, int count), void *context)
{
	struct stat file;
	int fd = open("journal", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	*journal = (struct journal){.fd = fd, .doubtful = true};
	if (fd < 0 || fstat(fd, &file) != 0)
		return -1;
	if (file.st_size == 0)
		return 0;
	size_t at = 0, size = (size_t)file.st_size;
	char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -1;
	while (at + 2 * FRAME_HEAD <= size) {
		char *head = bytes + at, *body = head + 2 * FRAME_HEAD, *fields[JOURNAL_FIELDS_MOST];
		uint32_t length = frame_length(head + FRAME_HEAD);
		if (length == 0 || length > JOURNAL_RECORD_MOST || length > size - at - 2 * FRAME_HEAD ||
		    checksum(body, length) != frame_length(head))
			break;
		int count = frame_fields(body, length, fields, JOURNAL_FIELDS_MOST);
		if (count > 0)
			record(context, fields, count);
		at += 2 * FRAME_HEAD + length;
	}
	munmap(bytes, size);
	journal->length = (int64_t)at;
	journal->prepared = (int64_t)size;
	return 0;
}

static void begin(struct buffer *buffer, const char *what, const char *key)
{
	buffer_add(buffer, "\0\0\0", FRAME_HEAD);
	frame_begin(buffer);
	frame_text(buffer, what);
	frame_text(buffer, key);
}

/* Makes sure that so many bytes of the file are there. 0, or -1 with errno. */
static int prepare(struct journal *journal, int64_t length)
{
	static char zeros[JOURNAL_PIECE_BYTES]; /* not const: it would stand in the program's file */
	if (length <= journal->prepared)
		return 0;
	ssize_t written = pwrite(journal->fd, zeros, sizeof zeros, journal->prepared);
	if (written > 0)
		journal->prepared += written;
	if (written >= 0 && length > journal->prepared)
		errno = ENOSPC;
	return length <= journal->prepared ? 0 : -1;
}

/* Writes what `begin` began and frees it. */
static int append(struct journal *journal, struct buffer *buffer)
{
	frame_end(buffer);
	if (buffer->failed) {
		buffer_free(buffer);
		errno = journal->error = ENOMEM;
		return -1;
	}
	uint32_t sum = checksum(buffer->bytes + 2 * FRAME_HEAD, buffer->length - 2 * FRAME_HEAD);
	for (int byte = 0; byte < FRAME_HEAD; byte++)
		buffer->bytes[byte] = (char)(sum >> (8 * byte));
	ssize_t written = prepare(journal, journal->length + (int64_t)buffer->length) != 0
				  ? -1
				  : pwrite(journal->fd, buffer->bytes, buffer->length, journal->length);
	int error = written < 0 ? errno : EIO;
	bool whole = written == (ssize_t)buffer->length; /* a torn one is written over by the next */
	buffer_free(buffer);
	if (!whole) {
		errno = journal->error = error;
		return -1;
	}
	journal->length += written;
	return 0;
}

int journal_start(struct journal *journal, const char *key, const char *boot_id, int64_t started_ms)
{
	struct buffer buffer = {.most = JOURNAL_RECORD_MOST};
	begin(&buffer, "start", key);
	frame_text(&buffer, boot_id);
	frame_number(&buffer, started_ms);
	return append(journal, &buffer);
}

int journal_exit(struct journal *journal, const char *key, const struct record *record)
{
	struct buffer buffer = {.most = JOURNAL_RECORD_MOST};
	begin(&buffer, "exit", key);
	record_add(&buffer, record);
	if (append(journal, &buffer) != 0)
		return -1;
	journal->dirty = true;
	return 0;
}

int journal_forget(struct journal *journal, const char *key)
{
	struct buffer buffer = {.most = JOURNAL_RECORD_MOST};
	begin(&buffer, "forget", key);
	return append(journal, &buffer);
}

int journal_sync(struct journal *journal)
{
	if (!journal->dirty)
		return 0;
	if (fdatasync(journal->fd) != 0) {
		/* The kernel may have dropped the pages and call a second sync well: only writing again is proof. */
		journal->doubtful = true;
		journal->error = errno;
		return -1;
	}
	journal->dirty = false;
	return 0;
}

bool journal_is_large(const struct journal *journal)
{
	return journal->length > JOURNAL_COMPACT_BYTES && journal->length > 2 * journal->length_when_made;
}

int journal_remake(struct journal *journal, int (*fill)(struct journal *made, void *context), void *context)
{
	struct journal made = {.fd = open("journal.new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
	if (made.fd < 0) {
		journal->error = errno;
		return -1;
	}
	struct buffer first = {.most = JOURNAL_RECORD_MOST};
	begin(&first, "journal", version);
	made.dirty = true; /* whatever it holds */
	bool stands = append(&made, &first) == 0 && fill(&made, context) == 0 && journal_sync(&made) == 0 &&
		      rename("journal.new", "journal") == 0;
	if (!stands || sync_here() != 0) {
		int error = journal->error = errno;
		/* Which of the two has the name after a crash is unknown: neither may be added to. */
		journal->doubtful |= stands;
		close(made.fd);
		errno = error;
		return -1;
	}
	close(journal->fd);
	made.length_when_made = made.length;
	*journal = made;
	return 0;
}
