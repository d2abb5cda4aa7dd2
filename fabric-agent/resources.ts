import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../platform/failure.ts';
import { failure } from '../protocol/catalogue.ts';
import type { AgentSettings } from './settings.ts';
import { tasksUnderWay } from './tasks/under-way.ts';

/** One of the resources that an agent serves, each by a back end of its own. */
export interface OwnResource {
  /** As the owner calls it; null of an agent that serves one alone. */
  readonly name: string | null;
  readonly config: AgentSettings;
  /** Where it keeps its key, its enrolments and its tasks. */
  readonly folder: string;
}

const ownFolder = 'resources';

/**
 * The resources of an agent whose data folder is `folder`: those of `agent.resources`, where what is not said of one is as it
 * is said of the agent, but the doors; without any the agent is one. Throws a Refusal `bad-configuration`.
 */
export function resourcesIn(config: AgentSettings, folder: string): readonly OwnResource[] {
  const { resources, ...common } = config;
  if (resources.length === 0) return [{ name: null, config, folder }];
  const names = resources.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw misnamed(`agent.resources: '${twice}' stands there twice`);
  return resources.map(({ name, changes }) => {
    const { 'work-directory': work } = common;
    const apart = work === undefined ? {} : { 'work-directory': join(work, name) };
    const own = { ...common, 'host-doors': false, 'poll-door': false, ...apart, ...changes };
    return { name, config: { ...own, resources: [] }, folder: join(folder, ownFolder, name) };
  });
}

/** The resource of that name, or the only one where none is named. Throws a Refusal `bad-configuration`. */
export function resourceNamed(resources: readonly OwnResource[], name: string | undefined): OwnResource {
  const found = resources.find((one) => (one.name ?? undefined) === name);
  if (found !== undefined) return found;
  const names = resources.flatMap((one) => one.name ?? []);
  if (names.length === 0)
    throw misnamed(`agent.resources names no '${name}': this agent serves one resource`);
  const which = names.join(', ');
  throw misnamed(
    name === undefined
      ? `this agent serves several resources: say which, by --resource (${which})`
      : `agent.resources names no '${name}' (${which})`,
  );
}

/** Throws a Refusal `back-end-changed` where tasks are under way of what the agent served before and serves no more. */
export async function refuseForgotten(folder: string, resources: readonly OwnResource[]): Promise<void> {
  const served = new Set(resources.map((one) => one.folder));
  const names = await readdir(join(folder, ownFolder)).catch(() => []);
  for (const name of ['', ...names.sort()]) {
    const before = name === '' ? folder : join(folder, ownFolder, name);
    if (served.has(before)) continue;
    const tasks = await tasksUnderWay(before).catch(() => []);
    if (tasks.length === 0) continue;
    const what = name === '' ? 'the agent as it was without agent.resources' : `the resource ${name}`;
    // No more than that is to go: the keys of other resources may lie below.
    const journals = join(before, 'tasks*.journal');
    const next = `set it again, with accept-tasks: false, until they have ended; if they are gone for good, remove ${journals}`;
    const detail = `${tasks.length === 1 ? 'a task is' : `${tasks.length} tasks are`} under way yet with ${what}: ${tasks.slice(0, 3).join(', ')}`;
    throw new Refusal(failure('back-end-changed', detail, next));
  }
}

function misnamed(detail: string): Refusal {
  const next = 'mend it in the configuration, or the command';
  return new Refusal({ code: 'bad-configuration', status: 400, detail, next });
}
