import { expect } from 'chai';
import fc from 'fast-check';
import { asks, tells } from '../documents/arbitraries.ts';
import { askHead, tellHead } from '../documents/support.ts';
import { wordsOf } from './support.ts';

/** What somebody wants, the Ask that says it, and the Ask in words. */
const asked: readonly {
  readonly prose: string;
  readonly ask: readonly string[];
  readonly words: readonly string[];
}[] = [
  {
    prose:
      'I need eight cores and 16 GiB of memory on an x86_64 or arm64 machine that has avx2, anywhere but us-east; it takes two hours at most.',
    ask: [
      'Cpus: 8',
      'Memory: 16 GiB',
      'Arch: x86_64 | arm64',
      'Features: avx2',
      'Region: not us-east',
      'Walltime: 2 h',
    ],
    words: [
      'Wants at least 8 cpus and 16 GiB of memory, on x86_64 or arm64, with avx2, not in us-east.',
      'Runs for at most 2 h.',
      'May cost anything, as it says no Budget.',
    ],
  },
  {
    prose: 'Compile with gcc, from 4.0.2 up to but not including 5, for no more than 4 euros or 5 dollars.',
    ask: ['Application: gcc (>= 4.0.2, < 5)', 'Budget: 4.00 EUR', 'Budget: 5 USD'],
    words: [
      'Wants a slot, for gcc in a version that is at least 4.0.2 and below 5.',
      'Takes 1 cpu, as it asks for no number of them.',
      'May cost 4.00 EUR or 5 USD in all.',
    ],
  },
  {
    prose:
      'Alice of the virgo collaboration runs 500 tasks of half an hour each, on four slots at a time, each with two cores and one to four GPUs of model A100 or H100.',
    ask: [
      'Owner: alice',
      'Vo: virgo',
      'Tasks: 500',
      'Walltime: 30 min',
      'Count: 4',
      'Cpus: 2',
      'Gpus: 1..4',
      'Gpu-Model: A100 | H100',
    ],
    words: [
      'Wants 4 slots at once, each of at least 2 cpus, and from 1 to 4 gpus, with gpus of model A100 or H100.',
      'Runs 500 tasks in all of at most 30 min each.',
      'Is asked by alice for virgo.',
      'May cost anything, as it says no Budget.',
    ],
  },
  {
    prose:
      'It must have ended on the first of December at 18:00; a broker who cannot promise that is of no use. The earlier start from the day before is a wish.',
    ask: ['Critical: Deadline', 'Deadline: 2026-12-01T18:00Z', 'Start: 2026-11-30'],
    words: [
      'Wants a slot.',
      'Takes 1 cpu, as it asks for no number of them.',
      'May cost anything, as it says no Budget.',
      'Must have ended by 2026-12-01T18:00Z; who cannot promise this does not match.',
      'Wants the slots from 2026-11-30 on; who cannot promise this may match all the same.',
    ],
  },
  {
    prose:
      'A quiet machine with both avx2 and sse4.2 but without amx, that runs Linux; take the least loaded.',
    ask: ['Load: < 2', 'Features: avx2, sse4.2', 'Features: not amx', 'Os: Linux', 'Rank: -their.Load'],
    words: [
      'Wants a slot, whose load is below 2, with avx2 and sse4.2, not with amx, under Linux.',
      'Takes 1 cpu, as it asks for no number of them.',
      'May cost anything, as it says no Budget.',
      "Best is the highest value of this: minus the broker's load.",
    ],
  },
  {
    prose:
      'Exactly 32 cores, neither in us-east nor in us-west; who does not say his region will do too. Three answers are enough.',
    ask: ['Cpus: == 32', 'Region: not (us-east | us-west) | unsaid', 'Limit: 3'],
    words: [
      'Wants exactly 32 cpus, neither in us-east nor us-west (or of no region that is said).',
      'May cost anything, as it says no Budget.',
      'Shows 3 matches at most.',
    ],
  },
  {
    prose:
      'A broker with a reputation of at least 0.4, where half is assumed of those that say none, or one that is at PDC. Europe is better.',
    ask: [
      'Requires: their.Reputation ?? 0.5 >= 0.4 or their.Site == "PDC"',
      'Prefer: their.Region in ("eu-north", "eu-west")',
    ],
    words: [
      'Wants a slot.',
      'Takes 1 cpu, as it asks for no number of them.',
      "It must be that the broker's reputation (0.5 where that is unknown) is at least 0.4 or the broker's site is PDC.",
      'May cost anything, as it says no Budget.',
      "Better is where the broker's region is among eu-north or eu-west.",
    ],
  },
  {
    prose:
      'No more than 5 cents for a core and hour, the data of imagenet at hand, and the queue called short.',
    ask: ['Price: <= 0.05 EUR/cpu-h', 'Datasets: imagenet', 'Queue: short'],
    words: [
      "Wants a slot, whose price is at most 0.05 EUR per cpu-hour, with the data of imagenet, whose 'Queue' is short.",
      'Takes 1 cpu, as it asks for no number of them.',
      'May cost anything, as it says no Budget.',
    ],
  },
  {
    prose:
      'At least 2 GiB of memory for each of four cores or more, and a host whose name says that it is a worker node; the memory can be talked about.',
    ask: [
      'Cpus: >= 4',
      'Memory?: 8 GiB',
      'Machine: ~ /^wn[0-9]+/',
      'Requires: their.Memory >= 2 GiB * their.Cpus',
    ],
    words: [
      "Wants at least 4 cpus and 8 GiB of memory (which is negotiable), whose 'Machine' matches /^wn[0-9]+/.",
      "It must be that the broker's memory is at least 2 GiB times the broker's number of cpus.",
      'May cost anything, as it says no Budget.',
    ],
  },
  {
    prose:
      'Between 10 and 40 Gbit a second of network and a CUDA from 12.4 on; I bring 2 GB of input, and have priority 5. The broker must say its country, whichever.',
    ask: ['Network: 10..40 Gbit/s', 'Cuda: 12.4..', 'Input-Size: 2 GB', 'Priority: 5', 'Country: any'],
    words: [
      'Wants a slot, whose network is from 10 to 40 Gbit/s, whose version of CUDA is at least 12.4, of any country that is said.',
      'Takes 1 cpu, as it asks for no number of them.',
      'Says of itself: input size 2 GB; priority 5.',
      'May cost anything, as it says no Budget.',
    ],
  },
];

