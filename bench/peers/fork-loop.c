/*
 * fork-loop FOLDER: how many programs this machine can start and see end at most. It says `ready`, then answers each line
 * `durable COUNT AT-ONCE` or `bare COUNT AT-ONCE` by how many seconds that took. Bare is fork and exec of /bin/true and
 * no more. Durable gives each program a folder, which is removed at its end, and keeps the ends in one journal, with one
 * fdatasync for all that have ended together.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE_MOST = 1024, NAME_SIZE = 32, RECORD_SIZE = 64 };

static struct running {
	pid_t pid; /* 0: nothing runs here */
	long number;
} running[AT_ONCE_MOST];

_Noreturn static void fail(const char *doing)
{
	fprintf(stderr, "fork-loop: %s: %s\n", doing, strerror(errno));
	exit(1);
}

static double seconds_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void name_of(char name[static NAME_SIZE], long number)
{
	snprintf(name, NAME_SIZE, "task.%ld", number);
}

static void start(struct running *place, long number, bool durable)
{
	static char *const argv[] = {"/bin/true", NULL}, *const environment[] = {NULL};
	char name[NAME_SIZE];
	name_of(name, number);
	if (durable && mkdir(name, 0700) != 0)
		fail("cannot make a folder");
	place->number = number;
	place->pid = fork();
	if (place->pid < 0)
		fail("cannot fork");
	if (place->pid > 0)
		return;
	if (durable && chdir(name) != 0)
		_exit(126);
	execve(argv[0], argv, environment);
	_exit(127);
}

/* Waits for an end, then takes all others that have come; returns how many. */
static int take_ends(int at_once, bool durable, int journal)
{
	char records[AT_ONCE_MOST * RECORD_SIZE], name[NAME_SIZE];
	size_t length = 0;
	int ends = 0, status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, ends == 0 ? 0 : WNOHANG)) > 0) {
		int at = 0;
		while (at < at_once && running[at].pid != pid)
			at++;
		if (at == at_once || status != 0)
			fail("a program ended otherwise than well");
		running[at].pid = 0;
		ends++;
		if (!durable)
			continue;
		name_of(name, running[at].number);
		length += (size_t)snprintf(records + length, RECORD_SIZE, "%s ended %d\n", name, status);
		if (rmdir(name) != 0)
			fail("cannot remove a folder");
	}
	if (durable && (write(journal, records, length) != (ssize_t)length || fdatasync(journal) != 0))
		fail("cannot keep the journal");
	return ends;
}

static void run(bool durable, long count, int at_once, int journal)
{
	int going = 0;
	for (long started = 0; started < count || going > 0;) {
		for (int at = 0; at < at_once && started < count; at++)
			if (running[at].pid == 0) {
				start(&running[at], started++, durable);
				going++;
			}
		going -= take_ends(at_once, durable, journal);
	}
}

int main(int argc, char **argv)
{
	char line[128], how[16];
	long count;
	int at_once;
	if (argc != 2 || chdir(argv[1]) != 0)
		fail("cannot enter its folder");
	int journal = open("journal", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (journal < 0)
		fail("cannot open the journal");
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin) != NULL) {
		if (sscanf(line, "%15s %ld %d", how, &count, &at_once) != 3 || at_once < 1 || at_once > AT_ONCE_MOST)
			fail("cannot read what is wanted");
		double begun = seconds_now();
		run(strcmp(how, "durable") == 0, count, at_once, journal);
		printf("%.6f\n", seconds_now() - begun);
		fflush(stdout);
	}
	return 0;
}
