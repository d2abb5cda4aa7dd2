import type { Socket } from 'node:net';
import { type Field, frame } from '../frames.ts';
import type { TaskName, TaskState } from '../messages.ts';
import { recordFields } from './journal.ts';
import { bootMs } from './system.ts';
import type { TaskTable } from './tasks.ts';

/** A request that is not met. One that is `malformed` ends its connection too. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, sentence: string) {
    super(sentence);
    this.code = code;
  }
}

/** Sends one frame: of a task, or of the fields given. */
export function send(
  socket: Socket,
  verb: string,
  id: string | number,
  content: TaskState | readonly Field[],
): void {
  if (socket.writable) socket.write(frame(verb, id, ...('task' in content ? taskFields(content) : content)));
}

function taskFields(task: TaskState): Field[] {
  const name = [task.task, task.attempt];
  return task.state === 'running'
    ? [...name, task.state, task.startedMs]
    : [...name, ...recordFields(task), task.sentence];
}

/** Fields of a start before its variables. */
const startFixed = 12;

/** Answers one request, in some cases later. Throws Refused. */
export function answer(fields: readonly Buffer[], tasks: TaskTable, socket: Socket): void {
  const [verb, id = '', ...rest] = fields.map(String);
  if (!/^\d{1,18}$/.test(id)) throw malformed();
  const pattern = `${verb} ${fields.length}`;
  if (verb === 'start') Promise.resolve(start(fields, tasks)).then((task) => send(socket, 'task', id, task));
  else if (pattern === 'now 2') send(socket, 'now', id, now(tasks));
  else if (pattern === 'list 2') {
    for (const task of tasks.all()) send(socket, 'task', id, task);
    send(socket, 'done', id, []);
  } else if (pattern === 'cancel 5') {
    const name = readName(rest);
    const task = find(tasks, name);
    tasks.cancel(name, number(rest[2]));
    send(socket, 'task', id, task);
  } else if (pattern === 'forget 4') {
    const name = readName(rest);
    if (find(tasks, name).state === 'running')
      throw new Refused('still-running', 'a task that has not ended cannot be forgotten');
    tasks.forget(name).then(() => send(socket, 'done', id, []));
  } else throw malformed();
}

function start(fields: readonly Buffer[], tasks: TaskTable): Promise<TaskState> | TaskState {
  if (fields.length <= startFixed) throw malformed();
  const [latestStartMs, endMs, graceMs, outputBytes, memoryBytes, processes, variables] = fields
    .slice(5, startFixed)
    .map((field) => number(String(field))) as [number, number, number, number, number, number, number];
  if (variables >= fields.length - startFixed) throw malformed();
  const name = readName([String(fields[2]), String(fields[3])]);
  const known = tasks.find(name);
  if (known !== undefined) return known;
  const bootId = String(fields[4]);
  if (bootId !== tasks.bootId)
    throw new Refused('other-boot', 'the times of this start are those of another boot of the machine');
  if (tasks.isFull) throw new Refused('busy', 'there are as many tasks as this machine can take');
  if (tasks.failure !== '') throw new Refused('journal', 'the journal cannot be written');
  return tasks.start({
    ...name,
    bootId,
    latestStartMs,
    endMs,
    graceMs,
    limits: { outputBytes, memoryBytes, processes },
    environment: fields.slice(startFixed, startFixed + variables),
    argv: fields.slice(startFixed + variables),
  });
}

function now(tasks: TaskTable): Field[] {
  return [
    ['protocol', 1],
    ['boot-id', tasks.bootId],
    ['boot-ms', bootMs()],
    ['parents', 'no'],
    ['descendants', 'group'],
    ['limits', tasks.limits],
    ['grouped', ''],
    ['ungrouped', 'the supervisor in Node.js makes no control groups'],
    ['any-bytes', 'no'],
    ['closes-all', 'no'],
    ['known', tasks.known],
    ['running', tasks.running],
    ['journal', tasks.failure],
  ].flat();
}

function readName([task = '', attempt = '']: readonly string[]): TaskName {
  if (!/^(?!\.)[A-Za-z0-9._-]{1,128}$/.test(task) || !/^(?:0|[1-9]\d{0,8})$/.test(attempt))
    throw new Refused(
      'bad-name',
      'a task has an id of letters, digits, . _ - and a whole number as its attempt',
    );
  return { task, attempt: Number(attempt) };
}

function find(tasks: TaskTable, name: TaskName): TaskState {
  const task = tasks.find(name);
  if (task === undefined) throw new Refused('unknown-task', 'no such task and attempt is known');
  return task;
}

function number(text = ''): number {
  if (!/^\d{1,18}$/.test(text)) throw malformed();
  return Number(text);
}

function malformed(): Refused {
  return new Refused(
    'malformed',
    'this is no request: its verb is not known, or its fields are not those of its verb',
  );
}
