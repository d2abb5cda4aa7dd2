/*
 * attempts DATA-FILE SECRET-FILE PORT ABSTRACT-NAME SOCKET PID: tries, from inside of what keeps a program apart, to reach all
 * that it is kept from. A line each: what was tried, then `reached`, or the name of the system's error.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void tell(const char *what, int failed)
{
	printf("%s: %s\n", what, failed ? strerrorname_np(errno) : "reached");
}

static int reads(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);
	return fd < 0 ? -1 : read(fd, &byte, 1) < 0 ? -1 : 0;
}

static int lists(const char *path)
{
	return opendir(path) == NULL ? -1 : 0;
}

static int writes(const char *path)
{
	return open(path, O_WRONLY | O_CREAT, 0600) < 0 ? -1 : 0;
}

static int connects(int family, const void *address, socklen_t length)
{
	int fd = socket(family, SOCK_STREAM, 0);
	return fd < 0 ? -1 : connect(fd, address, length);
}

static int connects_unix(const char *name, int is_abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strncpy(address.sun_path + is_abstract, name, sizeof address.sun_path - 2);
	return connects(AF_UNIX, &address, offsetof(struct sockaddr_un, sun_path) + is_abstract + strlen(name));
}

/* How many processes there are to be seen. */
static int processes(void)
{
	int count = 0;
	DIR *all = opendir("/proc");
	for (struct dirent *entry; all != NULL && (entry = readdir(all)) != NULL;)
		count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
	return count;
}

int main(int argc, char **argv)
{
	char path[4096];
	if (argc != 7)
		return 2;
	pid_t pid = atoi(argv[6]);
	struct sockaddr_in loopback = {
		.sin_family = AF_INET, .sin_port = htons(atoi(argv[3])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	tell("the data folder", reads(argv[1]));
	tell("a file of another's", reads(argv[2]));
	snprintf(path, sizeof path, "/proc/1/root%s", argv[2]);
	tell("the same by the root of the first process", reads(path));
	snprintf(path, sizeof path, "/proc/%d/root%s", pid, argv[2]);
	tell("the same by the root of the agent", reads(path));
	tell("the surroundings of the first process", reads("/proc/1/environ"));
	tell("passwords", reads("/etc/shadow"));
	tell("the home of root", lists("/root"));
	tell("loopback", connects(AF_INET, &loopback, sizeof loopback));
	tell("an abstract socket", connects_unix(argv[4], 1));
	tell("a socket in a folder", connects_unix(argv[5], 0));
	tell("a signal to the agent", kill(pid, 0));
	tell("a signal to the first process", kill(1, SIGKILL) == 0 ? (errno = EPERM, -1) : -1); /* it is ignored */
	tell("the memory of the agent", (int)ptrace(PTRACE_SEIZE, pid, 0, 0));
	tell("the memory of the first process", (int)ptrace(PTRACE_SEIZE, 1, 0, 0));
	tell("a file of the system", writes("/usr/ogm-was-here"));
	tell("the root", writes("/ogm-was-here"));
	tell("devices", writes("/dev/ogm-was-here"));
	tell("what the kernel runs", writes("/proc/sys/kernel/core_pattern"));
	tell("another user", setuid(0) == 0 && geteuid() == 0 ? 0 : (errno = EPERM, -1));
	tell("a mount", mount("none", "/tmp", "tmpfs", 0, NULL));
	tell("what a mount covers", umount2("/proc", MNT_DETACH));
	tell("a namespace of the first process", setns(open("/proc/1/ns/mnt", O_RDONLY), 0));
	printf("processes: %d\n", processes());
	return 0;
}
