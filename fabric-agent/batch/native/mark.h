/* Small files that exist or do not, whole from the first moment on, made by one process of all that try. */
#ifndef OGM_BATCH_MARK_H
#define OGM_BATCH_MARK_H

#include <stdint.h>

/*
 * Makes the file `folder/word` with this text, unless it is there. Returns 1 where this process made it, 0 where another
 * has, -1 with errno. One that is to last is on the disk by then. *at_ms becomes when it was written by the clock of the file system, which may be another machine's.
 */
int mark_make(const char *folder, const char *word, const char *text, int lasts, int64_t *at_ms);

/* Milliseconds since 1970, by this machine. */
int64_t wall_ms(void);

#endif
