#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../supervisor/native/descendants.h"
#include "../../supervisor/native/system.h"
#include "mark.h"

enum {
	LOOK_MS = 200,          /* how often it is looked what was printed */
	SAMPLE_MS = 1000,       /* how often it is looked for a cancellation, and what is used */
	SYSTEM_GRACE_MS = 1000, /* a batch system that ends a job kills it soon itself */
	KILLING_MOST_MS = 30000,
	KILL_AGAIN_MS = 10,
};

struct program {
	const struct order *order;
	const char *cancel;
	pid_t pid;
	int out, err;
	/* By boot_ms(); 0: never. Nothing of it is there any more after the last. */
	int64_t started_ms, stop_at_ms, sample_at_ms, kill_at_ms, lease_end_ms;
	/* Why it was told to end; NULL while it was not. */
	const char *why;
	bool ended;
	int status;
};

static sigset_t watched(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGXCPU);
	sigaddset(&set, SIGUSR1); /* Grid Engine says so that it is about to stop or end a job */
	sigaddset(&set, SIGUSR2);
	return set;
}

/* Becomes the program; returns only where it cannot, and why. -1: it is too late. */
static int become(const struct program *program, pid_t runner)
{
	const struct order *order = program->order;
	sigset_t none;
	sigemptyset(&none);
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != runner)
		_exit(127);
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (in < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(program->out, STDOUT_FILENO) < 0 ||
	    dup2(program->err, STDERR_FILENO) < 0 || chdir(order->work) != 0)
		return errno;
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Last of all: whoever granted this start may give the task to another from then on. */
	if (wall_ms() > order->latest_start_ms)
		return -1;
	execve(order->argv[0], order->argv, order->environment);
	return errno;
}

/* 0, an errno, or -1 where it was too late. */
static int start(struct program *program)
{
	int said[2], why = 0;
	if (pipe2(said, O_CLOEXEC) != 0)
		return errno;
	pid_t runner = getpid();
	program->pid = fork();
	if (program->pid < 0) {
		why = errno;
		close(said[0]), close(said[1]);
		return why;
	}
	if (program->pid == 0) {
		why = become(program, runner);
		ssize_t ignored = write(said[1], &why, sizeof why);
		(void)ignored;
		_exit(127);
	}
	close(said[1]);
	while (read(said[0], &why, sizeof why) < 0 && errno == EINTR)
		continue;
	close(said[0]);
	if (why != 0)
		waitpid(program->pid, NULL, 0);
	return why;
}

static void stop(struct program *program, const char *why, int64_t grace_ms)
{
	int64_t kill_at_ms = boot_ms() + grace_ms;
	/* Whoever cancels may give it long, and a job that was suspended learns late that its time is over. */
	if (program->lease_end_ms != 0 && kill_at_ms > program->lease_end_ms)
		kill_at_ms = program->lease_end_ms;
	if (program->why == NULL) {
		program->why = why;
		kill(-program->pid, SIGTERM);
	} else if (kill_at_ms >= program->kill_at_ms)
		return;
	program->kill_at_ms = kill_at_ms;
}

/* Whether it was cancelled; then within how long it is to end. */
static bool is_cancelled(const struct program *program, int64_t *grace_ms)
{
	char text[32];
	long length = read_file(program->cancel, text, sizeof text - 1);
	if (length < 0)
		return false;
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (read_number(text, grace_ms) != 0)
		*grace_ms = program->order->grace_ms;
	return true;
}

static int64_t size_of(int fd)
{
	struct stat file;
	return fstat(fd, &file) == 0 ? file.st_size : 0;
}

static void sample(struct program *program)
{
	const struct order *order = program->order;
	int64_t grace_ms;
	if (is_cancelled(program, &grace_ms))
		stop(program, "cancelled", grace_ms);
	if (order->memory_bytes == 0 && order->processes == 0)
		return;
	struct usage usage = descendants_usage();
	if (order->processes != 0 && usage.processes > order->processes)
		stop(program, "over-processes", order->grace_ms);
	/* What processes share is counted more than once there: too much of it is no proof. */
	if (order->memory_bytes != 0 && usage.memory_bytes > order->memory_bytes &&
	    descendants_fair_memory() > order->memory_bytes)
		stop(program, "over-memory", order->grace_ms);
}

