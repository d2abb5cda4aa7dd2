import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import type { BackEnd, RunEnd } from '../../../fabric-agent/back-ends/back-end.ts';
import { sge } from '../../../fabric-agent/back-ends/sge.ts';
import { slurm } from '../../../fabric-agent/back-ends/slurm.ts';
import { prefixOf } from '../../../fabric-agent/batch/options.ts';
import { commandsIn } from '../../../fabric-agent/batch/run-command.ts';
import type { BatchSystem, Command } from '../../../fabric-agent/batch/system.ts';
import { ReservationKeeper } from '../../../fabric-agent/reservations/keeper.ts';
import { systemClock } from '../../../platform/clock.ts';
import { silentLog } from '../../../platform/log.ts';
import type { Assignment } from '../../../protocol/agent/messages.ts';
import type { WantedReservations } from '../../../protocol/agent/reservations.ts';
import { jobRequest } from '../../../protocol/jobs/job.ts';
import { backEndOver, environmentOf } from '../../fabric-agent/batch/support.ts';
import { real } from '../../support/real.ts';
import type { ScriptedAgent } from '../agents/scripted-agent.ts';
import { facts } from '../given-work.ts';
import { type GivenDeals, givenDeals, of, said, until, userNamed } from './given.ts';

/** All that a system has, as test/real/slurm.sh and test/real/sge.sh say it. */
const cores = 64;
const hourMs = 3_600_000;
const ann = userNamed('ann');

interface Told {
  readonly word: 'slurm' | 'sge';
  readonly system: BatchSystem;
  /** Says in which reservation a job is, by its handle. */
  readonly where: (job: string) => Command;
  /** What it says where there is not so much then. */
  readonly full: RegExp;
}

const systems: readonly Told[] = [
  {
    ...{ word: 'slurm', system: slurm, full: /Requested nodes are busy/ },
    where: (job) => ['squeue', '--noheader', `--jobs=${job}`, '--format=RESERVATION=%v'],
  },
  {
    ...{ word: 'sge', system: sge, full: /no suitable queues|busy|available/i },
    where: (job) => ['qstat', '-j', job],
  },
];

