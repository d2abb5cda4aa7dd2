import { whyNotHere } from '../systems.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** The major version of Node.js that is needed (package.json, engines). */
const leastNode = 24;

/** The Node.js and the system that the agent runs on. */
export function judgeRuntime(nodeVersion: string, platform: NodeJS.Platform): Finding[] {
  const isOld = Number.parseInt(nodeVersion, 10) < leastNode;
  const node = isOld
    ? wrong('Node.js', `this is ${nodeVersion}`, `install Node.js ${leastNode} or later`)
    : well('Node.js', nodeVersion);
  const why = whyNotHere(platform);
  if (why !== undefined)
    return [node, wrong('system', why, 'run it on Linux or macOS, or in a Linux of its own there')];
  const system =
    platform === 'linux'
      ? well('system', 'Linux')
      : warning(
          'system',
          `on ${platform} neither memory nor processes of tasks are bounded`,
          'lend such a machine to users whom you trust, or run the agent on Linux',
        );
  return [node, system];
}
