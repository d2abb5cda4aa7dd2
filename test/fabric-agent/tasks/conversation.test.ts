import { createPrivateKey, sign } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { sha256 } from '../../../platform/digest.ts';
import { signedText } from '../../../protocol/agent/handshake.ts';
import { root } from '../../../tools/project.ts';
import { eventually } from '../support.ts';
import { keptOf } from './attempts.ts';
import { startTasks, type TasksUnderTest } from './tasks.ts';

/** What is another in each conversation. */
const changing: ReadonlySet<string> = new Set([
  'key',
  'nonce',
  'signature',
  'session',
  'token',
  'askedAtMs',
  'startedAt',
  'endedAt',
  'cpuSeconds',
  'maxRssBytes',
]);

interface Line {
  readonly from: 'agent' | 'broker';
  readonly line: unknown;
}

describe('docs/agent-protocol.md', () => {
  let tasks: TasksUnderTest;
  let page: string;

  before(async () => {
    page = await readFile(`${root}docs/agent-protocol.md`, 'utf8');
    tasks = await startTasks();
  });

  after(() => tasks[Symbol.asyncDispose]());

  it('shows the conversation that agents have', async () => {
    const { broker } = tasks;
    await broker.hears('inventory');
    const blob = broker.put('one\n');
    const kept = keptOf({
      application: 'sh',
      arguments: [
        "mkdir .ogm; echo begun; echo 'go on?' > .ogm/new; mv .ogm/new .ogm/question; until test -e .ogm/answer; do sleep 0.05; done; tr a-z A-Z < in.txt > out.txt; echo all done > .ogm/messages",
      ],
      inputs: [{ path: 'in.txt', blob, bytes: 4, executable: false }],
      outputs: ['out.txt'],
    });
    const which = { task: 'k3v9x2m4p7qa.1', attempt: 1 };
    broker.say({ type: 'assign', ...which, ...kept });
    await broker.hears('says');
    const part = { stream: 'stdout' as const, offset: 0, most: 65_536, waitMs: 20_000 };
    broker.say({ type: 'read', ...which, ask: 1, ...part });
    await broker.hears('output');
    broker.say({ type: 'answer', ...which, text: 'yes' });
    await broker.hears('ended');
    const shown = /```jsonl conversation\n([\s\S]*?)```/.exec(page)?.[1];
    expect(told(broker.lines)).to.equal(shown);
  });

  it('shows what is said of inputs that a node keeps', async () => {
    const { broker } = tasks;
    const input = Buffer.alloc(2 ** 20, 'x');
    const which = { task: 'k3v9x2m4p7qa.2', attempt: 1 };
    const inputs = [{ path: 'in', blob: broker.put(input), bytes: input.length, executable: false }];
    const assigned = {
      type: 'assign' as const,
      ...which,
      ...keptOf({ application: 'sh', arguments: ['true'], inputs }),
    };
    await broker.hears('inventory');
    const begun = broker.lines.length;
    broker.heard.length = 0;
    broker.say(assigned);
    await broker.hears('ended', which.task);
    const places = join(tasks.folder, 'tasks', 'tasks');
    await eventually(async () => expect(await readdir(places), 'it is forgotten').to.deep.equal([]));
    await tasks.restart();
    await broker.hears('holds');
    const shown = /```jsonl keeping\n([\s\S]*?)```/.exec(page)?.[1];
    const said = told(broker.lines.slice(begun)).split('\n');
    const kinds = ['"holds"', '"may-start"', '"staging-in"', '"inventory","tasks":[]'];
    const lines = said.filter(
      (line) => line.startsWith('agent') && kinds.some((kind) => line.includes(kind)),
    );
    const mark = sha256(`local\n${inputs[0]?.blob}`).slice(0, 16);
    expect(`${lines.join('\n')}\n`).to.equal(shown);
    expect(shown).to.contain(`"gained":["${mark}"]`);
    const requests = broker.requests.length;
    broker.say({ ...assigned, task: 'k3v9x2m4p7qa.3' });
    await broker.hears('ended', 'k3v9x2m4p7qa.3');
    expect(broker.requests.length, 'nothing more is fetched').to.equal(requests);
  });

  it('shows what is signed', () => {
    const [seed, brokerKey, agents, brokers, signature] = [
      ...page.matchAll(/`([0-9a-f]{64}|[\w-]{43}|[\w-]{86})`/g),
    ].map(([, word]) => word!);
    const [x, d] = [
      '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      Buffer.from(seed!, 'hex').toString('base64url'),
    ];
    const key = createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' });
    const text = Buffer.from(signedText(`agent to broker ${brokerKey}`, agents!, brokers!));
    expect(signature).to.equal(sign(null, text, key).toString('base64url'));
  });
});

/** A conversation as the page shows it: a message a line. */
function told(lines: readonly Line[]): string {
  const messages = lines.flatMap(({ from, line }) => {
    const said = line as { readonly messages?: readonly unknown[] };
    return (said.messages ?? [line]).map(
      (message) => `${from.padEnd(6)} ${JSON.stringify(message, masked)}\n`,
    );
  });
  return messages.join('');
}

function masked(name: string, value: unknown): unknown {
  return changing.has(name) && value !== null ? '…' : value;
}
