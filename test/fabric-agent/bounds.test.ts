import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { contents, dial, eventually, exchange, script, startAgent } from './support.ts';

const small = {
  // Only its own bound ends a program of these tests, however slowly it starts.
  'time-limit': '4 min',
  'kill-grace': '30 s',
  'output-size': '100 kB',
  'result-size': '1 MB',
  'result-entries': 10,
  'watch-interval': '50 ms',
};

async function runBounded(
  source: string,
  settings: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  await using test = await startAgent({ ...small, ...settings });
  return contents(await exchange(test.port('node'), await script(source)));
}

const forever = 'setInterval(() => {}, 1000);';

describe('the bounds of a program', () => {
  it('end one that runs too long, with what it did until then', async () => {
    const answer = await runBounded(
      `console.log('begun'); require('fs').writeFileSync('half', 'x'); ${forever}`,
      { 'time-limit': '5 s' },
    );
    expect(answer['.ogm/error']).to.equal('the program ran longer than 5 s, its bound, and was ended\n');
    expect(answer).to.include({ '.ogm/exit-code': '143\n', '.ogm/stdout': 'begun\n', half: 'x' });
  });

  it('kill one that does not want to end, and all of its group', async () => {
    const answer = await runBounded(
      `process.on('SIGTERM', () => console.log('no'));
       require('child_process').spawn('sh', ['-c', 'trap "" TERM; while :; do sleep 1; done'], { stdio: 'inherit' });
       require('fs').writeFileSync('big', Buffer.alloc(2e6));
       ${forever}`,
      { 'kill-grace': '2 s' },
    );
    expect(answer).to.include({ '.ogm/exit-code': '137\n', '.ogm/stdout': 'no\n' });
  });

  it('end one that prints too much, and keep what fits', async () => {
    const answer = await runBounded(
      `const line = 'x'.repeat(999) + '\\n'; const go = () => { while (process.stdout.write(line)); }; process.stdout.on('drain', go); go();`,
    );
    expect(answer['.ogm/error']).to.equal(
      'the program printed more than 100000 bytes, its bound, and was ended\n',
    );
    expect(answer['.ogm/stdout']).to.have.length(100_000);
  });

  it('count standard output and standard error together', async () => {
    const answer = await runBounded(
      `process.stdout.write('x'.repeat(60000), () => process.stderr.write('x'.repeat(60000), () => { ${forever} }))`,
    );
    expect(answer['.ogm/stdout']!.length + answer['.ogm/stderr']!.length).to.equal(100_000);
    expect(answer['.ogm/error']).to.match(/printed more than/);
  });

  it('end one that writes too much while it runs', async () => {
    const answer = await runBounded(
      `const fs = require('fs'); fs.writeFileSync(process.env.TMPDIR + '/big', Buffer.alloc(2e6)); ${forever}`,
    );
    expect(answer['.ogm/error']).to.equal(
      'the program wrote more than 1000000 bytes, its bound, and was ended\n',
    );
  });

  it('end one that makes too many files while it runs', async () => {
    const answer = await runBounded(
      `const fs = require('fs'); for (let n = 0; n < 50; n++) fs.writeFileSync('f' + n, ''); ${forever}`,
    );
    expect(answer['.ogm/error']).to.match(
      /made more than 10 files and directories.*; the program left more than 10/,
    );
  });

  it('hold back what it left beyond them, and say so', async () => {
    const answer = await runBounded(
      `const fs = require('fs'); fs.ftruncateSync(fs.openSync('sparse', 'w'), 1e12); fs.writeFileSync('good', 'x');`,
    );
    expect(answer).to.include({ '.ogm/exit-code': '0\n', good: 'x' });
    expect(answer['.ogm/left-out']).to.match(/^'sparse': with its 1000000000000 bytes/);
    expect(answer['.ogm/error']).to.match(/^the program left more than 1000000 bytes/);
  });
});

