/*
 * What must outlive the supervisor, in a file `journal`: records, each a checksum and a frame. Their fields are
 *   journal <version>
 *   start <key> <boot id> <milliseconds since boot>
 *   exit <key> <the six fields of a record>
 *   forget <key>
 * Behind the last stand zeros. Space is prepared in large pieces: a sync that only overwrites waits for one write to
 * the disk, while one that makes a file longer commits all that anybody did to the file system (measured: a quarter of
 * the rate).
 */
#ifndef OGM_JOURNAL_H
#define OGM_JOURNAL_H

#include <stdbool.h>

#include "record.h"

enum {
	JOURNAL_FIELDS_MOST = 2 + RECORD_FIELDS,
	JOURNAL_PIECE_BYTES = 1 << 20,  /* how much is prepared at a time */
	JOURNAL_RECORD_MOST = 1024,     /* bytes */
	JOURNAL_COMPACT_BYTES = 4 << 20 /* a journal that is larger, and twice what it held when it was made, is made anew */
};

struct journal {
	int fd;
	int64_t length; /* of what is whole */
	int64_t prepared; /* bytes of the file: zeros behind what is whole */
	int64_t length_when_made;
	bool dirty;  /* there is something that must be synced */
	bool doubtful; /* a sync failed: what the file holds is unknown, it must be made anew */
	int error;   /* the system's, of the last that failed; 0 since it was written well again */
};

/*
 * Opens the journal of the working directory and reads it, record by record, as far as it is whole. It is doubtful
 * until it is made anew, which cuts what was torn. 0, or -1 with errno.
 */
int journal_open(struct journal *journal, void (*record)(void *context, char *const *fields, int count), void *context);

/*
 * Adds one record. 0, or -1 with errno, and then nothing of it stays. It outlives this process at once, and the machine after
 * the next sync, which only an exit asks for:
 * - a start that a crash of the machine takes with it ran in a boot that is over. The agent has the grant on its own disk
 *   before it asks for the start, so it will not begin it again: what was granted in another boot, and has no end here, is lost;
 * - of a forgetting that is gone the agent is told again, and forgets it again.
 */
int journal_start(struct journal *journal, const char *key, const char *boot_id, int64_t started_ms);
int journal_exit(struct journal *journal, const char *key, const struct record *record);
int journal_forget(struct journal *journal, const char *key);

/* 0, or -1 with errno. */
int journal_sync(struct journal *journal);

bool journal_is_large(const struct journal *journal);

/*
 * Makes the journal anew: `fill` adds to the new one all that still counts, and says whether it could. The old one
 * stands until the new one is on the disk. 0, or -1 with errno.
 */
int journal_remake(struct journal *journal, int (*fill)(struct journal *made, void *context), void *context);

#endif
