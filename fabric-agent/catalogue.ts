import { isAbsolute } from 'node:path';
import { isSea } from 'node:sea';
import { Refusal } from '../platform/failure.ts';
import type { Log } from '../platform/log.ts';
import type { Application } from './application.ts';
import { type Detected, detect, findProgram } from './detection.ts';
import type { AgentSettings, ConfiguredApplication } from './settings.ts';
import { readTemplate } from './template.ts';

export interface Cataloguing {
  readonly config: AgentSettings;
  /** What programs get, but for the places of a run. */
  readonly environment: Readonly<Record<string, string>>;
  /** An empty directory. */
  readonly folder: string;
  readonly log: Log;
}

/**
 * What this agent offers, in the order in which doors are opened: what its configuration names, `node` itself, and
 * what is found. Of one name the first counts, so that a configuration can narrow what would be found.
 */
export async function makeCatalogue(cataloguing: Cataloguing): Promise<Application[]> {
  const { config, environment, folder } = cataloguing;
  const limits = { timeMs: config['time-limit'], outputBytes: config['output-size'] };
  const configured = await Promise.all(config.applications.map((each) => configure(each, cataloguing)));
  // The one file of the agent has a Node.js that runs nothing but the agent.
  const own = isSea() ? [] : [{ name: `node${process.versions.node}`, program: process.execPath }];
  const found = config.detect
    ? await detect({
        ...{ environment, folder, also: config['detect-also'] },
        timeoutMs: config['detect-timeout'],
      })
    : [];
  const all = [
    ...configured.filter((each) => each !== undefined),
    ...[...own, ...found].map((each) => ({ ...limits, ...takesAnything(each) })),
  ];
  return [...Map.groupBy(all, ({ name }) => name).values()].map(([first]) => first!);
}

function takesAnything({ name, program }: Detected): Pick<Application, 'name' | 'program' | 'commandLine'> {
  return { name, program, commandLine: (words) => ({ argv: [program, ...words] }) };
}

async function configure(
  { name, argv, image, arguments: expressions, limits }: ConfiguredApplication,
  { config, environment, log }: Cataloguing,
): Promise<Application | undefined> {
  const isInImage = image !== undefined;
  // What is on another host is not looked for here.
  const isElsewhere = config['back-end'] === 'ssh' && isAbsolute(argv[0]!);
  const program = isInImage || isElsewhere ? argv[0] : await findProgram(argv[0]!, environment.PATH ?? '');
  const words = [program ?? argv[0]!, ...argv.slice(1)];
  const template = readTemplate({ argv: words, image, arguments: expressions });
  if ('reason' in template)
    throw new Refusal({
      code: 'bad-configuration',
      status: 400,
      detail: `agent.applications: ${name}: ${template.reason}`,
      next: 'mend it in the configuration',
    });
  if (program === undefined) {
    log.warn('an application of the configuration is not on this machine, so it is not offered', {
      name,
      program: argv[0],
    });
    return undefined;
  }
  return {
    name,
    program,
    isInImage,
    isElsewhere,
    commandLine: template.fill,
    timeMs: limits['time-limit'] ?? config['time-limit'],
    outputBytes: limits['output-size'] ?? config['output-size'],
  };
}
