#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "parent.h"
#include "supervisor.h"

enum { FIND_AGAIN_MOST = 16 };

int supervisor_watch(struct supervisor *supervisor, int fd, enum about about, uint32_t place)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)about << 32 | place};
	return epoll_ctl(supervisor->epoll, EPOLL_CTL_ADD, fd, &event);
}

const char *task_start(struct supervisor *supervisor, const struct order *order)
{
	int pair[2];
	if (supervisor->stopping)
		return "stopping";
	if (supervisor->journal.error != 0)
		return "journal";
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return "busy";
	struct task *task = tasks_add(&supervisor->tasks, order->key);
	const char *refusal = NULL;
	pid_t pid = -1;
	if (task == NULL || supervisor_watch(supervisor, pair[0], ABOUT_TASK, task_place(&supervisor->tasks, task)) != 0)
		refusal = "busy";
	else if (journal_start(&supervisor->journal, order->key, supervisor->boot_id, boot_ms()) != 0)
		refusal = "journal";
	else {
		spares_use(&supervisor->spares, &supervisor->parents, order->key);
		pid_t own = getpid();
		pid = fork();
		if (pid == 0)
			parent_run(order, own, pair[1]);
		if (pid < 0) {
			journal_forget(&supervisor->journal, order->key);
			refusal = "busy";
		}
	}
	close(pair[1]);
	if (refusal != NULL) {
		close(pair[0]);
		if (task != NULL)
			tasks_remove(&supervisor->tasks, task);
		return refusal;
	}
	pid_set_add(&supervisor->parents, pid);
	task->phase = RUNNING;
	task->fd = pair[0];
	task->parent = pid;
	task->forked = true;
	task->started_ms = boot_ms();
	task->this_boot = true;
	supervisor->running++;
	supervisor->starts++;
	return NULL;
}

