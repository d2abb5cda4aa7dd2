import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { freeArraysInTurn } from '../../cli/house/array-buffers.ts';

const arrays = 100_000;
const bytesEach = 256;

/** Collects all garbage, before it returns. */
const collect = garbageCollector();

describe('dead arrays', () => {
  after(() => setFlagsFromString('--concurrent-array-buffer-sweeping')); // as other tests of this process found it

  it('are freed when the collection that finds them ends, by no thread that may have to wait for a core', () => {
    freeArraysInTurn();
    collect();
    const before = process.memoryUsage().arrayBuffers;
    expect(heldWhileAlive()).to.be.at.least(before + arrays * bytesEach);
    collect();
    expect(process.memoryUsage().arrayBuffers).to.be.below(before + (arrays * bytesEach) / 10);
  });
});

/** The bytes of all arrays, while so many more live that are dead after it. */
function heldWhileAlive(): number {
  const alive = Array.from({ length: arrays }, () => new Uint8Array(bytesEach));
  const { arrayBuffers } = process.memoryUsage();
  return alive.length === arrays ? arrayBuffers : 0;
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
