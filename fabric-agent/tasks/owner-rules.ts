import { Refusal } from '../../platform/failure.ts';
import type { Application } from '../application.ts';
import type { BackEnd } from '../back-ends/back-end.ts';
import type { AgentSettings } from '../settings.ts';
import type { OwnerRules } from './admission.ts';
import type { Enrolled } from './enrolment.ts';
import type { Capacity } from './room.ts';
import { addressOf } from './shares.ts';

/** What one broker may have of a node. */
export interface Share {
  readonly capacity: Capacity;
  /** Attempts (a count) that are here at once, running or not. */
  readonly mostAttempts: number;
  /** Attempts that are taken ahead of those that run. */
  readonly mostHeld: number;
  /** Which part of all that is, up to 1. */
  readonly part: number;
}

/** What the owner lets the tasks of one broker do, as the settings say. */
export function ownerRules(
  config: AgentSettings,
  { enrolment }: Enrolled,
  applications: readonly Application[],
  backEnd: Pick<BackEnd, 'powers'>,
  share: Share,
): OwnerRules {
  const servesOthers = backEnd.powers.isolates || config['accept-unisolated'];
  return {
    applications,
    owners: ownersAt(enrolment.url, config['task-owners']),
    onlyOwner: servesOthers ? undefined : enrolment.owner,
    variables: config['task-variables'].map(readPattern),
    capacity: share.capacity,
    mostAttempts: share.mostAttempts,
    argumentCount: config['argument-count'],
    argumentBytes: config['argument-size'],
    argumentsBytes: config['arguments-size'],
    environmentBytes: config['environment-size'],
    inputBytes: config['input-size'],
    inputEntries: config['input-entries'],
    nameBytes: config['name-length'],
    depth: config['path-depth'],
    resultBytes: config['result-size'],
    graceMs: config['kill-grace'],
    processes: config['task-processes'],
  };
}

/**
 * Whose tasks of the broker at an address run here: those of whom a name stands alone, which is so for all brokers, or before
 * that address, as `ann@https://broker.example:8443`. Undefined where nothing is said. Throws a Refusal `bad-configuration`.
 */
function ownersAt(url: string, said: readonly string[]): readonly string[] | undefined {
  if (said.length === 0) return undefined;
  return said.flatMap((one) => {
    const at = one.indexOf('@');
    if (at === -1) return one;
    const address = one.slice(at + 1);
    if (!URL.canParse(address))
      throw unreadable('task-owners', one, `'${address}' is no address of a broker`);
    return addressOf(address) === addressOf(url) ? one.slice(0, at) : [];
  });
}

function readPattern(source: string): RegExp {
  try {
    // Read by itself first: ')|(' would be no expression, but would become one between the anchors.
    new RegExp(source, 'u');
    return new RegExp(`^(?:${source})$`, 'u');
  } catch (cause) {
    throw unreadable('task-variables', source, (cause as Error).message);
  }
}

function unreadable(setting: string, said: string, why: string): Refusal {
  const detail = `agent.${setting}: '${said}' cannot be read: ${why}`;
  return new Refusal({
    code: 'bad-configuration',
    status: 400,
    detail,
    next: 'mend it in the configuration',
  });
}
