import { constants, type Stats } from 'node:fs';
import { mkdir, open, rmdir } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { HostError, type RunProgress, type RunResult, runOnHost } from '../../client/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { exit } from '../exit.ts';
import { isForJob, runAsJob, type Way } from '../jobs/run.ts';
import { divide } from './behind-dashes.ts';
import { type Context, commandWith, contextOf } from './context.ts';
import { type Found, findHosts } from './find-host.ts';
import { interruptible } from './interruptible.ts';
import { copyTo } from './streams.ts';

/** How many names of results are printed. */
const mostNames = 10;

interface Options {
  readonly output?: string;
  readonly by?: Exclude<Way, undefined>;
}

/** `ogm run`: a job at the broker, or market, broker, host; then results. */
export function runCommand(): Command {
  return commandWith('run', ['client'], 'Run an application, and bring what it left')
    .description(
      'Runs an application, and brings what it left: as a job at the broker, where that knows you and one of its resources offers the application; else on a Host of the draft, which the market finds.',
    )
    .argument('<application>', 'as it is offered, such as gcc12.2.0 (see ogm nodes)')
    .argument('[files...]', 'files to send; what follows -- are the arguments of the program')
    .option('-o, --output <dir>', 'where results go; a new folder named after the application unless given')
    .addOption(
      new Option('--by <way>', 'as a job at the broker, or by a Host, whatever it would be').choices([
        'job',
        'host',
      ]),
    )
    .usage('[options] <application> [files...] [-- arguments...]')
    .action(async (application: string, given: string[], options: Options, command: Command) => {
      const context = contextOf(command);
      const { files, words } = divide(given, command);
      await interruptible(failure('cancelled', 'the run was cancelled'), async (signal) => {
        await checkFiles(files);
        const output = options.output ?? (await newFolder(application));
        try {
          const order = { application, files, words, output };
          const isJob = await isForJob(context, application, options.by, signal);
          if (!isJob) await runOnOne(context, application, files, words, output, signal);
          else {
            const { at, result } = await runAsJob(context, order, signal);
            await report(context, at, result, output);
          }
        } finally {
          if (options.output === undefined) await removeIfEmpty(output);
        }
      });
    });
}

/** Looked at before anybody is asked: what cannot be sent is mended here. */
async function checkFiles(paths: readonly string[]): Promise<void> {
  const names = new Map<string, string>();
  for (const path of paths) {
    let stats: Stats;
    try {
      // Without O_NONBLOCK a FIFO would be waited for.
      await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      stats = await handle.stat();
    } catch (error) {
      const detail = `${path} cannot be read (${(error as Error).message})`;
      throw new Refusal(failure('bad-file', detail), { cause: error });
    }
    if (stats.isDirectory())
      throw new Refusal(failure('bad-files', `${path} is a directory`, 'send its files, or a tar of it'));
    if (!stats.isFile())
      throw new Refusal(failure('bad-files', `${path} is no regular file`, 'copy what it gives into a file'));
    const name = basename(resolve(path));
    const other = names.get(name);
    if (other !== undefined)
      throw new Refusal(
        failure('bad-files', `${other} and ${path} would both be ${name} there`, 'rename one, or send a tar'),
      );
    names.set(name, path);
  }
}

/** Makes a folder that was not there: what a host sends back never replaces anything, unless the user says where to. */
async function newFolder(application: string): Promise<string> {
  const name = `${application.replaceAll(/[^\w.+-]/g, '_')}-results`;
  for (let number = 1; ; number += 1) {
    const folder = number === 1 ? name : `${name}-${number}`;
    try {
      await mkdir(folder);
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new Refusal(failure('bad-file', `${folder} cannot be made (${(error as Error).message})`), {
        cause: error,
      });
    }
  }
}

/** Nothing came back: a folder that was made for it goes, one that holds anything stays. */
async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => {});
}

/** Runs on the first host that takes the work; the next broker is asked only where nothing can have run. */
async function runOnOne(
  context: Context,
  application: string,
  files: readonly string[],
  words: readonly string[],
  output: string,
  signal: AbortSignal,
): Promise<void> {
  const { out } = context;
  let last: unknown;
  for await (const found of findHosts(context, application, (line) => out.note(line), signal)) {
    let result: RunResult;
    try {
      result = await runThere(context, found, files, words, output, signal);
    } catch (error) {
      // A Refusal: it could not be called at all.
      const elsewhere = error instanceof Refusal || (error instanceof HostError && error.nothingRan);
      if (signal.aborted || !elsewhere) throw error;
      out.note(`the host ${found.host} does not take the work: ${error.detail}`);
      last = error;
      continue;
    }
    await report(context, found, result, output);
    return;
  }
  throw last;
}

export async function runThere(
  { config, egress, out }: Context,
  { host }: Found,
  files: readonly string[],
  words: readonly string[],
  output: string,
  signal: AbortSignal,
): Promise<RunResult> {
  const { client } = config;
  const socket = await egress.connect('files for a host', host, {
    timeoutMs: config.egress['connect-timeout'],
    signal,
  });
  return runOnHost({
    socket,
    files: files.map((path) => ({ path, name: basename(resolve(path)) })),
    arguments: words,
    outputFolder: output,
    limits: {
      entries: client['result-entries'],
      totalBytes: client['result-size'],
      nameBytes: client['name-length'],
      depth: client['path-depth'],
      headerBytes: client['header-size'],
      textBytes: client['text-size'],
      idleMs: client['host-idle'],
    },
    progress: (event) => out.progress(describe(event)),
    signal,
  });
}

function describe(event: RunProgress): string {
  switch (event.kind) {
    case 'sending':
      return `sending ${event.name} (${event.sizeBytes} bytes)`;
    case 'received':
      return `received ${event.name} (${event.sizeBytes} bytes)`;
    case 'sent':
      return 'all files are sent';
    case 'accepted':
      return 'the host has taken the work';
  }
}

/** As many names as a person reads; `--json` has all. */
function some(names: readonly string[]): string {
  const more = names.length - mostNames;
  return names.slice(0, mostNames).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** Passes on what the program wrote, says what came back, and sets the exit code by how it ended. */
async function report(
  { json, out }: Context,
  { broker, host }: Found,
  result: RunResult,
  output: string,
): Promise<void> {
  const { exitCode, files, leftOut, error } = result;
  if (json) {
    out.print(
      JSON.stringify({ broker, host, output: resolve(output), ...result, exitCode: exitCode ?? null }),
    );
  } else {
    out.progress('');
    if (result.stdout !== undefined) await copyTo(result.stdout, process.stdout);
    if (result.stderr !== undefined) await copyTo(result.stderr, process.stderr);
    out.note(files.length === 0 ? 'no file came back' : `came back into ${output}: ${some(files)}`);
    for (const line of leftOut) out.note(`left out: ${line}`);
  }
  if (error !== undefined) {
    out.note(`ogm: ${error}`);
    process.exitCode = exit.bound;
  } else if (exitCode !== 0) {
    out.note(`ogm: the program ended with exit code ${exitCode}`);
    process.exitCode = exit.programFailed;
  }
}
