/**
 * Loaded into a service before it starts (`--import`): answers each message of the parent by the longest turn of the event
 * loop since the one before, by the clock and in processor time of its thread. What else wants the processor makes the
 * first longer, and not the second.
 */

/** How often it is looked at, where nothing holds the loop up: what is recorded is the time between two looks. */
const apartMs = 1;

const longest = { ms: 0, cpuMs: 0 };
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

process.on('message', () => {
  process.send?.(longest);
  longest.ms = 0;
  longest.cpuMs = 0;
});
