import { copyFile, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { asks, tells } from '../grammar/documents/arbitraries.ts';
import { ogm } from '../support/ogm.ts';
import { type TemporaryFolder, temporaryFolder } from './support/house.ts';
import { conversation } from './support/seed.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

const ask = 'SLA-version: 1.0\nAction: Ask\nId: ask-19\nCpus: 8\nMemory: 16 GiB\nRegion: not us-east\n';
const refused = 'SLA-version: 1.0\nAction: Ask\nId: ask-19\nMemory: 2 h\n';

const sla = (args: readonly string[], stdin = '') => ogm(['sla', ...args], { stdin });
const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('ogm sla', () => {
  let folder: TemporaryFolder;
  before(async () => {
    folder = await temporaryFolder();
  });
  after(() => folder[Symbol.asyncDispose]());

  const fileWith = async (name: string, text: string): Promise<string> => {
    const file = join(folder.path, name);
    await writeFile(file, text);
    return file;
  };

  it('checks files, and shows the line and a caret under what is wrong', async () => {
    const good = await fileWith('good.sla', ask);
    const bad = await fileWith('bad.sla', `${ask}\n${refused}`);
    const { code, stdout, stderr } = await sla(['check', good, bad]);
    expect(code).to.equal(5);
    expect(stdout.split('\n')).to.deep.equal([
      `${bad}: error: line 11, column 9: Memory is an amount of data, such as '16 GiB'; found '2 h', a duration`,
      ' 11 | Memory: 2 h',
      '    |         ^',
      '',
    ]);
    expect(stderr).to.equal('3 documents, 1 error, 0 warnings\n');
    const inJson = await sla(['check', '--json', bad]);
    expect(inJson.code).to.equal(5);
    const [error, ...rest] = lines(inJson.stdout);
    expect(rest).to.deep.equal([]);
    expect(error).to.include({
      file: bad,
      severity: 'error',
      code: 'value-refused',
      header: 'Memory',
      line: 11,
      column: 9,
    });
  });

  it('ends with 0 where there are only warnings', async () => {
    const { code, stdout } = await sla(['check'], `${ask}Load: 2\n`);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^standard input: warning: line 7, column 7: Load is about the teller/);
  });

  it('checks documents in JSON, and of version 0.1', async () => {
    const json = { 'SLA-version': '1.0', Action: 'Ask', Memory: '2 h' };
    const { code, stdout } = await sla(['check', '-'], JSON.stringify(json));
    expect(code).to.equal(5);
    expect(stdout).to.equal(
      "standard input: error: Memory is an amount of data, such as '16 GiB'; found '2 h', a duration\n",
    );
    const old = conversation.map(({ says }) => says).join('\n');
    expect(await sla(['check'], old)).to.include({ code: 0, stdout: '' });
  });

  it('formats to canonical text, once and for all', async () => {
    const { code, stdout } = await sla(
      ['format'],
      '# a comment\nSLA-version: 1.0\naction: Ask\nmemory:16..64GiB\nid: a\n\nRESOURCE-version: 0.1\nAction: Ask\nAPPLICATION: gcc4\n',
    );
    expect(code).to.equal(0);
    expect(stdout).to.equal(
      'SLA-version: 1.0\nAction: Ask\nId: a\nMemory: 16..64 GiB\n\nRESOURCE-version: 0.1\nAction: Ask\nApplication: gcc4\n',
    );
    expect((await sla(['format'], stdout)).stdout).to.equal(stdout);
  });

  it('formats files in place, with their comments, rights and links', async () => {
    const text =
      '# for tonight\n\n# the first\nSLA-version: 1.0\naction: Ask\n# so much\nmemory:16..64GiB\n# its name\nid: a\nqueue:\n x # y\n# at the end\n\nSLA-version: 0.1\nAction: Ask\napplication: b\n';
    const canonical =
      '# for tonight\n\n# the first\nSLA-version: 1.0\nAction: Ask\n# its name\nId: a\n# so much\nMemory: 16..64 GiB\nqueue: x # y\n# at the end\n\nSLA-version: 0.1\nAction: Ask\nApplication: b\n';
    const file = await fileWith('write.sla', text);
    const link = join(folder.path, 'link.sla');
    await symlink(file, link);
    const done = await fileWith('done.sla', ask);
    const checked = await sla(['format', '--check', link, done]);
    expect(checked).to.include({ code: 5, stdout: `${link}\n` });
    expect(await sla(['format', '--write', '--json', link, done])).to.include({
      code: 0,
      stdout: `{"file":"${link}","changed":true}\n{"file":"${done}","changed":false}\n`,
    });
    expect(await readFile(file, 'utf8')).to.equal(canonical);
    expect((await stat(file)).mode).to.equal((await stat(done)).mode);
    expect((await readdir(folder.path)).filter((name) => name.startsWith('.'))).to.deep.equal([]);
    expect(await sla(['format', '--check', link, done])).to.include({ code: 0, stdout: '' });
  });

  it('writes none of the files where one is refused', async () => {
    const loose = await fileWith('loose.sla', 'SLA-version: 1.0\naction: Ask\n');
    const bad = await fileWith('refused.sla', refused);
    const { code, stderr } = await sla(['format', '--write', loose, bad]);
    expect(code).to.equal(5);
    expect(stderr).to.contain('error: line 4, column 9');
    expect(await readFile(loose, 'utf8')).to.contain('action: Ask');
    expect((await sla(['format', '--write'], ask)).code).to.equal(2);
  });

  it('explains documents in words', async () => {
    const { code, stdout } = await sla(['explain'], ask);
    expect(code).to.equal(0);
    expect(stdout.split('\n')[0]).to.equal('Wants at least 8 cpus and 16 GiB of memory, not in us-east.');
    const [explained] = lines((await sla(['explain', '--json'], ask)).stdout);
    expect(explained).to.deep.equal({
      file: '-',
      action: 'Ask',
      id: 'ask-19',
      words: stdout.trimEnd().split('\n'),
    });
  });

  it('converts to JSON and back without loss, whatever the version', async () => {
    const texts = [...fc.sample(asks, 15), ...fc.sample(tells, 15), ...conversation.map(({ says }) => says)];
    const text = texts.join('\n');
    const json = await sla(['to-json'], text);
    expect(json.code, json.stderr).to.equal(0);
    expect(lines(json.stdout)).to.have.length(texts.length);
    const back = await sla(['to-text'], json.stdout);
    expect(back.stdout).to.equal((await sla(['format'], text)).stdout);
    const array = await sla(['to-text'], JSON.stringify(lines(json.stdout), null, 2));
    expect(array.stdout).to.equal(back.stdout);
  });

  it('makes Tells of ClassAds, and says on standard error what it left out', async () => {
    const file = join(checkout, 'test/cli/fixtures/machines.classads');
    const { code, stdout, stderr } = await sla(['from-classad', file, '--broker-address', '127.0.0.1:7685']);
    expect(code).to.equal(0);
    expect(stderr.split('\n')).to.include.members([
      '4 ads read, 3 Tells made',
      "no Tell of 1 ad: its MyType is 'Scheduler'",
      'not carried over:',
      '  Requirements: an expression (3)',
    ]);
    expect((await sla(['check'], stdout)).stderr).to.equal('3 documents, 0 errors, 0 warnings\n');
    const inJson = await sla(
      ['from-classad', '--json', '--broker-address', '127.0.0.1:7685'],
      await readFile(file, 'utf8'),
    );
    expect((await sla(['to-text'], inJson.stdout)).stdout).to.equal(stdout);
  });

  it('ends with 2 where the command line or a file of this machine is wrong', async () => {
    await mkdir(join(folder.path, 'folder'));
    await copyFile(join(checkout, 'examples/sla/ask-sweep.sla'), join(folder.path, 'sweep.sla'));
    for (const args of [
      [],
      ['nothing'],
      ['check', '--nothing'],
      ['check', join(folder.path, 'none.sla')],
      ['explain', join(folder.path, 'folder')],
      ['from-classad'],
      ['from-classad', '--broker-address', 'here'],
    ]) {
      const { code, stderr } = await sla(args);
      expect(code, args.join(' ')).to.equal(2);
      expect(stderr, args.join(' ')).to.not.equal('');
    }
  });

  it('ends with 5 where there is no document', async () => {
    for (const [name, ...args] of [
      ['check'],
      ['format'],
      ['to-json'],
      ['from-classad', '--broker-address', '127.0.0.1:7685'],
    ]) {
      expect((await sla([name ?? '', ...args], '\n# nothing\n')).code, name).to.equal(5);
    }
    const { code, stderr } = await sla(['to-text'], '{"SLA-version": "1.0"}\n{oops\n');
    expect(code).to.equal(5);
    expect(stderr).to.match(/^ogm: standard input, line 2, is no JSON/);
  });

  it('explains itself', async () => {
    const { code, stdout } = await sla(['--help']);
    expect(code).to.equal(0);
    for (const name of ['check', 'format', 'explain', 'to-json', 'to-text', 'from-classad']) {
      expect(stdout).to.match(new RegExp(`^  ${name} `, 'm'));
      expect((await sla([name, '--help'])).stdout).to.contain('--json');
    }
  });
});
