import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import type { Output, Read } from '../../../protocol/agent/messages.ts';
import { TestNode } from './node.ts';

describe('reading what a program prints while it runs', () => {
  let node: TestNode;
  let asked = 0;

  beforeEach(async () => {
    node = await TestNode.start({ obliging: 'in starting' });
  });

  afterEach(() => node[Symbol.asyncDispose]());

  async function read(task: string, said: Partial<Read> = {}): Promise<Output> {
    asked += 1;
    const ask = asked;
    node.tell({
      type: 'read',
      task,
      attempt: 1,
      ask,
      stream: 'stdout',
      offset: 0,
      most: 100,
      waitMs: 0,
      ...said,
    });
    return node.until((all) =>
      all.find((message): message is Output => message.type === 'output' && message.ask === ask),
    );
  }

  const textOf = ({ bytes }: Output) => Buffer.from(bytes, 'base64').toString();

  async function running(task: string, text: string): Promise<string> {
    node.assign(task, ['last', '60000', text]);
    await node.said1('may-start', task);
    for (let size = 0; size < text.length; ) ({ size } = await read(task, { waitMs: 60_000 }));
    return node.backEnd.place({ task, attempt: 1 }).stdout;
  }

  it('gives the part that is asked for, and says how much there is', async () => {
    await running('a.1', 'half way there');
    const part = await read('a.1', { offset: 5, most: 3 });
    expect(part).to.deep.include({ task: 'a.1', attempt: 1, size: 14, state: 'open' });
    expect(textOf(part)).to.equal('way');
    const none = await read('a.1', { most: 0, waitMs: 60_000 });
    expect([textOf(none), none.size], 'nothing is waited for where only the size is asked').to.deep.equal([
      '',
      14,
    ]);
    expect((await read('a.1', { stream: 'stderr' })).size).to.equal(0);
    expect(await read('a.1', { offset: 99 })).to.deep.include({ bytes: '', size: 14, state: 'open' });
  });

  it('waits for what is yet to be printed', async () => {
    const file = await running('a.1', 'one');
    const next = read('a.1', { offset: 3, waitMs: 60_000 });
    writeFileSync(file, 'one two');
    expect(textOf(await next)).to.equal(' two');
  });

  it('waits no longer once the program has ended, whatever has become of its results', async () => {
    await running('a.1', 'one');
    const next = read('a.1', { offset: 3, waitMs: 60_000 });
    node.tell({ type: 'cancel', task: 'a.1', attempt: 1, graceMs: 0 });
    expect(await next).to.deep.include({ bytes: '', size: 3, state: 'closed' });
    await node.said1('ended', 'a.1');
    expect(textOf(await read('a.1')), 'it is there until the broker has it').to.equal('one');
    node.tell({ type: 'forget', task: 'a.1', attempt: 1 });
    expect(await read('a.1')).to.deep.include({ bytes: '', size: 0, state: 'absent' });
  });

  it('reads nothing that a link leads to, nor what is no file', async () => {
    node.assign('a.1', ['last', '60000']);
    await node.said1('may-start', 'a.1');
    const { stdout, stderr } = node.backEnd.place({ task: 'a.1', attempt: 1 });
    mkdirSync(dirname(stdout), { recursive: true });
    symlinkSync('/etc/passwd', stdout);
    mkdirSync(stderr);
    expect(await read('a.1')).to.deep.include({ bytes: '', size: 0 });
    expect(await read('a.1', { stream: 'stderr' })).to.deep.include({ bytes: '', size: 0 });
  });

  it('has nothing of attempts that it does not know, and answers so many at once', async () => {
    expect((await read('b.1')).state).to.equal('absent');
    await running('a.1', 'one');
    const waiting = Array.from({ length: 64 }, () => read('a.1', { offset: 3, waitMs: 60_000 }));
    expect((await read('a.1')).state).to.equal('busy');
    node.tell({ type: 'cancel', task: 'a.1', attempt: 1, graceMs: 0 });
    for (const { state } of await Promise.all(waiting)) expect(state).to.equal('closed');
    expect(textOf(await read('a.1'))).to.equal('one');
  });

  it('goes on after the agent was started anew', async () => {
    await running('a.1', 'one');
    await node.crash();
    expect(textOf(await read('a.1'))).to.equal('one');
  });
});
