import { Writable } from 'node:stream';
import { expect } from 'chai';
import { createLog, silentLog } from '../../platform/log.ts';
import { ManualClock } from '../support/clock.ts';

/** A stream that keeps what is written to it, and may pass for a terminal. */
class Kept extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly colours: boolean;

  constructor(terminal = false, colours = false) {
    super({ decodeStrings: false });
    this.isTTY = terminal;
    this.colours = colours;
  }

  hasColors(): boolean {
    return this.colours;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk;
    done();
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

const clock = new ManualClock(Date.UTC(2006, 5, 1, 12));
const time = '2006-06-01T12:00:00.000Z';

describe('the log', () => {
  it('writes one line of JSON for each message, with the time of its clock', () => {
    const stream = new Kept();
    const log = createLog({ level: 'info', format: 'auto', stream, clock });
    log.info('a Tell was stored', { tells: 3, from: undefined });
    log.warn('twice\nin "one" line');
    expect(stream.lines.map((line) => JSON.parse(line))).to.deep.equal([
      { time, level: 'info', message: 'a Tell was stored', tells: 3 },
      { time, level: 'warn', message: 'twice\nin "one" line' },
    ]);
  });

  it('writes what its level lets through, and says so beforehand', () => {
    const stream = new Kept();
    const log = createLog({ level: 'warn', format: 'json', stream, clock });
    for (const level of ['error', 'warn', 'info', 'debug'] as const) log[level](level);
    expect(stream.lines.map((line) => JSON.parse(line).message)).to.deep.equal(['error', 'warn']);
    expect((['error', 'warn', 'info', 'debug'] as const).map((level) => log.enabled(level))).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  it('puts the fields of a child into each of its lines', () => {
    const stream = new Kept();
    const log = createLog({ level: 'info', format: 'json', stream, clock })
      .child({ part: 'market' })
      .child({ door: 1 });
    log.info('open', { port: 7684 });
    expect(JSON.parse(stream.text)).to.deep.equal({
      time,
      level: 'info',
      message: 'open',
      part: 'market',
      door: 1,
      port: 7684,
    });
  });

  it('lets no field take the place of time, level or message', () => {
    const stream = new Kept();
    createLog({ level: 'info', format: 'json', stream, clock }).info('true', {
      time: 0,
      level: 'error',
      message: 'false',
    });
    expect(JSON.parse(stream.text)).to.deep.equal({ time, level: 'info', message: 'true' });
  });

  it('tells the stack of an error at level debug only, and what caused it at each', () => {
    const error = new Error('no answer', { cause: new TypeError('refused') });
    const told = (level: 'info' | 'debug', format: 'json' | 'text') => {
      const stream = new Kept();
      createLog({ level, format, stream, clock }).error('poll failed', { error });
      return stream.text;
    };
    expect(JSON.parse(told('info', 'json')).error).to.deep.equal({
      name: 'Error',
      message: 'no answer',
      cause: { name: 'TypeError', message: 'refused' },
    });
    expect(JSON.parse(told('debug', 'json')).error.stack).to.contain('log.test.ts');
    expect(told('info', 'text')).to.equal(`${time} error poll failed error="no answer"\n`);
    expect(told('debug', 'text')).to.match(
      /^\S+ error poll failed error="no answer"\n {4}Error: no answer\n.*log\.test\.ts/,
    );
  });

  it('survives fields that JSON cannot hold', () => {
    const stream = new Kept();
    const log = createLog({ level: 'info', format: 'json', stream, clock });
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    log.info('big', { bytes: 2n ** 64n });
    log.info('circle', circle);
    expect(JSON.parse(stream.lines[0]!).bytes).to.equal('18446744073709551616');
    expect(JSON.parse(stream.lines[1]!).fields).to.contain('[Circular');
  });

  it('is readable on a terminal, in colour where the terminal has colours', () => {
    const plain = new Kept(true, false);
    createLog({ level: 'info', format: 'auto', stream: plain, clock }).info('open', {
      port: 7684,
      name: 'the market',
    });
    expect(plain.text).to.equal(`${time} info  open port=7684 name="the market"\n`);
    const coloured = new Kept(true, true);
    createLog({ level: 'info', format: 'auto', stream: coloured, clock }).warn('full');
    expect(coloured.text).to.equal(`\u001b[90m${time}\u001b[39m \u001b[33mwarn \u001b[39m full\n`);
    const piped = new Kept(false, true);
    createLog({ level: 'info', format: 'text', stream: piped, clock }).warn('full');
    expect(piped.text).to.equal(`${time} warn  full\n`);
  });

  it('lets nothing from outside make a line of its own or drive the terminal', () => {
    const stream = new Kept(true);
    const log = createLog({ level: 'debug', format: 'text', stream, clock });
    log.info('peer said\r\n\u001b[2J', {
      said: '\u001b]0;x\u0007',
      error: new Error('a\nb\u001b[2J'),
      list: ['\u009b2J'],
    });
    expect(stream.text.split('\n')[0]).to.contain('peer said');
    expect(stream.text.replaceAll('\n', '')).to.match(/^\P{Cc}*$/u);
  });

  it('goes on where nobody reads it any more', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    const log = createLog({ level: 'info', format: 'json', stream, clock });
    const closed = new Promise((resolve) => stream.once('close', resolve));
    log.info('one');
    await closed;
    log.info('two');
  });

  it('can be silent', () => {
    expect(silentLog.child({ part: 'x' }).enabled('error')).to.equal(false);
  });
});
