/* For an agent on another machine, which has a shell here, but no socket. */
#ifndef OGM_FAR_H
#define OGM_FAR_H

/*
 * `attach FOLDER [LINGER-MS [SAMPLE-MS [GROUP]]]`: starts the supervisor of FOLDER where none serves it, and carries what
 * comes by standard input to its socket and back, until either end is closed. The line `ogm:attached` comes first. Returns the
 * exit code of the process; standard error says why it cannot.
 */
int far_attach(int count, char **words);

/* `stop FOLDER`: has the supervisor of FOLDER end, where one serves it, and waits until it has. */
int far_stop(int count, char **words);

#endif
