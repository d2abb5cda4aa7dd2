import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { judgeAllowList } from '../../../fabric-agent/doctor/allow-list.ts';
import { judgeClock } from '../../../fabric-agent/doctor/clock.ts';
import { judgeFolder, lookAtFolder } from '../../../fabric-agent/doctor/data-folder.ts';
import { judgeEnrolments, reach } from '../../../fabric-agent/doctor/enrolments.ts';
import type { Finding } from '../../../fabric-agent/doctor/finding.ts';
import { judgeHours } from '../../../fabric-agent/doctor/hours.ts';
import { judgeIsolation } from '../../../fabric-agent/doctor/isolation.ts';
import { judgeOffered, judgeSharedFolder } from '../../../fabric-agent/doctor/offered.ts';
import { judgeOpenFiles, openFilesMost } from '../../../fabric-agent/doctor/open-files.ts';
import { judgeRuntime } from '../../../fabric-agent/doctor/runtime.ts';
import { judgeShares } from '../../../fabric-agent/doctor/shares.ts';
import { judgeSupervisor } from '../../../fabric-agent/doctor/supervisor.ts';
import { judgeUser } from '../../../fabric-agent/doctor/user.ts';
import { judgeVariables } from '../../../fabric-agent/doctor/variables.ts';
import type { Now } from '../../../fabric-agent/supervisor/messages.ts';
import { refuseElsewhere, whyNotHere } from '../../../fabric-agent/systems.ts';
import { Refusal } from '../../../platform/failure.ts';
import { failure } from '../../../protocol/catalogue.ts';

const mebibyte = 2 ** 20;

/** What an owner reads of each, with what is to be done about every complaint. */
function told(findings: Finding | readonly Finding[]): string[] {
  const all = [findings].flat();
  for (const { state, next } of all) expect(next === undefined).to.equal(state === 'well');
  return all.map(({ about, state, says }) => `${state}: ${about}: ${says}`);
}

const states = (findings: readonly Finding[]) => findings.map(({ state }) => state);

