import { expect } from 'chai';
import { sge } from '../../../fabric-agent/back-ends/sge.ts';
import { slurm } from '../../../fabric-agent/back-ends/slurm.ts';
import { runEndOf } from '../../../fabric-agent/batch/end-mark.ts';
import { BatchReservations, openReservations } from '../../../fabric-agent/batch/reservations.ts';
import type { Ran } from '../../../fabric-agent/batch/run-command.ts';
import type { BatchSystem, Command } from '../../../fabric-agent/batch/system.ts';
import { placed, refusedEnd } from '../../../fabric-agent/batch/within.ts';
import { systemClock } from '../../../platform/clock.ts';

const queue = { queue: undefined, account: undefined, more: [], parallelEnvironment: 'smp' };
const well = (output: string): Ran => ({ code: 0, output, complaint: '' });
const ill = (code: number | null, complaint: string): Ran => ({ code, output: '', complaint });

/** As a system that answers so. */
function over(system: BatchSystem, answer: (command: Command) => Ran) {
  const run = async (command: Command) => answer(command);
  return { ...{ system, run, queue, user: 'ann', prefix: 'ogmabcd' }, clock: systemClock };
}

const slurmLine = (name: string, users: string) =>
  `ReservationName=${name} StartTime=2027-01-01T00:00:00 EndTime=2027-01-01T00:05:00 Duration=00:05:00 Nodes=vm NodeCnt=1 CoreCnt=1 Features=(null) PartitionName=main Flags= NodeName=vm CoreIDs=0 TRES=cpu=1 Users=${users} Groups=(null) Accounts=(null) Licenses=(null) State=INACTIVE`;

describe('what a batch system keeps for an agent', () => {
  it('is in Slurm, which tells of everybody’s, only what its own user may use', async () => {
    const lines = [
      ['ogmabcdr1', 'ann'],
      ['ogmabcdr2', 'eve'],
      ['ogmabcdr3', 'root,ann'],
      ['other', 'ann'],
    ];
    const output = lines.map(([name = '', users = '']) => `${slurmLine(name, users)}\n`).join('');
    const own = new BatchReservations(
      over(slurm, () => well(output)),
      slurm.reserving!,
    );
    expect((await own.list()).map(({ id }) => id)).to.deep.equal(['r1', 'r3']);
  });

  it('is the first where it is there twice, before and after the other is let go', async () => {
    const summary = (id: string) =>
      `<ar_summary><id>${id}</id><name>ogmabcdr1</name><state>w</state><start_time>2027-01-01T00:00:00</start_time><end_time>2027-01-01T00:05:00</end_time></ar_summary>`;
    const asked: string[] = [];
    const own = new BatchReservations(
      over(sge, ([program, ...words]) => {
        asked.push([program, ...words].join(' '));
        return well(program === 'qrdel' ? '' : `<qrstat>${summary('7')}${summary('9')}</qrstat>`);
      }),
      sge.reserving!,
    );
    const [, second] = await own.list();
    expect(await own.find('r1', { task: 'a', attempt: 1 })).to.include({ handle: '7' });
    await own.release(second!);
    const before = asked.length;
    expect(await own.find('r1', { task: 'a', attempt: 1 })).to.include({ handle: '7' });
    expect(asked.length, 'it is known still').to.equal(before);
  });

  describe('where a task is to run in it', () => {
    const kept = `${slurmLine('ogmabcdr1', 'ann')}\n`;
    const none = 'No reservations in the system\n';
    let output: string;
    let own: BatchReservations;
    /** What is done where one is missed, and how often. */
    let missed: () => Promise<unknown>;
    let misses: number;
    let isWanted: boolean;

    beforeEach(() => {
      [output, missed, misses, isWanted] = [kept, async () => {}, 0, true];
      own = new BatchReservations(
        over(slurm, (command) => {
          if (command.includes('create')) output = kept;
          return well(output);
        }),
        slurm.reserving!,
      );
      own.attend({
        isWanted: () => isWanted,
        async missed() {
          misses += 1;
          await missed();
        },
      });
    });

    const orderOf = (attempt: number) => ({
      ...{ task: 'a', attempt, argv: ['/bin/true'], environment: {}, graceMs: 0, timeMs: 1_000 },
      ...{ latestStartMs: 0, endMs: 0, leaseEndMs: 0, reservation: 'r1' },
      limits: { outputBytes: 1, memoryBytes: null, processes: null },
      asks: { cpus: 1, memoryBytes: null },
    });
    const atMs = Date.UTC(2027, 0, 1);
    const place = (attempt: number) => placed(orderOf(attempt), own, () => atMs);
    const endOf = async (attempt: number) => {
      const one = await place(attempt);
      return 'end' in one ? one.end.kind : one.handle;
    };
    const refused = async (attempt: number, asked = own.asked) =>
      runEndOf(await refusedEnd({ order: orderOf(attempt), asked }, own, 'it is invalid'), 'Slurm');
    const anew = () => own.reserve({ id: 'r1', startMs: atMs, endMs: atMs + 300_000, slots: 1 });

    it('is missed where it has gone: the task comes again, and nothing is wrong with the node', async () => {
      expect(await endOf(1)).to.equal('ogmabcdr1');
      output = none;
      expect(await endOf(1), 'nobody has looked').to.equal('ogmabcdr1');
      const end = await refused(1);
      expect(end.exit.kind).to.equal('too-late');
      expect(end).to.not.have.property('isNodesFault');
      expect(await endOf(1)).to.equal('too-late');
      expect(misses).to.equal(2);
    });

    it('is the one that is made anew, once it is missed', async () => {
      await own.list();
      const before = own.asked;
      output = none;
      missed = anew;
      expect((await refused(1, before)).exit.kind, 'of the one before').to.equal('too-late');
      expect((await refused(2, before)).exit.kind, 'another has missed it').to.equal('too-late');
      expect((await refused(2)).exit.kind, 'it takes no such job').to.equal('not-started');
      output = none;
      await own.list();
      expect(await endOf(3)).to.equal('ogmabcdr1');
    });

    it('sends a task back once where nobody wants it, for its broker may not have known that', async () => {
      [output, isWanted] = [none, false];
      expect([await endOf(1), await endOf(1), await endOf(2)]).to.deep.equal([
        ...['too-late', 'too-late', 'not-started'],
      ]);
      expect([await endOf(3), await endOf(4)], 'another time').to.deep.equal(['too-late', 'not-started']);
      expect((await refused(5)).exit.kind).to.equal('too-late');
      await anew();
      output = none;
      await own.list();
      expect(await endOf(6), 'it was there meanwhile').to.equal('too-late');
    });
  });

  it('may be asked for where the system is busy when that is tried, and not where it refuses', async () => {
    const opened = (answer: Ran) =>
      openReservations(
        over(slurm, (command) =>
          command.includes('create') ? answer : well('No reservations in the system\n'),
        ),
      );
    expect(await opened(well('Reservation created: x\n'))).not.to.equal(undefined);
    expect(await opened(ill(null, ''))).not.to.equal(undefined);
    expect(await opened(ill(1, 'Unable to contact slurm controller (connect failure)'))).not.to.equal(
      undefined,
    );
    expect(await opened(ill(1, 'Error creating the reservation: Access/permission denied'))).to.equal(
      undefined,
    );
    expect(await opened(ill(127, 'env: scontrol: No such file or directory'))).to.equal(undefined);
  });
});
