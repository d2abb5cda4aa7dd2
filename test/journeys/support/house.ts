import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OgmOptions, type RunningOgm, startOgm } from '../../support/ogm.ts';
import { ownPort } from '../../support/ports.ts';

/** A folder of the test's own, removed with all that it holds when its scope is left. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'ogm-journey-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** What a service or `ogm up` says with `--json` when it is ready. */
export interface ServiceReport {
  readonly http: string;
  readonly text: Readonly<Record<'market' | 'broker' | 'infogather', string>>;
  readonly agent: AgentReport;
}

export interface AgentReport {
  readonly poll: string;
  readonly applications: readonly { readonly name: string; readonly host: string }[];
}

export type Door = 'market' | 'broker' | 'infogather';

/** `ogm up` or one of its services, running. Leaving the scope of `await using` kills it. */
export interface House extends AsyncDisposable {
  readonly running: RunningOgm;
  readonly report: ServiceReport;
  readonly http: string;
  /** The port of a text door. */
  port(door: Door): number;
  /** Flags by which a command finds this house. */
  readonly urls: readonly string[];
}

/** How a shell starts the command that is tested: the words before its own. */
export const ogmCommand: readonly string[] =
  process.env.OGM_BIN === undefined
    ? [process.execPath, fileURLToPath(new URL('../../../cli/ogm.js', import.meta.url))]
    : [process.env.OGM_BIN];

const doors = ['http', 'market', 'broker', 'infogather', 'host', 'poll'];

/** Any free port for each door, for a house that is not started again on the ports that it had. */
export const freePorts = doors.flatMap((door) => [`--${door}-port`, '0']);

/** A port for each door that stays this house's, though it is killed and started again. */
export async function ownPorts(): Promise<string[]> {
  const flags: string[] = [];
  for (const door of doors) flags.push(`--${door}-port`, `${await ownPort()}`);
  return flags;
}

/** The agent offers node alone: looking for compilers takes time that most journeys do not need. */
export const nodeAlone = ['--set', 'agent.detect=false'];

/** The jobs of all users run without an agreement. */
export const openToAll = ['--set', 'broker.open-access=*'];

/** Starts `ogm up` on a data folder, on free ports unless more arguments say otherwise, and waits until it is ready. */
export async function openHouse(
  data: string,
  more: readonly string[] = [],
  options: OgmOptions = {},
): Promise<House> {
  const running = startOgm(['up', '--json', '--data', data, ...freePorts, ...nodeAlone, ...more], options);
  const report = await ready<ServiceReport>(running);
  const { http } = report;
  return {
    running,
    report,
    http,
    port: (door) => portOf(report.text[door]),
    urls: ['market', 'broker', 'infogather'].flatMap((name) => [`--${name}-url`, http]),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** Waits for the line by which a command that was started with `--json` says that it is ready. */
export async function ready<Report>(running: RunningOgm): Promise<Report> {
  try {
    const { input = '' } = await running.waitFor(/^\{"ready":true/);
    return JSON.parse(input) as Report;
  } catch (error) {
    await running.kill('SIGKILL');
    throw error;
  }
}

/** The port of `address:port`. */
export function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

/** The application that each agent of these tests offers: the Node.js that runs them. */
export const node = `node${process.versions.node}`;
