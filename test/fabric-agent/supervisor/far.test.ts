import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { real } from '../../support/real.ts';
import { eventually } from '../support.ts';
import { inC, isAlive } from './support.ts';

(real('gcc') ? describe : describe.skip)('a supervisor that is reached from elsewhere', () => {
  let folder: string;
  let program: string;
  let all: ChildProcessWithoutNullStreams[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'supervisor-'));
    [program = ''] = await inC.command();
    all = [];
  });
  afterEach(async () => {
    for (const one of all) one.kill('SIGKILL');
    const stopping = spawn(program, ['stop', folder]);
    await once(stopping, 'exit');
    await rm(folder, { recursive: true, force: true });
  });

  /** One that is connected; nobody closes what it hears, as where a connection was cut without a word. */
  async function attach(): Promise<ChildProcessWithoutNullStreams> {
    const one = spawn(program, ['attach', folder, '60000']);
    all.push(one);
    const [said] = await once(one.stdout, 'data');
    expect(String(said)).to.equal('ogm:attached\n');
    return one;
  }

  it('has one connection, the last: however many were cut of which it has not heard, it serves the next', async () => {
    const first = await attach();
    const ended = once(first, 'exit');
    await attach();
    await ended;
    for (let count = 0; count < 20; count += 1) await attach();
    const last = all.at(-1)!;
    await eventually(() => expect(all.filter(({ pid }) => isAlive(pid!))).to.deep.equal([last]));
    expect(last.exitCode).to.equal(null);
  });
});
