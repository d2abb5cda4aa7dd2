import { expect } from 'chai';
import { sge } from '../../../fabric-agent/back-ends/sge.ts';
import { slurm } from '../../../fabric-agent/back-ends/slurm.ts';
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
    expect(await own.find('r1')).to.include({ handle: '7' });
    await own.release(second!);
    const before = asked.length;
    expect(await own.find('r1')).to.include({ handle: '7' });
    expect(asked.length, 'it is known still').to.equal(before);
  });

  it('is missed by a task that is to run in it where it has gone, and the task is tried again', async () => {
    let output = `${slurmLine('ogmabcdr1', 'ann')}\n`;
    const own = new BatchReservations(
      over(slurm, () => well(output)),
      slurm.reserving!,
    );
    let isWanted = true;
    const missed: string[] = [];
    own.attend({ isWanted: () => isWanted, missed: () => missed.push('r1') });
    const order = {
      ...{ task: 'a', attempt: 1, argv: ['/bin/true'], environment: {}, graceMs: 0, timeMs: 1_000 },
      ...{ latestStartMs: 0, endMs: 0, leaseEndMs: 0, reservation: 'r1' },
      limits: { outputBytes: 1, memoryBytes: null, processes: null },
      asks: { cpus: 1, memoryBytes: null },
    };
    const endOf = async () => {
      const one = await placed(order, own, Date.UTC(2027, 0, 1));
      return 'end' in one ? one.end.kind : one.handle;
    };
    expect(await endOf()).to.equal('ogmabcdr1');
    output = 'No reservations in the system\n';
    expect(await endOf(), 'nobody has looked').to.equal('ogmabcdr1');
    expect((await refusedEnd(order, own, 'it is invalid')).kind).to.equal('refused');
    expect(await endOf()).to.equal('refused');
    expect(missed).to.have.length(2);
    isWanted = false;
    expect((await refusedEnd(order, own, 'it is invalid')).kind).to.equal('not-started');
    expect(await endOf()).to.equal('not-started');
    expect(missed).to.have.length(2);
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
