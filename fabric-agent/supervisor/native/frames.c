#include "frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_LEAST = 4096 };

void buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	size_t wanted = buffer->length + length;
	if (buffer->failed || wanted > buffer->most) {
		buffer->failed = true;
		return;
	}
	if (wanted > buffer->capacity) {
		size_t capacity = buffer->capacity == 0 ? BUFFER_LEAST : buffer->capacity;
		while (capacity < wanted)
			capacity *= 2;
		char *grown = realloc(buffer->bytes, capacity);
		if (grown == NULL) {
			buffer->failed = true;
			return;
		}
		buffer->bytes = grown;
		buffer->capacity = capacity;
	}
	memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length = wanted;
}

void buffer_drop(struct buffer *buffer, size_t length)
{
	buffer->length -= length;
	memmove(buffer->bytes, buffer->bytes + length, buffer->length);
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){.most = buffer->most};
}

void frame_begin(struct buffer *buffer)
{
	buffer->frame = buffer->length;
	buffer_add(buffer, "\0\0\0", FRAME_HEAD);
}

void frame_text(struct buffer *buffer, const char *field)
{
	buffer_add(buffer, field, strlen(field) + 1);
}

void frame_number(struct buffer *buffer, int64_t field)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)field);
	frame_text(buffer, text);
}

void frame_end(struct buffer *buffer)
{
	if (buffer->failed)
		return;
	size_t length = buffer->length - buffer->frame - FRAME_HEAD;
	for (int byte = 0; byte < FRAME_HEAD; byte++)
		buffer->bytes[buffer->frame + (size_t)byte] = (char)(length >> (8 * byte));
}

uint32_t frame_length(const char head[static FRAME_HEAD])
{
	const unsigned char *bytes = (const unsigned char *)head;
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

int frame_fields(char *bytes, size_t length, char **fields, int most)
{
	if (length == 0 || bytes[length - 1] != '\0')
		return -1;
	int count = 0;
	for (size_t at = 0; at < length; at += strlen(bytes + at) + 1) {
		if (count == most)
			return -1;
		fields[count++] = bytes + at;
	}
	return count;
}

uint32_t checksum(const char *bytes, size_t length)
{
	/* Four bits at a time: the records are short, and a table of 16 needs no preparation. */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t sum = ~0U;
	for (size_t at = 0; at < length; at++) {
		sum ^= (unsigned char)bytes[at];
		sum = sum >> 4 ^ table[sum & 15];
		sum = sum >> 4 ^ table[sum & 15];
	}
	return ~sum;
}
