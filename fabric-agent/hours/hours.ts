import { Refusal } from '../../platform/failure.ts';
import type { AgentSettings } from '../settings.ts';
import { dayMinutes, readWeek, type Span, weekMinutes } from './week.ts';
import { type Zone, zoneOf } from './zone.ts';

/** The windows of time in which a node serves, in milliseconds since 1970. */
export interface Hours {
  isOpen(at: number): boolean;
  /** When that is otherwise for the first time after `at`; undefined where it never is. */
  changeAfter(at: number): number | undefined;
}

const minuteMs = 60_000;
/** 1970 began on a Thursday. */
const firstMinute = 3 * dayMinutes;
/** Clocks are set forward or back at most once in this time. */
const stepMs = 3 * 60 * minuteMs;
/** A week repeats itself; a window of which an hour is skipped comes the week after. */
const horizonMs = 16 * dayMinutes * minuteMs;

/** The hours of the settings; undefined where the node always serves. Throws a Refusal `bad-configuration`. */
export function hoursOf(config: Pick<AgentSettings, 'hours' | 'time-zone'>): Hours | undefined {
  const zone = zoneOf(config['time-zone']);
  if (zone === undefined)
    throw unreadable(
      `agent.time-zone: nobody knows '${config['time-zone']}'; say one such as Europe/Stockholm`,
    );
  if (config.hours.length === 0) return undefined;
  const week = readWeek(config.hours);
  if ('problem' in week) throw unreadable(`agent.hours: ${week.problem}`);
  return hoursIn(week.spans, zone);
}

/**
 * Hours by the clocks on the wall: what they show decides, so an hour that is skipped when they are set forward is in no
 * window, and one that comes twice is twice in its.
 */
export function hoursIn(spans: readonly Span[], zone: Zone): Hours {
  const isOpen = (at: number) => {
    const minute = minuteOf(at + zone(at));
    return spans.some(({ from, to }) => from <= minute && minute < to);
  };
  const edges = [...new Set(spans.flatMap(({ from, to }) => [from, to % weekMinutes]))];
  return {
    isOpen,
    changeAfter(at) {
      const open = isOpen(at);
      for (let from = at; from < at + horizonMs; ) {
        const ahead = zone(from);
        const to = Math.min(from + stepMs, edgeAfter(edges, from + ahead) - ahead);
        const next = zone(to) === ahead ? to : firstSet(zone, from, to);
        if (isOpen(next) !== open) return next;
        from = next;
      }
      return undefined;
    },
  };
}

/** The minute of the week at a moment that is counted as if clocks on the wall showed UTC. */
function minuteOf(wallMs: number): number {
  const minute = (Math.floor(wallMs / minuteMs) + firstMinute) % weekMinutes;
  return minute < 0 ? minute + weekMinutes : minute;
}

/** The next moment, counted likewise, at which a window begins or ends. */
function edgeAfter(edges: readonly number[], wallMs: number): number {
  const minute = minuteOf(wallMs);
  const away = edges.map((edge) => (edge > minute ? edge - minute : edge - minute + weekMinutes));
  return Math.floor(wallMs / minuteMs) * minuteMs + Math.min(...away) * minuteMs;
}

/** The first moment after `from` at which clocks have been set that `to` shows otherwise. */
function firstSet(zone: Zone, from: number, to: number): number {
  const ahead = zone(from);
  let before = from;
  let after = to;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone(middle) === ahead) before = middle;
    else after = middle;
  }
  return after;
}

function unreadable(detail: string): Refusal {
  return new Refusal({
    code: 'bad-configuration',
    status: 400,
    detail,
    next: 'mend it in the configuration',
  });
}
