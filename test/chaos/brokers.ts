import { join } from 'node:path';
import { ResourcesClient } from '../../client/index.ts';
import { isOf } from '../../fabric-agent/back-ends/shared.ts';
import { readEnrolments } from '../../fabric-agent/tasks/enrolment.ts';
import { ogm } from '../support/ogm.ts';
import type { Disk } from './disk.ts';
import type { Line } from './line.ts';
import type { Kept } from './process.ts';

/** A broker of a world, and the line by which the node reaches it. */
export interface BrokerSide {
  /** Where it is; not over the line. */
  readonly url: string;
  readonly process: Kept;
  readonly line: Line;
  readonly disk: Disk | undefined;
  /** What stands before its tasks in the names that they have on the node. */
  readonly mark: string;
  /** Its database, where work is paid for there. */
  readonly store?: string;
}

/**
 * Has a node that works in a folder trusted by a broker, which it reaches over a line; returns the mark of its tasks. The
 * broker calls it by the name.
 */
export async function enrol(url: string, line: Line, data: string, name = 'node'): Promise<string> {
  const over = `http://127.0.0.1:${line.port}`;
  const { secret } = await new ResourcesClient({ url, fetch }).add(name);
  const { code, stderr } = await ogm(['agent', 'enrol', '--broker-url', over, '--data', data], {
    stdin: secret,
  });
  if (code !== 0) throw new Error(`the node could not be enrolled: ${stderr}`);
  const enrolled = await readEnrolments(join(data, 'agent'));
  return enrolled.find(({ enrolment }) => enrolment.url === over)!.mark;
}

/** What of attempts, as the node calls them, is of one broker; as that calls them. */
export function ofBroker({ mark }: Pick<BrokerSide, 'mark'>, attempts: Iterable<string>): string[] {
  return [...attempts].filter((attempt) => isOf(attempt, mark)).map((attempt) => attempt.slice(mark.length));
}
