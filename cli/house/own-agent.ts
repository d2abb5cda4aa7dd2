import { join } from 'node:path';
import type { Work } from '../../broker/index.ts';
import { resourcesIn } from '../../fabric-agent/resources.ts';
import type { AgentSettings } from '../../fabric-agent/settings.ts';
import { keepEnrolment, ownKey } from '../../fabric-agent/tasks/enrolment.ts';
import { makeDataFolder } from './data-folder.ts';

/** The resource that the agent of `ogm up` is, where it is one alone. */
const ownName = 'this-machine';

/** The agent of this house and its broker come to trust each other, without a secret: both are this user's. */
export async function enrolOwnAgent(
  { resources }: Pick<Work, 'resources'>,
  agent: AgentSettings,
  data: string,
  url: string,
): Promise<void> {
  for (const { name, folder } of resourcesIn(agent, join(data, 'agent'))) {
    await makeDataFolder(folder);
    const { publicKey } = await ownKey(folder);
    await keepEnrolment(folder, url, await resources.adopt(name ?? ownName, publicKey));
  }
}
