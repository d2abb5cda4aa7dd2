import type { AgentSettings } from '../settings.ts';
import { type Finding, warning } from './finding.ts';

/** What keeps tasks from this machine: as yet, no back end keeps them from all that its user may. */
export function judgeIsolation(settings: Pick<AgentSettings, 'accept-unisolated'>): Finding {
  const whose = settings['accept-unisolated'] ? 'tasks of anybody' : "its owner's tasks";
  return warning(
    'isolation',
    `the back end 'local' isolates nothing: ${whose} reach the files and the network of the user who runs the agent`,
    settings['accept-unisolated']
      ? 'set agent.accept-unisolated to false, or run the agent on a machine that holds nothing else'
      : 'run the agent as a user who owns nothing else',
  );
}
