/* A task's folder, and the lock in it that says who its parent is. */
#ifndef OGM_FOLDER_H
#define OGM_FOLDER_H

#include <sys/types.h>

/* The name of the lock of a folder that no task has. */
extern const char folder_lock_put_by[];

/* Makes the folder of a task below tasks/, in it work/ and tmp/, as far as they are not there, and goes into it. 0, or -1 with errno. */
int folder_enter(const char *key);

/*
 * Takes the lock of the working directory for this process, to its end. It is never seen there without being held.
 * Returns 0; 1 where somebody else has taken or judged it; or -1 with errno.
 */
int folder_claim(void);

enum judgement {
	HELD,   /* its parent lives, *holder */
	FREE,   /* a parent held it once, and is gone */
	UNUSED, /* no parent ever held it */
};

/*
 * Says how it stands with a task's folder ("tasks/<key>"). One that is not held can never be claimed afterwards, so
 * that a parent which comes late does not start what is already called lost.
 */
enum judgement folder_judge(const char *folder, pid_t *holder);

#endif
