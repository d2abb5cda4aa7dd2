import { expect } from 'chai';
import type { Cause } from '../../protocol/why/situation.ts';
import { type SituationName, situations } from '../../protocol/why/situations.ts';

/**
 * What was built is the situation that it should be, and the sentence and what to do are those of the table, with
 * something in the place of each placeholder; `sentence` is the whole of it.
 */
export function seen(id: SituationName, cause: Cause | undefined, sentence?: string): void {
  expect(cause?.situation, cause?.cause).to.equal(id);
  const { says, next, ...more } = situations[id];
  const texts = 'one' in more ? [says, more.one] : [says];
  expect(cause?.cause).to.match(new RegExp(`^(?:${texts.map(patternOf).join('|')})$`, 's'));
  expect(cause?.next).to.match(new RegExp(`^${patternOf(next)}$`, 's'));
  const said = `${cause?.cause} ${cause?.next}`;
  expect(said).to.not.match(/undefined|null|NaN|\[object/);
  for (const [place] of [...texts, next].join(' ').matchAll(/\{\w+\}/g)) expect(said).to.not.include(place);
  if (sentence !== undefined) expect(cause?.cause).to.equal(sentence);
}

function patternOf(text: string): string {
  return text
    .split(/\{\w+\}/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
}
