import { batchSystemOf } from '../batch/open.ts';
import type { Found } from './found.ts';

/** What an owner says, or would most likely: settings by their paths, as they are written in a file. */
export type Answers = ReadonlyMap<string, string>;

const mebibyte = 2 ** 20;

/** What is proposed for a setting, from what is here and what was said before; undefined where nothing is to be said. */
export function proposed(path: string, found: Found, said: Answers): string | undefined {
  const backEnd = said.get('agent.back-end') ?? '';
  const system = found.batch.find((one) => one.backEnd === backEnd);
  // Where others work too they keep a half of it.
  const share = found.others > 0 ? 2 : 1;
  switch (path) {
    case 'agent.back-end':
      return (
        found.batch[0]?.backEnd ?? (found.bubblewrap ? 'bubblewrap' : found.engine ? 'container' : 'local')
      );
    case 'agent.container-engine':
      return found.engine;
    case 'agent.queue':
      return system?.usual ?? system?.queues[0];
    case 'agent.cpus':
      return String(Math.max(1, Math.floor(found.cpus / share)));
    case 'agent.memory':
      return `${Math.floor(found.memoryBytes / share / mebibyte)} MiB`;
    case 'agent.max-queued':
      return '100';
    case 'agent.at-closing':
      return 'finish';
    case 'agent.ssh-way':
      return 'local';
    case 'client.broker-url':
      return 'http://127.0.0.1:8480';
    default:
      return undefined;
  }
}

/** Whether a setting says anything where these things were said. */
export function applies(path: string, said: Answers): boolean {
  const backEnd = said.get('agent.back-end') ?? '';
  const isFar = backEnd === 'ssh';
  const queues = batchSystemOf(isFar ? (said.get('agent.ssh-way') ?? '') : backEnd) !== undefined;
  if (path.startsWith('agent.ssh-')) return isFar;
  switch (path) {
    case 'agent.queue':
    case 'agent.max-queued':
      return queues;
    case 'agent.cpus':
    case 'agent.memory':
      return !queues && !isFar; // of another host it is seen there
    case 'agent.container-engine':
      return backEnd === 'container';
    case 'agent.time-zone':
    case 'agent.at-closing':
      return said.has('agent.hours');
    default:
      return true;
  }
}
