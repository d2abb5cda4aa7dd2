/*
 * Frames: a length of 32 bits, little end first, then so many bytes, which are fields that each end with a NUL.
 * Both directions of the socket speak in them; the journal keeps them with a checksum before each.
 */
#ifndef OGM_FRAMES_H
#define OGM_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_BYTES_MOST = 1 << 20, /* of one frame, without its length */
	FIELDS_MOST = 16384,        /* of one frame */
	FRAME_HEAD = 4,             /* bytes of its length */
};

/* Bytes that grow at the end up to a bound. Where they would pass it, or memory is short, `failed` is set and stays. */
struct buffer {
	char *bytes;
	size_t length, capacity, most, frame;
	bool failed;
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
/* Drops the first `length` bytes. */
void buffer_drop(struct buffer *buffer, size_t length);
void buffer_free(struct buffer *buffer);

void frame_begin(struct buffer *buffer);
void frame_text(struct buffer *buffer, const char *field);
void frame_number(struct buffer *buffer, int64_t field);
void frame_end(struct buffer *buffer);

/* The length that a frame's head tells. */
uint32_t frame_length(const char head[static FRAME_HEAD]);

/* Points `fields` into a frame's bytes. Returns how many there are, or -1 where the last has no NUL or they are too many. */
int frame_fields(char *bytes, size_t length, char **fields, int most);

/* The CRC-32 of zip and PNG. */
uint32_t checksum(const char *bytes, size_t length);

#endif
