import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { buildRunner, buildSupervisor, runnerBinary, supervisorBinary } from './build-supervisor.ts';
import { projectFiles, publishedFolders, root } from './project.ts';

/**
 * `npm run build`: the package that gets published, in `dist/`. Node.js strips no types below `node_modules`, so
 * tsc emits JavaScript and declarations; all else of the published folders is copied as it is.
 */

/** Beside the published folders: what the demo runs, and what every package shows. */
const copiedWhole = ['examples', 'README.md', 'LICENSE'];

/** What is of use only in a checkout: sources that are compiled, grammars whose parsers are generated, words on folders. */
const stays = /(?<!\.d)\.ts$|\.peggy$|\.[ch]$|\/README\.md$|\/\.gitignore$/;

/** What the built package.json takes over; scripts and the packages of the checkout stay behind. */
const keptFields = ['name', 'version', 'description', 'license', 'type', 'engines', 'bin', 'dependencies'];

/** What others may import, and the module that it is: the language for pages and tools, the client for programs and pages. */
const exported = { client: 'client/index', 'client/page': 'client/page', grammar: 'grammar/index' };

await rm(`${root}dist`, { recursive: true, force: true });
await compile();
await compileSupervisor();
await copyTheRest();
await writeManifest();

async function compile(): Promise<void> {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root });
  } catch (error) {
    process.stderr.write((error as { stdout: string }).stdout);
    process.exit(1);
  }
}

/** They go into the checkout, which uses them too, and are copied from there. */
async function compileSupervisor(): Promise<void> {
  const missing = (await buildSupervisor(supervisorBinary)) ?? (await buildRunner(runnerBinary));
  if (missing !== undefined)
    process.stdout.write(
      `the package goes without a compiled supervisor, runs tasks by the slower one, and none in batch systems: ${missing}\n`,
    );
}

async function copyTheRest(): Promise<void> {
  const folders = await publishedFolders();
  const copied = (path: string): boolean => {
    const [first = ''] = path.split('/');
    return copiedWhole.includes(first) || (folders.includes(first) && !stays.test(path));
  };
  for (const path of (await projectFiles()).filter(copied)) {
    await mkdir(dirname(`${root}dist/${path}`), { recursive: true });
    await copyFile(root + path, `${root}dist/${path}`);
  }
}

async function writeManifest(): Promise<void> {
  const manifest = JSON.parse(await readFile(`${root}package.json`, 'utf8')) as Record<string, unknown>;
  const kept = keptFields.map((field) => [field, manifest[field]]);
  const exports = Object.entries(exported).map(([name, module]) => [
    `./${name}`,
    { types: `./${module}.d.ts`, default: `./${module}.js` },
  ]);
  const built = { ...Object.fromEntries(kept), exports: Object.fromEntries(exports) };
  await writeFile(`${root}dist/package.json`, `${JSON.stringify(built, null, 2)}\n`);
}
