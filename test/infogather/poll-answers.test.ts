import { expect } from 'chai';
import { Infogather } from '../../infogather/index.ts';
import { infogatherSettings } from '../../infogather/settings.ts';
import { Refusal } from '../../platform/failure.ts';
import { silentLog } from '../../platform/log.ts';
import type { Store } from '../../platform/store/store.ts';
import { failure } from '../../protocol/catalogue.ts';
import { ManualClock } from '../support/clock.ts';
import { openServiceStore } from '../support/service-store.ts';
import { givenInfogather, intervalMs, Nodes, registration, registrationOf, teller } from './support.ts';

const poll = (port: number) => `Poll: 193.10.66.20:${port}`;
const load = (cpuLoad: number, date: number) => `CPU-Load: ${cpuLoad}\nDate: ${date}`;
const addressOf = (port: number) => `193.10.66.20:${port}`;

describe('the answers to polls by infogather', () => {
  it('count what an answer in order leaves out as not heard, with its load and date as they were', async () => {
    await using given = await givenInfogather();
    const { nodes } = given;
    for (const host of [1, 2])
      await given.infogather.register(
        registrationOf('gcc4.0.2', host, `${poll(8484)}\n${load(0.1, 10)}`),
        teller,
      );
    const both = [registration('gcc4.0.2', 1, load(0.5, 20)), registration('gcc4.0.2', 2, load(0.6, 20))];
    nodes.answers.set(addressOf(8484), both.join('\n'));
    await given.advance(intervalMs);
    nodes.answers.set(addressOf(8484), both[1]!);
    await given.advance(intervalMs);
    const [gone, there] = await given.list();
    expect(gone).to.include({ pollable: true, heardAgoMs: null, cpuLoad: 0.5, date: 20 });
    expect(gone?.fault).to.equal('the node no longer answers for it');
    expect(there).to.include({ heardAgoMs: 0, cpuLoad: 0.6, fault: null });
    nodes.answers.set(addressOf(8484), new Error('nothing listens there'));
    await given.restart();
    await given.settle();
    expect((await given.list()).map(({ heardAgoMs }) => heardAgoMs)).to.deep.equal([null, 0]);
    nodes.answers.set(addressOf(8484), both.join('\n'));
    await given.advance(intervalMs);
    expect((await given.list())[0]).to.include({ heardAgoMs: 0, fault: null });
  });

  it('leave out nothing where their answer is not in order, nor what was told after they were begun', async () => {
    await using given = await givenInfogather();
    const { infogather, nodes } = given;
    const told = (host: number) => infogather.register(registrationOf('gcc4.0.2', host, poll(8484)), teller);
    const answer = (...hosts: number[]) =>
      nodes.answers.set(
        addressOf(8484),
        hosts.map((host) => registration('gcc4.0.2', host, load(0.5, 20))).join('\n'),
      );
    answer(1, 2);
    await Promise.all([told(1), told(2)]);
    await given.advance(intervalMs);
    answer(1, 9);
    await given.advance(intervalMs);
    expect((await given.list())[1]?.heardAgoMs).to.equal(intervalMs);
    answer(1);
    await told(2);
    await told(3);
    await given.settle();
    expect((await given.list()).map(({ heardAgoMs }) => heardAgoMs)).to.deep.equal([0, intervalMs, null]);
    expect((await given.list()).map(({ fault }) => fault)).to.deep.equal([null, null, null]);
  });

  it('come at once where what was left out, or what failed, is told anew', async () => {
    await using given = await givenInfogather();
    const { infogather, nodes } = given;
    const told = (host: number, at: number) =>
      infogather.register(registrationOf('gcc4.0.2', host, poll(at)), teller);
    nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 2, load(0.5, 20)));
    for (const host of [1, 2]) await told(host, 8484);
    await told(3, 8485);
    await given.advance(intervalMs);
    for (const host of [1, 3]) {
      nodes.polled.length = 0;
      await told(host, host === 3 ? 8485 : 8484);
      await given.settle();
      expect(nodes.polled).to.deep.equal([addressOf(host === 3 ? 8485 : 8484)]);
    }
    nodes.polled.length = 0;
    await told(2, 8484);
    await given.settle();
    expect(nodes.polled, 'one that is well waits for its turn').to.deep.equal([]);
  });

  it('find no fault with a node where what they bring cannot be kept, which is said in the log once', async () => {
    const errors: string[] = [];
    const clock = new ManualClock();
    const nodes = new Nodes();
    await using files = await openServiceStore('infogather');
    let full = false;
    const store: Store = {
      write: (verb) =>
        full ? Promise.reject(new Refusal(failure('store-full', 'no room'))) : files.store.write(verb),
      read: (query) => files.store.read(query),
      close: () => files.store.close(),
    };
    const log = { ...silentLog, error: (message: string) => void errors.push(message) };
    const config = { ...infogatherSettings.parse({}), 'poll-settle': 0 };
    await using infogather = new Infogather({ config, store, line: nodes, clock, log });
    await infogather.start();
    nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.5, 20)));
    await infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    await clock.advance(1);
    full = true;
    nodes.answers.set(addressOf(8484), registration('gcc4.0.2', 1, load(0.9, 30)));
    for (let polls = 0; polls < 3; polls += 1) await clock.advance(intervalMs);
    const [node] = (await infogather.nodes({})).nodes;
    expect(node).to.include({ cpuLoad: 0.5, fault: null });
    expect(errors.filter((message) => message === 'cannot keep what polls bring')).to.have.length(1);
    full = false;
    const before = nodes.polled.length;
    await infogather.register(registrationOf('gcc4.0.2', 1, poll(8484)), teller);
    await clock.advance(1);
    expect(nodes.polled, 'it is no suspect that would be hurried').to.have.length(before);
  });
});
