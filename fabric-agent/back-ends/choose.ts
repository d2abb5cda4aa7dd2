import { Refusal } from '../../platform/failure.ts';
import type { Application } from '../application.ts';
import { batchSystemOf, openBatch } from '../batch/open.ts';
import { createBubblewrap } from '../isolation/bubblewrap.ts';
import { createContainers } from '../isolation/container.ts';
import type { Enclosure } from '../isolation/enclosure.ts';
import { isWithin, systemPaths } from '../isolation/visible.ts';
import { supervision } from '../limits.ts';
import type { AgentSettings } from '../settings.ts';
import { openSsh } from '../ssh/open.ts';
import type { BackEnd } from './back-end.ts';
import { createLocalBackEnd, type LocalOptions } from './local.ts';

export interface Choosing extends Pick<LocalOptions, 'folder' | 'capacity' | 'load' | 'clock' | 'log'> {
  readonly config: AgentSettings;
  /** The agent's, of which programs that are isolated see nothing. */
  readonly dataFolder: string;
  readonly kept?: Kept;
  /** The search path of the agent. */
  readonly path: string;
  /** All of the agent's environment. */
  readonly surroundings: NodeJS.ProcessEnv;
}

/** What lies on this machine that no program which is isolated is to see, beside what is the agent's; absolute paths. */
export interface Kept {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/**
 * The back end that the settings name. Throws a Refusal: `bad-configuration` where they are at odds, `back-end-failed` where
 * it does not answer.
 */
export async function chooseBackEnd({
  config,
  dataFolder,
  kept,
  path,
  surroundings,
  ...options
}: Choosing): Promise<BackEnd> {
  const system = batchSystemOf(config['back-end']);
  if (system !== undefined) return openBatch(system, { config, path, ...options });
  if (config['back-end'] === 'ssh') return openSsh({ config, path, ...options });
  const enclosure = chooseEnclosure({
    ...{ config, dataFolder, path, surroundings, folder: options.folder },
    ...(kept === undefined ? {} : { kept }),
  });
  return createLocalBackEnd({
    ...supervision(config),
    ...options,
    ...(enclosure === undefined ? {} : { enclosure }),
  });
}

/** What programs of tasks run inside of; undefined where of nothing. */
export function chooseEnclosure({
  config,
  dataFolder,
  kept = { folders: [], files: [] },
  path,
  surroundings,
  folder,
}: Pick<Choosing, 'config' | 'dataFolder' | 'kept' | 'path' | 'surroundings' | 'folder'>):
  | Enclosure
  | undefined {
  const network = config['task-network'] === 'host';
  const bounds = { sharedMemoryBytes: config['shared-memory'], taskUser: config['task-user'] };
  switch (config['back-end']) {
    case 'local':
    case 'slurm':
    case 'torque':
    case 'sge':
    case 'ssh':
      return undefined;
    case 'bubblewrap': {
      const work = config['work-directory'];
      return createBubblewrap({
        visible: config.visible.map(readVisible),
        hidden: [dataFolder, ...(work === undefined ? [] : [work]), ...kept.folders],
        secrets: kept.files,
        ...{ ...bounds, network, path },
      });
    }
    case 'container':
      return createContainers({
        engine: config['container-engine'],
        ...{ ...bounds, network, folder, environment: surroundings },
      });
  }
}

/** Whether the back end can run an application: what programs do not see, they cannot be. */
export function runsThere(
  config: AgentSettings,
  {
    program,
    isInImage = false,
    isElsewhere = false,
  }: Pick<Application, 'program' | 'isInImage' | 'isElsewhere'>,
): boolean {
  if (isElsewhere || config['back-end'] === 'ssh') return isElsewhere && config['back-end'] === 'ssh';
  if (isInImage || config['back-end'] === 'container') return isInImage && config['back-end'] === 'container';
  if (config['back-end'] !== 'bubblewrap') return true;
  // Node.js is one file that needs no other, wherever it lies.
  return program === process.execPath || isWithin(program, [...systemPaths, ...config.visible]);
}

function readVisible(path: string): string {
  // What holds everything, or what the enclosure makes itself, cannot be shown as it is.
  if (
    /^(\/[^/\0]+)+$/.test(path) &&
    !/^\/(?:proc|dev|sys|run|tmp|\.ogm)$/.test(path) &&
    !/\/\.\.?(?:\/|$)/.test(path)
  )
    return path;
  throw new Refusal({
    code: 'bad-configuration',
    status: 400,
    detail: `agent.visible: '${path}' is no absolute path that can be shown, such as /srv/tools`,
    next: 'mend it in the configuration',
  });
}
