import { expect } from 'chai';
import fc from 'fast-check';
import { Channel, type Frame } from '../../client/channel.ts';

const limits = { frameMessages: 3, frameBytes: 20, unacknowledged: 5 };
const frameOf = (text: string | undefined) => JSON.parse(text!) as Frame<string>;

type Step =
  | 'left says'
  | 'right says'
  | 'left sends'
  | 'right sends'
  | 'left arrives'
  | 'right arrives'
  | 'cut';
const anyStep: fc.Arbitrary<Step> = fc.constantFrom(
  'left says',
  'right says',
  'left sends',
  'right sends',
  'left arrives',
  'right arrives',
  'cut',
);

describe('a channel', () => {
  it('brings every message over once and in order, however often the line is cut', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 120 }), (steps) => {
        const sides = {
          left: { channel: new Channel<string, string>(limits), said: [] as string[], heard: [] as string[] },
          right: {
            channel: new Channel<string, string>(limits),
            said: [] as string[],
            heard: [] as string[],
          },
        };
        /** What is on its way to a side. */
        const line = { left: [] as string[], right: [] as string[] };
        const other = { left: 'right', right: 'left' } as const;
        const send = (from: 'left' | 'right', beat: boolean) => {
          const frame = sides[from].channel.next() ?? (beat ? sides[from].channel.beat() : undefined);
          if (frame !== undefined) line[other[from]].push(frame);
          return frame !== undefined;
        };
        const arrive = (at: 'left' | 'right') => {
          const frame = line[at].shift();
          if (frame === undefined) return;
          const fresh = sides[at].channel.take(frameOf(frame));
          expect(fresh, 'nothing is left out on one line').to.not.equal(undefined);
          sides[at].heard.push(...fresh!);
        };
        const cut = () => {
          line.left = [];
          line.right = [];
          expect(sides.left.channel.resume(sides.right.channel.received)).to.equal(true);
          expect(sides.right.channel.resume(sides.left.channel.received)).to.equal(true);
        };
        for (const step of steps) {
          if (step === 'cut') {
            cut();
            continue;
          }
          const [side, what] = step.split(' ') as ['left' | 'right', string];
          if (what === 'says') {
            const message = `${side} ${sides[side].said.length}`;
            sides[side].said.push(message);
            sides[side].channel.say(message);
          } else if (what === 'sends') send(side, true);
          else arrive(side);
          for (const one of ['left', 'right'] as const)
            expect(sides[one].heard).to.deep.equal(sides[other[one]].said.slice(0, sides[one].heard.length));
        }
        // Left alone, all of it arrives.
        for (let round = 0; round < 200; round += 1) {
          send('left', true);
          send('right', true);
          arrive('left');
          arrive('right');
        }
        expect(sides.left.heard).to.deep.equal(sides.right.said);
        expect(sides.right.heard).to.deep.equal(sides.left.said);
        expect(sides.left.channel.waiting).to.equal(0);
      }),
    );
  });

  it('bounds its frames by the number of messages and by their length', () => {
    const channel = new Channel<string, string>(limits);
    for (const message of ['a', 'b', 'c', 'd', 'x'.repeat(50), 'e']) channel.say(message);
    const frames = [channel.next(), channel.next()].map(frameOf);
    expect(frames.map(({ messages }) => messages)).to.deep.equal([['a', 'b', 'c'], ['d']]);
    expect(frameOf(channel.next()).messages).to.deep.equal(['x'.repeat(50)]);
  });

  it('bounds a frame by its bytes, in whatever script', () => {
    const channel = new Channel<string, string>({ ...limits, frameBytes: 24 });
    for (const word of ['ääääää', 'ёёёёёё', 'abcdef']) channel.say(word);
    expect(channel.waitingBytes).to.equal(14 + 14 + 8);
    expect(frameOf(channel.next()).messages).to.deep.equal(['ääääää']);
    expect(frameOf(channel.next()).messages).to.deep.equal(['ёёёёёё', 'abcdef']);
    channel.take({ from: 1, ack: 2, messages: [] });
    expect(channel.waitingBytes).to.equal(8);
  });

  it('has a bounded number under way until they are acknowledged', () => {
    const channel = new Channel<number, string>({ ...limits, frameMessages: 100, frameBytes: 1000 });
    for (let number = 1; number <= 8; number += 1) channel.say(number);
    expect(frameOf(channel.next()).messages).to.have.length(5);
    expect(channel.next()).to.equal(undefined);
    channel.take({ from: 1, ack: 2, messages: [] });
    expect(frameOf(channel.next()).messages).to.deep.equal([6, 7]);
  });

  it('refuses a frame after one that is missing, and a word about what was never said', () => {
    const channel = new Channel<string, string>(limits);
    expect(channel.take({ from: 2, ack: 0, messages: ['b'] })).to.equal(undefined);
    expect(channel.take({ from: 1, ack: 1, messages: ['a'] })).to.equal(undefined);
    expect(channel.received).to.equal(0);
  });
});
