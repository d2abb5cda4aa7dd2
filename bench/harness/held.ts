/** Bytes on the heap and outside of it that are reachable, after all else was given back; wants `--expose-gc`. */
export function heldBytes(): number {
  if (globalThis.gc === undefined) throw new Error('this wants --expose-gc');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
