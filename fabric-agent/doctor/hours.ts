import type { Clock } from '../../platform/clock.ts';
import { Refusal } from '../../platform/failure.ts';
import { hoursOf } from '../hours/hours.ts';
import type { AgentSettings } from '../settings.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** When the agent serves, and whether it does just now. */
export function judgeHours(
  config: Pick<AgentSettings, 'hours' | 'time-zone' | 'at-closing'>,
  clock: Pick<Clock, 'now'>,
): Finding {
  try {
    const hours = hoursOf(config);
    if (hours === undefined) return well('hours', 'it serves at all times');
    const now = clock.now();
    const change = hours.changeAfter(now);
    if (change === undefined) return well('hours', 'it serves at all times: the hours are all of the week');
    const at = momentText(change, config['time-zone']);
    if (!hours.isOpen(now)) return warning('hours', `it is closed until ${at}`, 'wait, or widen agent.hours');
    const then = config['at-closing'] === 'stop' ? 'what runs then is stopped' : 'what runs then may finish';
    return well('hours', `it serves until ${at}; ${then}`);
  } catch (error) {
    if (error instanceof Refusal)
      return wrong('hours', error.detail, "write agent.hours as '20:00-08:00, weekends'");
    throw error;
  }
}

/** As the clocks on the wall of that zone show it. */
function momentText(at: number, zone: string | undefined): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...(zone === undefined ? {} : { timeZone: zone }),
    weekday: 'long',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(at);
}
