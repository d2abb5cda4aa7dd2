#include "find-groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "group-folders.h"

/* Where processes are moved that lie in a group which is to have others below it. */
static const char aside[] = "ogm-aside";

/* Whether a word is among those parted by commas. */
static bool is_listed(const char *list, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = list; (at = strstr(at, word)) != NULL; at += length)
		if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
			return true;
	return false;
}

/* The group of this process as the kernel names it, in the hierarchy of a controller, or ("") of version 2. */
static int own_name(const char *controller, char name[static GROUP_PATH_SIZE])
{
	char *line = NULL;
	size_t size = 0;
	int failed = -1;
	FILE *file = fopen("/proc/self/cgroup", "re");
	while (file != NULL && failed && getline(&line, &size, file) > 0) {
		char *rest = line, *path;
		strsep(&rest, ":");
		char *list = strsep(&rest, ":");
		path = rest == NULL ? NULL : strsep(&rest, "\n");
		if (path == NULL || strlen(path) >= GROUP_PATH_SIZE || strstr(path, "/..") != NULL)
			continue;
		if (*controller == '\0' ? *list == '\0' : is_listed(list, controller)) {
			strcpy(name, path);
			failed = 0;
		}
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return failed;
}

/* The same as a folder, where that hierarchy is mounted. 0, or -1. */
static int own_folder(const char *controller, char folder[static GROUP_PATH_SIZE])
{
	char name[GROUP_PATH_SIZE], *line = NULL;
	size_t size = 0;
	int failed = -1;
	if (own_name(controller, name) != 0)
		return -1;
	FILE *file = fopen("/proc/self/mountinfo", "re");
	while (file != NULL && failed && getline(&line, &size, file) > 0) {
		char root[GROUP_PATH_SIZE], point[GROUP_PATH_SIZE], type[16], options[256];
		const char *rest = strstr(line, " - ");
		/* proc_pid_mountinfo(5) */
		if (rest == NULL || sscanf(line, "%*d %*d %*s %1023s %1023s", root, point) != 2 ||
		    sscanf(rest, " - %15s %*s %255s", type, options) != 2)
			continue;
		if (*controller == '\0' ? strcmp(type, "cgroup2") != 0
					: strcmp(type, "cgroup") != 0 || !is_listed(options, controller))
			continue;
		size_t cut = strcmp(root, "/") == 0 ? 0 : strlen(root);
		if (strncmp(name, root, cut) != 0 || (cut > 0 && name[cut] != '/' && name[cut] != '\0'))
			continue;
		const char *below = strcmp(name + cut, "/") == 0 ? "" : name + cut;
		if ((size_t)snprintf(folder, GROUP_PATH_SIZE, "%s%s", point, below) < GROUP_PATH_SIZE)
			failed = 0;
	}
	free(line);
	if (file != NULL)
		fclose(file);
	return failed;
}

/* systemd.resource-control(5), Delegate=: marks a group so. */
static bool is_delegated(const char *folder)
{
	char value[2];
	return getxattr(folder, "user.delegate", value, sizeof value) == 1 && value[0] == '1';
}

/* The root of all groups, which alone has no type, and which nobody else manages where this process was left in it. */
static bool is_root_group(const char *folder)
{
	char path[GROUP_PATH_SIZE + 16];
	snprintf(path, sizeof path, "%s/cgroup.type", folder);
	return geteuid() == 0 && access(path, F_OK) != 0 && errno == ENOENT;
}

/* The group of version 2 in which ours is to be. */
static int find_unified(char folder[static GROUP_PATH_SIZE], char why[static GROUP_WHY_SIZE])
{
	if (own_folder("", folder) != 0) {
		snprintf(why, GROUP_WHY_SIZE, "control groups are not mounted here");
		return -1;
	}
	if (is_delegated(folder) || is_root_group(folder))
		return 0;
	/* The one above, where whoever delegated it began this process in one below, or this process was moved aside. */
	char own[GROUP_PATH_SIZE];
	strcpy(own, folder);
	*strrchr(folder, '/') = '\0';
	if (is_delegated(folder))
		return 0;
	snprintf(why, GROUP_WHY_SIZE, "the control group %.160s is not delegated to this user", own);
	return -1;
}

int group_enable(const char *folder, const char *above)
{
	static const char *const changes[] = {"+memory", "+pids", "+memory +pids"};
	bool memory = group_has_word(above, "cgroup.controllers", "memory");
	bool pids = group_has_word(above, "cgroup.controllers", "pids");
	if (!memory && !pids) {
		errno = ENOTSUP;
		return -1;
	}
	return group_put(folder, "cgroup.subtree_control", changes[memory && pids ? 2 : pids]);
}

static int enable_with_room(const char *folder)
{
	char below[GROUP_PATH_SIZE + sizeof aside];
	if (group_enable(folder, folder) == 0)
		return 0;
	if (errno != EBUSY)
		return -1;
	/* A group that has processes can have none below it that bound anything. */
	snprintf(below, sizeof below, "%s/%s", folder, aside);
	if ((mkdir(below, 0755) != 0 && errno != EEXIST) || group_move_all(folder, below) != 0)
		return -1;
	return group_enable(folder, folder);
}

static void try_unified(struct found_groups *found, const char *wish)
{
	char folder[GROUP_PATH_SIZE];
	if (wish != NULL)
		snprintf(folder, sizeof folder, "%s", wish);
	else if (find_unified(folder, found->why) != 0)
		return;
	bool memory = group_has_word(folder, "cgroup.controllers", "memory");
	bool pids = group_has_word(folder, "cgroup.controllers", "pids");
	if (!memory && !pids) {
		snprintf(found->why, sizeof found->why, "the control group %.160s can bound neither memory nor processes", folder);
		return;
	}
	if (enable_with_room(folder) != 0) {
		snprintf(found->why, sizeof found->why, "the control group %.128s can have none below it: %s", folder,
			 strerror(errno));
		return;
	}
	found->unified = true;
	found->why[0] = '\0';
	if (memory)
		strcpy(found->memory, folder);
	if (pids)
		strcpy(found->processes, folder);
	if (!memory || !pids)
		snprintf(found->why, sizeof found->why, "the control group %.160s cannot bound %s", folder,
			 memory ? "processes" : "memory");
}

/* Version 1: a hierarchy for each controller. */
static void try_old(const char *controller, char folder[static GROUP_PATH_SIZE], char why[static GROUP_WHY_SIZE])
{
	if (own_folder(controller, folder) == 0 && access(folder, W_OK) == 0)
		return;
	if (folder[0] != '\0')
		snprintf(why, GROUP_WHY_SIZE, "the control group %.160s is not this user's to divide", folder);
	folder[0] = '\0';
}

void find_groups(struct found_groups *found, const char *wish)
{
	*found = (struct found_groups){0};
	try_unified(found, wish);
	if (found->unified || wish != NULL)
		return;
	char why[GROUP_WHY_SIZE] = "";
	try_old("memory", found->memory, why);
	try_old("pids", found->processes, why);
	if (found->memory[0] != '\0' && found->processes[0] != '\0')
		found->why[0] = '\0';
	else if (why[0] != '\0')
		strcpy(found->why, why);
}
