import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import type { Document1 } from '../../grammar/index.ts';
import { printReply } from '../../language-door/reply.ts';
import { anyDocumentOf } from '../market/support.ts';
import { Reader } from '../market/watching.ts';
import {
  document1,
  type GivenInfogather,
  givenInfogather,
  hourMs,
  intervalMs,
  registrationOf,
  said,
  tell1,
  teller,
} from './support.ts';

const poll = '193.10.66.20:8484';
const node = (id: string, ...headers: readonly string[]) => tell1(id, 'Application: gcc', ...headers);

/** What answers a Watch of a text over a connection. */
async function watch({ infogather }: GivenInfogather, reader: Reader, text: string): Promise<string[]> {
  const replies = await infogather.receive(anyDocumentOf(text) as Document1, teller, reader);
  return replies.map(printReply);
}

const watching = (...headers: readonly string[]) =>
  document1('Watch', 'w1', 'Application: == gcc', ...headers);

/** Event and Id of each document that came. */
const told = (documents: readonly string[]) =>
  documents.map(
    (text) => `${headerOf(text, 'Event')} ${headerOf(text, 'Id') ?? headerOf(text, 'Application')}`,
  );

const headerOf = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
const cursorOf = (texts: readonly string[]) => Number(headerOf(texts.at(-1) ?? '', 'Cursor'));

async function settled(given: GivenInfogather): Promise<void> {
  await given.advance(1000);
  for (let turns = 0; turns < 20; turns += 1) await turn();
}

