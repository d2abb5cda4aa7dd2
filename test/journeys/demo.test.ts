import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm, startOgm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import { temporaryFolder } from './support/house.ts';
import { childrenOf, lives } from './support/processes.ts';

describe('ogm demo', () => {
  async function demo(path?: (folder: string) => Promise<string>) {
    await using folder = await temporaryFolder();
    const temporary = join(folder.path, 'temporary');
    await mkdir(temporary);
    const PATH = path === undefined ? {} : { PATH: await path(folder.path) };
    // A setting of the user that no agent could start with.
    const own = { OGM_AGENT_WORK_DIRECTORY: '/proc/none' };
    const ended = await ogm(['demo'], { cwd: folder.path, env: { TMPDIR: temporary, ...own, ...PATH } });
    expect(ended.code, ended.stdout + ended.stderr).to.equal(0);
    expect(await readdir(temporary)).to.deep.equal([]);
    const { stdout } = ended;
    for (const said of [
      '  > SLA-version: 0.1\n  > Action: Ask\n',
      '  < SLA-version: 0.1\n  < Action: Tell\n',
      '  < RESOURCE-version: 0.1\n  < Action: Tell\n',
      '  < Host: 127.0.0.1:',
      '  < Matched: 0 of 1\n',
      '  < Suggest: Cpus: ',
      '  < Matched: 1 of 1\n',
      'ogm account grant local 1 CREDIT\n',
      '  < Action: Offer\n',
      '  < Estimate: 0.06 CREDIT\n',
      '  < Action: Agreement\n',
      '  < State: active\n',
      '  > Action: Complete\n',
      '    3 task at 0.01 CREDIT/task -> 0.03 CREDIT\n',
      'rod.out',
      '****',
      '  the job QUEUED\n',
      '  the job RUNNING\n',
      '  the job FINISHED\n',
    ])
      expect(stdout).to.contain(said);
    expect(stdout).to.match(
      /^ogm submit --agreement agr-\w+ --tasks 3 --input heat\.mjs --input rod\.txt -- heat\.mjs rod\.txt \{task\}00$/m,
    );
    const [, total, most] = /^ {4}total ([\d.]+) CREDIT of at most ([\d.]+) CREDIT$/m.exec(stdout) ?? [];
    expect(Number(total)).to.be.greaterThan(0.03).and.at.most(Number(most));
    for (const task of [1, 2, 3]) {
      const states = [...stdout.matchAll(new RegExp(`^  task ${task} ([a-z-]+)$`, 'gm'))].map(
        ([, state]) => state,
      );
      expect(states[0]).to.equal('held');
      expect(states.filter((state) => state === 'started')).to.have.length(1);
      expect(states.at(-1)).to.equal('done');
      const left = `^  task ${task}: 64 points after ${task}00 steps: mean [\\d.]+, hottest [\\d.]+; came back: rod\\.out$`;
      expect(stdout).to.match(new RegExp(left, 'm'));
    }
    return stdout;
  }

  /** A search path without any compiler. */
  async function bare(folder: string): Promise<string> {
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await symlink(process.execPath, join(bin, 'node'));
    await symlink('/usr/bin/env', join(bin, 'env'));
    return bin;
  }

  it('shows the conversation, a run, and a job from its Offer to its Bill, and leaves nothing behind, without any compiler', async () => {
    const stdout = await demo(bare);
    expect(stdout).to.contain('There is no C compiler on this machine');
    expect(stdout).to.match(/^ogm run node\d+\.\d+\.\d+ heat\.mjs rod\.txt -- heat\.mjs rod\.txt 500$/m);
    expect(stdout).not.to.contain('gcc');
  });

  async function interruptedAfter(moment: RegExp, path?: (folder: string) => Promise<string>) {
    await using folder = await temporaryFolder();
    const TMPDIR = join(folder.path, 'temporary');
    await mkdir(TMPDIR);
    const PATH = path === undefined ? {} : { PATH: await path(folder.path) };
    await using running = startOgm(['demo'], { cwd: folder.path, env: { TMPDIR, ...PATH } });
    await running.waitFor(moment);
    const house = await childrenOf(running.pid);
    expect(await running.kill('SIGINT')).to.deep.equal({ code: 130, signal: null });
    expect(running.lines.at(-1)).to.match(/^ogm: the demonstration was stopped/);
    expect(await readdir(TMPDIR)).to.deep.equal([]);
    for (const pid of house) expect(await lives(pid)).to.equal(false);
  }

  for (const moment of [/^Open Grid Market starts/, /offers what it found here/, /^ogm run /])
    it(`leaves nothing behind where it is interrupted: after ${moment}`, () => interruptedAfter(moment));

  it('leaves nothing behind where it is interrupted while a job runs', () =>
    interruptedAfter(/^ {2}task 1 started$/, bare));

  (real('gcc') ? it : it.skip)(
    'compiles a C program on the node and runs it there, where there is gcc',
    async () => {
      const stdout = await demo();
      expect(stdout).to.match(/^ogm run gcc\d+\.\d+\.\d+ heat\.c -- -O2 -Wall -o heat heat\.c$/m);
      expect(stdout).to.match(/^ogm run heat1\.0 heat rod\.txt -- rod\.txt 500$/m);
    },
  );
});
