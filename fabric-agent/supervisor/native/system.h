/* What is asked of the system in more than one place: time, the boot, files. */
#ifndef OGM_SYSTEM_H
#define OGM_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds since the machine was booted, time asleep included. */
int64_t boot_ms(void);

/* The length of a boot id, with its NUL. */
enum { BOOT_ID_SIZE = 37 };

/* What names this boot of the machine; empty where the system does not say. */
void read_boot_id(char id[static BOOT_ID_SIZE]);

/* Reads a small file (of /proc, or ours) to its end or to `size`. Returns the bytes read, or -1 with errno. */
long read_file(const char *path, char *bytes, size_t size);

/* Makes a file durable under its name: writes it aside, syncs, renames, syncs the folder. 0, or -1 with errno. */
int write_durably(const char *path, const char *aside, const void *bytes, size_t length);

/* Syncs the folder that is the working directory. 0, or -1 with errno. */
int sync_here(void);

/* Reads a whole number of decimal digits into *value. 0, or -1 where it is none or too large. */
int read_number(const char *text, int64_t *value);

#endif
