#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system.h"

/* Programs go before the services of the machine when memory runs out. */
static const char oom_score[] = "500";

static void prefer_for_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t ignored = write(fd, oom_score, sizeof oom_score - 1);
	(void)ignored;
	close(fd);
}

/* What the new process has to say of itself before it is the program. */
struct outcome {
	int error, late;
};

/*
 * A new process that is born in a group. To move one there stops every fork of the machine until all processors have
 * looked up, some milliseconds; to be born there costs nothing. -1 where there is no group, or the kernel cannot.
 */
static pid_t born_in(const struct group *group)
{
	int folder = group_open(group);
	if (folder < 0)
		return -1;
	/* In memory of its own: what the kernel kills in a group goes with all that shares its memory. */
	struct clone_args args = {
		.flags = CLONE_VFORK | CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)folder};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	close(folder);
	return pid;
}

/* What becomes of the new process; returns only where nothing is executed, and why. */
static struct outcome become(const struct order *order, pid_t parent, struct stdio stdio)
{
	sigset_t none;
	sigemptyset(&none);
	setsid();
	/* Should that process be killed, the program is not to go on with nobody to bound it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	if ((stdio.in >= 0 && dup2(stdio.in, STDIN_FILENO) < 0) || dup2(stdio.out, STDOUT_FILENO) < 0 ||
	    dup2(stdio.err, STDERR_FILENO) < 0 || chdir("work") != 0)
		return (struct outcome){.error = errno};
	prefer_for_oom();
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Last of all: whoever granted this start may give the task to another from then on. */
	if (order->latest_start_ms != 0 && boot_ms() > order->latest_start_ms)
		return (struct outcome){.late = 1};
	execve(order->argv[0], order->argv, order->environment);
	return (struct outcome){.error = errno};
}

struct started program_start(const struct order *order, const struct group *group, struct stdio stdio)
{
	struct outcome *outcome =
		mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (outcome == MAP_FAILED)
		return (struct started){.pid = -1, .error = errno};
	pid_t parent = getpid();
	pid_t born = born_in(group);
	pid_t pid = born >= 0 ? born : vfork();
	if (pid == 0) {
		if (born < 0)
			group_join(group);
		*outcome = become(order, parent, stdio);
		_exit(127);
	}
	int error = pid < 0 ? errno : outcome->error, late = outcome->late;
	munmap(outcome, sizeof *outcome);
	if (pid > 0 && error == 0 && !late)
		return (struct started){.pid = pid};
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return (struct started){.pid = -1, .error = error, .late = late};
}
