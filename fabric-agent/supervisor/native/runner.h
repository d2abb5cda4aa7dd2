/* The first process inside of what encloses a task: it starts the program there, and is all that its parent can reach. */
#ifndef OGM_RUNNER_H
#define OGM_RUNNER_H

/*
 * `run-inside LATEST-MS KILL-AT-MS USER FOLDER PROGRAM [ARGUMENT…]`, as the first process of a pid namespace: runs the
 * program in FOLDER/work, with what it prints added to FOLDER/out and FOLDER/err; where USER is not 0, as that user, to whom
 * all of it is given before. Standard output says `began`, `late`, `failed ERRNO` or `ended STATUS CPU-MS RSS-BYTES
 * MEMORY PROCESSES` (how often an engine's bounds on these were met), a line each; standard input may say `stop` and `kill`, and its end means `kill`. Returns the exit code of the process.
 */
int runner_main(int count, char **words);

#endif
