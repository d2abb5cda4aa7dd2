/* A folder of a file system of control groups, and what one does with it. */
#ifndef OGM_GROUP_FOLDERS_H
#define OGM_GROUP_FOLDERS_H

#include <stdbool.h>
#include <stdint.h>

/* Writes a value to a file of a group. 0, or -1 with errno. */
int group_put(const char *folder, const char *file, const char *value);
int group_put_number(const char *folder, const char *file, int64_t value);

/* The number beside a name in a file of lines `name number`; 0 where there is none. */
int64_t group_count(const char *folder, const char *file, const char *name);

/* Whether a word stands in a file of words. */
bool group_has_word(const char *folder, const char *file, const char *word);

/* Moves every process of a group to another. 0, or -1 with errno where some could not be moved. */
int group_move_all(const char *from, const char *to);

/* Kills every process of a group and of those below it. Returns how many were found. */
int group_kill(const char *folder);

/* Removes a group and those below it. 0, or -1 with errno. */
int group_remove(const char *folder);

#endif
