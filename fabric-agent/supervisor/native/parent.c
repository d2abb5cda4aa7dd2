#include "parent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "descendants.h"
#include "ending.h"
#include "folder.h"
#include "group.h"
#include "limits.h"
#include "program.h"
#include "record.h"
#include "system.h"
#include "telling.h"

enum {
	/* How long to wait for what was killed before another round, in milliseconds, first and longest. */
	KILL_AGAIN_MS = 20,
	KILL_AGAIN_MOST_MS = 1000,
	/* How long the runner of an enclosed task may take to kill what is inside, before all is killed from here. */
	RUNNER_KILLS_MS = 100,
	/* How long an engine may take to tidy up once nothing is left inside. */
	ENGINE_TIDIES_MS = 5000,
	/* Boot time goes on while the machine sleeps, poll's time does not: it looks up at least so often. */
	LOOK_UP_MS = 1000,
};

struct parent {
	const struct order *order;
	struct group group;
	struct channel channel; /* to the runner, where the task is enclosed */
	int signals, out, err;
	bool orphaned;      /* the supervisor is gone */
	pid_t program;
	int status;         /* of the program, once `ended` */
	bool ended;
	bool stopping;      /* it was told to end, because of `why` */
	enum kind why;
	int64_t kill_at_ms, sample_at_ms;
	int64_t started_ms;
};

static int message_number(char *bytes, ssize_t length, int64_t *number)
{
	char *field;
	return frame_fields(bytes + 1, (size_t)length - 1, &field, 1) == 1 ? read_number(field, number) : -1;
}

static void stop(struct parent *parent, enum kind why, int64_t grace_ms)
{
	const struct order *order = parent->order;
	int64_t kill_at_ms = boot_ms() + grace_ms;
	/* Who cancels may be patient, but not beyond the time that it has and the grace after that. */
	if (why == CANCELLED && order->end_ms != 0 && kill_at_ms > order->end_ms + order->grace_ms)
		kill_at_ms = order->end_ms + order->grace_ms;
	if (parent->stopping) {
		if (kill_at_ms < parent->kill_at_ms)
			parent->kill_at_ms = kill_at_ms;
		return;
	}
	parent->stopping = true;
	parent->why = why;
	parent->kill_at_ms = kill_at_ms;
	if (parent->channel.used) {
		/* What encloses it has no grace of its own: it would be gone at once, and all that is inside. */
		channel_say(&parent->channel, "stop");
		return;
	}
	kill(-parent->program, SIGTERM);
	kill(-parent->program, SIGCONT); /* a stopped program could not see it */
}

/* Reaps all that has ended. Returns whether anything is left. */
static bool reap(struct parent *parent)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);
		if (pid <= 0)
			return pid == 0 || errno == EINTR;
		if (pid == parent->program) {
			parent->ended = true;
			parent->status = status;
		}
	}
}

static void hear_supervisor(struct parent *parent)
{
	char bytes[MESSAGE_BYTES_MOST];
	int64_t grace_ms;
	ssize_t length = recv(PARENT_SOCKET, bytes, sizeof bytes, MSG_DONTWAIT);
	if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
		parent->orphaned = true;
	else if (length > 1 && bytes[0] == SAYS_CANCEL && message_number(bytes, length, &grace_ms) == 0)
		stop(parent, CANCELLED, grace_ms);
}

static void hear_signals(struct parent *parent)
{
	struct signalfd_siginfo info;
	while (read(parent->signals, &info, sizeof info) == sizeof info)
		if (info.ssi_signo == SIGTERM)
			stop(parent, CANCELLED, parent->order->grace_ms);
	reap(parent);
}

/* Waits for the supervisor, a signal or `timeout_ms`. */
static void wait_for_news(struct parent *parent, int64_t timeout_ms)
{
	struct pollfd watched[] = {
		{.fd = parent->signals, .events = POLLIN},
		{.fd = parent->orphaned ? -1 : PARENT_SOCKET, .events = POLLIN},
		{.fd = parent->channel.fd, .events = POLLIN},
	};
	if (poll(watched, 3, (int)timeout_ms) <= 0)
		return;
	if (watched[0].revents != 0)
		hear_signals(parent);
	if (watched[1].revents != 0)
		hear_supervisor(parent);
	if (watched[2].revents != 0)
		channel_hear(&parent->channel);
}

static void sample(struct parent *parent)
{
	enum kind passed;
	if (limits_passed(parent->order, &parent->group, parent->out, parent->err, &passed))
		stop(parent, passed, parent->order->grace_ms);
}

