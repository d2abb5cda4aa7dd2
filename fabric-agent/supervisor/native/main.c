/*
 * ogm-supervisor FOLDER [LINGER-MS [SAMPLE-MS [GROUP]]]: starts tasks for the agent of this user and outlives it. One line on
 * standard output says how the start went: `ready`, `taken` (another one serves this folder) or `error: …`. With `run-inside`
 * it is the runner of an enclosed task (runner.h); with `attach` and `stop` it serves an agent that is elsewhere (far.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "far.h"
#include "runner.h"
#include "supervisor.h"

enum {
	LINGER_MS = 10000, /* without clients and tasks */
	FIRST_CLIENT_MS = 10000, /* at least so long it waits for whoever started it */
	SAMPLE_MS = 1000,
	EVENTS_A_TURN = 512,
	BACKLOG = 16,
	STARTED = 0, FAILED = 1, TAKEN = 3, /* exit codes */
};

_Noreturn static void fail(const char *doing)
{
	printf("error: %s: %s\n", doing, strerror(errno));
	fflush(stdout);
	exit(FAILED);
}

/* What was inherited is none of the tasks' business. */
static void clean_process(void)
{
	close_range(3, ~0U, 0);
	umask(077);
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* A descriptor for each running task. */
	struct rlimit files;
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void take_folder(struct supervisor *supervisor, const char *path)
{
	struct stat folder;
	char absolute[PATH_MAX];
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		fail("cannot make its folder");
	if (chdir(path) != 0 || getcwd(absolute, sizeof absolute) == NULL || stat(".", &folder) != 0)
		fail("cannot enter its folder");
	if (folder.st_uid != geteuid() || (folder.st_mode & 077) != 0) {
		errno = EPERM;
		fail("its folder must belong to this user, and to nobody else (mode 0700)");
	}
	int lock = open("lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	if (lock < 0)
		fail("cannot open its lock");
	if (fcntl(lock, F_SETLK, &whole) != 0) {
		puts("taken");
		exit(TAKEN);
	}
	if (mkdir("tasks", 0700) != 0 && errno != EEXIST)
		fail("cannot make tasks/");
	snprintf(supervisor->mark, sizeof supervisor->mark, "OGM_TASK=%s/tasks/", absolute);
}

static void listen_here(struct supervisor *supervisor)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "supervisor.sock"};
	unlink(address.sun_path); /* of one that is gone: the lock is ours */
	supervisor->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (supervisor->listener < 0 || bind(supervisor->listener, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(supervisor->listener, BACKLOG) != 0 ||
	    supervisor_watch(supervisor, supervisor->listener, ABOUT_LISTENER, 0) != 0)
		fail("cannot listen");
}

static void watch_signals(struct supervisor *supervisor)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_SETMASK, &set, NULL);
	supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (supervisor->signals < 0 || supervisor_watch(supervisor, supervisor->signals, ABOUT_SIGNALS, 0) != 0)
		fail("cannot watch for signals");
}

static void hear_signals(struct supervisor *supervisor)
{
	struct signalfd_siginfo info;
	while (read(supervisor->signals, &info, sizeof info) == sizeof info)
		if (info.ssi_signo != SIGCHLD)
			supervisor->stopping = true;
}

static void hear(struct supervisor *supervisor, uint64_t data)
{
	uint32_t place = (uint32_t)data;
	switch ((enum about)(data >> 32)) {
	case ABOUT_LISTENER:
		clients_accept(supervisor);
		break;
	case ABOUT_SIGNALS:
		hear_signals(supervisor);
		break;
	case ABOUT_CLIENT:
		client_read(supervisor, &supervisor->clients[place]);
		break;
	case ABOUT_TASK:
		task_heard(supervisor, &supervisor->tasks.places[place]);
		break;
	}
}

static void sooner(int64_t *timeout_ms, int64_t at_ms)
{
	int64_t rest_ms = at_ms - boot_ms();
	if (rest_ms < 0)
		rest_ms = 0;
	if (*timeout_ms < 0 || rest_ms < *timeout_ms)
		*timeout_ms = rest_ms;
}

/* How long the next turn may wait for something to happen; -2: no further turn is needed. */
static int64_t next_wait_ms(struct supervisor *supervisor, bool left)
{
	int64_t timeout_ms = left ? 0 : -1;
	if (supervisor->dying > 0)
		sooner(&timeout_ms, supervisor->strays_again_ms);
	if (supervisor->journal.error != 0 || supervisor->journal.doubtful)
		sooner(&timeout_ms, supervisor->journal_again_ms);
	if (supervisor->running > 0 || supervisor->ended_count > 0 || clients_any(supervisor)) {
		supervisor->idle_since_ms = 0;
		return timeout_ms;
	}
	if (supervisor->idle_since_ms == 0)
		supervisor->idle_since_ms = boot_ms();
	int64_t linger_ms = supervisor->linger_ms;
	if (!supervisor->was_asked && linger_ms < FIRST_CLIENT_MS)
		linger_ms = FIRST_CLIENT_MS;
	if (boot_ms() - supervisor->idle_since_ms >= linger_ms)
		return -2;
	sooner(&timeout_ms, supervisor->idle_since_ms + linger_ms);
	return timeout_ms;
}

static void run(struct supervisor *supervisor)
{
	struct epoll_event events[EVENTS_A_TURN];
	bool left = false;
	int64_t wait_ms;
	while ((wait_ms = next_wait_ms(supervisor, left)) != -2 && !supervisor->stopping) {
		int count = epoll_wait(supervisor->epoll, events, EVENTS_A_TURN, (int)wait_ms);
		supervisor->starts = 0;
		for (int at = 0; at < count; at++)
			hear(supervisor, events[at].data.u64);
		tasks_tidy(supervisor);
		left = clients_serve(supervisor);
		keep(supervisor);
		clients_flush(supervisor);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "run-inside") == 0)
		return runner_main(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "attach") == 0)
		return far_attach(argc - 2, argv + 2);
	if (argc > 1 && strcmp(argv[1], "stop") == 0)
		return far_stop(argc - 2, argv + 2);
	/* Pages that are never touched cost nothing. */
	static struct supervisor supervisor;
	supervisor.linger_ms = LINGER_MS;
	supervisor.sample_ms = SAMPLE_MS;
	if (argc < 2 || argc > 5 || (argc > 2 && read_number(argv[2], &supervisor.linger_ms) != 0) ||
	    (argc > 3 && read_number(argv[3], &supervisor.sample_ms) != 0)) {
		puts("error: usage: ogm-supervisor FOLDER [LINGER-MS [SAMPLE-MS [GROUP]]]");
		return FAILED;
	}
	for (int at = 0; at < CLIENTS_MOST; at++)
		supervisor.clients[at].fd = -1;
	clean_process();
	read_boot_id(supervisor.boot_id);
	supervisor.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (supervisor.epoll < 0 || tasks_open(&supervisor.tasks) != 0)
		fail("cannot begin");
	take_folder(&supervisor, argv[1]);
	watch_signals(&supervisor);
	groups_open(&supervisor.groups, argc > 4 ? argv[4] : NULL);
	if (recover(&supervisor) != 0)
		fail("cannot read its journal");
	keep(&supervisor);
	listen_here(&supervisor);
	puts("ready");
	fflush(stdout);
	/* Whoever started this waits for no more; what a descriptor of ours is given to must not be written to. */
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(nowhere, fd);
	close(nowhere);
	run(&supervisor);
	unlink("supervisor.sock");
	groups_close(&supervisor.groups);
	return STARTED;
}
