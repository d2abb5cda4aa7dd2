import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Speech } from '../../../fabric-agent/tasks/speech.ts';

describe('what a program says', () => {
  let folder: string;
  let work: string;
  let speech: Speech;
  const at = (name: string) => join(work, '.ogm', name);
  const again = () => new Speech(work, join(folder, 'heard.json'));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ogm-speech-'));
    work = join(folder, 'work');
    await mkdir(join(work, '.ogm'), { recursive: true });
    speech = again();
  });

  afterEach(() => rm(folder, { recursive: true }));

  const said = async (last = false) => (await speech.look(last)).map(({ kind, text }) => `${kind}: ${text}`);

  it('is nothing where it says nothing', async () => {
    expect(await said()).to.deep.equal([]);
    await rm(join(work, '.ogm'), { recursive: true });
    expect(await said(true)).to.deep.equal([]);
  });

  it('is how far it is, as a share or in percent, when that has changed', async () => {
    for (const [text, expected] of [
      ['0.25\n', ['progress: 0.25']],
      ['0.25\n', []],
      ['40 %', ['progress: 0.4']],
      ['.5', ['progress: 0.5']],
      ['250%', ['progress: 1']],
      ['half', []],
      ['-1', []],
      ['1e3', []],
    ] as const) {
      await writeFile(at('progress'), text);
      expect(await said(), text).to.deep.equal(expected);
    }
  });

  it('is each line once, and the last without an end only when there is no more', async () => {
    await writeFile(at('messages'), 'one\n\ntwo\nthr');
    expect(await said()).to.deep.equal(['message: one', 'message: two']);
    await appendFile(at('messages'), 'ee\nfour');
    expect(await said()).to.deep.equal(['message: three']);
    expect(await said(true)).to.deep.equal(['message: four']);
    expect(await said(true)).to.deep.equal([]);
  });

  it('is bounded in one look, and goes on in the next', async () => {
    await writeFile(at('messages'), Array.from({ length: 30 }, (_, index) => `m${index}\n`).join(''));
    expect(await said()).to.have.length(20);
    expect(await said()).to.have.length(10);
    await writeFile(at('question'), 'x'.repeat(100_000));
    const [question] = await speech.look();
    expect(question?.text).to.have.length(4096);
    await appendFile(at('messages'), 'y'.repeat(200_000));
    const [line] = await speech.look();
    expect(line?.text).to.have.length(4096);
  });

  it('is not said again by an agent that was started anew', async () => {
    await writeFile(at('messages'), 'one\n');
    await writeFile(at('question'), 'which?');
    expect(await said()).to.have.length(2);
    speech = again();
    await appendFile(at('messages'), 'two\n');
    expect(await said()).to.deep.equal(['message: two']);
  });

  it('may be the same question once more', async () => {
    await writeFile(at('question'), 'which?');
    expect(await said()).to.deep.equal(['question: which?']);
    expect(await said()).to.deep.equal([]);
    await writeFile(at('next'), 'which?');
    await rename(at('next'), at('question'));
    expect(await said()).to.deep.equal(['question: which?']);
  });

  it('is not waited for where it puts a FIFO into the place of its answer', async () => {
    execFileSync('/bin/sh', ['-c', 'mkfifo "$1"', 'sh', at(`.answer.${process.pid}`)]);
    const [refused] = await Promise.allSettled([speech.answer('x')]);
    expect(refused.status).to.equal('rejected');
  });

  it('finds its answer whole, in the place of one before', async () => {
    await speech.answer('first');
    await speech.answer('this');
    expect(await readFile(at('answer'), 'utf8')).to.equal('this');
  });

  it('is read through no link, and no FIFO is waited for', async () => {
    await writeFile(join(folder, 'secret'), 'secret\n');
    await symlink(join(folder, 'secret'), at('messages'));
    execFileSync('/bin/sh', ['-c', 'mkfifo "$1"', 'sh', at('question')]);
    expect(await said(true)).to.deep.equal([]);
    await rm(join(work, '.ogm'), { recursive: true });
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere', 'messages'), 'secret\n');
    await symlink(join(folder, 'elsewhere'), join(work, '.ogm'));
    expect(await said(true)).to.deep.equal([]);
    const [refused] = await Promise.allSettled([speech.answer('x')]);
    expect(refused.status).to.equal('rejected');
  });
});
