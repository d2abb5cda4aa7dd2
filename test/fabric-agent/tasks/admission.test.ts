import { expect } from 'chai';
import {
  type Admitted,
  admit,
  type OwnerRules,
  type Unfit,
  within,
} from '../../../fabric-agent/tasks/admission.ts';
import { readTemplate } from '../../../fabric-agent/template.ts';
import { brokerMessage } from '../../../protocol/agent/messages.ts';
import { keptOf } from './attempts.ts';
import { injections } from './injections.ts';
import { mockApplication, rulesOf } from './node.ts';

const read = readTemplate({
  argv: ['/usr/bin/tool', '--in={file}', '{rest...}'],
  arguments: { file: '[a-z]+\\.txt', rest: '[a-z0-9]+' },
});
if ('reason' in read) throw new Error(read.reason);
const tool = { name: 'tool', program: '/bin/tool', commandLine: read.fill, timeMs: 1000, outputBytes: 10 };

describe("the owner's rules", () => {
  const decide = (said: Parameters<typeof keptOf>[0], rules: Partial<OwnerRules> = {}) =>
    admit(keptOf(said), rulesOf({ applications: [mockApplication, tool], ...rules }));
  const why = (decision: Admitted | Unfit) => ('reason' in decision ? decision.reason : undefined);
  const file = (path: string, bytes = 1) => ({ path, blob: 'a'.repeat(64), bytes, executable: false });

  it("fill the owner's command line with what each place allows", () => {
    expect(decide({ application: 'tool', arguments: ['in.txt', 'a', 'b'] })).to.deep.include({
      argv: ['/usr/bin/tool', '--in=in.txt', 'a', 'b'],
    });
    expect(why(decide({ application: 'tool', arguments: ['in.txt; rm'] }))).to.match(
      /argument 1 does not match/,
    );
    expect(why(decide({ application: 'tool', arguments: [] }))).to.match(/takes 1 or more/);
  });

  it('offer nothing but what the owner offers', () => {
    expect(why(decide({ application: 'Mock' }))).to.equal('this node does not offer "Mock"');
  });

  it('are held to what a queue lets a task run, by its limit and that of its application', () => {
    const limited = decide({ application: 'tool', arguments: ['in.txt'], timeLimitMs: 900 });
    expect(within(limited, 900)).to.equal(limited);
    expect(within(limited, undefined)).to.equal(limited);
    expect(within(limited, 899)).to.deep.include({ elsewhere: true });
    expect(why(within(decide({ application: 'tool', arguments: ['in.txt'] }), -1))).to.equal(
      'it may run for 1 s, and the queue of this node lets it for 0 s',
    );
    const unfit = decide({ application: 'Mock' });
    expect(within(unfit, 1)).to.equal(unfit);
  });

  it('run the tasks of those that the owner names', () => {
    expect(why(decide({ owner: 'eve' }, { owners: ['alice', 'bob'] }))).to.match(/runs no tasks of "eve"/);
    expect(why(decide({ owner: 'bob' }, { owners: ['alice', 'bob'] }))).to.equal(undefined);
  });

  it('run the tasks of the owner alone where nothing keeps programs apart', () => {
    expect(why(decide({ owner: 'eve' }, { onlyOwner: 'ann' }))).to.match(/tasks of its owner alone/);
    expect(why(decide({ owner: 'eve' }, { onlyOwner: 'ann', owners: ['eve'] }))).to.match(/owner alone/);
    expect(why(decide({ owner: 'ann' }, { onlyOwner: 'ann' }))).to.equal(undefined);
  });

  it('give a task the less of what it asks for and what the owner allows', () => {
    expect(
      decide({ application: 'tool', arguments: ['in.txt'], timeLimitMs: 5, graceMs: 9e9, diskBytes: 7 }),
    ).to.deep.include({
      timeMs: 5,
      graceMs: 500,
      diskBytes: 7,
      outputBytes: 10,
    });
    expect(decide({ timeLimitMs: null, diskBytes: null })).to.deep.include({
      timeMs: 60_000,
      diskBytes: 1e6,
    });
  });

  it('refuse what needs more than there is', () => {
    expect(why(decide({ cpus: 5 }))).to.match(/needs 5 processor cores, and this node offers 4/);
    expect(why(decide({ memoryBytes: 2 ** 40 }))).to.match(/bytes of memory/);
    expect(why(decide({ diskBytes: 2 ** 40 }))).to.match(/bytes of disk/);
    expect(why(decide({ inputs: [file('a', 1e9)] }))).to.match(/input files hold/);
    expect(why(decide({ inputs: Array.from({ length: 101 }, (_, n) => file(`f${n}`)) }))).to.match(
      /101 input files/,
    );
    expect(why(decide({ arguments: Array.from({ length: 101 }, () => 'a') }))).to.match(/101 arguments/);
    expect(why(decide({ arguments: ['a'.repeat(1001)] }))).to.match(/longer than 1000 bytes/);
    expect(why(decide({ arguments: Array.from({ length: 6 }, () => 'a'.repeat(1000)) }))).to.match(
      /together/,
    );
    expect(why(decide({ environment: { A: 'a'.repeat(6000) } }))).to.match(/variables take/);
  });

  it('pass no variable on by which programs load code, nor one that the owner does not name', () => {
    for (const name of [
      'LD_PRELOAD',
      'PYTHONPATH',
      'NODE_OPTIONS',
      'BASH_ENV',
      'PERL5LIB',
      'PATH',
      'HOME',
      'OGM_TASK',
    ]) {
      const decision = decide({ environment: { [name]: 'x' } });
      expect(why(decision), name).to.include(name);
      expect(decision).to.include({ elsewhere: false });
    }
    const variables = [/^OMP_[A-Z_]+$/];
    expect(why(decide({ environment: { OMP_NUM_THREADS: '4' } }, { variables }))).to.equal(undefined);
    expect(why(decide({ environment: { OTHER: '4' } }, { variables }))).to.match(
      /passes no variable of the name OTHER/,
    );
  });

  it('give each input file a place of its own', () => {
    expect(why(decide({ inputs: [file('a/b'), file('a/c'), file('d')] }))).to.equal(undefined);
    for (const paths of [
      ['a', 'a'],
      ['a', 'a/b'],
      ['a/b', 'a'],
      ['a/b/c', 'a/b'],
    ])
      expect(why(decide({ inputs: paths.map((path) => file(path)) })), paths.join()).to.match(
        /two input files want/,
      );
    expect(why(decide({ inputs: [file('x'.repeat(256))] }))).to.match(/more than 255 bytes/);
    expect(why(decide({ inputs: [file(Array.from({ length: 11 }, () => 'd').join('/'))] }))).to.match(
      /deeper/,
    );
  });

  describe('over a corpus of injections', () => {
    const message = (said: Record<string, unknown>) =>
      brokerMessage.safeParse({ type: 'assign', task: 'j.1', attempt: 1, ...keptOf(), ...said });

    it('take each word as one argument, as it is', () => {
      for (const word of injections) {
        const decision = decide({ arguments: [word] });
        expect(decision, JSON.stringify(word)).to.deep.include({ argv: ['mock', word] });
      }
    });

    it('let none into a place that does not match it, nor into another', () => {
      for (const word of injections) {
        const decision = decide({ application: 'tool', arguments: ['in.txt', word] });
        if ('argv' in decision) expect(decision.argv).to.deep.equal(['/usr/bin/tool', '--in=in.txt', word]);
        if (!/^[a-z0-9]+$/.test(word)) expect(decision, JSON.stringify(word)).to.have.property('reason');
      }
    });

    it('take none for an application or an owner', () => {
      for (const word of injections) {
        expect(decide({ application: word }), JSON.stringify(word)).to.have.property('reason');
        expect(decide({ owner: word }, { owners: ['alice'] }), JSON.stringify(word)).to.have.property(
          'reason',
        );
      }
    });

    it('say in one line of visible text what was refused', () => {
      for (const word of injections)
        expect(why(decide({ application: word }))).to.match(/^[^\p{Cc}]{1,200}$/u);
    });

    it('let none be the name of a task, of a variable, of a path that leads elsewhere, or of a blob', () => {
      for (const word of injections) {
        if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(word))
          expect(message({ task: word }).success, `task ${JSON.stringify(word)}`).to.equal(false);
        if (!/^[A-Za-z_]\w*$/.test(word))
          expect(why(decide({ environment: { [word]: 'x' } })), `variable ${JSON.stringify(word)}`).to.be.a(
            'string',
          );
        expect(message({ inputs: [{ ...file('a'), blob: word }] }).success).to.equal(false);
        const path = message({ inputs: [file(word)], outputs: [word] });
        if (path.success) {
          expect(word.split('/')).to.not.include.members(['..']);
          expect(word.startsWith('/')).to.equal(false);
        }
      }
      for (const path of ['../x', 'a/../../x', '/x', 'a//b', './a', 'a/.', '.ogm/answer', '.ogm', 'a\0b'])
        expect(message({ inputs: [file(path)] }).success, path).to.equal(false);
    });

    it('let the value of a variable be any text, and nothing of it another variable', () => {
      for (const word of injections) {
        const decision = decide({ environment: { VALUE: word } });
        if ('variables' in decision) expect([...decision.variables]).to.deep.equal([['VALUE', word]]);
        else expect.fail(decision.reason);
      }
      expect(why(decide({ environment: { VALUE: 'a\0LD_PRELOAD=x' } }))).to.match(/no variable/);
    });

    it('take no number that is none', () => {
      for (const amount of [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', null, {}])
        expect(message({ cpus: amount }).success, String(amount)).to.equal(false);
      for (const graceMs of [-1, Number.NaN, '0', null]) expect(message({ graceMs }).success).to.equal(false);
      expect(message({ timeLimitMs: 0 }).success).to.equal(false);
      expect(message({ attempt: 1.5 }).success).to.equal(false);
      expect(message({ unknown: 1 }).success).to.equal(false);
    });
  });
});
