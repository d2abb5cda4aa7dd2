import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ogm } from '../support/ogm.ts';
import { type House, node, openHouse, type TemporaryFolder, temporaryFolder } from './support/house.ts';

describe('a sweep', () => {
  const held = new AsyncDisposableStack();
  let folder: TemporaryFolder;
  let house: House;

  before(async () => {
    folder = held.use(await temporaryFolder());
    house = held.use(await openHouse(join(folder.path, 'data')));
  });
  after(() => held.disposeAsync());

  const put = (name: string, text: string) => writeFile(join(folder.path, name), text);
  async function run(words: readonly string[], more: readonly string[] = [], expected = 0): Promise<string> {
    const said = await ogm([...words, '--broker-url', house.http, ...more], { cwd: folder.path });
    expect(said.code, said.stderr).to.equal(expected);
    return said.stdout.trim();
  }

  it('runs with files of its tasks, hands its results to a job that waits, and runs again what failed', async () => {
    await put(
      'work.js',
      `const fs = require('node:fs');
const [n, word] = process.argv.slice(2);
const read = fs.readFileSync('stub' + n + '.txt', 'utf8');
fs.writeFileSync('out' + n + '.txt', read + ' ' + word);
if (n === '2' && word === 'a b') process.exit(9);
`,
    );
    for (const n of [1, 2]) await put(`stub${n}.txt`, `stub ${n}`);
    await put(
      'sweep.plan',
      `parameter n from 1 to 2
parameter word in "a b", c
constraint not (n == 1 and word == "c")
input_files work.js stub\${n}.txt
command ${node} work.js \${n} "\${word}"
output_files out\${n}.txt stdout
`,
    );
    const dry = await run(['submit', '--plan', 'sweep.plan', '--dry-run']);
    expect(dry).to.equal(
      [`1: ${node} work.js 1 'a b'`, `2: ${node} work.js 2 'a b'`, `3: ${node} work.js 2 c`]
        .concat('3 tasks, and nothing was sent')
        .join('\n'),
    );
    const job = await run(['submit', '--plan', 'sweep.plan', '--at-once', '2', '--detach']);
    const gather = `for (const part of ['1', '3']) console.log(require('node:fs').readFileSync('parts/' + part, 'utf8'))`;
    const after = ['--after', `${job}:ended`, '--input-from', `${job}.1:out1.txt=parts/1`];
    const taken = [...after, '--input-from', `${job}.3:out2.txt=parts/3`];
    expect(await run(['submit'], [...taken, '--', node, '-e', gather])).to.equal('stub 1 a b\nstub 2 c');
    const lines = (await run(['job', 'table', job, '--csv', '--file', `out\${n}.txt`])).split('\n');
    expect(lines.map((line) => line.replace(/,[\d.]+,stub/, ',-,stub'))).to.deep.equal([
      `task,n,word,state,exit,attempts,seconds,out\${n}.txt,reason`,
      '1,1,a b,done,0,1,-,stub 1 a b,',
      '2,2,a b,failed,9,1,-,stub 2 a b,its program ended with exit code 9',
      '3,2,c,done,0,1,-,stub 2 c,',
    ]);
    const again = await run(['job', 'again', job, '--failed']);
    expect(await run(['job', 'again', job, '--failed'])).to.equal(again);
    await run(['submit', '--after', `${again}:ended`], ['--', node, '-e', '0']);
    const [row] = (await run(['job', 'table', again, '--json'])).split('\n');
    expect(JSON.parse(row ?? '')).to.deep.include({
      task: 2,
      number: 1,
      parameters: { n: '2', word: 'a b' },
      exit: 9,
    });
    const never = await run(['submit', '--detach', '--after', job], ['--', node, '-e', '0']);
    expect(await run(['job', 'why', never]))
      .to.contain('FAILED')
      .and.contain(job);
  });

  it('is made of the rows of a CSV file, and says what is wrong with a plan', async () => {
    await put('rows.csv', 'name,size\r\n"big, red",3\r\nsmall,1\r\n');
    const words = ['--', node, '-p', 'process.argv.slice(1).join("|")', `\${name}`, `x\${size}`, '{task}'];
    const job = await run(['submit', '--csv', 'rows.csv', '--detach'], words);
    await run(['submit', '--after', job], ['--', node, '-e', '0']);
    expect(await run(['job', 'logs', job])).to.equal('1| big, red|x3|1\n2| small|x1|2');
    await put('bad.plan', `parameter n from 1 to 3\ncommand work \${m}\n`);
    const { code, stderr } = await ogm(['submit', '--plan', 'bad.plan', '--broker-url', house.http], {
      cwd: folder.path,
    });
    expect(code).to.equal(2);
    expect(stderr).to.contain('line 2, column 14: there is no parameter m before it').and.contain('^');
    expect(await readFile(join(folder.path, 'stub1.txt'), 'utf8')).to.equal('stub 1');
  });
});
