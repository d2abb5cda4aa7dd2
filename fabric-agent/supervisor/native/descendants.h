/* Finds what a process has started, at every depth, and kills it so that forking does not help. */
#ifndef OGM_DESCENDANTS_H
#define OGM_DESCENDANTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* One bit for each process id that the kernel can give. */
enum { PIDS_MOST = 4194304 };
struct pid_set {
	uint8_t bits[PIDS_MOST / 8];
};

void pid_set_add(struct pid_set *set, pid_t pid);
void pid_set_remove(struct pid_set *set, pid_t pid);
int pid_set_has(const struct pid_set *set, pid_t pid);

/*
 * Stops every descendant of this process, pass after pass until none is new, then kills them. `spared` children of
 * this process (NULL: none) and what is below them stay. Returns how many were found; the caller reaps. What a dead
 * one had started comes to the nearest subreaper above, so with this process a subreaper a repeat finds it.
 */
int descendants_kill(const struct pid_set *spared);

struct usage {
	int64_t processes;
	int64_t memory_bytes; /* resident; what several share counts once for each */
};

/* What the descendants of this process use together. */
struct usage descendants_usage(void);

/* The same memory with what is shared split among those that share it: exact, and dear. */
int64_t descendants_fair_memory(void);

/*
 * Kills the processes of this user that have a variable in their environment which begins with `prefix` and whose rest
 * is wanted. Returns how many were found.
 */
int strays_kill(const char *prefix, bool (*wanted)(const char *value, void *context), void *context);

#endif
