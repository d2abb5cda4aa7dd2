#include "groups.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "find-groups.h"
#include "group-folders.h"
#include "system.h"
#include "tasks.h"

static const char kept[] = "groups", kept_aside[] = "groups.new", prefix[] = "ogm-";

/* Whether a line of the file is the path of a base that is still there. */
static bool is_base(const char *path)
{
	const char *name = strrchr(path, '/');
	return path[0] == '/' && strlen(path) < GROUP_PATH_SIZE && strncmp(name + 1, prefix, sizeof prefix - 1) == 0 &&
	       access(path, F_OK) == 0;
}

/* Groups are gone with the machine's boot, so what is no more there is forgotten. */
static void read_kept(struct groups *groups)
{
	char *line = NULL;
	size_t size = 0;
	FILE *file = fopen(kept, "re");
	while (file != NULL && groups->count < BASES_MOST - 2 && getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (is_base(line))
			strcpy(groups->bases[groups->count++], line);
	}
	free(line);
	if (file != NULL)
		fclose(file);
}

static int write_kept(const struct groups *groups)
{
	char text[BASES_MOST * (GROUP_PATH_SIZE + 1) + 1] = "";
	for (int at = 0; at < groups->count; at++)
		strcat(strcat(text, groups->bases[at]), "\n");
	return write_durably(kept, kept_aside, text, strlen(text));
}

/* The place of a base in `parent`; it is not made yet. NO_BASE where there is to be none. */
static int place_of(struct groups *groups, const char *parent)
{
	struct stat folder;
	char path[GROUP_PATH_SIZE];
	if (parent[0] == '\0' || stat(".", &folder) != 0 ||
	    /* Each supervisor's folder has its own. */
	    (size_t)snprintf(path, sizeof path, "%s/%s%llx-%llu", parent, prefix, (unsigned long long)folder.st_dev,
			     (unsigned long long)folder.st_ino) >= sizeof path)
		return NO_BASE;
	for (int at = 0; at < groups->count; at++)
		if (strcmp(groups->bases[at], path) == 0)
			return at;
	strcpy(groups->bases[groups->count], path);
	return groups->count++;
}

/* Makes a base in `parent`; turns it into none where that fails. */
static void make(struct groups *groups, int *place, const char *parent)
{
	if (*place == NO_BASE)
		return;
	const char *base = groups->bases[*place];
	if ((mkdir(base, 0700) == 0 || errno == EEXIST) && (!groups->unified || group_enable(base, parent) == 0))
		return;
	snprintf(groups->why, sizeof groups->why, "the control group %.160s cannot be made: %s", base, strerror(errno));
	*place = NO_BASE;
}

void groups_open(struct groups *groups, const char *wish)
{
	struct found_groups found = {0};
	*groups = (struct groups){.memory = NO_BASE, .processes = NO_BASE};
	read_kept(groups);
	if (wish != NULL && strcmp(wish, "none") == 0) {
		snprintf(groups->why, sizeof groups->why, "the configuration says so");
		return;
	}
	find_groups(&found, wish);
	groups->unified = found.unified;
	strcpy(groups->why, found.why);
	groups->memory = place_of(groups, found.memory);
	groups->processes = place_of(groups, found.processes);
	/* Known before it is there, so that it is found again whenever this process is killed. */
	if (write_kept(groups) != 0) {
		snprintf(groups->why, sizeof groups->why, "they cannot be written down: %s", strerror(errno));
		groups->memory = groups->processes = NO_BASE;
		return;
	}
	make(groups, &groups->memory, found.memory);
	make(groups, &groups->processes, found.processes);
}

static void sweep_base(const char *base, bool (*runs)(const char *key, void *context), void *context)
{
	char path[GROUP_PATH_SIZE + KEY_SIZE];
	DIR *entries = opendir(base);
	for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
		if (entry->d_type != DT_DIR || !is_task_key(entry->d_name) || runs(entry->d_name, context))
			continue;
		snprintf(path, sizeof path, "%s/%.*s", base, KEY_SIZE, entry->d_name);
		group_kill(path);
		group_remove(path);
	}
	if (entries != NULL)
		closedir(entries);
}

void groups_sweep(struct groups *groups, bool (*runs)(const char *key, void *context), void *context)
{
	for (int at = 0; at < groups->count; at++) {
		sweep_base(groups->bases[at], runs, context);
		if (at != groups->memory && at != groups->processes)
			rmdir(groups->bases[at]);
	}
}

int groups_kill(const struct groups *groups, const char *key)
{
	char path[GROUP_PATH_SIZE + KEY_SIZE];
	int found = 0;
	for (int at = 0; at < groups->count; at++) {
		snprintf(path, sizeof path, "%s/%s", groups->bases[at], key);
		found += group_kill(path);
	}
	return found;
}

void groups_remove(const struct groups *groups, const char *key)
{
	char path[GROUP_PATH_SIZE + KEY_SIZE];
	for (int at = 0; at < groups->count; at++) {
		snprintf(path, sizeof path, "%s/%s", groups->bases[at], key);
		group_remove(path);
	}
}

void groups_close(const struct groups *groups)
{
	for (int at = 0; at < groups->count; at++)
		rmdir(groups->bases[at]);
}
