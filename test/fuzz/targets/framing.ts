import { expect } from 'chai';
import fc from 'fast-check';
import { chunkings, cut } from '../../grammar/arbitraries.ts';
import { bytesOf, framedFrom } from '../../grammar/support.ts';
import { mutated } from '../mutations.ts';
import { seeds } from '../seeds.ts';
import type { Target } from '../target.ts';

const small = { documentBytes: 150, headers: 6, headerBytes: 60, diagnostics: 3 };

const bytes = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: mutated(seeds, 3).map(bytesOf) }, fc.uint8Array({ maxLength: 20 })),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

export const framing: Target = {
  name: 'framing',
  about: 'Bytes are framed into the same documents and refusals however they are cut into chunks.',
  property: () =>
    fc.property(bytes, chunkings, fc.constantFrom(small, undefined), (all, sizes, bounds) => {
      expect(framedFrom(cut(all, sizes), bounds)).to.deep.equal(framedFrom([all], bounds));
    }),
};