for (const { word, system, where, full } of systems)
  (real(word) && real('gcc') && real('root') ? describe : describe.skip)(
    `a deal of which ${system.name} keeps the room`,
    () => {
      const say = commandsIn({ environment: environmentOf(system), timeoutMs: 60_000 });
      let folder: string;
      let given: GivenDeals;
      let backEnd: BackEnd;
      let keeper: ReservationKeeper;
      let agent: ScriptedAgent;
      /** Handles of what a test had kept by hand, and of the jobs of tasks. */
      let byHand: string[];
      let jobs: string[];
      let asks = 0;

      beforeEach(async () => {
        [byHand, jobs] = [[], []];
        folder = await mkdtemp(join(tmpdir(), 'ogm-reserved-'));
        backEnd = await backEndOver(system, folder, { reserves: true });
        await backEnd.start();
        given = await givenDeals({ 'offers-share': 100, currencies: ['EUR'], price: ['0.60 EUR/cpu-h'] });
        agent = await given.agent(run);
        keeper = new ReservationKeeper({
          ...{ backEnd, marks: [''], mostSlots: cores, aheadMs: 30 * 24 * hourMs },
          ...{ clock: systemClock, log: silentLog },
          send: (_mark, message) => void agent.say(message),
        });
        await keeper.start();
        void follow(agent).catch(() => {}); // it was cut
        const powers = { ...facts.powers, isolates: true, queueMs: hourMs, queue: 'q-1', reserve: true };
        await agent.say({ ...facts, powers });
        await given.share('node-0', 'ann');
        await given.work.ledger.grant(localAdministrator, 'ann', 'EUR', { amount: '5', request: 'g-1' });
        await until(() => given.work.jobs.dispatch.lent('node-0')?.keepsTime === true);
      });

      afterEach(async () => {
        await given[Symbol.asyncDispose]();
        await keeper.stop();
        for (const job of jobs) await say(system.withdraw([{ job, index: null }]));
        for (const handle of byHand) await say(system.reserving!.release(handle));
        for (const one of (await backEnd.reservations?.list()) ?? [])
          await until(() =>
            backEnd.reservations!.release(one).then(
              () => true,
              () => false,
            ),
          );
        await backEnd.stop();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      });

      const lists = () => agent.heard.filter((one): one is WantedReservations => one.type === 'reservations');
      let seen = 0;
      /** Has the keeper hear what the broker wants kept. */
      async function follow(one: ScriptedAgent): Promise<void> {
        seen = 0;
        while (agent === one) {
          for (; seen < lists().length; seen += 1) keeper.want('', lists()[seen]!);
          await pause(5);
        }
      }

      const goOn = () => join(folder, 'go-on');

      /** Runs a task until it may go on, as an agent does. */
      async function run({ task, attempt, reservation }: Assignment) {
        const { promise, resolve } = Promise.withResolvers<RunEnd>();
        backEnd.listen((key, end) => key.task === task && key.attempt === attempt && resolve(end));
        const { atMs } = backEnd.now();
        const argv = ['/bin/sh', '-c', `until [ -e '${goOn()}' ]; do sleep 0.1; done`];
        const launched = await backEnd.launch({
          ...{ task, attempt, argv, environment: { PATH: '/bin' }, graceMs: 0, timeMs: 120_000 },
          ...{ latestStartMs: atMs + 120_000, endMs: atMs + 240_000, leaseEndMs: atMs + 240_000 },
          limits: { outputBytes: 1e6, memoryBytes: null, processes: null },
          asks: { cpus: 2, memoryBytes: null },
          ...(reservation === undefined ? {} : { reservation }),
        });
        if (launched.run.state === 'ended')
          await pause(500); // an agent takes no task for a while
        else jobs.push(launched.handle);
        const { exit } = launched.run.state === 'ended' ? launched.run : await promise;
        return { exit };
      }

      const deal = (id: string) => given.work.deals.get(ann, id);
      const balance = async () => (await given.work.ledger.accounts('ann'))[0]?.balance;
      const kept = async () => (await backEnd.reservations!.list()).map(({ id }) => id);
      const handleOf = async (id: string) =>
        (await backEnd.reservations!.list()).find((one) => one.id === id)?.handle ?? '';
      const lastTold = async (id: string) => {
        const never = { wait: 0, signal: new AbortController().signal };
        return (await given.work.deals.log.page('ann', { id, after: 0 }, never)).events.at(-1);
      };

      /** The Id of an Offer that was accepted, once the system has answered. */
      async function accepted(when: string): Promise<string> {
        const what = ['Application: echo', 'Lender: local', 'Cpus: 2', 'Walltime: 5 min'];
        asks += 1;
        const [offered] = await given.say(said('Ask', `Id: ask-${asks}`, ...what, when), ann);
        const offer = of(offered, 'Id') ?? '';
        const [answer] = await given.say(said('Accept', `Id: acc-${asks}`, `Offer: ${offer}`), ann);
        expect(of(answer, 'State'), offered).to.equal('accepting');
        await until(async () => (await deal(offer)).state !== 'accepting');
        return offer;
      }

      /** Somebody has all cores kept for the hour of a moment. */
      async function fill(start: number): Promise<void> {
        const name = `${prefixOf(`${folder}/full`)}${byHand.length}`;
        const [from, end] = [Math.floor(start / 1000) - 60, Math.floor(start / 1000) + 3_600];
        const order = { name, user: 'root', start: from, end, slots: cores };
        const options = { queue: undefined, account: undefined, more: [], parallelEnvironment: 'smp' };
        const { code, output, complaint } = await say(system.reserving!.reserve(order, options));
        expect(code, complaint).to.equal(0);
        byHand.push(system.reserving!.reserved(output, order));
      }

      /** When nobody else has anything kept: two days from now and more, for some have a day. */
      const later = () => Math.ceil(Date.now() / hourMs) * hourMs + (48 + (process.pid % 200)) * hourMs;
      const startAt = (at: number) => `Start: ${new Date(at).toISOString()}`;

      it('is a reservation there: its tasks run in it, also in the one that comes in its place, and it goes with it', async () => {
        let offer = '';
        // Others may have all of it for a moment.
        await until(async () => {
          offer = await accepted(`Deadline: ${new Date(Date.now() + hourMs).toISOString()}`);
          return (await deal(offer)).state === 'active';
        });
        const { agreement } = await deal(offer);
        expect(await kept()).to.deep.equal([offer]);
        // Somebody deletes it by hand: the next task misses it, and runs in the one that is made anew.
        const first = await handleOf(offer);
        const deleted = await say(system.reserving!.release(first));
        expect(deleted.code, deleted.complaint).to.equal(0);
        const request = jobRequest.parse({ application: 'echo', agreement: agreement! });
        const { id } = await given.work.jobs.submit('ann', request);
        await until(() => jobs.length > 0);
        const handle = await handleOf(offer);
        const placed = await say(where(jobs[0] ?? ''));
        expect(placed.output).to.match(new RegExp(`^(?:RESERVATION=|ar_id: *)${handle}$`, 'm'));
        await writeFile(goOn(), '');
        const never = new AbortController().signal;
        await until(async () => {
          const job = await given.work.jobs.job('ann', id, 0, { wait: 0, signal: never });
          return job.state === 'FINISHED';
        });
        await given.say(said('Complete', 'Id: com-1', `Agreement: ${agreement}`), ann);
        expect((await deal(offer)).state).to.equal('completed');
        await until(async () => (await kept()).length === 0);
      });

      it('is none where the cluster is full then: it is refused in its own words, and the money is back', async () => {
        const start = later();
        await fill(start);
        const offer = await accepted(startAt(start));
        const { state, reason } = await deal(offer);
        expect(state).to.equal('refused');
        expect(reason?.text).to.match(/^node-0 does not keep it: /);
        expect(reason?.text).to.match(full);
        expect(await balance()).to.equal('5.00');
        expect(await lastTold(offer)).to.deep.include({
          kind: 'state',
          state: 'refused',
          text: reason?.text,
        });
        expect(await kept()).to.deep.equal([]);
      });

      it('is short once others have the room that it had kept, and whole once it is kept again', async () => {
        const start = later();
        const offer = await accepted(startAt(start));
        expect((await deal(offer)).state).to.equal('active');
        await say(system.reserving!.release(await handleOf(offer)));
        await fill(start);
        keeper.want('', lists().at(-1)!); // as a minute later
        await until(async () => (await deal(offer)).short);
        const { text = '' } = (await lastTold(offer)) ?? {};
        expect(text).to.match(/^the batch system behind node-0 does not keep it any more: /);
        expect(text).to.match(full);
        await say(system.reserving!.release(byHand.pop() ?? ''));
        await until(() => lists().at(-1)?.wanted.length === 0);
        await given.work.deals.reserving.stop();
        await given.work.deals.reserving.start();
        await until(async () => !(await deal(offer)).short);
        expect(await kept()).to.deep.equal([offer]);
      });
    },
  );
