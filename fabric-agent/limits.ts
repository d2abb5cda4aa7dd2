import type { LocalOptions } from './back-ends/local.ts';
import type { HostDoorLimits } from './doors/host-door.ts';
import type { StreamDoorLimits } from './doors/stream-door.ts';
import type { AgentSettings } from './settings.ts';

/** The bounds of a Host door, as the configuration sets them; for `listenRetryMs` it waits for a port in use. */
export function hostDoorLimits(
  config: AgentSettings,
  concurrent: number,
  listenRetryMs: number,
): HostDoorLimits {
  const names = { nameBytes: config['name-length'], depth: config['path-depth'] };
  const drainMs = config.drain;
  const graceMs = config['kill-grace'];
  const lingerMs = config.linger;
  return {
    door: {
      connections: concurrent + config['waiting-connections'],
      lingerMs,
      // Programs may go on for a while, are then told to end, then killed, and what they left is still sent.
      drainMs: drainMs + 2 * graceMs + lingerMs,
      listenRetryMs,
    },
    intake: {
      ...names,
      entries: config['input-entries'],
      totalBytes: config['input-size'],
      headerBytes: config['header-size'],
      argumentCount: config['argument-count'],
      argumentBytes: config['argument-size'],
      argumentsBytes: config['arguments-size'],
      idleMs: config['input-idle'],
    },
    execution: {
      graceMs,
      watchMs: config['watch-interval'],
      resultBytes: config['result-size'],
      resultEntries: config['result-entries'],
      depth: names.depth,
    },
    collect: { ...names, totalBytes: config['result-size'], entries: config['result-entries'] },
    answerIdleMs: config['answer-idle'],
    aliveMs: config['alive-interval'],
    drainMs,
  };
}

/** How the supervisor of tasks is started, and where it makes control groups, as far as the configuration says. */
export function supervision({
  supervisor,
  'control-group': group,
}: AgentSettings): Pick<LocalOptions, 'command' | 'group'> {
  return {
    ...(supervisor === undefined ? {} : { command: [supervisor] }),
    ...(group === undefined ? {} : { group }),
  };
}

/** The bounds of the Poll door: nothing is read there, so a connection lasts as long as its peer lingers. */
export function pollDoorLimits(config: AgentSettings, listenRetryMs: number): StreamDoorLimits {
  return {
    connections: config['poll-connections'],
    lingerMs: config['poll-idle'],
    drainMs: config.linger,
    listenRetryMs,
  };
}