describe('documents in words', () => {
  for (const { prose, ask, words } of asked) {
    it(`say what was meant: ${prose}`, () => {
      expect(wordsOf(`${askHead}${ask.join('\n')}\n`)).to.deep.equal(words);
    });
  }

  it('say what a Tell offers, what it charges and whom it serves', () => {
    const headers = [
      'Accepts-version: 0.1',
      'Understands: time',
      'Expires: 15 min',
      'Application: gcc4.0.2',
      'Arch: x86_64',
      'Cpus: 64',
      'Memory: 256 GiB',
      'Slots: 3',
      'Price: 0.03 EUR/cpu-h + 0.05 EUR/job',
      'Walltime: <= 24 h',
      'Owner: not bob | unsaid',
      'Requires: their.Cpus <= my.Cpus / 2',
      'Explicit: Fabric',
    ];
    expect(wordsOf(`${tellHead}${headers.join('\n')}\n`)).to.deep.equal([
      'Has 3 slots, each with 64 cpus and 256 GiB of memory.',
      'Offers gcc4.0.2.',
      'Says of itself: architecture x86_64.',
      'Charges 0.03 EUR per cpu-hour and 0.05 EUR per job.',
      'Takes only work whose running time is at most 24 h, and whose owner is not bob or is not said.',
      "It must be that the asker's number of cpus is at most its own number of cpus divided by 2.",
      'Serves only those who ask for fabric by name.',
      'Can promise when work starts and has ended.',
      'Answers Asks of version 0.1 too, by its application alone.',
      'Counts for 15 min.',
    ]);
    expect(wordsOf(`${tellHead}Slots: 0\n`)).to.deep.equal(['Has nothing left: no Ask matches.', 'Is free.']);
  });

  it('take no name for more than it is, such as one that every object has', () => {
    const said = wordsOf(`${tellHead}Understands: constructor, toString, guarantee\n`);
    expect(said).to.include("Can promise 'constructor', 'tostring' and guarantees.");
  });

  it('turn tests round and keep what belongs together', () => {
    const said = (test: string) =>
      wordsOf(`${askHead}Queue: ${test}\n`)[0]?.slice("Wants a slot, whose 'Queue' ".length, -1);
    expect(said('not (a, b)')).to.equal('is not a or is not b');
    expect(said('not (a | b)')).to.equal('is neither a nor b');
    expect(said('a, (b | c)')).to.equal('is a and (is b or c)');
    expect(said('(not a) | b')).to.equal('is not a or is b');
    expect(said('has a, not 3')).to.equal('includes a and is not 3');
    expect(said('..3 | > 7')).to.equal('is at most 3 or above 7');
    expect(said('not any')).to.equal('is not said');
  });

  it('keep together what is counted together, and want each of what is looked for', () => {
    const said = (expression: string) =>
      wordsOf(`${askHead}Requires: ${expression}\n`)[2]?.slice('It must be that '.length, -1);
    expect(said('max(their.Load, 5) - 2 < 3')).to.equal(
      "(the greatest of the broker's load and 5) minus 2 is below 3",
    );
    expect(said('floor(their.X / 2) * 3 == 6')).to.equal(
      "((the broker's 'X' divided by 2) rounded down) times 3 is 6",
    );
    expect(said('-abs(their.X - 1) < min(1, 2)')).to.equal(
      "minus (the size of (the broker's 'X' minus 1)) is below the least of 1 and 2",
    );
    expect(said('their.Features has ("avx2", "amx")')).to.equal(
      "the broker's features includes avx2 and amx",
    );
    expect(said('("avx2", "amx") in their.Features')).to.equal(
      "avx2 and amx are among the broker's features",
    );
  });

  it('say that a promise is critical by its own name and by that of its profile', () => {
    const said = (critical: string) =>
      wordsOf(`${askHead}Critical: ${critical}\nDeadline: 2026-12-01\nGuarantee: up\n`).slice(3);
    const [refuses, mayMatch] = [
      'who cannot promise this does not match.',
      'who cannot promise this may match all the same.',
    ];
    expect(said('time')).to.deep.equal([
      `Must have ended by 2026-12-01; ${refuses}`,
      `Wants the guarantee 'up'; ${mayMatch}`,
    ]);
    expect(said('Deadline, guarantee')).to.deep.equal([
      `Must have ended by 2026-12-01; ${refuses}`,
      `Wants the guarantee 'up'; ${refuses}`,
    ]);
  });

  it('say what version 0.1 hides in its names', () => {
    const ask = 'RESOURCE-version: 0.1\nAction: Ask\nApplication: gcc4\nCPU-Load: 0.5\nDate: 34857924\n';
    expect(wordsOf(ask)).to.deep.equal([
      "Wants 'gcc4', written exactly so.",
      'The load must be below 0.5.',
      'The load must have been taken after second 34857924 since 1970.',
    ]);
    const tell = 'SLA-version: 0.1\nAction: Tell\nApplication: gcc4\nBroker-IP: 193.10.66.141:7685\n';
    expect(wordsOf(tell)).to.deep.equal(["Offers 'gcc4' through the broker at 193.10.66.141:7685."]);
  });

  it('are sentences whatever the document says', () => {
    fc.assert(
      fc.property(fc.oneof(asks, tells), (text) => {
        for (const words of wordsOf(text)) {
          expect(words).to.match(/^[^a-z].*\.$/su);
          expect(words).to.not.match(/undefined|\[object/);
        }
      }),
      { numRuns: 200 },
    );
  });
});
