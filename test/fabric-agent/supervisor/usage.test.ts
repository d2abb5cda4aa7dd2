import { expect } from 'chai';
import fc from 'fast-check';
import { psProcesses, readList } from '../../../fabric-agent/supervisor/node/ps.ts';
import { type Processes, Sampler } from '../../../fabric-agent/supervisor/node/sampler.ts';
import { membersOf, type Process, readBytes, readStat } from '../../../fabric-agent/supervisor/node/usage.ts';

const leader = 100;

function process(pid: number, parent: number, group = pid, session = group): Process {
  return { pid, parent, group, session, began: String(1000 + pid) };
}

/** Processes of which each is started by an earlier one, or by one that is not theirs. */
const trees = fc
  .array(fc.record({ parent: fc.nat(), own: fc.boolean() }), { maxLength: 30 })
  .map((choices) => {
    const all = [process(leader, 1), process(50, 1)];
    for (const [at, { parent, own }] of choices.entries()) {
      const above = all[parent % all.length]!;
      const pid = leader + 1 + at;
      all.push(own ? process(pid, above.pid) : process(pid, above.pid, above.group, above.session));
    }
    return all;
  });

describe('which processes are of a task, as a sample tells', () => {
  it('are all that its program has started, and no other', () => {
    fc.assert(
      fc.property(trees, (all) => {
        const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
        const isBelow = (pid: number): boolean => {
          const parent = parents.get(pid);
          return pid === leader || (parent !== undefined && isBelow(parent));
        };
        const expected = all.map(({ pid }) => pid).filter(isBelow);
        expect([...membersOf(leader, new Map(), all).keys()].sort()).to.deep.equal(expected.sort());
      }),
    );
  });

  it('are those too that were seen before and have left for good, with what they start', () => {
    const before = membersOf(leader, new Map(), [process(leader, 1), process(101, leader, 101)]);
    const after = [process(leader, 1), process(101, 1, 101), process(102, 101, 102)];
    expect([...membersOf(leader, before, after).keys()].sort()).to.deep.equal([leader, 101, 102]);
  });

  it('are none that have the id of one that is gone', () => {
    const before = new Map([[101, 'earlier']]);
    expect([...membersOf(leader, before, [process(101, 1)]).keys()]).to.deep.equal([]);
  });

  it('are read as the kernel writes them, whatever a program calls itself', () => {
    const rest = '34816 123 4194304 1 0 0 0 0 0 0 0 20 0 1 0 555 1000 2';
    expect(readStat(`102 (a ) R (b) S 101 101 100 ${rest}`)).to.deep.equal({
      pid: 102,
      parent: 101,
      group: 101,
      session: 100,
      began: '555',
    });
    expect(readStat(`102 (ended) Z 101 101 100 ${rest}`)).to.equal(undefined);
    fc.assert(
      fc.property(fc.string(), (line) => {
        const read = readStat(line);
        if (read !== undefined) expect(line).to.include(')');
      }),
    );
  });

  it('take memory as the kernel says it', () => {
    expect(readBytes('Name:\tx\nVmRSS:\t    1234 kB\nRssAnon:\t 1 kB\n', 'VmRSS')).to.equal(1234 * 1024);
    expect(readBytes('Name:\tx\n', 'VmRSS')).to.equal(0);
  });
});

describe('a sample of what tasks use', () => {
  const limits = { outputBytes: 0, memoryBytes: 1_000, processes: 2 };
  const world = (all: readonly Process[], residentBytes: number, fairBytes: number): Processes => ({
    all: () => all,
    residentBytes: () => residentBytes,
    fairBytes: () => fairBytes,
  });
  const looked = (processes: Processes) => {
    const told: string[] = [];
    const sampler = new Sampler(processes, 3_600_000);
    const unwatch = sampler.watch({ leader, limits, over: (why) => told.push(why) });
    sampler.look();
    unwatch();
    sampler.look();
    return told;
  };
  const two = [process(leader, 1), process(101, leader)];

  it('tells of too many processes, once it is not told to look away', () => {
    expect(looked(world([...two, process(102, 101)], 1, 1))).to.deep.equal(['limit-processes']);
    expect(looked(world(two, 1, 1))).to.deep.equal([]);
  });

  it('tells of too much memory, unless it is much only because it is shared', () => {
    expect(looked(world(two, 600, 501))).to.deep.equal(['limit-memory']);
    expect(looked(world(two, 600, 500))).to.deep.equal([]);
  });
});

/** Written by hand in the form of macOS: a number of KiB, a start to the second, `??` nowhere, for no terminal is asked for. */
const macos = `    1     0     1 Ss    22512 Sat Nov 21 09:12:44 2026    
  340     1   340 Ss     9840 Sat Nov 21 09:12:51 2026    
 5120   340  5120 S     48112 Sun Nov 22 08:01:03 2026    
 5121  5120  5120 S+     3172 Sun Nov 22 08:01:03 2026    
 5122  5121  5122 Ss     2048 Sun Nov 22 08:01:04 2026    
 5123  5121  5120 Z         0 Sun Nov 22 08:01:04 2026    
 5124  5121  5120 ?Es       0 Sun Nov 22 08:01:05 2026    
`;

describe('which processes there are, where ps alone tells', () => {
  it('are read with their parents, groups, memory and beginnings, but those that have ended', () => {
    const all = readList(`${macos}no process\n  7 8\n\n`);
    expect(all.map(({ pid }) => pid)).to.deep.equal([1, 340, 5120, 5121, 5122, 5124]);
    expect(all[3]).to.deep.equal({
      ...{ pid: 5121, parent: 5120, group: 5120, session: 5120 },
      ...{ began: 'Sun Nov 22 08:01:03 2026', bytes: 3172 * 1024 },
    });
    expect([...membersOf(5120, new Map(), all).keys()]).to.have.members([5120, 5121, 5122, 5124]);
  });

  it('bound a task by their memory and their number', () => {
    const processes = psProcesses(() => macos);
    if (processes === undefined) return expect.fail('they are told');
    const told: string[] = [];
    const sampler = new Sampler(processes, 3_600_000);
    const watch = (memoryBytes: number, most: number) =>
      sampler.watch({
        leader: 5120,
        limits: { outputBytes: 0, memoryBytes, processes: most },
        over: (why) => told.push(why),
      });
    const kibibytes = 48_112 + 3_172 + 2_048;
    const bounds = [
      [kibibytes * 1024, 4],
      [kibibytes * 1024 - 1, 0],
      [0, 3],
    ] as const;
    for (const [memoryBytes, most] of bounds) {
      const unwatch = watch(memoryBytes, most);
      sampler.look();
      unwatch();
    }
    expect(told).to.deep.equal(['limit-memory', 'limit-processes']);
  });

  it('are those of this machine, as its own ps tells', () => {
    const own = psProcesses()
      ?.all()
      .find(({ pid }) => pid === globalThis.process.pid);
    expect(own?.parent).to.equal(globalThis.process.ppid);
  });

  it('are none where there is no such ps', () => {
    expect(psProcesses(() => '')).to.equal(undefined);
    expect(psProcesses(() => 'ps: illegal option -- A\n')).to.equal(undefined);
  });
});