/* Takes in all that has ended. */
static void reap(struct program *program)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == program->pid)
			program->ended = true, program->status = status;
}

static void hear(struct program *program, int signal)
{
	int64_t grace_ms;
	if (signal <= 0 || signal == SIGCHLD)
		return;
	if (is_cancelled(program, &grace_ms))
		stop(program, "cancelled", grace_ms);
	else if (signal != SIGUSR1)
		stop(program, "ended-by-system", SYSTEM_GRACE_MS);
}

/* Until the program has ended, or must be killed. */
static void watch(struct program *program)
{
	const struct order *order = program->order;
	sigset_t signals = watched();
	while (!program->ended) {
		int64_t now_ms = boot_ms(), wait_ms = LOOK_MS;
		if (program->stop_at_ms != 0 && now_ms >= program->stop_at_ms && program->why == NULL)
			stop(program, "timed-out", order->grace_ms);
		if (order->output_bytes != 0 && size_of(program->out) + size_of(program->err) > order->output_bytes)
			stop(program, "over-output", order->grace_ms);
		if (now_ms >= program->sample_at_ms) {
			sample(program);
			program->sample_at_ms = now_ms + SAMPLE_MS;
		}
		int64_t next_ms = program->why != NULL ? program->kill_at_ms : program->stop_at_ms;
		if (program->why != NULL && now_ms >= program->kill_at_ms)
			return;
		if (next_ms != 0 && next_ms - now_ms < wait_ms)
			wait_ms = next_ms > now_ms ? next_ms - now_ms : 0;
		struct timespec wait = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
		hear(program, sigtimedwait(&signals, NULL, &wait));
		reap(program);
	}
}

/* Until nothing is left of the program and all that it started: what it leaves comes to this process. */
static void kill_all(struct program *program)
{
	int64_t until_ms = boot_ms() + KILLING_MOST_MS;
	for (;;) {
		reap(program);
		if (waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD)
			return;
		if (boot_ms() > until_ms)
			return; /* what cannot be killed now waits for the system */
		descendants_kill(NULL);
		usleep(KILL_AGAIN_MS * 1000);
	}
}

static void finish(struct program *program, struct end *end)
{
	end->ended_ms = wall_ms();
	if (program->why != NULL)
		end->kind = program->why;
	else if (WIFSIGNALED(program->status))
		end->kind = "signalled", end->number = WTERMSIG(program->status);
	else
		end->kind = "exited", end->number = WEXITSTATUS(program->status);
	struct rusage usage;
	getrusage(RUSAGE_CHILDREN, &usage);
	end->cpu_ms = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
		      (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
	end->rss_bytes = usage.ru_maxrss * 1024;
}

struct end program_run(const struct order *order, const char *cancel)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	struct end end = {.kind = "not-started"};
	struct program program = {.order = order, .cancel = cancel};
	sigset_t signals = watched();
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 || (program.out = open(order->out, flags, 0600)) < 0 ||
	    (program.err = open(order->err, flags, 0600)) < 0) {
		end.number = errno;
		return end;
	}
	int64_t grace_ms, now_ms = wall_ms();
	if (is_cancelled(&program, &grace_ms)) {
		end.kind = "cancelled";
		return end;
	}
	int64_t time_ms = order->time_ms;
	if (order->end_ms != 0 && (time_ms == 0 || order->end_ms - now_ms < time_ms))
		time_ms = order->end_ms > now_ms ? order->end_ms - now_ms : 1;
	program.started_ms = boot_ms();
	program.stop_at_ms = time_ms == 0 ? 0 : program.started_ms + time_ms;
	program.lease_end_ms = order->end_ms == 0 ? 0 : program.started_ms + order->end_ms - now_ms + order->grace_ms;
	program.sample_at_ms = program.started_ms + SAMPLE_MS;
	int why = start(&program);
	if (why != 0) {
		end.kind = why < 0 ? "too-late" : "not-started";
		end.number = why < 0 ? 0 : why;
		return end;
	}
	end.started_ms = now_ms;
	watch(&program);
	kill_all(&program);
	finish(&program, &end);
	return end;
}
