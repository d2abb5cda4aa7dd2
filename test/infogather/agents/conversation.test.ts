import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { givenGathering } from './given.ts';

const page = new URL('../../../docs/agent-protocol.md', import.meta.url);

/** What is another each time. */
const passing = new Set(['key', 'nonce', 'signature', 'token', 'holdsMs']);

const registration = `RESOURCE-version: 1.0
Action: Tell
Id: node-1/gcc
Expires: 30 min
Host: node-1.invalid
Transport: job
Application: gcc
Cpus: 4
Load: 0.5
`;

const polled = `RESOURCE-version: 1.0
Action: Tell
Id: node-1/gcc
Host: node-1.invalid
Transport: job
Load: 0.25
`;

describe('docs/agent-protocol.md', () => {
  it('shows the conversation that agents have with infogather', async () => {
    await using test = await givenGathering();
    const talk = await test.agent();
    talk.say({
      type: 'state',
      state: 'ready',
      running: 1,
      held: 0,
      free: { tasks: 3, cpus: 3, memoryBytes: 1073741824, diskBytes: null },
      load: 0.5,
    });
    await talk.tell(registration);
    const poll = await talk.next('poll');
    talk.say({ type: 'polled', ask: poll!.ask, documents: polled });
    talk.say({ type: 'renew', ask: 2, token: test.jwt() });
    await talk.next('renewed');
    // A poll may come at any time; here it is shown after what was asked before.
    const typeOf = ({ said }: (typeof talk.lines)[number]) => ('type' in said ? said.type : undefined);
    const polls = talk.lines.filter((line) => typeOf(line) === 'poll');
    const inOrder = talk.lines.flatMap((line) => {
      if (typeOf(line) === 'poll') return [];
      return typeOf(line) === 'told' ? [line, ...polls] : [line];
    });
    const lines = inOrder.map(({ by, said }) => {
      const text = JSON.stringify(said, (name, value) => (passing.has(name) ? '…' : value));
      return `${by.padEnd(10)} ${text}\n`;
    });
    const [, shown] = /```jsonl gathering\n(.*?)```/s.exec(await readFile(page, 'utf8')) ?? [];
    expect(shown).to.equal(lines.join(''));
  });
});
