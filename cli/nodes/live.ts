import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeStatesClient } from '../../client/index.ts';
import type { NodeEvent } from '../../protocol/node-events.ts';
import type { Context } from '../commands/context.ts';
import { moment } from '../jobs/words.ts';
import { table } from '../table.ts';
import { plain, statusRows } from './words.ts';

/** How often a terminal shows anew, in milliseconds. */
const showMs = 1_000;

/** A terminal, or what stands where it would. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly rows?: number | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Shows how nodes stand until the signal aborts: on a terminal again and again, elsewhere each event as a line. */
export async function showLive(
  { out, json, clock }: Pick<Context, 'out' | 'json' | 'clock'>,
  client: Pick<NodeStatesClient, 'states' | 'events'>,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const onTerminal = screen.isTTY === true && !json;
  try {
    if (!onTerminal) {
      const { nodes, cursor } = await client.states(undefined, { signal });
      if (json) for (const node of nodes) out.print(JSON.stringify({ node }));
      else for (const line of table(statusRows(nodes, clock.now()))) out.print(line);
      for await (const event of client.events({ after: cursor, signal }))
        out.print(json ? JSON.stringify({ event }) : eventLine(event));
      return;
    }
    screen.write(alternate.on);
    while (!signal.aborted) {
      const { nodes } = await client.states(undefined, { signal });
      const { rows = 24, columns = 80 } = screen;
      const lines = table(statusRows(nodes, clock.now()));
      const shown =
        lines.length > rows ? [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more`] : lines;
      screen.write(`${clear}${shown.map((line) => line.slice(0, columns)).join('\r\n')}`);
      await sleep(showMs, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    if (onTerminal) screen.write(alternate.off);
  }
}

/** An event in one line. */
function eventLine({ cursor, at, name, from, to, reason }: NodeEvent): string {
  return `${cursor}  ${moment(at)}  ${plain(name)}  ${from === null ? '' : `${from} -> `}${to}: ${plain(reason)}`;
}

/** The other screen of a terminal (xterm), so that what stood there before stands there again. */
const alternate = { on: '\u001b[?1049h\u001b[?25l', off: '\u001b[?25h\u001b[?1049l' };
const clear = '\u001b[H\u001b[2J';
