import { resolve } from 'node:path';
import type { AgentOptions } from '../../fabric-agent/index.ts';
import { resourcesIn } from '../../fabric-agent/resources.ts';
import type { Config } from '../settings.ts';

/** What of the services of this user lies here that is nobody else's, though a program may run as that user. */
export function secretsOf({ agent, client, doors }: Config, data: string): NonNullable<AgentOptions['kept']> {
  // Of all resources: tasks of one run as the user who reads the keys of the others.
  const keys = resourcesIn(agent, data).map(({ config }) => config['ssh-key']);
  const tokens = [client['token-file'], ...client.brokers.map(({ tokenFile }) => tokenFile)];
  const all = [doors.key, agent['listen-key'], ...tokens, ...keys];
  const files = all.flatMap((file) => (file === undefined || file === '-' ? [] : [resolve(file)]));
  return { folders: [resolve(data)], files };
}
