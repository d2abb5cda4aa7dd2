import { type AgentPage, type AgentPageOptions, createAgentPage } from '../../fabric-agent/page/index.ts';
import type { Config } from '../settings.ts';
import { localAdmission } from './admission.ts';
import { doorLimits } from './limits.ts';

/** The page of the agent that this process is; undefined where its owner wants none. */
export function agentPage({
  config,
  ...parts
}: { readonly config: Config } & Pick<AgentPageOptions, 'nodes' | 'ring' | 'folder' | 'clock' | 'log'>):
  | AgentPage
  | undefined {
  if (!config.agent.page) return undefined;
  // Where the system says who comes, it lets the owner in and nobody else; elsewhere everybody is to show a token.
  const isTold = process.platform === 'linux';
  return createAgentPage({
    ...parts,
    port: config.agent['page-port'],
    limits: doorLimits(config),
    admission: localAdmission(config, parts.log, !isTold),
  });
}
