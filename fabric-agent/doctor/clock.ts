import type { Now } from '../supervisor/messages.ts';
import { type Finding, warning, well, wrong } from './finding.ts';

/** What two clocks that count from the same boot may be apart, in milliseconds, on a machine under load. */
const apartMostMs = 5_000;

/** The clock that leases are told by: the supervisor's, beside that of this process (`uptimeMs`). */
export function judgeClock({ bootId, bootMs }: Pick<Now, 'bootId' | 'bootMs'>, uptimeMs: number): Finding {
  if (bootId === '')
    return wrong(
      'clock',
      'the system does not say which boot this is',
      'mount /proc where the agent runs (/proc/sys/kernel/random/boot_id)',
    );
  if (Math.abs(bootMs - uptimeMs) > apartMostMs)
    return wrong(
      'clock',
      `this process and the supervisor of tasks count from different boots, ${Math.abs(bootMs - uptimeMs)} ms apart`,
      'run both in the same time namespace, and end a supervisor of before',
    );
  if (bootId.startsWith('booted-'))
    return warning(
      'clock',
      'boots of this machine are told apart by their minute alone',
      'do not set the clock of the machine while tasks run',
    );
  return well('clock', 'the boot and the time since then are known');
}
