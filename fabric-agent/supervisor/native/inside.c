#include "inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system.h"

enum {
	/* Directories within each other: more than any input file lies deep. */
	DEPTH_MOST = 256,
	JOIN_SESSION_KEYRING = 1, /* keyctl(2), whose header is not everywhere */
};

/* What is that user's already is left: it was noted how it lies, and to give it again would change that. */
static int give_one(int folder, const char *name, const struct stat *found, uid_t user)
{
	if (found->st_uid == user && found->st_gid == user)
		return 0;
	return fchownat(folder, name, user, user, AT_SYMLINK_NOFOLLOW);
}

/* Gives a folder and all in it to a user, itself last: from then on it could not be entered. Closes it. */
static int give_all(int folder, uid_t user, int depth)
{
	DIR *entries = depth > DEPTH_MOST ? NULL : fdopendir(folder);
	int failed = 0;
	if (entries == NULL) {
		close(folder);
		return -1;
	}
	for (struct dirent *entry; failed == 0 && (entry = readdir(entries)) != NULL;) {
		struct stat found;
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (fstatat(folder, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0)
			failed = -1;
		else if (!S_ISDIR(found.st_mode))
			failed = give_one(folder, entry->d_name, &found, user);
		else {
			int inner = openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			failed = inner < 0 ? -1 : give_all(inner, user, depth + 1);
		}
	}
	if (failed == 0)
		failed = fchown(folder, user, user);
	int error = errno;
	closedir(entries);
	errno = error;
	return failed;
}

static int give(const char *name, uid_t user)
{
	int folder = open(name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return folder < 0 ? -1 : give_all(folder, user, 0);
}

static int become_user(uid_t user)
{
	/* The calls themselves: those of the library are about threads, of which there are none. */
	if (syscall(SYS_setgroups, 0, NULL) != 0 || syscall(SYS_setresgid, user, user, user) != 0)
		return -1;
	return syscall(SYS_setresuid, user, user, user) != 0 ? -1 : 0;
}

/* What the runner may do, the program may not, nor pass on. */
static int give_up_powers(void)
{
	struct __user_cap_header_struct version = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
	return syscall(SYS_capset, &version, none) != 0 ? -1 : 0;
}

/* Executes the program; returns the system's error. */
static int execute(char **argv)
{
	extern char **environ;
	const char *path = getenv("PATH");
	int error = ENOENT;
	if (strchr(argv[0], '/') != NULL || path == NULL) {
		execve(argv[0], argv, environ);
		return errno;
	}
	while (*path != '\0') {
		char program[PATH_MAX];
		size_t length = strcspn(path, ":");
		if (length > 0 && snprintf(program, sizeof program, "%.*s/%s", (int)length, path, argv[0]) < PATH_MAX) {
			execve(program, argv, environ);
			if (errno != ENOENT && errno != ENOTDIR)
				error = errno;
		}
		path += length + (path[length] == ':');
	}
	return error;
}

/* What becomes of the new process; returns only where nothing is executed, and why. */
static struct entered become(const struct entry *entry, int out, int err)
{
	sigset_t none;
	sigemptyset(&none);
	setsid();
	syscall(SYS_keyctl, JOIN_SESSION_KEYRING, NULL); /* not that of whoever started the agent */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if ((entry->user != 0 && become_user(entry->user) != 0) || give_up_powers() != 0)
		return (struct entered){.error = errno};
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0 || chdir("work") != 0)
		return (struct entered){.error = errno};
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Last of all: whoever granted this start may give the task to another from then on. */
	if (entry->latest_start_ms != 0 && boot_ms() > entry->latest_start_ms)
		return (struct entered){.late = 1};
	return (struct entered){.error = execute(entry->argv)};
}

struct entered inside_start(const struct entry *entry)
{
	const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	int out = -1, err = -1;
	if (chdir(entry->folder) != 0 || (out = open("out", flags)) < 0 || (err = open("err", flags)) < 0)
		return (struct entered){.pid = -1, .error = errno};
	if (entry->user != 0 && (fchown(out, entry->user, entry->user) != 0 || fchown(err, entry->user, entry->user) != 0 ||
				 give("work", entry->user) != 0 || give("tmp", entry->user) != 0))
		return (struct entered){.pid = -1, .error = errno};
	struct entered *entered =
		mmap(NULL, sizeof *entered, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (entered == MAP_FAILED)
		return (struct entered){.pid = -1, .error = errno};
	unsetenv("PWD"); /* of whatever encloses it */
	pid_t pid = vfork();
	if (pid == 0) {
		*entered = become(entry, out, err);
		_exit(127);
	}
	struct entered result = pid < 0 ? (struct entered){.error = errno} : *entered;
	munmap(entered, sizeof *entered);
	close(out);
	close(err);
	result.pid = pid > 0 && result.error == 0 && !result.late ? pid : -1;
	while (pid > 0 && result.pid < 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return result;
}