describe('the work that an agent takes', () => {
  it('waits for its turn, and loses it when its client goes', async () => {
    await using test = await startAgent({ 'concurrent-programs': 1, 'alive-interval': '20 ms' });
    const port = test.port('node');
    const order: string[] = [];
    const long = await dial(port);
    const may = join(test.folder, 'may');
    long.write(await script(`setInterval(() => require('fs').existsSync('${may}') && process.exit(), 20)`));
    await once(long, 'data');
    const gone = await dial(port);
    gone.end(await script(`require('fs').writeFileSync('${test.folder}/ran', '')`));
    await once(gone, 'data');
    const last = exchange(port, await script(`console.log(require('fs').existsSync('${test.folder}/ran'))`));
    gone.destroy();
    await eventually(() =>
      expect(test.logged.map(({ message }) => message)).to.include('a client went away'),
    );
    writeFileSync(may, '');
    const arrived = (name: string) => (bytes: Buffer) => {
      order.push(name);
      return bytes;
    };
    const [, answer] = await Promise.all([buffer(long).then(arrived('long')), last.then(arrived('last'))]);
    expect(order).to.deep.equal(['long', 'last']);
    expect(contents(answer)['.ogm/stdout']).to.equal('false\n');
  });

  it('is bounded: another connection is told so', async () => {
    await using test = await startAgent({ 'concurrent-programs': 1, 'waiting-connections': 1 });
    const port = test.port('node');
    const held = await Promise.all([dial(port), dial(port)]);
    await eventually(async () => {
      expect((await exchange(port, Buffer.alloc(0))).toString()).to.match(
        /^# error: \[unavailable\] .*connections/,
      );
    });
    for (const socket of held) socket.destroy();
    await eventually(async () => {
      expect(contents(await exchange(port, await script('')))['.ogm/exit-code']).to.equal('0\n');
    });
  });

  it('goes on for a while when the agent ends, is ended then, and is answered; new work is not taken', async () => {
    await using test = await startAgent({ 'concurrent-programs': 1, drain: '300 ms', 'kill-grace': '30 s' });
    const port = test.port('node');
    const [running, waiting, sending] = await Promise.all([dial(port), dial(port), dial(port)]);
    const begun = join(test.folder, 'begun');
    running.write(
      await script(`console.log('begun'); require('fs').writeFileSync('${begun}', ''); ${forever}`),
    );
    await eventually(() => expect(existsSync(begun)).to.equal(true));
    waiting.write(await script(''));
    await once(waiting, 'data');
    sending.write((await script('')).subarray(0, 600));
    const answers = Promise.all([buffer(running), buffer(waiting), buffer(sending)]);
    const began = Date.now();
    await test.agent.stop();
    expect(Date.now() - began).to.be.above(250);
    const [ran, waited, sent] = await answers;
    expect(contents(ran!)).to.include({ '.ogm/exit-code': '143\n', '.ogm/stdout': 'begun\n' });
    expect(contents(waited!)).to.deep.equal({
      '.ogm/error': 'this agent is ending and takes no more work\n',
    });
    expect(sent!.toString()).to.match(/^# error: \[unavailable\] this agent is ending/);
  });

  it('is dropped when its client takes nothing of the results', async () => {
    await using test = await startAgent({ 'answer-idle': '200 ms', linger: '100 ms' });
    const socket = await dial(test.port('node'));
    socket.write(await script(`require('fs').writeFileSync('big', Buffer.alloc(50e6))`));
    socket.pause();
    await eventually(() => {
      expect(test.logged.map(({ message }) => message)).to.include('a client went away');
    });
    socket.destroy();
  });

  it('is refused to whom the admission does not let in', async () => {
    await using test = await startAgent(
      {},
      { admit: async () => ({ code: 'not-the-owner', status: 403, detail: 'you are another user' }) },
    );
    const answer = await exchange(test.port('node'), await script('console.log(1)'));
    expect(answer.toString()).to.equal('# error: you are another user\n');
    const [, poll] = test.agent.poll!.split(':');
    expect((await buffer(await dial(Number(poll)))).toString()).to.equal('# error: you are another user\n');
  });
});
