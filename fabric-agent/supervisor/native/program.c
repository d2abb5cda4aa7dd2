#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
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

struct started program_start(const struct order *order, int out, int err)
{
	/* The child of vfork shares our memory until it executes: this is how it tells us. */
	volatile int error = 0, late = 0;
	sigset_t none;
	sigemptyset(&none);
	pid_t parent = getpid();
	pid_t pid = vfork();
	if (pid == 0) {
		setsid();
		/* Should this process be killed, the program is not to go on with nobody to bound it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(127);
		if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0 || chdir("work") != 0) {
			error = errno;
			_exit(127);
		}
		prefer_for_oom();
		sigprocmask(SIG_SETMASK, &none, NULL);
		/* Last of all: whoever granted this start may give the task to another from then on. */
		if (order->latest_start_ms != 0 && boot_ms() > order->latest_start_ms) {
			late = 1;
			_exit(127);
		}
		execve(order->argv[0], order->argv, order->environment);
		error = errno;
		_exit(127);
	}
	if (pid < 0)
		return (struct started){.pid = -1, .error = errno};
	if (error == 0 && !late)
		return (struct started){.pid = pid};
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return (struct started){.pid = -1, .error = error, .late = late};
}
