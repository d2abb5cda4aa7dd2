import { join } from 'node:path';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { chooseEnclosure } from '../back-ends/choose.ts';
import type { AgentSettings } from '../settings.ts';
import { supervisorCommand } from '../supervisor/launch.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** What keeps tasks from all that the user may who runs the agent; that of the settings is tried, and else what could. */
export async function examineIsolation(config: AgentSettings, folder: string): Promise<Finding> {
  const isLocal = config['back-end'] === 'local';
  const failed = await tryEnclosure(isLocal ? { ...config, 'back-end': 'bubblewrap' } : config, folder);
  if (isLocal || failed === undefined) return judgeIsolation(config, failed);
  return wrong('isolation', failed.detail, failed.next ?? 'set agent.back-end to local');
}

async function tryEnclosure(config: AgentSettings, folder: string): Promise<Refusal | undefined> {
  try {
    const tasks = join(folder, 'tasks');
    const enclosure = chooseEnclosure({
      ...{ config, dataFolder: folder, folder: tasks },
      ...{ path: process.env.PATH ?? '', surroundings: process.env },
    });
    const [runner = '', ...words] =
      config.supervisor === undefined ? await supervisorCommand(tasks) : [config.supervisor];
    if (enclosure !== undefined && words.length > 0) return needsC;
    await enclosure?.open(runner);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const needsC = new Refusal(
  failure('back-end-failed', 'it needs the supervisor in C', 'run npm run build where there is gcc'),
);

/** The same in words; `whyNot` is what keeps bubblewrap from working here, where it does not. */
export function judgeIsolation(
  config: Pick<AgentSettings, 'accept-unisolated' | 'back-end' | 'task-network'>,
  whyNot: Refusal | undefined,
): Finding {
  const { 'back-end': backEnd, 'accept-unisolated': accepts } = config;
  const whose = accepts ? 'tasks of anybody' : "its owner's tasks";
  if (backEnd === 'local') {
    const would =
      whyNot === undefined
        ? 'bubblewrap would keep them apart'
        : `bubblewrap would not work: ${whyNot.detail}`;
    return warning(
      'isolation',
      `the back end 'local' isolates nothing: ${whose} reach the files and the network of the user who runs the agent; ${would}`,
      whyNot === undefined
        ? 'set agent.back-end to bubblewrap'
        : (whyNot.next ?? 'run the agent as a user, or on a machine, that has nothing else'),
    );
  }
  if (backEnd !== 'bubblewrap' && backEnd !== 'container')
    return warning(
      'isolation',
      `the back end '${backEnd}' isolates nothing by itself: on its machines ${whose} reach what the user does who runs the agent`,
      "leave agent.accept-unisolated unset unless nothing else is that user's",
    );
  if (config['task-network'] === 'host')
    return warning(
      'isolation',
      `the back end '${backEnd}' keeps programs from files and processes, and not from the network: they reach what listens on this machine alone`,
      'set agent.task-network to none',
    );
  return well('isolation', `the back end '${backEnd}' keeps programs apart, and from this machine`);
}
