import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { Listen } from '../platform/doors/door.ts';
import type { Bench, BenchContext, Figure } from './harness/bench.ts';
import { nodeAddresses } from './harness/nodes.ts';
import { Service } from './harness/service.ts';
import { figureOf, percentile } from './harness/times.ts';
import { servedNodes } from './polls.ts';
import { application } from './programs/nodes.ts';

/** How often each node is polled, in milliseconds: the default. */
const intervalMs = 10_000;
/** Intervals (a count) that go by before anything is measured: those that came together drift apart. */
const settling = 2;
/** Questions (a count) that are asked in one round, one after the other, and for how long at most, in milliseconds. */
const questions = 200;
const askingMs = 15_000;
/** How long it is until the next is asked, in milliseconds: people and brokers do not ask without a pause. */
const apartMs = 20;

/** Nodes polled every 10 s by one infogather: what that costs, how late polls come, and how long a query takes meanwhile. */
export const paceBench: Bench = {
  name: 'pace',
  says: 'nodes polled every 10 s',
  async run(context) {
    const figures: Figure[] = [];
    const counts = context.quick ? [500] : [5_000, 50_000].filter((count) => count <= context.upTo);
    for (const count of counts) figures.push(...(await paced(count, context)));
    return { comparisons: [], figures };
  },
};

async function paced(count: number, context: BenchContext): Promise<Figure[]> {
  await using running = new AsyncDisposableStack();
  const addresses = nodeAddresses(count);
  const nodes = await servedNodes(addresses, context, running);
  const data = join(context.folder, `paced-${count}`);
  await mkdir(data);
  const set = [`infogather.poll-interval=${intervalMs} ms`];
  const infogather = running.use(await Service.start({ name: 'infogather', data, set, watchLoop: true }));
  context.say(`registering ${count} nodes, and polling them for a while`);
  await register(infogather.text, addresses, nodes.port);
  await setTimeout(settling * intervalMs);
  const [shares, late, usual, asked, nothing, worked, longest]: number[][] = [[], [], [], [], [], [], []];
  for (let round = 0; round <= context.rounds; round += 1) {
    context.progress(round);
    await nodes.lateness(intervalMs, 0.99);
    await infogather.longestTurn();
    const before = {
      at: performance.now(),
      cpu: await infogather.cpuSeconds(),
      polls: await nodes.answered(),
    };
    await setTimeout(intervalMs);
    const cpu = (await infogather.cpuSeconds()) - before.cpu;
    const seconds = (performance.now() - before.at) / 1000;
    const polls = (await nodes.answered()) - before.polls;
    const lateMs = await nodes.lateness(intervalMs, 0.99);
    const turn = await infogather.longestTurn();
    const idle = await timesOf(infogather, ask(infogather, '/nothing', 404));
    const queries = await timesOf(infogather, ask(infogather, '/infogather', 200));
    if (round === 0) continue;
    // A machine that is busy otherwise gives it no time for all: what all would take is told.
    context.say(`${polls} of ${count} nodes were polled in ${seconds.toFixed(1)} s`);
    shares?.push(((cpu / polls) * count * 1e6) / intervalMs);
    late?.push(lateMs);
    longest?.push(turn.cpuMs);
    usual?.push(percentile(queries.ms, 0.5));
    asked?.push(percentile(queries.ms, 0.99));
    nothing?.push(percentile(idle.ms, 0.99));
    // All else that the process does goes on as before.
    worked?.push(queries.cpuMsEach - idle.cpuMsEach);
  }
  const what = `${count.toLocaleString('en-US')} nodes every 10 s`;
  return [
    figureOf(`processor time in a second, ${what}`, 'ms', shares ?? []),
    figureOf(`polls that come late, ${what}, 99th percentile`, 'ms', late ?? []),
    figureOf(`a query of one node of ${what}, median`, 'ms', usual ?? []),
    figureOf(`a query of one node of ${what}, 99th percentile`, 'ms', asked ?? []),
    figureOf(`a request for what is not there, ${what}, 99th percentile`, 'ms', nothing ?? []),
    figureOf(`processor time of a query beyond such a request, ${what}`, 'ms', worked ?? []),
    figureOf(`longest turn of the event loop in processor time, ${what}`, 'ms', longest ?? []),
  ];
}

/** Tells infogather's text door of the nodes, in version 1.0; resolves when all are committed. */
async function register(infogather: Listen, addresses: readonly string[], port: number): Promise<void> {
  const tells = addresses.map((address, index) => {
    const at = `${address}:${port}`;
    const says = `Arch: x86_64\nOs: Linux\nCpus: ${4 + (index % 60)}\nMemory: ${8 + (index % 500)} GiB\nLoad: 0.1\n`;
    return `RESOURCE-version: 1.0\nAction: Tell\nId: n${index}/gcc\nHost: ${at}\nPoll: ${at}\nApplication: ${application}\n${says}\n`;
  });
  const socket = connect({ ...infogather, allowHalfOpen: true });
  socket.end(tells.join(''));
  const taken = (await text(socket)).split('Action: Ack').length - 1;
  if (taken !== addresses.length) throw new Error(`infogather took ${taken} of ${addresses.length} nodes`);
}

/** Asks over one kept connection, and sees that it is answered so. */
function ask({ http }: Service, path: string, status: number): () => Promise<void> {
  const url = `http://${http.host}:${http.port}${path}`;
  const body = `RESOURCE-version: 1.0\nAction: Ask\nId: q\nApplication: == ${application}\nLoad: <= 0.5\nCpus: 4\nMemory: 8 GiB\nRank: My.Cpus - Their.Load\nLimit: 1\n`;
  return async () => {
    const answer = await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'text/sla' } });
    const said = await answer.text();
    if (answer.status !== status || (status === 200 && !said.includes('Action: Tell')))
      throw new Error(`a query found nothing: ${said.slice(0, 500)}`);
  };
}

/** How long each of many takes, in milliseconds, and what the processor did for the service while they were asked. */
async function timesOf(
  infogather: Service,
  asking: () => Promise<void>,
): Promise<{ readonly ms: number[]; readonly cpuMsEach: number }> {
  const ms: number[] = [];
  const before = await infogather.cpuSeconds();
  const end = performance.now() + askingMs;
  while (ms.length < questions && performance.now() < end) {
    const begun = performance.now();
    await asking();
    ms.push(performance.now() - begun);
    await setTimeout(apartMs);
  }
  const cpuSeconds = (await infogather.cpuSeconds()) - before;
  return { ms, cpuMsEach: (cpuSeconds * 1000) / ms.length };
}
