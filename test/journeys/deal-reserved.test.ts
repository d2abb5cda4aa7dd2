import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DealsClient } from '../../client/index.ts';
import { buildRunner, runnerBinary } from '../../tools/build-supervisor.ts';
import { ogm, startOgm } from '../support/ogm.ts';
import { real } from '../support/real.ts';
import { openHouse, ownPorts, temporaryFolder } from './support/house.ts';
import { until } from './support/speak.ts';

const here = real('slurm') && real('gcc') && real('root'); // who is root is the administrator of test/real/slurm.sh
const run = promisify(execFile);
const hourMs = 3_600_000;

/** How Slurm refuses what it has no room for just now. */
const isFull = /Requested nodes are busy/;

/** An Ask that wants a time promised. */
const wish = (time: string) => `SLA-version: 1.0
Action: Ask
Application: node (>= 20)
Cpus: 2
Walltime: 1 min
${time}
`;

/** Says in which reservation each job of Slurm runs, a line each. */
const runningIn = ['squeue', '--noheader', '--states=RUNNING', '--format=%v'] as const;
const tellWhere = `
  const [command, ...words] = ${JSON.stringify(runningIn)};
  console.log(require('node:child_process').execFileSync(command, words, { encoding: 'utf8' }));`;

/** What Slurm keeps: what it says of each, moments by UTC, by its name. */
async function keptThere(): Promise<ReadonlyMap<string, string>> {
  const words = ['--oneliner', 'show', 'reservation'];
  const { stdout } = await run('scontrol', words, { env: { ...process.env, TZ: 'UTC0' } });
  const lines = stdout.matchAll(/^ReservationName=(\S+) .*$/gm);
  return new Map(Array.from(lines, ([line, name = '']) => [name, line]));
}

/** Whatever becomes of the test: what Slurm keeps by names that were noted does not stay, nor what runs in it. */
function clearing(): AsyncDisposable & { readonly names: RegExp[] } {
  const names: RegExp[] = [];
  const isLetGo = async (name: string) => {
    await run('scancel', [`--reservation=${name}`]);
    await run('scontrol', ['delete', `ReservationName=${name}`]).catch(() => {}); // while something runs there
    return !(await keptThere()).has(name);
  };
  const clear = async () => {
    for (const name of (await keptThere()).keys())
      if (names.some((one) => one.test(name))) await until(() => isLetGo(name));
  };
  return { names, [Symbol.asyncDispose]: clear };
}

(here ? describe : describe.skip)('a deal of which a cluster keeps the time', () => {
  it('is a reservation there by the name of its Offer: its jobs run in that, and it goes with the agreement', async function () {
    this.timeout(600_000);
    expect(await buildRunner(runnerBinary)).to.equal(undefined);
    await using folder = await temporaryFolder();
    await using noted = clearing();
    const flags = [...(await ownPorts()), ...['--set', 'agent.back-end=slurm']];
    const open = () => openHouse(join(folder.path, 'data'), flags);
    await using house = await open();
    const { http, urls } = house;
    const options = { cwd: folder.path, env: { OGM_BROKER_URL: http } };
    const deals = new DealsClient({ url: http, fetch });
    const done = async (...words: string[]) => {
      const ended = await ogm(words, options);
      expect(ended.code, `${words.join(' ')}\n${ended.stdout}${ended.stderr}`).to.equal(0);
      return ended.stdout;
    };
    /** Accepts Offers to an Ask until Slurm has kept one: jobs of others may have all cores for a while. */
    const agreed = async (time: string) =>
      until(async () => {
        const { offer, ...deal } = await accepted(time);
        const { state, reservation, agreement, startsAt, reason } = deal;
        if (isFull.test(reason?.text ?? '')) return undefined;
        expect({ state, reservation }, reason?.text).to.deep.equal({ state: 'active', reservation: offer });
        const found = [...(await keptThere())].filter(([one]) => one.endsWith(offer));
        expect(found).to.have.length(1);
        const [[name, says] = ['', '']] = found;
        return { offer, agreement: agreement ?? '', startsAt: startsAt ?? 0, name, says };
      });
    /** What has come of an Offer to an Ask once Slurm has answered. */
    const accepted = async (time: string) => {
      await writeFile(join(folder.path, 'wish.sla'), wish(time));
      const offered = await until(async () => {
        const { code, stdout } = await ogm(['ask', 'wish.sla', '--best', ...urls], options);
        return code === 0 && stdout; // once the market knows the node
      });
      const offer = /^Id: (.*)$/m.exec(offered)?.[1] ?? '';
      noted.names.push(new RegExp(`${offer}$`));
      expect(await done('offer', 'accept', offer)).to.match(/^State: accepting$/m);
      await until(async () => (await deals.get(offer)).state !== 'accepting');
      return deals.get(offer);
    };

    const soon = new Date(Date.now() + hourMs).toISOString();
    const now = await agreed(`Deadline: ${soon}`);
    expect(now.says).to.match(/ CoreCnt=2 .* State=ACTIVE /);
    const told = await done('submit', '--agreement', now.agreement, '--', '-e', tellWhere);
    expect(told.split('\n')).to.include(now.name);

    // Somebody deletes it: the next job misses it, and runs in the one that comes in its place.
    const removed = () => run('scontrol', ['delete', `ReservationName=${now.name}`]);
    await until(() => removed().then(Boolean, () => false)); // once Slurm has seen that job end
    const anew = await done('submit', '--agreement', now.agreement, '--', '-e', tellWhere);
    expect(anew.split('\n')).to.include(now.name);

    // Killed, and then there is one of which no deal tells.
    await house.running.kill('SIGKILL');
    const own = now.name.slice(0, -now.offer.length);
    noted.names.push(new RegExp(`^${own}`));
    const stray = `${own}off-of-nobody`;
    const [begins, size] = [
      ['StartTime=now+2hours', 'Duration=5'],
      ['CoreCnt=1', 'Users=root'],
    ];
    await run('scontrol', ['create', 'reservation', `ReservationName=${stray}`, ...begins, ...size]);
    await using _again = await open();
    await until(async () => !(await keptThere()).has(stray));
    expect([...(await keptThere()).keys()]).to.include(now.name);

    // One whose time is yet to come, and one that ends while a job runs in it.
    const later = await agreed(`Start: ${soon}`);
    expect(later.says).to.include(` StartTime=${new Date(later.startsAt).toISOString().slice(0, 19)} `);
    const forever = ['--', '-e', 'setInterval(() => {}, 1000)'];
    await using running = startOgm(['submit', '--agreement', now.agreement, ...forever], options);
    const [command, ...words] = runningIn;
    await until(async () => (await run(command, words)).stdout.split('\n').includes(now.name));
    await done('agreement', 'terminate', now.agreement, '--reason', 'that was all');
    await done('agreement', 'complete', later.agreement);
    expect((await running.ended).code).to.not.equal(0);
    const isNoneLeft = async () => [...(await keptThere()).keys()].every((name) => !name.startsWith(own));
    await until(isNoneLeft);

    // In one step.
    await writeFile(join(folder.path, 'wish.sla'), wish(`Deadline: ${soon}`));
    const inOne = await until(async () => {
      const ended = await ogm(['submit', '--ask', 'wish.sla', ...urls, '--', '-e', tellWhere], options);
      if (isFull.test(ended.stderr)) return undefined;
      expect(ended.code, ended.stderr).to.equal(0);
      return ended.stdout;
    });
    expect(inOne.split('\n').filter((name) => name.startsWith(`${own}off-`))).to.have.length(1);
    await until(isNoneLeft);
  });
});
