import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { detect, findProgram } from '../../fabric-agent/detection.ts';
import { probes, readName } from '../../fabric-agent/detection-table.ts';
import { real } from '../support/real.ts';

/** What the programs print, and the name under which each is offered. */
const recorded: readonly (readonly [command: string, output: string, name: string | undefined])[] = [
  ['gcc', '12.2.0\n', 'gcc12.2.0'],
  ['g++', '12.2.0\n', 'g++12.2.0'],
  ['gfortran', '12.2.0\n', 'gfortran12.2.0'],
  ['clang', 'Debian clang version 14.0.6\nTarget: x86_64-pc-linux-gnu\nThread model: posix\n', 'clang14.0.6'],
  [
    'clang',
    'Apple clang version 15.0.0 (clang-1500.3.9.4)\nTarget: arm64-apple-darwin23.4.0\n',
    'clang15.0.0',
  ],
  ['python3', 'Python 3.11.7\n', 'python3.11.7'],
  ['R', 'R version 4.2.2 Patched (2022-11-10 r83330) -- "Innocent and Trusting"\n', 'R4.2.2'],
  [
    'octave',
    'GNU Octave, version 7.3.0\nCopyright (C) 1993-2022 The Octave Project Developers.\n',
    'octave7.3.0',
  ],
  ['julia', 'julia version 1.10.2\n', 'julia1.10.2'],
  ['make', 'GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu\n', 'make4.3'],
  ['perl', '\nThis is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64-linux-gnu\n', 'perl5.36.0'],
  ['ruby', 'ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux-gnu]\n', 'ruby3.1.2'],
  ['java', 'openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment\n', 'java17.0.15'],
  ['java', 'openjdk version "21" 2023-09-19\n', 'java21'],
  ['gnuplot', 'gnuplot 5.4 patchlevel 4\n', 'gnuplot5.4.4'],
  ['python3', 'pyenv: python3: command not found\n', undefined],
  ['make', 'usage: make [-BeikNnqrstWwX]\n', undefined],
  ['gcc', '', undefined],
];

describe('detection', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ogm-detect-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const install = (name: string, body: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const ask = (PATH: string) => detect({ environment: { PATH, HOME: folder }, folder, timeoutMs: 60_000 });

  it('finds what its owner names beside the table, by name or path, if that says a version', async () => {
    install('blender', 'echo "Blender 3.4.1"; echo "build date: 2024.01.02"');
    install('tool', 'echo "tool v2.10 (rev 1.1)" >&2');
    install('silent', 'echo "no version here, 7 of 9"');
    const also = ['blender', join(folder, 'tool'), 'silent', 'missing'];
    const found = await detect({ environment: { PATH: `${folder}:/bin` }, folder, also, timeoutMs: 60_000 });
    const names = found
      .map(({ name }) => name)
      .filter((name) => /^(?:blender|tool|silent|missing)/.test(name));
    expect(names).to.deep.equal(['blender3.4.1', 'tool2.10']);
  });

  for (const [command, output, name] of recorded)
    it(`reads ${JSON.stringify(output.trim().slice(0, 30))} of ${command} as ${name ?? 'no answer'}`, () => {
      expect(readName(probes.find((probe) => probe.command === command)!, output)).to.equal(name);
    });

  it('has a recorded output of every program that it looks for', () => {
    const known = new Set(recorded.filter(([, , name]) => name !== undefined).map(([command]) => command));
    expect(probes.map(({ command }) => command).filter((command) => !known.has(command))).to.deep.equal([]);
  });

  it('offers what is there and answers, on standard error too', async () => {
    install('make', 'echo "GNU Make 4.3"');
    install('java', `echo 'openjdk version "17.0.15" 2025-04-15' >&2`);
    install('ruby', 'echo ruby 3.1.2; exit 1');
    install('perl', 'echo nothing of the kind');
    writeFileSync(join(folder, 'gcc'), 'not executable');
    expect(await ask(folder)).to.deep.equal([
      { name: 'make4.3', program: join(folder, 'make') },
      { name: 'java17.0.15', program: join(folder, 'java') },
    ]);
  });

  it('waits for none that does not answer', async () => {
    install('make', 'exec sleep 60');
    const began = Date.now();
    expect(
      await detect({ environment: { PATH: `${folder}:/bin:/usr/bin` }, folder, timeoutMs: 200 }),
    ).to.be.an('array');
    expect(Date.now() - began).to.be.below(50_000);
  });

  it('asks in the environment that programs get', async () => {
    install('make', '[ -z "$OGM_SECRET" ] && echo "GNU Make 4.3"');
    process.env.OGM_SECRET = 'x';
    try {
      expect(await ask(folder)).to.have.length(1);
    } finally {
      delete process.env.OGM_SECRET;
    }
  });

  it('finds no program by a relative part of the search path', async () => {
    install('make', '');
    expect(await findProgram('make', ['', '.', 'relative'].join(delimiter))).to.equal(undefined);
    expect(await findProgram('make', ['', folder].join(delimiter))).to.equal(join(folder, 'make'));
  });

  (real('gcc') ? it : it.skip)('finds the compiler of this machine', async () => {
    const found = await ask(process.env.PATH ?? '');
    expect(found.map(({ name }) => name).join()).to.match(/gcc\d+\.\d+/);
  });
});
