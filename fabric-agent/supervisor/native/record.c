#include "record.h"

#include <stdio.h>
#include <string.h>

#include "system.h"

static const char *const kinds[KINDS] = {
	"exited", "signalled", "timed-out", "limit-memory", "limit-processes",
	"limit-output", "cancelled", "too-late", "not-started", "lost",
};

void record_add(struct buffer *buffer, const struct record *record)
{
	frame_text(buffer, kinds[record->kind]);
	frame_number(buffer, record->number);
	frame_number(buffer, record->started_ms);
	frame_number(buffer, record->ended_ms);
	frame_number(buffer, record->cpu_ms);
	frame_number(buffer, record->rss_bytes);
}

int record_read(char *const fields[static RECORD_FIELDS], struct record *record)
{
	int kind = 0;
	while (kind < KINDS && strcmp(fields[0], kinds[kind]) != 0)
		kind++;
	int64_t number;
	if (kind == KINDS || read_number(fields[1], &number) != 0 || number > 1 << 30 ||
	    read_number(fields[2], &record->started_ms) != 0 || read_number(fields[3], &record->ended_ms) != 0 ||
	    read_number(fields[4], &record->cpu_ms) != 0 || read_number(fields[5], &record->rss_bytes) != 0)
		return -1;
	record->kind = (enum kind)kind;
	record->number = (int)number;
	return 0;
}

const char *record_sentence(const struct record *record)
{
	if (record->kind == TOO_LATE)
		return "the latest moment for its start had passed";
	if (record->kind == LOST)
		return "what watched it was killed; nothing of it is left running";
	if (record->kind != NOT_STARTED)
		return "";
	if (record->number == NOT_ENCLOSED)
		return "what was to enclose it failed before it had begun";
	return record->number == 0 ? "the supervisor ended before it had begun" : strerror(record->number);
}

int record_load(const char *folder, struct record *record)
{
	char path[256], bytes[RECORD_BYTES_MOST], *fields[RECORD_FIELDS];
	snprintf(path, sizeof path, "%s/exit", folder);
	long length = read_file(path, bytes, sizeof bytes);
	if (length < 2 * FRAME_HEAD)
		return -1;
	size_t rest = (size_t)length - 2 * FRAME_HEAD;
	char *body = bytes + 2 * FRAME_HEAD;
	if (frame_length(bytes) != checksum(body, rest) || frame_length(bytes + FRAME_HEAD) != rest ||
	    frame_fields(body, rest, fields, RECORD_FIELDS) != RECORD_FIELDS)
		return -1;
	return record_read(fields, record);
}

int record_save(const struct record *record)
{
	struct buffer buffer = {.most = RECORD_BYTES_MOST};
	buffer_add(&buffer, "\0\0\0", FRAME_HEAD);
	frame_begin(&buffer);
	record_add(&buffer, record);
	frame_end(&buffer);
	uint32_t sum = checksum(buffer.bytes + 2 * FRAME_HEAD, buffer.length - 2 * FRAME_HEAD);
	for (int byte = 0; byte < FRAME_HEAD; byte++)
		buffer.bytes[byte] = (char)(sum >> (8 * byte));
	int failed = write_durably("exit", "exit.new", buffer.bytes, buffer.length);
	buffer_free(&buffer);
	return failed;
}
