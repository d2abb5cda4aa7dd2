import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { sge } from '../../../fabric-agent/back-ends/sge.ts';
import { slurm } from '../../../fabric-agent/back-ends/slurm.ts';
import { torque } from '../../../fabric-agent/back-ends/torque.ts';
import type { QueueOptions, Submission } from '../../../fabric-agent/batch/system.ts';

/** What a system that `test/real/` starts has said. */
const recorded = (name: string) => readFileSync(new URL(`recorded/${name}`, import.meta.url), 'utf8');

const options: QueueOptions = {
  queue: 'long',
  account: 'physics',
  more: ['--more'],
  parallelEnvironment: 'smp',
};
const submission: Submission = {
  name: 'ogmabcdmwr3t2gv',
  request: { cores: 2, mebibytes: 500, seconds: 3_661, reservation: null },
  count: 3,
  script: '/data/script',
  folder: '/data',
};

describe('of Slurm', () => {
  it('a submission says all that is asked for, its time in whole minutes that are not too few', () => {
    const [program, ...words] = slurm.submit(submission, options);
    expect(program).to.equal('sbatch');
    expect(words).to.include.members(['--cpus-per-task=2', '--mem=500M', '--time=62', '--array=1-3']);
    expect(words).to.include.members(['--partition=long', '--account=physics', '--no-requeue']);
    expect(words.slice(-2)).to.deep.equal(['--more', '/data/script']);
    expect(slurm.submitted('1197\n')).to.equal('1197');
    expect(slurm.submitted('1197;cluster\n')).to.equal('1197');
  });

  it('the queue is understood, with jobs of arrays', () => {
    expect(slurm.listed(recorded('squeue.txt'))).to.deep.equal([
      { job: '1198', index: null, name: 'ogmabcdmwr3t2gw', waits: true },
      { job: '1197', index: 1, name: 'ogmabcdmwr3t2gv', waits: false },
      { job: '1197', index: 2, name: 'ogmabcdmwr3t2gv', waits: false },
      { job: '1197', index: 3, name: 'ogmabcdmwr3t2gv', waits: false },
    ]);
    expect(slurm.listed('')).to.deep.equal([]);
  });

  it('the states are told apart in which jobs end', () => {
    expect(slurm.fate(recorded('scontrol-failed.txt'), 'wrap')?.kind).to.equal('ended');
    expect(slurm.fate(recorded('scontrol-cancelled.txt'), 'ogmabcdmwr3t2gw')).to.deep.equal({
      kind: 'ended-by-system',
      says: 'CANCELLED, JobHeldUser',
    });
    const kinds = ['TIMEOUT', 'NODE_FAIL', 'OUT_OF_MEMORY', 'CANCELLED by 0', 'COMPLETED', 'REQUEUED'].map(
      (state) => slurm.fate(`own|${state}\n`, 'own')?.kind,
    );
    expect(kinds).to.deep.equal([
      'timed-out',
      'ended-by-system',
      'over-memory',
      'ended-by-system',
      'ended',
      'under-way',
    ]);
    expect(slurm.fate('', 'own')).to.equal(undefined);
  });

  it('what is told of another job that has the number is no end of this one', () => {
    const { name } = submission;
    expect(slurm.fate(recorded('scontrol-failed.txt'), name)).to.equal(undefined);
    const twice = `${name}|TIMEOUT\nother|OUT_OF_MEMORY\n`;
    expect(slurm.fate(twice, name)?.kind).to.equal('timed-out');
    expect(slurm.fate(twice, 'other')?.kind).to.equal('over-memory');
    expect(slurm.fate('other|OUT_OF_MEMORY\n', name)).to.equal(undefined);
    const waits = `PENDING|Resources|N/A|other\n`;
    expect(slurm.reason([waits], { job: '7', index: null, name }, 0)).to.equal(undefined);
    expect(slurm.nudge({ job: '7', index: 3, name })).to.include.members([`--name=${name}`, '7_3']);
    expect(slurm.nudge({ job: '7', index: 3, name: undefined })).to.equal(undefined);
  });

  it('its size is read, also of several kinds of node', () => {
    expect(slurm.slotsIn(recorded('sinfo.txt'))).to.deep.equal({
      total: 64,
      free: 61,
      memoryBytes: 21_695 * 2 ** 20,
    });
    expect(slurm.slotsIn('3/61/0/64 21695\n0/8/8/16 500+\n')).to.deep.include({ total: 80, free: 69 });
  });

  it('a refusal is told from silence', () => {
    expect(slurm.passing.test(recorded('sbatch-refused.txt'))).to.equal(false);
    expect(
      slurm.passing.test('sbatch: error: Batch job submission failed: Unable to contact slurm controller'),
    ).to.equal(true);
  });
});

