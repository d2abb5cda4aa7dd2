import { expect } from 'chai';
import type { BrokerMessage, Output, Read } from '../../../protocol/agent/messages.ts';
import { blob, givenRoutes, more, problemOf } from './given-routes.ts';
import { owner, type ScriptedAgent } from './support.ts';

type Given = Awaited<ReturnType<typeof givenRoutes>>;

/** An agent that tells what a program has printed, and what it was asked for. */
class Printer {
  text = '';
  state: Output['state'] = 'open';
  /** What is asked for from this byte on it does not answer for now. */
  holdsFrom = Number.MAX_SAFE_INTEGER;
  readonly reads: Read[] = [];
  readonly #agent: ScriptedAgent;

  constructor(agent: ScriptedAgent) {
    this.#agent = agent;
    const { heard } = agent;
    const push = heard.push.bind(heard);
    heard.push = (...messages: BrokerMessage[]) => {
      for (const message of messages) if (message.type === 'read') this.#hear(message);
      return push(...messages);
    };
  }

  /** Answers those that wait. */
  flush(): Promise<unknown> {
    const due = this.reads.filter(({ offset }) => offset < this.holdsFrom);
    for (const read of due) this.reads.splice(this.reads.indexOf(read), 1);
    return this.#agent.say(...due.map((read) => this.answer(read)));
  }

  answer({ task, attempt, ask, offset, most }: Read): Output {
    const all = Buffer.from(this.text);
    const bytes = all.subarray(offset, offset + most).toString('base64');
    return { type: 'output', task, attempt, ask, bytes, size: all.length, state: this.state };
  }

  #hear(read: Read): void {
    this.reads.push(read);
    if (read.offset >= this.holdsFrom) return;
    if (read.waitMs === 0 || this.state !== 'open' || this.text.length > read.offset)
      setImmediate(() => this.flush());
  }
}

const path = '/jobs/job1/tasks/1/stdout';
const from = (first: number, last: number | '' = '') => ({ Range: `bytes=${first}-${last}` });

async function started({ given }: Given): Promise<{ agent: ScriptedAgent; printer: Printer }> {
  const agent = await given.agent('n1');
  await given.submit({ repeatable: true });
  await agent.mayStart('job1.1');
  return { agent, printer: new Printer(agent) };
}

