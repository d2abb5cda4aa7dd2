import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { endOf } from '../../../fabric-agent/tasks/results.ts';
import { agentMessage, type Ended } from '../../../protocol/agent/messages.ts';
import { exitOf, key } from './attempts.ts';
import { TestNode } from './node.ts';

const nothing = { text: '' };
const fileOf = (path: string) => ({ path, blob: 'ab'.repeat(32), executable: false, bytes: 1 });
const endWith = (outputs: Ended['outputs']) => [
  ...endOf(key, { exit: exitOf(), stdout: nothing, stderr: nothing, outputs, fault: null }),
];

describe('telling what a task left', () => {
  it('is one message where that holds it', () => {
    const outputs = [fileOf('a'), fileOf('b')];
    expect(endWith(outputs)).to.deep.equal([
      { type: 'ended', ...key, exit: exitOf(), stdout: nothing, stderr: nothing, outputs, fault: null },
    ]);
  });

  it('goes in parts else, which are all of it in order, each as the protocol has it', () => {
    const files = fc
      .array(fc.integer({ min: 1, max: 1000 }), { minLength: 0, maxLength: 3000 })
      .map((lengths) =>
        lengths.map((length, index) => fileOf(`${index}${'ä'.repeat(length)}`.slice(0, 1024))),
      );
    fc.assert(
      fc.property(files, (outputs) => {
        const messages = endWith(outputs);
        const told: Ended['outputs'] = [];
        for (const message of messages) {
          expect(agentMessage.safeParse(message).success).to.equal(true);
          expect(Buffer.byteLength(JSON.stringify(message))).to.be.below(192 * 1024);
          if (message.type === 'results') {
            expect(message.from).to.equal(told.length);
            told.push(...message.outputs);
          } else if (message.type === 'ended') {
            expect(message.listed ?? 0).to.equal(told.length);
            told.push(...message.outputs);
          }
        }
        expect(told).to.deep.equal(outputs);
        expect(messages.at(-1)?.type).to.equal('ended');
      }),
      { numRuns: 20 },
    );
  });

  it('is told whole again by an agent that was killed before the broker had it', async () => {
    const count = 1010;
    await using node = await TestNode.start({
      obliging: 'in starting',
      entries: 2000,
      fetch: async (input) =>
        Response.json({ blob: /[0-9a-f]{64}/.exec(String(input))![0], bytes: 1, complete: true }),
    });
    node.assign('j.1', ['last', '60000']);
    await node.said1('may-start', 'j.1');
    while (node.begun('j.1') === 0) await new Promise(setImmediate);
    const { work } = node.backEnd.place(key);
    mkdirSync(join(work, 'many'));
    for (let index = 0; index < count; index += 1) writeFileSync(join(work, 'many', `${index}`), 'x');
    node.tell({ type: 'cancel', ...key, graceMs: 0 });
    const told = async () => {
      await node.said1('ended', 'j.1');
      return node.said.filter(({ type }) => type === 'results' || type === 'ended');
    };
    const before = await told();
    expect(before.map(({ type }) => type)).to.deep.equal(['results', 'results', 'ended']);
    expect(before.at(-1)).to.deep.include({ outputs: [], listed: count });
    await node.crash();
    expect(await told()).to.deep.equal(before);
    node.tell({ type: 'forget', ...key });
  });
});