describe('of Grid Engine', () => {
  it('a submission says all that is asked for, its time in seconds', () => {
    const words = sge.submit(submission, options);
    expect(words.join(' ')).to.include(
      '-pe smp 2 -l h_rt=3661 -t 1-3 -q long -A physics --more /data/script',
    );
    expect(
      sge.submit({ ...submission, request: { ...submission.request, cores: 1 } }, options),
    ).not.to.include('-pe');
    expect(sge.submitted('334.1-2:1\n')).to.equal('334');
    expect(sge.submitted('335\n')).to.equal('335');
  });

  it('the queue is understood, with jobs of arrays', () => {
    expect(sge.listed(recorded('qstat.xml'))).to.deep.equal([
      { job: '334', index: 1, name: 'ogmabcdmwr3t2gv', waits: false },
      { job: '334', index: 2, name: 'ogmabcdmwr3t2gv', waits: false },
      { job: '335', index: null, name: 'ogmabcdmwr3t2gw', waits: true },
    ]);
    expect(() => sge.listed('error: commlib error')).to.throw(/cannot be understood/);
  });

  it('accounting tells how a job ended', () => {
    const kinds = ['ended', 'timed-out', 'deleted'].map(
      (name, at) => sge.fate(recorded(`qacct-${name}.txt`), at === 0 ? submission.name : 'sleep')?.kind,
    );
    expect(kinds).to.deep.equal(['ended', 'timed-out', 'ended-by-system']);
    expect(sge.fate('error: job id 99 not found', 'own')).to.equal(undefined);
  });

  it('what is told of another job that has the number is no end of this one', () => {
    const { name } = submission;
    const twice = recorded('qacct-ended.txt') + recorded('qacct-timed-out.txt').replace('336', '334');
    expect(sge.fate(twice, name)?.kind).to.equal('ended');
    expect(sge.fate(twice, 'sleep')?.kind).to.equal('timed-out');
    // So a qmaster told of two jobs, the second of which had its number after that was killed.
    const again = recorded('qacct-again.txt');
    const known = ['ogm-bench', 'sh', name].map((one) => sge.fate(again, one)?.kind);
    expect(known).to.deep.equal(['ended', 'ended', undefined]);
    const other = { job: '335', index: null };
    expect(sge.reason([recorded('qstat.xml')], { ...other, name: 'ogmabcdmwr3t2gw' }, 0)?.word).to.equal(
      'hqw',
    );
    expect(sge.reason([recorded('qstat.xml')], { ...other, name }, 0)).to.equal(undefined);
  });

  it('its size is read', () => {
    expect(sge.slotsIn(recorded('qstat-slots.xml'))).to.deep.equal({
      total: 64,
      free: 64,
      memoryBytes: null,
    });
  });
});

describe('of PBS', () => {
  it('a submission says all that is asked for', () => {
    const words = torque.submit({ ...submission, count: null }, options).join(' ');
    expect(words).to.include('-l nodes=1:ppn=2 -l mem=500mb -l walltime=01:01:01 -q long -A physics --more');
    expect(torque.submitted('1202\n')).to.equal('1202');
    expect(torque.submitted('1202.server.example\n')).to.equal('1202');
  });

  it('the queue is understood, without jobs that are over', () => {
    expect(torque.listed(recorded('qstat-wrapped.txt'))).to.deep.equal([
      { job: '1202', index: null, name: 'ogmabcdmwr3t2gv', waits: false, owner: 'root' },
      { job: '1203', index: null, name: 'ogmabcdmwr3t2gw', waits: true, owner: 'root' },
    ]);
  });

  it('a job that is over tells how it ended, as far as its server says', () => {
    const fateOf = (...lines: string[]) => {
      const told = ['Job_Name = own', ...lines].map((line) => `    ${line}`);
      return torque.fate(['Job Id: 12.server', ...told].join('\n'), 'own');
    };
    expect(fateOf('job_state = R')?.kind).to.equal('under-way');
    expect(fateOf('job_state = C')?.kind).to.equal('ended');
    expect(fateOf('job_state = C', 'exit_status = 271')?.kind).to.equal('ended-by-system');
    expect(fateOf('job_state = F', 'Exit_status = -29')?.kind).to.equal('timed-out');
    expect(torque.fate('qstat: Unknown Job Id 12', 'own')).to.equal(undefined);
  });

  it('what is told of another job that has the number is no end of this one', () => {
    const { name } = submission;
    const [first = '', second = ''] = recorded('qstat-wrapped.txt').split(/^(?=Job Id:)/m);
    expect(second).to.include('ogmabcdmwr3t2gw');
    expect(torque.fate(second, name)).to.equal(undefined);
    const failed = second.replace('job_state = C', 'job_state = C\n\texit_status = -11');
    const twice = first + failed.replace('1198', '1199');
    expect(torque.fate(twice, name)?.kind).to.equal('ended');
    expect(torque.fate(twice, 'ogmabcdmwr3t2gw')?.kind).to.equal('timed-out');
    const waits = 'Job Id: 12\n\tJob_Name = other\n\tjob_state = Q\n';
    expect(torque.reason([waits], { job: '12', index: null, name }, 0)).to.equal(undefined);
  });

  it('its size is read, of nodes that serve', () => {
    expect(torque.slotsIn(recorded('pbsnodes-wrapped.txt'))).to.deep.include({ total: 64, free: 64 });
    const nodes = [
      'n1',
      '     state = free',
      '     np = 8',
      '     jobs = 0/12.server, 1-3/13.server',
      '     status = physmem=1024kb',
      '',
      'n2',
      '     state = down,offline',
      '     np = 8',
    ];
    expect(torque.slotsIn(nodes.join('\n'))).to.deep.equal({ total: 8, free: 4, memoryBytes: 2 ** 20 });
  });
});

describe('what a batch system says', () => {
  it('is read or refused, however it is broken', () => {
    const readers = [slurm, sge, torque].flatMap((system) => [
      system.listed,
      (text: string) => system.fate(text, submission.name),
      system.slotsIn,
      system.submitted,
    ]);
    const names = readdirSync(new URL('recorded/', import.meta.url));
    const texts = fc
      .tuple(fc.constantFrom(...names.map(recorded)), fc.nat(2000), fc.string({ maxLength: 20 }), fc.nat(50))
      .map(([text, at, between, lost]) => text.slice(0, at) + between + text.slice(at + lost));
    fc.assert(
      fc.property(fc.constantFrom(...readers), texts, (read, text) => {
        try {
          read(text);
        } catch (error) {
          expect(error).to.be.instanceOf(Error).and.not.instanceOf(TypeError);
        }
      }),
    );
  });
});
