/**
 * What matches what, and why. Tells stand in a Supply; an Ask is compiled for it to a Matcher, whose work is done in
 * slices, so that who calls keeps its event loop free.
 */
export type { Amount, Cost } from './cost.ts';
export type { Edit } from './edits.ts';
export { effortASlice } from './effort.ts';
export { estimate } from './estimate.ts';
export { type Explained, type Explanation, explain } from './explain.ts';
export { leftOut } from './ignored.ts';
export { becauseHeaders } from './lines.ts';
export { type Answer, Matcher } from './matcher.ts';
export { applicationsOf, oldResourceTells, oldSlaTells, partyOfOld } from './old.ts';
export { finish, type Sliced } from './sliced.ts';
export { suggest } from './suggest.ts';
export { type Keeping, Supply } from './supply.ts';
export { type Taken, Taker } from './taken.ts';
export { type Code, isFalse, isTrue } from './truth.ts';
export type { Snapshot } from './versions.ts';
