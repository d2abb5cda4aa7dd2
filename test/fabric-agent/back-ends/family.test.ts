import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AttemptKey } from '../../../fabric-agent/back-ends/back-end.ts';
import { familyOf, keepingFamily } from '../../../fabric-agent/back-ends/family.ts';
import { refuseForgotten, resourcesIn } from '../../../fabric-agent/resources.ts';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import type { AttemptEvent } from '../../../fabric-agent/tasks/attempt.ts';
import { openJournal } from '../../../fabric-agent/tasks/journal.ts';
import { tasksUnderWay } from '../../../fabric-agent/tasks/under-way.ts';
import { systemClock } from '../../../platform/clock.ts';
import { Refusal } from '../../../platform/failure.ts';
import { silentLog } from '../../../platform/log.ts';
import { keptOf } from '../tasks/attempts.ts';

const at = { boot: 'this one', atMs: 1 };
const granted: AttemptEvent = { type: 'granted', latestStartMs: 60_000, leaseMs: null };

/** The folder of an agent that was killed, with these journals. */
async function given(journals: Readonly<Record<string, readonly (readonly [string, AttemptEvent])[]>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-family-'));
  for (const [name, said] of Object.entries(journals)) {
    const { journal } = await openJournal<AttemptKey & { readonly event: AttemptEvent }>({
      ...{ file: join(folder, name), compactBytes: 2 ** 20, retryMs: 10, clock: systemClock, log: silentLog },
      snapshot: () => [],
      changed: () => {},
    });
    for (const [task, event] of said) await journal.append({ task, attempt: 1, event });
    await journal.close();
  }
  return {
    folder,
    start: async (family: string) => {
      await using part = keepingFamily({ folder, family, underWay: () => tasksUnderWay(folder) });
      await part.start();
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const assigned = (task: string): [string, AttemptEvent] => [
  task,
  { type: 'assigned', key: { task, attempt: 1 }, kept: keptOf() },
];
const started = (task: string): [string, AttemptEvent][] => [
  assigned(task),
  [task, { type: 'asked', at }],
  [task, granted],
];

describe('an agent whose back end was changed', () => {
  it('does not start while tasks are with the one before, and says which, and what to do', async () => {
    await using agent = await given({
      'tasks.journal': [...started('a.1'), ...started('a.2'), assigned('a.3')],
      'tasks.b0123456789abcdef.journal': started('b.1'),
    });
    await agent.start('slurm lab@head');
    const error: unknown = await agent.start('local').catch((thrown) => thrown);
    if (!(error instanceof Refusal)) throw new Error('it started');
    expect(error).to.include({ code: 'back-end-changed', status: 409 });
    expect(error.detail)
      .to.include('3 tasks')
      .and.include('slurm lab@head')
      .and.include('b.1')
      .and.include('a.1');
    expect(error.next).to.include('agent.accept-tasks: false').and.include(join(agent.folder, 'back-end'));
    expect(error.detail + error.next).to.not.include('\n');
    await agent.start('slurm lab@head');
    await rm(join(agent.folder, 'back-end'));
    await agent.start('local');
  });

  it('starts where nothing is with the one before: what has not begun is begun by the new one', async () => {
    await using agent = await given({
      'tasks.journal': [assigned('a.2'), ['a.2', { type: 'forgotten' }], assigned('a.3')],
    });
    await agent.start('slurm lab@head');
    await agent.start('local');
    expect(await readFile(join(agent.folder, 'back-end'), 'utf8')).to.equal('local\n');
  });

  it('takes a cluster that does not say its name for the one before', async () => {
    await using agent = await given({ 'tasks.journal': started('a.1') });
    await agent.start('slurm lab@head');
    await agent.start('slurm ?');
    expect(await readFile(join(agent.folder, 'back-end'), 'utf8')).to.equal('slurm lab@head\n');
    const error: unknown = await agent.start('sge ?').catch((thrown) => thrown);
    expect(error).to.be.instanceOf(Refusal);
  });

  it('starts when a cluster says its name that did not say it before, and is of that one from then on', async () => {
    await using agent = await given({ 'tasks.journal': started('a.1') });
    await agent.start('slurm ?');
    await agent.start('slurm lab@head');
    expect(await readFile(join(agent.folder, 'back-end'), 'utf8')).to.equal('slurm lab@head\n');
    const error: unknown = await agent.start('slurm other@head').catch((thrown) => thrown);
    expect(error).to.be.instanceOf(Refusal);
    await agent.start('slurm lab@head');
  });

  it('does not start as several resources while tasks are with what it serves no more', async () => {
    await using agent = await given({ 'tasks.journal': started('a.1') });
    const own = (...names: string[]) =>
      resourcesIn(agentSettings.parse({ resources: names.map((name) => ({ name })) }), agent.folder);
    await refuseForgotten(agent.folder, own());
    const error: unknown = await refuseForgotten(agent.folder, own('long')).catch((thrown) => thrown);
    if (!(error instanceof Refusal)) throw new Error('it started');
    expect(error.detail).to.include('without agent.resources').and.include('a.1');
    // All else of the folder is of what it serves now: keys, enrolments and tasks.
    expect(error.next).to.match(/remove \S+\/tasks\*\.journal$/);
    await mkdir(join(agent.folder, 'resources', 'long'), { recursive: true });
    await rename(
      join(agent.folder, 'tasks.journal'),
      join(agent.folder, 'resources', 'long', 'tasks.journal'),
    );
    await refuseForgotten(agent.folder, own('long', 'short'));
    const other: unknown = await refuseForgotten(agent.folder, own('short')).catch((thrown) => thrown);
    expect((other as Refusal).detail).to.include('the resource long: a.1');
  });

  it('is one by what finds its runs, not by what encloses them', () => {
    const family = (backEnd: string, more = {}) =>
      familyOf(agentSettings.parse({ 'back-end': backEnd, ...more }), undefined);
    expect(family('bubblewrap')).to.equal(family('local'));
    expect(family('container')).to.not.equal(family('local'));
    const far = { 'ssh-host': 'far', 'ssh-user': 'me' };
    expect(family('ssh', { ...far, 'ssh-folder': '/scratch/ogm' })).to.not.equal(family('ssh', far));
    expect(family('ssh', { ...far, 'ssh-known-hosts': '/etc/known' })).to.equal(family('ssh', far));
    expect(familyOf(agentSettings.parse({ 'back-end': 'slurm' }), 'slurm lab@head')).to.equal(
      'slurm lab@head',
    );
  });
});
