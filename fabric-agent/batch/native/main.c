/*
 * Runs one attempt inside a job of a batch system: ogm-batch-runner FOLDER LIST JOB [INDEX]. Line INDEX (from 1, which it
 * is for a job in no array) of FOLDER/lists/LIST is the word of the attempt. In FOLDER lie
 *
 *   orders/WORD   what is to run, written by the agent
 *   claims/WORD   who runs it, made by one job of all that may try, or by the agent so that none does
 *   cancels/WORD  there once it is to end
 *   ends/WORD     how it ended
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "mark.h"
#include "order.h"
#include "program.h"

enum { WORD_SIZE = 256 };

static int path_of(char path[static PATH_MAX], const char *folder, const char *kind, const char *word)
{
	int length = snprintf(path, PATH_MAX, "%s/%s/%s", folder, kind, word);
	return length < PATH_MAX ? 0 : -1;
}

/* The word of a job. 0, or -1 where there is none. */
static int word_of(char word[static WORD_SIZE], const char *folder, const char *list, const char *index)
{
	char path[PATH_MAX];
	int wanted, line = 0, found = -1;
	if (sscanf(*index == '\0' ? "1" : index, "%d", &wanted) != 1 || path_of(path, folder, "lists", list) != 0)
		return -1;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return -1;
	while (found != 0 && fgets(word, WORD_SIZE, file) != NULL)
		if (++line == wanted)
			found = 0;
	fclose(file);
	word[strcspn(word, "\n")] = '\0';
	return found;
}

static void tell(const char *ends, const char *word, const struct end *end)
{
	char text[200];
	int64_t at_ms;
	snprintf(text, sizeof text, "%s %d %lld %lld %lld %lld\n", end->kind, end->number, (long long)end->started_ms,
		 (long long)end->ended_ms, (long long)end->cpu_ms, (long long)end->rss_bytes);
	/* A disk that is full may have room again: an end that is not told is a task that is lost. */
	for (int tries = 0; tries < 10 && mark_make(ends, word, text, 0, &at_ms) < 0; tries++)
		sleep(1);
}

int main(int argc, char **argv)
{
	char word[WORD_SIZE], order_path[PATH_MAX], claim[PATH_MAX], claims[PATH_MAX], ends[PATH_MAX], cancel[PATH_MAX];
	if (argc < 4)
		return 2;
	const char *folder = argv[1], *job = argv[3], *index = argc > 4 ? argv[4] : "";
	if (word_of(word, folder, argv[2], index) != 0)
		return 0; /* nobody wants any of it any more */
	if (path_of(order_path, folder, "orders", word) != 0 || path_of(claim, folder, "claims", word) != 0 ||
	    path_of(claims, folder, "claims", "") != 0 || path_of(ends, folder, "ends", "") != 0 ||
	    path_of(cancel, folder, "cancels", word) != 0)
		return 2;
	const struct order *order = order_read(order_path);
	if (order == NULL)
		return 0;

	struct utsname machine;
	uname(&machine);
	char who[300];
	int64_t server_ms;
	snprintf(who, sizeof who, "%.60s %.20s %.100s %d %.60s\n", job, *index == '\0' ? "-" : index, machine.nodename,
		 getpid(), argv[2]);
	if (mark_make(claims, word, who, 1, &server_ms) != 1)
		return 0; /* another job has it, or the agent would have none begin */
	/* Whoever forgets an attempt takes the order away before the claim: so this claim may come after both. */
	if (!order_is_there(order_path)) {
		unlink(claim);
		return 0;
	}
	/* Whichever clock is ahead: neither may let it begin too late. */
	int64_t now_ms = wall_ms();
	struct end end = {.kind = "too-late"};
	if ((server_ms > now_ms ? server_ms : now_ms) <= order->latest_start_ms)
		end = program_run(order, cancel);
	tell(ends, word, &end);
	return 0;
}
