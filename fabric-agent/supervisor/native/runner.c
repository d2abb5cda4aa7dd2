#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bounds-met.h"
#include "inside.h"
#include "system.h"

enum {
	/* Exit codes where nothing could even be tried. */
	USAGE = 125,
	/* Boot time goes on while the machine sleeps, poll's time does not: it looks up at least so often. */
	LOOK_UP_MS = 1000,
	COMMAND_MOST = 16,
};

struct runner {
	int control, status, signals;
	int64_t kill_at_ms;
	struct bounds_met before; /* as the program began */
	pid_t program;
	int program_status;
	bool ended;
	char command[COMMAND_MOST];
	size_t length;
};

static void say(const struct runner *runner, const char *line)
{
	size_t length = strlen(line);
	/* Nobody there any more: the end of the control line says so too. */
	while (write(runner->status, line, length) < 0 && errno == EINTR)
		continue;
}

/* All but this process: the kernel leaves nothing of a namespace out, nor lets anything of it be started meanwhile. */
static void kill_all(void)
{
	kill(-1, SIGKILL);
}

static void stop(const struct runner *runner)
{
	kill(-runner->program, SIGTERM);
	kill(-runner->program, SIGCONT); /* a stopped program could not see it */
}

static void obey(const struct runner *runner, const char *command)
{
	if (strcmp(command, "stop") == 0)
		stop(runner);
	else if (strcmp(command, "kill") == 0)
		kill_all();
}

static void hear_control(struct runner *runner)
{
	char bytes[64];
	ssize_t got = read(runner->control, bytes, sizeof bytes);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		/* Whoever bounds this task is gone. */
		runner->control = -1;
		kill_all();
	}
	for (ssize_t at = 0; at < got; at++) {
		if (bytes[at] == '\n') {
			runner->command[runner->length] = '\0';
			runner->length = 0;
			obey(runner, runner->command);
		} else if (runner->length < COMMAND_MOST - 1) {
			runner->command[runner->length++] = bytes[at];
		}
	}
}

/* Reaps all that has ended. Returns whether anything is left. */
static bool reap(struct runner *runner)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		if (pid <= 0)
			return pid == 0 || errno == EINTR;
		if (pid == runner->program) {
			runner->ended = true;
			runner->program_status = status;
		}
	}
}

static void wait_for_news(struct runner *runner)
{
	struct signalfd_siginfo info;
	struct pollfd watched[] = {
		{.fd = runner->signals, .events = POLLIN},
		{.fd = runner->control, .events = POLLIN},
	};
	int64_t timeout_ms = LOOK_UP_MS;
	if (runner->kill_at_ms != 0 && runner->kill_at_ms - boot_ms() < timeout_ms)
		timeout_ms = runner->kill_at_ms - boot_ms();
	if (poll(watched, 2, timeout_ms < 0 ? 0 : (int)timeout_ms) <= 0)
		return;
	while (read(runner->signals, &info, sizeof info) == sizeof info)
		continue;
	if (watched[1].revents != 0)
		hear_control(runner);
}

static void watch(struct runner *runner)
{
	bool left = true;
	while (!runner->ended && left) {
		wait_for_news(runner);
		if (runner->kill_at_ms != 0 && boot_ms() >= runner->kill_at_ms) {
			kill_all();
			runner->kill_at_ms = boot_ms() + LOOK_UP_MS;
		}
		left = reap(runner);
	}
	/* What the program has left behind ends with it. */
	while (reap(runner)) {
		kill_all();
		poll(NULL, 0, 1);
	}
}

static void say_end(const struct runner *runner)
{
	char line[128];
	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	long long cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000LL +
			   (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
	struct bounds_met met = bounds_met();
	snprintf(line, sizeof line, "ended %d %lld %lld %d %d\n", runner->program_status, cpu_ms, usage.ru_maxrss * 1024LL,
		 met.memory > runner->before.memory, met.processes > runner->before.processes);
	say(runner, line);
}

/* The two ends of the channel, where no program inherits them. */
static int take_channel(struct runner *runner)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
	runner->control = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	runner->status = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (nowhere < 0 || runner->control < 0 || runner->status < 0)
		return -1;
	dup2(nowhere, STDIN_FILENO);
	dup2(nowhere, STDOUT_FILENO);
	return 0;
}

static int watch_children(struct runner *runner)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	runner->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return runner->signals < 0 ? -1 : 0;
}

int runner_main(int count, char **words)
{
	struct runner runner = {0};
	struct entry entry = {0};
	int64_t user = 0;
	char line[64];
	/* As any other process it would end what is none of its business. */
	if (getpid() != 1 || count < 5 || read_number(words[0], &entry.latest_start_ms) != 0 ||
	    read_number(words[1], &runner.kill_at_ms) != 0 || read_number(words[2], &user) != 0 || user > UINT32_MAX - 1) {
		fputs("usage, as the first process of a namespace: run-inside LATEST-MS KILL-AT-MS USER FOLDER PROGRAM…\n", stderr);
		return USAGE;
	}
	entry.user = (uid_t)user;
	entry.folder = words[3];
	entry.argv = words + 4;
	prctl(PR_SET_DUMPABLE, 0); /* the program is of the same user, it may be: it is not to look into this one */
	signal(SIGPIPE, SIG_IGN);
	umask(077);
	if (take_channel(&runner) != 0 || watch_children(&runner) != 0)
		return USAGE;
	/* Something was said, or nobody is there any more, while this was under way: it is over before it began. */
	if (poll(&(struct pollfd){.fd = runner.control, .events = POLLIN}, 1, 0) > 0)
		return 0;
	runner.before = bounds_met();
	struct entered entered = inside_start(&entry);
	runner.program = entered.pid;
	if (entered.late)
		say(&runner, "late\n");
	else if (entered.pid < 0) {
		snprintf(line, sizeof line, "failed %d\n", entered.error);
		say(&runner, line);
	} else {
		say(&runner, "began\n");
		watch(&runner);
		say_end(&runner);
	}
	return 0;
}
