import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 free the memory of arrays in the thread that collects, for this whole process: a market of 100,000 Tells holds
 * some 1,400, which takes less than half a millisecond, where handing them to a helping thread held the event loop up
 * for as long as that thread waited for a core. V8 looks at this flag at each collection, so it may be set at any time.
 */
export function freeArraysInTurn(): void {
  setFlagsFromString('--no-concurrent-array-buffer-sweeping');
}
