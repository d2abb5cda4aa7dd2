import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { upCommand } from '../../cli/commands/up.ts';
import { type Commands, userCommands } from '../../cli/user-commands.ts';
import { catalogue } from '../../protocol/catalogue.ts';
import { dealStates } from '../../protocol/deals/states.ts';
import { reasonWords } from '../../protocol/decline-words.ts';
import { jobStates, taskStates } from '../../protocol/jobs/states.ts';
import { nodeStates } from '../../protocol/node-states.ts';
import type { Situation } from '../../protocol/why/situation.ts';
import { type SituationName, situations } from '../../protocol/why/situations.ts';

const all: readonly Situation[] = Object.values(situations);

type Covering = NonNullable<Situation['covers']>;

/** What no situation covers. */
function missing<K extends keyof Covering>(kind: K, wanted: readonly string[]): string[] {
  const covered = new Set<string>(all.flatMap(({ covers }) => [...(covers?.[kind] ?? [])]));
  return wanted.filter((one) => !covered.has(one));
}

/** By these statuses (RFC 9110) somebody is told that it may go another time, or when somebody else has done something. */
const passing: ReadonlySet<number> = new Set([402, 429, 503, 504, 507]);

/** Said in the log of an agent, or where one is started: nothing that anybody asked for waits for them. */
const ofAgents: ReadonlySet<string> = new Set(['supervisor-refused', 'agent-not-ready']);

/** Situations that only a script can build, and why. */
const scripted: Partial<Record<SituationName, string>> = {
  'being-chosen': 'it lasts as long as the store takes nothing, and a node has room just then',
  'node-joining': 'it lasts from the beginning of a session until the first word of the agent',
  'node-refuses': 'agents of this project put no test into what they say',
  'task-unheard': 'an agent that is there answers',
  'slurm-Licenses': 'takes a Slurm that counts licences',
  'slurm-limit': 'takes a Slurm with a database of accounts',
  'refused-stopped': 'takes a node that does not answer while the broker stops',
};

describe('the table of situations', () => {
  it('has fifty at least, of which eight are told by Slurm or Grid Engine', () => {
    const names = Object.keys(situations);
    expect(names.length).to.be.at.least(50);
    expect(names.filter((name) => /^(?:slurm|sge)-/.test(name)).length).to.be.at.least(8);
  });

  it('has every reason of a Decline', () => {
    expect(missing('declines', reasonWords)).to.deep.equal([]);
  });

  it('has every state in which something can wait or has failed', () => {
    const over = (states: readonly string[], ends: readonly string[]) =>
      states.filter((state) => !ends.includes(state));
    expect(missing('jobs', over(jobStates, ['FINISHED', 'CANCELLED']))).to.deep.equal([]);
    expect(missing('tasks', over(taskStates, ['done', 'cancelled']))).to.deep.equal([]);
    expect(missing('deals', dealStates)).to.deep.equal([]);
    expect(missing('nodes', over(nodeStates, ['alive']))).to.deep.equal([]);
  });

  it('has every code of the catalogue by which something is refused that may go another time', () => {
    const codes = Object.entries(catalogue).flatMap(([code, { status }]) =>
      passing.has(status) && !ofAgents.has(code) ? [code] : [],
    );
    expect(missing('codes', codes)).to.deep.equal([]);
  });

  it('names commands that there are', async () => {
    const commands: Commands = { ...userCommands, up: async () => upCommand() };
    for (const { next } of all)
      for (const [named, first = '', second] of next.matchAll(/\bogm ([a-z]+)(?: ([a-z]+))?/g)) {
        const command = await commands[first]?.();
        expect(command, named).to.not.equal(undefined);
        const below = command?.commands.map((one) => one.name()) ?? [];
        if (below.length > 0 && second !== undefined) expect(below, named).to.include(second);
      }
  });

  it('is built, each of it, by a test; by markets, brokers, agents and batch systems as they are but where that cannot be had', async () => {
    const scripts = await builtIn((name) => name === 'scripted.test.ts');
    const real = await builtIn((name) => name.endsWith('.test.ts') && name !== 'scripted.test.ts');
    const names = Object.keys(situations);
    expect(names.filter((id) => !real.has(id) && !scripts.has(id))).to.deep.equal([]);
    expect(names.filter((id) => !real.has(id))).to.have.members(Object.keys(scripted));
    expect(names.filter((id) => real.has(id) && /^(?:slurm|sge)-/.test(id)).length).to.be.at.least(8);
  });
});

/** The situations that the tests of some files build: each names it where it is seen. */
async function builtIn(isWanted: (name: string) => boolean): Promise<ReadonlySet<string>> {
  const folder = new URL('.', import.meta.url);
  const files = (await readdir(folder)).filter(isWanted);
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
  const naming = /\b(?:seen|shows|why|later|next|refused|declined)\(\s*'([\w-]+)'/g;
  return new Set(texts.flatMap((text) => [...text.matchAll(naming)].map(([, id = '']) => id)));
}
