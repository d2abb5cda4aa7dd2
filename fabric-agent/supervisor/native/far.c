#include "far.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	ARGUMENTS_MOST = 8,
	PIECE_BYTES = 1 << 16,
	TRIES = 100, /* of what another process is about to do */
	AGAIN_MS = 50,
};

static const char attached[] = "ogm:attached\n";

static int fail(const char *doing)
{
	fprintf(stderr, "ogm-supervisor: %s: %s\n", doing, strerror(errno));
	return 1;
}

/* Starts a supervisor that outlives this process, and waits for its word. 0 where one serves the folder now. */
static int start(int count, char **words)
{
	char *arguments[ARGUMENTS_MOST] = {"ogm-supervisor"};
	char said[512], own[PATH_MAX];
	size_t length = 0;
	int pipes[2];
	ssize_t path = readlink("/proc/self/exe", own, sizeof own - 1);
	if (path < 0 || count + 2 > ARGUMENTS_MOST || pipe2(pipes, O_CLOEXEC) != 0)
		return -1;
	own[path] = '\0';
	for (int at = 0; at < count; at++)
		arguments[at + 1] = words[at];
	pid_t pid = fork();
	if (pid < 0)
		return -1;
	if (pid == 0) {
		/* Not in this session: what ends that is not to end tasks. */
		setsid();
		int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 || dup2(pipes[1], STDOUT_FILENO) < 0 ||
		    dup2(nowhere, STDERR_FILENO) < 0)
			_exit(1);
		execv(own, arguments);
		_exit(1);
	}
	close(pipes[1]);
	for (ssize_t got; length < sizeof said - 1; length += (size_t)got)
		if ((got = read(pipes[0], said + length, sizeof said - 1 - length)) <= 0)
			break;
	close(pipes[0]);
	said[length] = '\0';
	if (strncmp(said, "ready", 5) == 0 || strncmp(said, "taken", 5) == 0)
		return 0;
	fputs(length == 0 ? "error: it ended without a word\n" : said, stderr);
	return -1;
}

/* A connection to the supervisor of the working directory, or -1. */
static int dial(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "supervisor.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int reach(int count, char **words)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int fd = chdir(words[0]) == 0 ? dial() : -1;
		if (fd >= 0)
			return fd;
		/* One that ends just now, or does not listen yet, is waited for. */
		if (start(count, words) != 0)
			return -1;
		if (chdir(words[0]) == 0 && (fd = dial()) >= 0)
			return fd;
		usleep(AGAIN_MS * 1000);
	}
	fputs("error: no supervisor of tasks answers\n", stderr);
	return -1;
}

/* All that comes from one, to the other, until one of them is closed. */
static void carry(int from, int to)
{
	static char piece[PIECE_BYTES];
	ssize_t got;
	while ((got = read(from, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))
		for (ssize_t at = 0, gone; at < got; at += gone)
			if ((gone = write(to, piece + at, (size_t)(got - at))) <= 0)
				return;
}

/*
 * Ends the connection of before, of which nobody may have heard here that it was cut: a system may take hours for that, and a
 * supervisor serves only so many. One agent at most works in a folder.
 */
static void take_over(const char *folder)
{
	int lock = chdir(folder) == 0 ? open("attached", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	for (int tries = 0; lock >= 0 && tries < TRIES; tries++) {
		struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		if (fcntl(lock, F_SETLK, &whole) == 0)
			return; /* and keeps it open, until this process ends */
		if (fcntl(lock, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK && whole.l_pid > 0)
			kill(whole.l_pid, SIGTERM);
		usleep(AGAIN_MS * 1000);
	}
}

int far_attach(int count, char **words)
{
	if (count < 1 || words[0][0] != '/') {
		fputs("usage: ogm-supervisor attach FOLDER [LINGER-MS [SAMPLE-MS [GROUP]]], an absolute path\n", stderr);
		return 2;
	}
	take_over(words[0]);
	int supervisor = reach(count, words);
	if (supervisor < 0)
		return 1;
	/* What a start-up file of a shell printed stands before this line. */
	if (write(STDOUT_FILENO, attached, sizeof attached - 1) != sizeof attached - 1)
		return fail("cannot say that it serves");
	pid_t there = fork();
	if (there < 0)
		return fail("cannot fork");
	if (there == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		carry(STDIN_FILENO, supervisor);
		shutdown(supervisor, SHUT_RDWR);
		_exit(0);
	}
	carry(supervisor, STDOUT_FILENO);
	kill(there, SIGKILL);
	return 0;
}

int far_stop(int count, char **words)
{
	if (count != 1)
		return 2;
	int lock = chdir(words[0]) == 0 ? open("lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (lock < 0)
		return errno == ENOENT ? 0 : fail("cannot open the lock of its folder");
	for (int tries = 0; tries < TRIES; tries++) {
		struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
		if (fcntl(lock, F_GETLK, &whole) != 0)
			return fail("cannot ask who has the lock");
		if (whole.l_type == F_UNLCK)
			return 0;
		if (whole.l_pid <= 0 || (kill(whole.l_pid, SIGTERM) != 0 && errno != ESRCH))
			return fail("cannot end the supervisor");
		usleep(AGAIN_MS * 1000);
	}
	errno = ETIMEDOUT;
	return fail("the supervisor does not end");
}
