import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { assetName } from '../fabric-agent/programs.ts';
import { buildRunner, buildSupervisor, runnerBinary, supervisorBinary } from './build-supervisor.ts';
import { root } from './project.ts';

/**
 * `npm run build:agent [FILE]`: `ogm` with the agent and the commands of users as one file (`dist-agent/ogm` unless
 * named), that wants nothing beside it: the code as one module, put into a copy of this Node.js with the programs in C
 * (https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html).
 */
const target = resolve(process.argv[2] ?? join(root, 'dist-agent', 'ogm'));
const platform = `${process.platform}-${process.arch}`;

/** What Node.js looks for to know that it carries a program. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const missing = (await buildSupervisor(supervisorBinary)) ?? (await buildRunner(runnerBinary));
if (missing !== undefined) {
  process.stderr.write(`the one file is not built: ${missing}\n`);
  process.exit(1);
}
const scratch = await mkdtemp(join(tmpdir(), 'ogm-build-'));
try {
  await bundle(join(scratch, 'ogm.cjs'));
  await putTogether();
} finally {
  await rm(scratch, { recursive: true });
}
const mebibytes = Math.round((await stat(target)).size / 2 ** 20);
process.stdout.write(`${relative('.', target)}: ${mebibytes} MiB, for ${platform}\n`);

/** All code of the program as one module of the kind that Node.js takes there. */
async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(root, 'cli', 'one-file.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: `node${process.versions.node}`,
    format: 'cjs',
    // Faster variants of parts of ws, which it does without where they are not there.
    external: ['bufferutil', 'utf-8-validate'],
    // Modules that are imported late are in this file too.
    supported: { 'dynamic-import': false },
    // No file lies beside this one: what is looked for there is not there.
    define: { 'import.meta.url': JSON.stringify('file:///nowhere/ogm.js') },
    logLevel: 'warning',
  });
}

async function putTogether(): Promise<void> {
  const blob = join(scratch, 'blob');
  const config = {
    main: join(scratch, 'ogm.cjs'),
    output: blob,
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    assets: {
      'package.json': join(root, 'package.json'),
      [assetName('ogm-supervisor', platform)]: supervisorBinary,
      [assetName('ogm-batch-runner', platform)]: runnerBinary,
    },
  };
  await writeFile(join(scratch, 'sea.json'), JSON.stringify(config));
  const run = promisify(execFile);
  await run(process.execPath, ['--experimental-sea-config', join(scratch, 'sea.json')]);
  const made = join(scratch, 'ogm');
  await copyFile(process.execPath, made);
  await chmod(made, 0o755);
  const postject = join(root, 'node_modules', 'postject', 'dist', 'cli.js');
  await run(process.execPath, [postject, made, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse]);
  await mkdir(dirname(target), { recursive: true });
  const aside = `${target}.${process.pid}`;
  await copyFile(made, aside);
  await rename(aside, target); // an agent that runs keeps the file that it was started from
}
