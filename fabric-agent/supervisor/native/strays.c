#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descendants.h"
#include "system.h"

/* The environment that we give a program is at most a frame; what a program makes of its own may be longer. */
enum { ENVIRON_BYTES_MOST = 4 << 20 };

/* What is killed cannot fork any more, so each look finds fewer. */
enum { LOOKS_MOST = 64 };

/* The rest of the variable that begins so, or NULL. */
static const char *value_after(const char *environment, size_t length, const char *prefix)
{
	size_t wanted = strlen(prefix);
	const char *at = environment, *end = environment + length;
	while ((at = memmem(at, (size_t)(end - at), prefix, wanted)) != NULL) {
		if (at == environment || at[-1] == '\0')
			return at + wanted;
		at++;
	}
	return NULL;
}

/* One look at all processes. */
static int kill_once(const char *prefix, bool (*wanted)(const char *value, void *context), void *context)
{
	DIR *processes = opendir("/proc");
	char *environment = malloc(ENVIRON_BYTES_MOST + 1);
	int found = 0;
	for (struct dirent *entry; processes != NULL && environment != NULL && (entry = readdir(processes)) != NULL;) {
		char path[64];
		struct stat owner;
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		snprintf(path, sizeof path, "/proc/%d/environ", pid);
		if (pid <= 1 || pid == getpid() || stat(path, &owner) != 0 || (geteuid() != 0 && owner.st_uid != geteuid()))
			continue; /* enclosed tasks of root's run as other users */
		long length = read_file(path, environment, ENVIRON_BYTES_MOST);
		environment[length < 0 ? 0 : length] = '\0';
		const char *value = value_after(environment, length < 0 ? 0 : (size_t)length, prefix);
		if (value == NULL || !wanted(value, context))
			continue;
		found++;
		kill(pid, SIGKILL);
	}
	if (processes != NULL)
		closedir(processes);
	free(environment);
	return found;
}

int strays_kill(const char *prefix, bool (*wanted)(const char *value, void *context), void *context)
{
	int all = 0;
	for (int look = 0; look < LOOKS_MOST; look++) {
		int found = kill_once(prefix, wanted, context);
		if (found == 0)
			break;
		all += found;
	}
	return all;
}
