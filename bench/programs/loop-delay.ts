import { openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';

/**
 * Loaded into a service before it starts (`--import`): answers each message of the parent by the longest turn of the event
 * loop since the one before, by the clock, by the clock less what the thread waited for a core in it, and in processor time
 * of its thread, and by the longest time that V8 stood still to collect garbage. What else wants the processor makes the
 * first and the last longer, for the collector waits for threads of its own, as does the second where it did; it does not
 * make the third longer, which the kernel tells by its ticks, of 4 ms mostly.
 */

/** How often it is looked at, where nothing holds the loop up: what is recorded is the time between two looks. */
const apartMs = 1;

const longest = { ms: 0, onCoreMs: 0, cpuMs: 0, collectingMs: 0 };
let at = performance.now();
let worked = process.threadCpuUsage();
const schedule = openSync('/proc/thread-self/schedstat', 'r');
const scheduled = Buffer.alloc(64);
let waited = waitedMs();

setInterval(() => {
  const now = performance.now();
  const { user, system } = process.threadCpuUsage(worked);
  const ms = now - at - apartMs;
  const waitedUntil = waitedMs();
  longest.ms = Math.max(longest.ms, ms);
  longest.onCoreMs = Math.max(longest.onCoreMs, ms - (waitedUntil - waited));
  longest.cpuMs = Math.max(longest.cpuMs, (user + system) / 1000);
  worked = process.threadCpuUsage();
  waited = waitedUntil;
  at = now;
}, apartMs).unref();

const collections = new PerformanceObserver((list) => note(list.getEntries()));
collections.observe({ entryTypes: ['gc'] });

function note(entries: readonly { readonly duration: number }[]): void {
  for (const { duration } of entries) longest.collectingMs = Math.max(longest.collectingMs, duration);
}

/** How long this thread could have run and had no core: the second number of proc_pid_schedstat, in nanoseconds. */
function waitedMs(): number {
  const length = readSync(schedule, scheduled, 0, scheduled.length, 0);
  return Number(scheduled.toString('latin1', 0, length).split(' ')[1]) / 1e6;
}

process.on('message', () => {
  note(collections.takeRecords());
  process.send?.(longest);
  longest.ms = 0;
  longest.onCoreMs = 0;
  longest.cpuMs = 0;
  longest.collectingMs = 0;
});
