import { PerformanceObserver } from 'node:perf_hooks';

/**
 * Loaded into a service before it starts (`--import`): answers each message of the parent by the longest turn of the event
 * loop since the one before, by the clock and in processor time of its thread, and by the longest time that V8 stood still
 * to collect garbage. What else wants the processor makes the first and the last longer, for the collector waits for
 * threads of its own; it does not make the second longer.
 */

/** How often it is looked at, where nothing holds the loop up: what is recorded is the time between two looks. */
const apartMs = 1;

const longest = { ms: 0, cpuMs: 0, collectingMs: 0 };
let at = performance.now();
let worked = process.threadCpuUsage();

setInterval(() => {
  const now = performance.now();
  const { user, system } = process.threadCpuUsage(worked);
  worked = process.threadCpuUsage();
  longest.ms = Math.max(longest.ms, now - at - apartMs);
  longest.cpuMs = Math.max(longest.cpuMs, (user + system) / 1000);
  at = now;
}, apartMs).unref();

const collections = new PerformanceObserver((list) => note(list.getEntries()));
collections.observe({ entryTypes: ['gc'] });

function note(entries: readonly { readonly duration: number }[]): void {
  for (const { duration } of entries) longest.collectingMs = Math.max(longest.collectingMs, duration);
}

process.on('message', () => {
  note(collections.takeRecords());
  process.send?.(longest);
  longest.ms = 0;
  longest.cpuMs = 0;
  longest.collectingMs = 0;
});