describe('what the doctor says of', () => {
  it('Node.js and the system', () => {
    expect(states(judgeRuntime('24.3.0', 'linux'))).to.deep.equal(['well', 'well']);
    expect(states(judgeRuntime('22.9.0', 'darwin'))).to.deep.equal(['wrong', 'warning']);
    expect(told(judgeRuntime('26.0.0', 'win32')).at(-1)).to.match(/^wrong: system: .*Windows/);
  });

  it('Windows, where the agent refuses to start, in one line', () => {
    expect(whyNotHere('win32')).to.match(/^the agent does not run on Windows.*$/);
    expect(() => refuseElsewhere('win32')).to.throw(/Windows/);
    for (const platform of ['linux', 'darwin'] as const) refuseElsewhere(platform);
  });

  it('the user', () => {
    expect(told(judgeUser(0))).to.deep.equal([
      'warning: user: the agent runs as root, and so does every task',
    ]);
    expect(judgeUser(1000).state).to.equal('well');
  });

  it('the hours, by the clocks of their zone', () => {
    const at = (moment: string) => ({ now: () => Date.parse(moment) });
    const evenings = {
      hours: ['20:00-08:00'],
      'time-zone': 'Europe/Stockholm',
      'at-closing': 'finish',
    } as const;
    const said = (moment: string, more: Partial<Record<'at-closing', 'stop'>> & { hours?: string[] } = {}) =>
      told(judgeHours({ ...evenings, hours: [...evenings.hours], ...more }, at(moment)));
    expect(said('2026-11-23T12:00:00Z')).to.deep.equal([
      'warning: hours: it is closed until Monday, 20:00 CET',
    ]);
    expect(said('2026-11-23T21:00:00Z', { 'at-closing': 'stop' })).to.deep.equal([
      'well: hours: it serves until Tuesday, 08:00 CET; what runs then is stopped',
    ]);
    expect(said('2026-11-23T21:00:00Z', { hours: [] })).to.deep.equal([
      'well: hours: it serves at all times',
    ]);
    expect(said('2026-11-23T21:00:00Z', { hours: ['always'] })[0]).to.match(
      /^wrong: hours: agent.hours: 'always' names a day/,
    );
  });

  it('what is offered, where that is nothing', () => {
    const nothing = { applications: [], detect: false, 'detect-also': [], 'back-end': 'local' } as const;
    const settings = { ...nothing, applications: [], 'detect-also': [] };
    expect(told(judgeOffered(settings))[0]).to.match(/^warning: applications: none is configured/);
    expect(judgeOffered({ ...settings, detect: true })).to.deep.equal([]);
    expect(told(judgeOffered({ ...settings, detect: true, 'back-end': 'container' }))[0]).to.match(
      /none of the configuration has an image/,
    );
  });

  it('a data folder that the machines of a cluster may not see', () => {
    const [ext4, nfs] = [0xef53, 0x6969];
    expect(told(judgeSharedFolder('/var/ogm', ext4, { 'back-end': 'slurm' }))[0]).to.match(
      /^warning: data folder: \/var\/ogm lies on a file system of this machine alone/,
    );
    expect(judgeSharedFolder('/net/ogm', nfs, { 'back-end': 'slurm' })).to.deep.equal([]);
    expect(judgeSharedFolder('/var/ogm', ext4, { 'back-end': 'bubblewrap' })).to.deep.equal([]);
  });

  it('the data folder and its disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
    const uid = process.geteuid?.();
    await chmod(folder, 0o755);
    const facts = await lookAtFolder(folder);
    expect(told(judgeFolder(facts, uid, 0))[0]).to.equal(
      `wrong: data folder: others may look into ${folder} (mode 755)`,
    );
    await rm(folder, { recursive: true });
    expect(states(judgeFolder(await lookAtFolder(folder), uid, 0))).to.deep.equal(['well']);
    const own = { folder, owner: 1, mode: 0o40700, freeBytes: 100 * mebibyte };
    expect(states(judgeFolder(own, 1, 200 * mebibyte))).to.deep.equal(['well', 'warning']);
    expect(states(judgeFolder(own, 2, 50 * mebibyte))).to.deep.equal(['wrong', 'well']);
    expect(states(judgeFolder({ ...own, freeBytes: mebibyte }, 1, 0))).to.deep.equal(['well', 'wrong']);
  });

  const now: Now = {
    bootId: 'a boot',
    bootMs: 100_000,
    parents: true,
    descendants: 'all',
    limits: ['output', 'memory', 'processes'],
    grouped: ['memory', 'processes'],
    ungrouped: '',
    anyBytes: true,
    closesAll: true,
    encloses: true,
    known: 0,
    running: 0,
    journal: '',
  };

  it('the supervisor, and how it holds limits', () => {
    expect(states(judgeSupervisor(now))).to.deep.equal(['well', 'well']);
    expect(told(judgeSupervisor({ ...now, grouped: [], ungrouped: 'not delegated' }))[1]).to.equal(
      'warning: limits: memory and processes looked at each second: not delegated',
    );
    expect(told(judgeSupervisor({ ...now, grouped: ['memory'], ungrouped: 'no pids' }))[1]).to.equal(
      'warning: limits: memory bounded by control groups, processes looked at each second: no pids',
    );
    const inNode = { ...now, parents: false, descendants: 'group', limits: ['output'], grouped: [] } as const;
    expect(told(judgeSupervisor(inNode))).to.deep.equal([
      'warning: supervisor: the one in Node.js, which cannot promise that tasks go on when it is killed, or that all is killed that a task leaves, or bounds on memory and processes',
      'warning: limits: neither memory nor processes are bounded: ',
    ]);
    expect(states(judgeSupervisor({ ...now, journal: 'No space left on device' }))).to.include('wrong');
    expect(states(judgeSupervisor(new Error('it did not start')))).to.deep.equal(['wrong']);
  });

  it('the clock', () => {
    expect(judgeClock(now, 101_000).state).to.equal('well');
    expect(judgeClock(now, 900_000).state).to.equal('wrong');
    expect(judgeClock({ ...now, bootId: '' }, 100_000).state).to.equal('wrong');
    expect(judgeClock({ ...now, bootId: 'booted-1' }, 100_000).state).to.equal('warning');
  });

  it('the brokers', async () => {
    const name = 'mine';
    const said = (url: string, reached: Parameters<typeof judgeEnrolments>[0][number]['reached']) =>
      judgeEnrolments([{ name, url, reached }])[0]?.state;
    expect(states(judgeEnrolments([]))).to.deep.equal(['warning']);
    expect(states(judgeEnrolments([], ['ann'])), 'a client may call').to.deep.equal(['well']);
    expect(said('https://b.example:8443', { status: 401 })).to.equal('well');
    expect(said('http://127.0.0.1:8480', { status: 401 })).to.equal('well');
    expect(said('http://[::1]:8480', { status: 401 })).to.equal('well');
    expect(said('http://192.0.2.7:8480', { status: 401 })).to.equal('warning');
    expect(said('https://b.example:8443', { status: 503 })).to.equal('warning');
    expect(said('https://b.example:8443', { failed: 'self-signed certificate' })).to.equal('wrong');
    expect(await reach('http://127.0.0.1:1', async () => new Response('', { status: 401 }))).to.deep.equal({
      status: 401,
    });
    const broken = () => Promise.reject(new Error('no route'));
    expect(await reach('http://127.0.0.1:1', broken)).to.deep.equal({ failed: 'no route' });
  });

  it('the allow-list', () => {
    const offers = (expression: string) => ({
      detect: false,
      applications: [
        { name: 'blast', argv: ['blast', '{file}'], arguments: { file: expression }, limits: {} },
      ],
    });
    expect(states(judgeAllowList(offers('[a-z][a-z.]*')))).to.deep.equal(['well']);
    for (const open of ['.*', '.+', '[\\s\\S]*', '[^;]*|.*'])
      expect(states(judgeAllowList(offers(open))), open).to.deep.equal(['warning']);
    expect(states(judgeAllowList(offers('(')))).to.deep.equal(['wrong']);
    expect(states(judgeAllowList({ ...offers('a'), detect: true }))).to.deep.equal(['warning']);
  });

  it('the variables of programs', () => {
    const variables = (environment: string[], patterns: string[]) =>
      judgeVariables({ environment, 'task-variables': patterns }).state;
    expect(variables(['DATA=/srv'], ['.*'])).to.equal('well');
    expect(variables(['LD_PRELOAD=x'], [])).to.equal('wrong');
    expect(variables([], ['('])).to.equal('wrong');
  });

  it('what is offered of the machine', () => {
    const machine = { cpus: 4, memoryBytes: 8 * 2 ** 30, arch: 'x86_64', os: 'Linux' };
    const shares = { cpus: undefined, memory: undefined, 'concurrent-programs': undefined };
    expect(told(judgeShares(shares, machine))).to.deep.equal([
      'well: shares: 4 cores and 8192 MiB are offered',
    ]);
    const most = { cpus: 5, memory: 2 ** 40, 'concurrent-programs': 5 };
    expect(states(judgeShares(most, machine))).to.deep.equal(['warning', 'warning', 'warning']);
  });

  it('how many files may be open', async () => {
    const settings = {
      'waiting-connections': 64,
      'poll-connections': 64,
      'held-tasks': 64,
      'concurrent-programs': undefined,
    };
    expect(judgeOpenFiles(await openFilesMost(), settings, 1).about).to.equal('open files');
    expect(judgeOpenFiles(256, settings, 2).state).to.equal('warning');
    expect(judgeOpenFiles(1024, settings, 2).state).to.equal('well');
    expect(judgeOpenFiles(undefined, settings, 2).state).to.equal('well');
  });

  it('what keeps tasks from this machine', () => {
    const local = { 'back-end': 'local', 'accept-unisolated': false, 'task-network': 'none' } as const;
    const isolates = { ...local, 'back-end': 'bubblewrap' } as const;
    const whyNot = new Refusal(failure('back-end-failed', 'there is no bwrap', 'install it'));
    expect(told(judgeIsolation({ ...local, 'accept-unisolated': true }, undefined))[0])
      .to.include('tasks of anybody')
      .and.include('bubblewrap would keep them apart');
    expect(told(judgeIsolation(local, whyNot))[0])
      .to.include("its owner's tasks")
      .and.include('bubblewrap would not work: there is no bwrap');
    expect(states([judgeIsolation(isolates, undefined)])).to.deep.equal(['well']);
    expect(states([judgeIsolation({ ...isolates, 'task-network': 'host' }, undefined)])).to.deep.equal([
      'warning',
    ]);
  });
});
