import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into a service before it starts (`--import`): answers each message of the parent by the longest time, in
 * milliseconds, for which the event loop did not go round since the one before.
 */

const resolutionMs = 1;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();

process.on('message', () => {
  // What is recorded is the time between two rounds, which are `resolutionMs` apart where nothing holds them up.
  process.send?.({ longestMs: Math.max(0, delays.max / 1e6 - resolutionMs) });
  delays.reset();
});