void task_cancel(struct supervisor *supervisor, struct task *task, int64_t grace_ms)
{
	(void)supervisor;
	if (task->phase == ADOPTED)
		pidfd_send_signal(task->fd, SIGTERM, NULL, 0);
	if (task->phase != RUNNING)
		return;
	struct buffer message = {.most = MESSAGE_BYTES_MOST};
	buffer_add(&message, &(char){SAYS_CANCEL}, 1);
	frame_number(&message, grace_ms);
	send(task->fd, message.bytes, message.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	buffer_free(&message);
}

void task_forget(struct supervisor *supervisor, struct task *task)
{
	char path[256];
	snprintf(path, sizeof path, "tasks/%s/exit", task->key);
	unlink(path);
	groups_remove(&supervisor->groups, task->key); /* where its parent could not yet */
	if (task->forked)
		spares_keep(&supervisor->spares, task->key, task->parent);
	snprintf(path, sizeof path, "tasks/%s/lock", task->key);
	unlink(path); /* of a folder that is left, and the agent's to remove */
	journal_forget(&supervisor->journal, task->key);
	tasks_remove(&supervisor->tasks, task);
}

static void let_go(struct task *task)
{
	if (task->fd >= 0)
		close(task->fd);
	task->fd = -1;
}

static int task_adopt(struct supervisor *supervisor, struct task *task, pid_t parent)
{
	pid_t holder = 0;
	char folder[256];
	snprintf(folder, sizeof folder, "tasks/%s", task->key);
	int fd = pidfd_open(parent, 0);
	if (fd < 0)
		return -1;
	/* Once more, now that the id cannot become another's unseen. */
	if (folder_judge(folder, &holder) != HELD || holder != parent ||
	    supervisor_watch(supervisor, fd, ABOUT_TASK, task_place(&supervisor->tasks, task)) != 0) {
		close(fd);
		return -1;
	}
	task->phase = ADOPTED;
	task->fd = fd;
	task->parent = parent;
	return 0;
}

static void task_dying(struct supervisor *supervisor, struct task *task)
{
	let_go(task);
	if (task->phase == ADOPTED)
		task->parent = 0;
	task->phase = DYING;
	supervisor->dying++;
	supervisor->strays_again_ms = 0;
}

static void task_ended(struct supervisor *supervisor, struct task *task, const struct record *record)
{
	if (task->phase == DYING)
		supervisor->dying--;
	/* Once it has spoken its last, only its end could come, which would be reported again and again. */
	if (task->phase == RUNNING && task->fd >= 0)
		epoll_ctl(supervisor->epoll, EPOLL_CTL_DEL, task->fd, NULL);
	else
		let_go(task);
	supervisor->running--;
	task->record = *record;
	task->phase = journal_exit(&supervisor->journal, task->key, record) == 0 ? WRITTEN : ENDED;
	supervisor->ended[supervisor->ended_count++] = task_place(&supervisor->tasks, task);
}

static void adopted_ended(struct supervisor *supervisor, struct task *task)
{
	char folder[256];
	struct record record;
	snprintf(folder, sizeof folder, "tasks/%s", task->key);
	if (record_load(folder, &record) == 0)
		task_ended(supervisor, task, &record);
	else
		task_dying(supervisor, task);
}

void task_find_again(struct supervisor *supervisor, struct task *task)
{
	char folder[256];
	struct record record = {.kind = NOT_STARTED};
	snprintf(folder, sizeof folder, "tasks/%s", task->key);
	task->forked = false; /* whoever holds it, holds it */
	/* A parent may end between the questions; the next round then finds its record. */
	for (int attempt = 0; attempt < FIND_AGAIN_MOST; attempt++) {
		pid_t holder = 0;
		enum judgement judgement = folder_judge(folder, &holder);
		if (judgement == HELD && task_adopt(supervisor, task, holder) == 0)
			return;
		if (judgement == HELD)
			continue;
		if (record_load(folder, &record) == 0) {
			task_ended(supervisor, task, &record);
			return;
		}
		/* After a crash of the machine, a lock that is missing proves nothing. */
		if (judgement == UNUSED && task->this_boot) {
			task_ended(supervisor, task,
				   &(struct record){.kind = NOT_STARTED, .started_ms = boot_ms(), .ended_ms = boot_ms()});
			return;
		}
		break;
	}
	task_dying(supervisor, task);
	task->parent = 0;
}

void task_heard(struct supervisor *supervisor, struct task *task)
{
	char bytes[MESSAGE_BYTES_MOST], *fields[RECORD_FIELDS];
	struct record record;
	if (task->phase == ADOPTED)
		adopted_ended(supervisor, task);
	if (task->phase != RUNNING)
		return;
	ssize_t length = recv(task->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length > 1 && bytes[0] == SAYS_RECORD &&
	    frame_fields(bytes + 1, (size_t)length - 1, fields, RECORD_FIELDS) == RECORD_FIELDS &&
	    record_read(fields, &record) == 0) {
		task_ended(supervisor, task, &record);
	} else if (length == 1 && bytes[0] == SAYS_TAKEN) {
		let_go(task);
		task_find_again(supervisor, task);
	} else {
		task_dying(supervisor, task);
	}
}

static void reap(struct supervisor *supervisor)
{
	pid_t pid;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		pid_set_remove(&supervisor->parents, pid);
}

static bool is_dying(const char *key, void *context)
{
	struct supervisor *supervisor = context;
	struct task *task = tasks_find(&supervisor->tasks, key);
	return task != NULL && task->phase == DYING;
}

void tasks_tidy(struct supervisor *supervisor)
{
	int64_t now_ms = boot_ms();
	reap(supervisor);
	if (supervisor->dying == 0 || now_ms < supervisor->strays_again_ms)
		return;
	supervisor->strays_again_ms = now_ms + STRAYS_AGAIN_MS;
	int grouped = 0;
	for (uint32_t place = 0; place < supervisor->tasks.used; place++)
		if (supervisor->tasks.places[place].phase == DYING)
			grouped += groups_kill(&supervisor->groups, supervisor->tasks.places[place].key);
	/* Children that are no parents of tasks are what a dead one has left: orphans come to this process. */
	if (grouped + descendants_kill(&supervisor->parents) + strays_kill(supervisor->mark, is_dying, supervisor) > 0)
		return;
	for (uint32_t place = 0; place < supervisor->tasks.used; place++) {
		struct task *task = &supervisor->tasks.places[place];
		/* The children of a parent that is not reaped yet may not have come to us yet. */
		if (task->phase != DYING || (task->parent != 0 && pid_set_has(&supervisor->parents, task->parent)))
			continue;
		groups_remove(&supervisor->groups, task->key);
		task_ended(supervisor, task,
			   &(struct record){.kind = LOST, .started_ms = task->started_ms, .ended_ms = now_ms});
	}
}
