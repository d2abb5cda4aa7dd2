import { expect } from 'chai';
import fc from 'fast-check';
import { type FillTemplate, readTemplate, type Template } from '../../fabric-agent/template.ts';

function ready(template: Template): FillTemplate {
  const read = readTemplate(template);
  if ('reason' in read) throw new Error(read.reason);
  return read.fill;
}

const compile: Template = {
  argv: ['/usr/bin/gcc', '-O2', '-o{out}', '{source}', '{rest...}'],
  arguments: { source: '[a-z]+\\.c', out: '[a-z]+|a\\.out', rest: '-l[a-z]+' },
};

describe('a template', () => {
  it('puts arguments into their places, in the order in which the places stand', () => {
    expect(ready(compile)(['prog', 'main.c', '-lm', '-lz'])).to.deep.equal({
      argv: ['/usr/bin/gcc', '-O2', '-oprog', 'main.c', '-lm', '-lz'],
    });
    expect(ready(compile)(['a.out', 'main.c'])).to.deep.equal({
      argv: ['/usr/bin/gcc', '-O2', '-oa.out', 'main.c'],
    });
  });

  it('says the image too, whose arguments come first, and takes no other than its expressions do', () => {
    const any = ready({
      image: 'quay.io/tools/{tool}@sha256:{digest}',
      argv: ['sh', '-c', '{script}', '{rest...}'],
      arguments: { tool: 'blast|hmmer', digest: '[0-9a-f]{64}', script: '.*', rest: '.*' },
    });
    const digest = 'a'.repeat(64);
    expect(any(['blast', digest, 'exit 1', 'x'])).to.deep.equal({
      argv: ['sh', '-c', 'exit 1', 'x'],
      image: `quay.io/tools/blast@sha256:${digest}`,
    });
    expect(any(['xblast', digest, 'exit 1'])).to.have.property('reason');
    expect(any(['blast', `${digest}0`, 'exit 1'])).to.have.property('reason');
    const one = ready({ image: '{image}', argv: ['true'], arguments: { image: '[^]*' } });
    expect(one(['debian:12'])).to.deep.equal({ argv: ['true'], image: 'debian:12' });
    expect(one(['localhost:5000/oci:1'])).to.have.property('image', 'localhost:5000/oci:1');
    const files = ['docker-archive:/data/x.tar', 'oci-archive:data/x', 'dir:data', 'some:/x', 'docker://x/y'];
    for (const image of ['', '--privileged', '-v', 'a b', 'a\nb', 'a,b', ...files])
      expect(one([image]), image).to.deep.equal({ reason: 'this is no name of an image' });
    expect(readTemplate({ image: '{all...}', argv: ['true'], arguments: { all: '.*' } })).to.deep.equal({
      reason: 'an image is one word',
    });
  });

  it('takes as many as it has places, or more where it has a rest', () => {
    expect(ready(compile)(['prog'])).to.deep.equal({
      reason: '1 arguments were given; it takes 2 or more: {out} {source}',
    });
    const fixed = ready({ argv: ['/bin/true'], arguments: {} });
    expect(fixed([])).to.deep.equal({ argv: ['/bin/true'] });
    expect(fixed(['x'])).to.deep.equal({ reason: '1 arguments were given; it takes 0' });
  });

  for (const word of [
    'main.c; rm -rf /',
    '$(id).c',
    '-o.c',
    'main.c\nx',
    'main.c\n',
    'x/main.c',
    '{rest...}',
    '',
  ])
    it(`refuses ${JSON.stringify(word)}, of which only a part would match`, () => {
      expect(ready(compile)(['prog', word])).to.have.key('reason');
    });

  it('anchors each alternative of an expression', () => {
    expect(ready(compile)(['a.out; x', 'main.c'])).to.have.key('reason');
    expect(ready(compile)(['x a.out', 'main.c'])).to.have.key('reason');
  });

  it('takes each argument whole: it is neither split, nor read as a place, nor as a pattern of replacement', () => {
    const fill = ready({ argv: ['/bin/p', '--in={a}', '{b}'], arguments: { a: '[^]*', b: '[^]*' } });
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(fill([a, b])).to.deep.equal({ argv: ['/bin/p', `--in=${a}`, b] });
      }),
    );
    expect(fill(['{b}', '$&$1'])).to.deep.equal({ argv: ['/bin/p', '--in={b}', '$&$1'] });
  });

  const broken: Record<string, Template> = {
    'a place without an expression': { argv: ['p', '{a}'], arguments: {} },
    'a place named as what every object has': { argv: ['p', '{constructor}'], arguments: {} },
    'an expression without a place': { argv: ['p'], arguments: { a: '.' } },
    'an expression that cannot be read': { argv: ['p', '{a}'], arguments: { a: '(' } },
    'an expression that closes the anchors': { argv: ['p', '{a}'], arguments: { a: 'x)|(?:y' } },
    'a program that the user chooses': { argv: ['{a}'], arguments: { a: '.' } },
    'two rests': { argv: ['p', '{a...}', '{b...}'], arguments: { a: '.', b: '.' } },
    'a rest within a word': { argv: ['p', '-x{a...}'], arguments: { a: '.' } },
    'a place that is the rest too': { argv: ['p', '{a}', '{a...}'], arguments: { a: '.' } },
    'a brace that is no place': { argv: ['p', '{print $1}'], arguments: {} },
  };
  for (const [what, template] of Object.entries(broken))
    it(`is refused for ${what}`, () => {
      expect(readTemplate(template)).to.have.key('reason');
    });
});