static void sooner(int64_t *timeout_ms, int64_t other_ms)
{
	if (other_ms < 0)
		other_ms = 0;
	if (*timeout_ms < 0 || other_ms < *timeout_ms)
		*timeout_ms = other_ms;
}

/* Until the program has ended, or must be killed. */
static void watch(struct parent *parent)
{
	const struct order *order = parent->order;
	parent->sample_at_ms = parent->started_ms + order->sample_ms;
	while (!parent->ended) {
		int64_t timeout_ms = -1, now_ms = boot_ms();
		if (!parent->stopping && order->end_ms != 0 && now_ms >= order->end_ms)
			stop(parent, TIMED_OUT, order->grace_ms);
		if (!parent->stopping && limits_any(order) && now_ms >= parent->sample_at_ms) {
			sample(parent);
			parent->sample_at_ms = now_ms + order->sample_ms;
		}
		if (parent->stopping) {
			if (now_ms >= parent->kill_at_ms)
				return;
			sooner(&timeout_ms, parent->kill_at_ms - now_ms);
		} else {
			if (order->end_ms != 0)
				sooner(&timeout_ms, order->end_ms - now_ms);
			if (limits_any(order))
				sooner(&timeout_ms, parent->sample_at_ms - now_ms);
		}
		if (timeout_ms > LOOK_UP_MS)
			timeout_ms = LOOK_UP_MS;
		wait_for_news(parent, timeout_ms);
	}
}

/* Until nothing is left of the program and all that it started. */
static void kill_all(struct parent *parent)
{
	int64_t again_ms = KILL_AGAIN_MS, killed_ms = boot_ms(), direct_ms = killed_ms + RUNNER_KILLS_MS;
	/* Killed from inside, it is also known how it ended and what it took. */
	channel_say(&parent->channel, "kill");
	while (parent->channel.used && !parent->ended && boot_ms() < direct_ms) {
		if (parent->channel.ended)
			direct_ms = killed_ms + ENGINE_TIDIES_MS;
		wait_for_news(parent, KILL_AGAIN_MS);
	}
	while (reap(parent)) {
		group_end(&parent->group);
		descendants_kill(NULL);
		wait_for_news(parent, again_ms);
		if (again_ms < KILL_AGAIN_MOST_MS)
			again_ms *= 2; /* what cannot be killed now waits for the system */
	}
}

static int open_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

_Noreturn void parent_run(const struct order *order, pid_t supervisor, int socket)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	if (socket != PARENT_SOCKET)
		dup3(socket, PARENT_SOCKET, O_CLOEXEC);
	close_range(PARENT_SOCKET + 1, ~0U, 0);
	prctl(PR_SET_NAME, "ogm-task");

	struct record record = {.kind = NOT_STARTED, .started_ms = boot_ms()};
	struct parent parent = {.order = order, .channel = {.fd = -1}};
	int in = -1;
	int claimed = folder_enter(order->key) != 0 ? -1 : folder_claim();
	if (claimed == 1) {
		send(PARENT_SOCKET, &(char){SAYS_TAKEN}, 1, MSG_NOSIGNAL);
		_exit(0);
	}
	/*
	 * Its supervisor is gone, so it may be late for longer than it seems: the next one may have found the folder without a
	 * lock, called the task not started, and forgotten it, with what it had put there so that nobody claims it.
	 */
	bool is_late = claimed == 0 && getppid() != supervisor;
	if (is_late)
		errno = 0;
	if (claimed == 0 && !is_late && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0 && setsid() > 0 &&
	    (parent.signals = open_signals()) >= 0 && (parent.out = open("out", flags, 0600)) >= 0 &&
	    (parent.err = open("err", flags, 0600)) >= 0 &&
	    (!order->enclosed || (in = channel_open(&parent.channel)) >= 0)) {
		record.started_ms = parent.started_ms = boot_ms();
		group_make(&parent.group, order->groups, order->key,
			   (struct bounds){.memory_bytes = order->memory_bytes, .processes = order->processes});
		struct stdio stdio = {.in = in, .out = in < 0 ? parent.out : in, .err = parent.err};
		struct started started = program_start(order, &parent.group, stdio);
		if (in >= 0)
			close(in);
		parent.program = started.pid;
		record.kind = started.late ? TOO_LATE : NOT_STARTED;
		record.number = started.error;
	} else {
		parent.program = -1;
		record.number = errno;
	}
	if (parent.program > 0) {
		watch(&parent);
		kill_all(&parent);
		record_end(&record, (struct seen){.order = order, .channel = &parent.channel, .group = &parent.group,
						  .status = parent.status, .stopped = parent.stopping, .why = parent.why});
	}
	group_leave(&parent.group);
	record.ended_ms = boot_ms();
	record_tell(&record);
}