describe('Watches of nodes at infogather', () => {
  it('begin with what matches, then tell of each that matches, changes or goes', async () => {
    await using given = await givenInfogather();
    await said(given.infogather, node('n1/gcc'));
    await settled(given);
    const reader = new Reader();
    const first = await watch(given, reader, watching());
    expect(first.map((text) => headerOf(text, 'Id') ?? headerOf(text, 'Action'))).to.deep.equal([
      'n1/gcc',
      'Because',
    ]);
    expect(cursorOf(first)).to.be.greaterThan(0);
    await said(given.infogather, node('n2/gcc', 'Cpus: 4'));
    await said(given.infogather, tell1('n3/octave', 'Application: octave'));
    await settled(given);
    await said(given.infogather, node('n2/gcc', 'Seq: 2', 'Cpus: 8'));
    await settled(given);
    await said(given.infogather, document1('Untell', 'n2/gcc'));
    await settled(given);
    expect(told(reader.came)).to.deep.equal(['matched n2/gcc', 'changed n2/gcc', 'gone n2/gcc']);
    expect(reader.came[1]).to.include('Cpus: 8').and.to.include('In-reply-to: w1');
    const cursors = reader.came.map((text) => Number(headerOf(text, 'Cursor')));
    expect(cursors).to.deep.equal(cursors.toSorted((a, b) => a - b));
  });

  it('tell what a poll brings as far as it matters: a load that has moved by a step, and nothing else', async () => {
    await using given = await givenInfogather();
    const at = (load: number) =>
      given.nodes.answers.set(poll, node('n1/gcc', `Poll: ${poll}`, `Load: ${load}`));
    at(0.2);
    await said(given.infogather, node('n1/gcc', `Poll: ${poll}`, 'Load: 0.2'));
    await given.advance(intervalMs);
    await settled(given);
    const reader = new Reader();
    await watch(given, reader, watching('Load: <= 0.5'));
    for (const load of [0.24, 0.28, 0.6, 0.62, 0.4, 0.44]) {
      at(load);
      await given.advance(intervalMs);
      await settled(given);
    }
    expect(told(reader.came)).to.deep.equal(['gone n1/gcc', 'matched n1/gcc']);
  });

  it('go on from a cursor without a gap or a repeat, over another connection, and after a restart', async () => {
    await using given = await givenInfogather();
    await settled(given);
    const first = new Reader();
    const start = cursorOf(await watch(given, first, watching()));
    await said(given.infogather, node('n1/gcc'));
    await settled(given);
    expect(told(first.came)).to.deep.equal(['matched n1/gcc']);
    first.close();
    await said(given.infogather, node('n2/gcc'));
    await settled(given);
    const second = new Reader();
    const ack = await watch(given, second, watching(`Cursor: ${cursorOf(first.came)}`));
    expect(ack[0]).to.include('Action: Ack');
    await settled(given);
    expect(told(second.came)).to.deep.equal(['matched n2/gcc']);
    await given.restart();
    const third = new Reader();
    await watch(given, third, watching(`Cursor: ${start}`));
    await said(given.infogather, node('n3/gcc'));
    await settled(given);
    expect(told(third.came)).to.deep.equal(['matched n1/gcc', 'matched n2/gcc', 'matched n3/gcc']);
  });

  it('tell of what lapses though nobody asks, and of version 0.1 but where version 1.0 stands for it', async () => {
    await using given = await givenInfogather({ 'registration-lifetime': hourMs });
    const reader = new Reader();
    await watch(given, reader, watching());
    await given.infogather.register(registrationOf('gcc', 8483), teller);
    await settled(given);
    await said(given.infogather, node('n1/gcc', 'Expires: 1 min'));
    await settled(given);
    await given.advance(70_000);
    await settled(given);
    expect(told(reader.came)).to.deep.equal([
      'matched gcc',
      'matched n1/gcc',
      'gone gcc',
      'gone n1/gcc',
      'matched gcc',
    ]);
  });

  it('cost a slow reader nothing but time: what is not in memory any more comes from the log', async () => {
    await using given = await givenInfogather();
    const reader = new Reader();
    reader.takeOnly(0);
    await watch(given, reader, watching());
    const count = 120;
    for (let each = 0; each < count; each += 1) {
      await said(given.infogather, node(`n${each}/gcc`));
      if (each % 40 === 39) await settled(given);
    }
    reader.takeOnly(Number.POSITIVE_INFINITY);
    await reader.untilTrue(() => reader.came.length === count);
    expect(new Set(told(reader.came)).size).to.equal(count);
  });

  it('are ended by an Unwatch right behind, and keep to their bounds, though they go on from a cursor', async () => {
    await using given = await givenInfogather({ 'watches-each': 2 });
    const reader = new Reader();
    const start = cursorOf(await watch(given, reader, watching()));
    await watch(given, reader, document1('Unwatch', 'w1'));
    const goingOn = watching(`Cursor: ${start}`);
    const both = [watch(given, reader, goingOn), watch(given, reader, document1('Unwatch', 'w1'))];
    for (const [answer] of await Promise.all(both)) expect(answer).to.include('Action: Ack');
    expect(reader.holds).to.equal(0);
    const many = ['w1', 'w2', 'w3'].map((id) => watch(given, reader, goingOn.replace('w1', id)));
    const answers = (await Promise.all(many)).map(([answer]) => headerOf(answer ?? '', 'Action'));
    expect(answers.filter((action) => action === 'Ack')).to.have.length(2);
    expect(reader.holds).to.equal(2);
  });

  it('are declined over their bounds, without a connection, ahead of the log, and before its beginning', async () => {
    await using given = await givenInfogather({ 'watches-each': 1, 'most-events': 1 });
    const reader = new Reader();
    expect(await said(given.infogather, watching())).to.match(/policy a Watch needs a connection/);
    expect((await watch(given, reader, watching('Cursor: 99')))[0]).to.match(/invalid Cursor/);
    await watch(given, reader, watching());
    const other = watching().replace('w1', 'w2');
    expect((await watch(given, reader, other))[0]).to.match(/capacity .*1 Watches of yours/);
    expect((await watch(given, reader, document1('Unwatch', 'w1')))[0]).to.include('Action: Ack');
    expect((await watch(given, reader, document1('Unwatch', 'w1')))[0]).to.match(/not-found/);
    expect(reader.holds).to.equal(0);
    for (const id of ['n1/gcc', 'n2/gcc', 'n3/gcc']) {
      await said(given.infogather, node(id));
      await settled(given);
    }
    await given.infogather.sweep(given.clock.now());
    expect((await watch(given, reader, watching('Cursor: 1')))[0]).to.match(/too-late cursor-expired/);
  });

  it('end when they expire, when another text takes their name, and with their connection', async () => {
    await using given = await givenInfogather();
    const reader = new Reader();
    await watch(given, reader, watching('Expires: 5 s'));
    await given.advance(6000);
    expect(reader.came.at(-1)).to.match(/too-late the Watch has expired/);
    await watch(given, reader, watching());
    const other = new Reader();
    await watch(given, other, watching('Seq: 2', 'Cpus: >= 2'));
    expect(reader.came.at(-1)).to.match(/id-reused/);
    expect(reader.holds).to.equal(0);
    other.close();
    expect(other.holds).to.equal(0);
    expect((await watch(given, new Reader(), document1('Unwatch', 'w1')))[0]).to.match(/not-found/);
  });
});
