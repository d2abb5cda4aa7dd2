import { z } from 'zod';
import { hoursOf } from '../../fabric-agent/hours/hours.ts';
import type { Found } from '../../fabric-agent/init/found.ts';
import { type Answers, applies, proposed } from '../../fabric-agent/init/proposals.ts';
import { type Known, settingsOf } from '../../platform/config/settings.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { settingsSchema } from '../settings.ts';

export interface Question {
  /** The setting that the answer is of. */
  readonly path: string;
  readonly flag: string;
  readonly unit: string;
  /** What is asked on a terminal; nothing of what has a good default, or is a flag's alone. */
  readonly asks?: string;
  readonly says: string;
  /** Whether nothing works without an answer, where it is asked. */
  readonly isNeeded?: boolean;
}

/** What an owner is asked, in this order: what is asked later may depend on what was said. */
export const questions: readonly Question[] = [
  {
    path: 'agent.back-end',
    flag: 'back-end',
    unit: 'word',
    asks: 'How do tasks run',
    says: 'how tasks run: local, bubblewrap, container, slurm, sge, torque, or ssh on another host',
  },
  {
    path: 'agent.container-engine',
    flag: 'container-engine',
    unit: 'command',
    says: 'the engine that runs containers',
  },
  {
    path: 'agent.ssh-host',
    flag: 'ssh-host',
    unit: 'host',
    asks: 'On which host',
    says: 'the host behind ssh on which tasks run (docs/ssh.md)',
    isNeeded: true,
  },
  {
    path: 'agent.ssh-user',
    flag: 'ssh-user',
    unit: 'user',
    asks: 'As which user there',
    says: 'the user as whom they run there',
    isNeeded: true,
  },
  {
    path: 'agent.ssh-key',
    flag: 'ssh-key',
    unit: 'file',
    asks: 'By which private key',
    says: 'the private key that lets the agent in there',
    isNeeded: true,
  },
  {
    path: 'agent.ssh-known-hosts',
    flag: 'ssh-known-hosts',
    unit: 'file',
    asks: 'Which file has the key of that host',
    says: 'the file with the key of that host, of ssh-keyscan',
    isNeeded: true,
  },
  {
    path: 'agent.ssh-way',
    flag: 'ssh-way',
    unit: 'word',
    asks: 'How do tasks run there: local, slurm, sge or torque',
    says: 'how they run there: local, slurm, sge or torque',
  },
  {
    path: 'agent.queue',
    flag: 'queue',
    unit: 'name',
    asks: 'In which partition or queue',
    says: 'the partition or queue of the batch system',
  },
  {
    path: 'agent.max-queued',
    flag: 'max-queued',
    unit: 'count',
    asks: 'How many tasks wait or run there at once',
    says: 'how many tasks wait or run in the batch system at once',
  },
  {
    path: 'agent.cpus',
    flag: 'cores',
    unit: 'count',
    asks: 'How many processor cores may be used',
    says: 'how many processor cores may be used',
  },
  {
    path: 'agent.memory',
    flag: 'memory',
    unit: 'size',
    asks: 'How much memory',
    says: "how much memory may be used, such as '8 GiB'",
  },
  {
    path: 'agent.task-owners',
    flag: 'task-owners',
    unit: 'users',
    asks: 'Whose tasks run here (users, with commas; Enter: all that the broker sends)',
    says: 'whose tasks run here, with commas; all that the broker sends unless given',
  },
  {
    path: 'agent.hours',
    flag: 'hours',
    unit: 'windows',
    asks: "When does it serve, such as '20:00-08:00, weekends' (Enter: always)",
    says: "when it serves, such as '20:00-08:00, weekends'; always unless given",
  },
  {
    path: 'agent.time-zone',
    flag: 'time-zone',
    unit: 'name',
    says: 'the time zone of that; the one of this machine unless given',
  },
  {
    path: 'agent.at-closing',
    flag: 'at-closing',
    unit: 'word',
    asks: 'What runs at closing time: finish or stop',
    says: 'what becomes of tasks that run when the hours end: finish or stop',
  },
  {
    path: 'client.broker-url',
    flag: 'broker',
    unit: 'url',
    asks: 'Where is the broker',
    says: 'the address of the broker',
  },
];

/** The setting of a path. */
export function settingAt(path: string): Known {
  const setting = settingsOf(settingsSchema).find((one) => one.path === path);
  if (setting === undefined) throw new Error(`there is no setting ${path}`);
  return setting;
}

/** What is wrong with an answer, as the reader of the configuration says it; undefined where nothing is. */
function whyNotRead(path: string, text: string, said: Answers): string | undefined {
  const read = z.safeParse(settingAt(path).schema, text);
  if (!read.success) return read.error.issues[0]?.message ?? 'cannot be read';
  if (path !== 'agent.hours' && path !== 'agent.time-zone') return undefined;
  try {
    const hours = path === 'agent.hours' ? text : (said.get('agent.hours') ?? '');
    const zone = path === 'agent.time-zone' ? text : said.get('agent.time-zone');
    hoursOf({ hours: hours.split(',').filter((one) => one.trim() !== ''), 'time-zone': zone });
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.detail.replace(/^agent\.\S+: /, '');
    throw error;
  }
}

/** Asks one question; resolves with what was typed, or rejects where nobody will answer any more. */
export type AskOwner = (question: string) => Promise<string>;

/**
 * Has every question answered: by what was given, by the owner where there is one to ask, or as is proposed. Throws a
 * Refusal `bad-configuration` where what was given cannot be.
 */
export async function answers(
  given: Answers,
  found: Found,
  owner: { readonly ask: AskOwner; readonly tell: (line: string) => void } | undefined,
): Promise<Answers> {
  const said = new Map<string, string>();
  for (const question of questions) {
    const { path, flag, isNeeded = false } = question;
    const text = given.get(path);
    if (text !== undefined) {
      const why = whyNotRead(path, text, said);
      if (why !== undefined) throw new Refusal(failure('bad-configuration', `--${flag}: ${why}`));
      said.set(path, text);
      continue;
    }
    if (!applies(path, said)) continue;
    const usual = proposed(path, found, said);
    const answer = owner === undefined ? usual : await asked(owner, question, usual, said);
    if (answer !== undefined) said.set(path, answer);
    else if (isNeeded) throw new Refusal(failure('bad-configuration', `--${flag}: has to be said`));
  }
  return said;
}

async function asked(
  { ask, tell }: { readonly ask: AskOwner; readonly tell: (line: string) => void },
  { asks, path, isNeeded }: Question,
  usual: string | undefined,
  said: Answers,
): Promise<string | undefined> {
  if (asks === undefined) return usual;
  for (;;) {
    const text = (await ask(`${asks}${usual === undefined ? '' : ` [${usual}]`}: `)).trim();
    if (text === '' && (usual !== undefined || isNeeded !== true)) return usual;
    const why = text === '' ? 'has to be said' : whyNotRead(path, text, said);
    if (why === undefined) return text;
    tell(`  ${why}`);
  }
}
