import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { commandWords, masterWords, type SshTarget, shellLine } from '../../../fabric-agent/ssh/words.ts';

const target: SshTarget = {
  ...{ host: 'node.example', port: 22, user: 'ann', key: '/keys/50%', knownHosts: '/keys/known hosts' },
  options: ['StrictHostKeyChecking=no', 'ProxyJump=gate.example'],
  silenceMs: 30_000,
};

describe('words for a shell of another host', () => {
  for (const shell of ['sh', 'bash'])
    it(`come out as they went in, whatever stands in them, by ${shell}`, () => {
      const word = fc.oneof(
        fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
        fc.string({ unit: 'grapheme', maxLength: 10 }),
        fc.constantFrom(
          '',
          '-n',
          '~',
          '=ls',
          '%1',
          '$HOME',
          '`id`',
          "it's",
          'a\\b',
          'x!y',
          '*',
          '#',
          '{a,b}',
          '\t',
        ),
      );
      fc.assert(
        fc.property(
          fc.array(
            word.filter((one) => !/[\0\n\r]/.test(one)),
            { minLength: 1, maxLength: 20 },
          ),
          (words) => {
            const line = `printf '%s\\0' ${shellLine(words)}`;
            const said = execFileSync(shell, ['-c', line], { encoding: 'utf8' });
            expect(said.split('\0').slice(0, -1)).to.deep.equal(words);
          },
        ),
        { numRuns: 40 },
      );
    });

  it('are refused where no line can hold them', () => {
    for (const word of ['a\nb', 'a\0b', 'a\rb']) expect(() => shellLine([word])).to.throw(RangeError);
  });
});

describe('the words of ssh', () => {
  /** What counts for an option: the first that is said. */
  const first = (words: readonly string[], name: string) =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

  it('believe no host key but that of the owner, ask nobody, and take no key of this machine along', () => {
    const words = masterWords(target, '/tmp/m');
    expect(words.slice(0, 2)).to.deep.equal(['-F', 'none']);
    for (const [name, value] of [
      ['StrictHostKeyChecking', 'yes'],
      ['GlobalKnownHostsFile', '/dev/null'],
      ['BatchMode', 'yes'],
      ['IdentityAgent', 'none'],
      ['ForwardAgent', 'no'],
      ['ProxyJump', 'gate.example'],
    ] as const)
      expect(first(words, name), name).to.equal(value);
  });

  it('give paths as they are, whatever an option would make of them', () => {
    const words = masterWords(target, '/tmp/m');
    expect(first(words, 'IdentityFile')).to.equal('"/keys/50%%"');
    expect(first(words, 'UserKnownHostsFile')).to.equal('"/keys/known hosts"');
    for (const key of ['relative', '/a"b', '/a$HOME'])
      expect(() => masterWords({ ...target, key }, '/tmp/m')).to.throw(RangeError);
  });

  it('make no connection of their own for a command', () => {
    const words = commandWords(target, '/tmp/m', ['true']);
    expect(first(words, 'ProxyCommand')).to.equal('false');
    expect(first(words, 'ControlMaster')).to.equal('no');
    expect(words.slice(-3)).to.deep.equal(['--', 'node.example', 'true']);
  });
});