describe('what a task prints while it runs', () => {
  it('is told by its node, by ranges whose end nobody knows', async () => {
    await using routes = await givenRoutes();
    const { printer } = await started(routes);
    printer.text = 'under way';
    const part = await routes.call('GET', path, undefined, from(2, 4));
    expect([part.status, part.text]).to.deep.equal([206, 'der']);
    expect(part.headers.get('content-range')).to.equal('bytes 2-4/*');
    expect(part.headers.get('etag')).to.equal('"attempt-1"');
    const last = await routes.call('GET', path, undefined, { Range: 'bytes=-3' });
    expect([last.text, last.headers.get('content-range')]).to.deep.equal(['way', 'bytes 6-8/*']);
    const whole = await routes.call('GET', path);
    expect([whole.status, whole.text]).to.deep.equal([200, 'under way']);
    const beyond = await routes.call('GET', path, undefined, from(9));
    expect([beyond.status, beyond.headers.get('content-range')]).to.deep.equal([416, 'bytes */9']);
  });

  it('is gathered of several messages of its node, in bytes', async () => {
    await using routes = await givenRoutes();
    const { printer } = await started(routes);
    printer.text = 'x'.repeat(200_000);
    const part = await routes.call('GET', path, undefined, from(1));
    expect([part.status, part.text.length]).to.deep.equal([206, 199_999]);
    printer.text = 'y'.repeat(2_500_000);
    expect((await routes.call('GET', path)).text.length).to.equal(2_500_000);
  });

  it('comes whole though it ends while it is sent, and what is stored of it goes on where the node has left off', async () => {
    await using routes = await givenRoutes();
    const { agent, printer } = await started(routes);
    printer.text = more;
    printer.holdsFrom = 1_500_000;
    const whole = fetch(`${routes.url}/broker/v1${path}`).then((answer) => answer.text());
    while (printer.reads.every(({ offset }) => offset < printer.holdsFrom)) await new Promise(setImmediate);
    await agent.end('job1.1', 1, {}, { stdout: { blob, bytes: more.length } });
    printer.holdsFrom = Number.MAX_SAFE_INTEGER;
    await printer.flush();
    expect(await whole).to.equal(more);
  });

  it('is waited for, and its last bytes are the same from the node and after the end', async () => {
    await using routes = await givenRoutes();
    const { agent, printer } = await started(routes);
    const next = routes.call('GET', `${path}?wait=20`, undefined, from(0));
    while (printer.reads.length === 0) await new Promise(setImmediate);
    expect(printer.reads[0]).to.deep.include({ task: 'job1.1', attempt: 1, offset: 0, waitMs: 20_000 });
    printer.text = 'one ';
    await printer.flush();
    expect((await next).text).to.equal('one ');
    // Its program has ended, and its results are on their way: the rest is waited for, and the node not asked again.
    printer.state = 'closed';
    const rest = routes.call('GET', `${path}?wait=20`, undefined, from(4));
    while (agent.heard.filter(({ type }) => type === 'read').length < 2) await new Promise(setImmediate);
    await agent.end('job1.1', 1, {}, { stdout: { text: Buffer.from('one two').toString('base64') } });
    const { status, text, headers } = await rest;
    expect([status, text, headers.get('content-range')]).to.deep.equal([206, 'two', 'bytes 4-6/7']);
    expect(headers.get('etag')).to.equal('"attempt-1"');
    expect(agent.heard.filter(({ type }) => type === 'read')).to.have.length(2);
  });

  it('is waited for as long as was said, though the clock is set back meanwhile', async () => {
    await using routes = await givenRoutes();
    const { given } = routes;
    await given.submit();
    const looked = given.jobs.printing.look(
      { owner, job: 'job1', task: 1, stream: 'stdout' },
      { from: 0, most: 1, waitMs: 20_000, signal: new AbortController().signal },
    );
    given.clock.set(-3_600_000);
    await given.clock.advance(20_000);
    expect((await looked).kind).to.equal('part');
  });

  it('of another attempt is told apart from that of one before', async () => {
    await using routes = await givenRoutes();
    const { agent, printer } = await started(routes);
    printer.text = 'first';
    const waiting = routes.call('GET', `${path}?wait=20`, undefined, {
      ...from(5),
      'If-Match': '"attempt-1"',
    });
    while (printer.reads.length === 0) await new Promise(setImmediate);
    await agent.end('job1.1', 1, { kind: 'lost', code: null });
    await printer.flush();
    await agent.mayStart('job1.1', 2);
    expect(problemOf(await waiting)).to.deep.equal([412, 'attempt-over']);
    printer.text = 'second';
    const again = await routes.call('GET', path, undefined, { ...from(3), 'If-Range': '"attempt-1"' });
    expect([again.status, again.text, again.headers.get('etag')]).to.deep.equal([
      200,
      'second',
      '"attempt-2"',
    ]);
    const same = await routes.call('GET', path, undefined, { ...from(3), 'If-Range': '"attempt-2"' });
    expect([same.status, same.text]).to.deep.equal([206, 'ond']);
  });

  it('is nothing before it starts, and is waited for from then on', async () => {
    await using routes = await givenRoutes();
    const { given } = routes;
    await given.submit();
    expect((await routes.call('GET', path)).text).to.equal('');
    expect((await routes.call('GET', path, undefined, from(0))).status).to.equal(416);
    const first = routes.call('GET', `${path}?wait=20`, undefined, from(0));
    const agent = await given.agent('n1');
    const printer = new Printer(agent);
    printer.text = 'here';
    await agent.mayStart('job1.1');
    expect((await first).text).to.equal('here');
  });

  it('cannot be told where nothing is heard of its node, and that is said', async () => {
    await using routes = await givenRoutes({ 'read-wait': 1000, 'reads-each': 1 });
    const { agent, printer } = await started(routes);
    const silent = routes.call('GET', `${path}?wait=5`, undefined, from(0));
    while (printer.reads.length === 0) await new Promise(setImmediate);
    expect(problemOf(await routes.call('GET', path))).to.deep.equal([503, 'node-busy']);
    await routes.given.clock.advance(6_000);
    expect(problemOf(await silent)).to.deep.equal([503, 'node-silent']);
    const cut = routes.call('GET', `${path}?wait=20`, undefined, from(0));
    while (printer.reads.length === 1) await new Promise(setImmediate);
    await agent.vanish();
    expect(problemOf(await cut)).to.deep.equal([503, 'node-silent']);
  });

  it('is taken only from the node that was asked, and no more than was asked for', async () => {
    await using routes = await givenRoutes();
    const { agent, printer } = await started(routes);
    const other = await routes.given.agent('n2');
    const part = routes.call('GET', `${path}?wait=20`, undefined, from(0, 3));
    while (printer.reads.length === 0) await new Promise(setImmediate);
    const read = printer.reads[0]!;
    const wrong = { ...printer.answer(read), bytes: Buffer.from('wrong').toString('base64') };
    await other.say(wrong);
    await agent.say({ ...wrong, ask: read.ask + 1 }, { ...wrong, attempt: 2 }, { ...wrong, task: 'job1.2' });
    printer.text = 'right';
    await agent.say({ ...printer.answer(read), bytes: Buffer.from('right').toString('base64') });
    expect((await part).text).to.equal('righ');
  });
});
