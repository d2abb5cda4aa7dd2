import type { Move } from './jobs/states.ts';

/** How a node stands, as infogather knows it. Of these, all but `gone` are shown as of now. */
export const nodeStates = ['joining', 'alive', 'busy', 'drained', 'silent', 'gone'] as const;
export type NodeStanding = (typeof nodeStates)[number];

const isBusy = 'its agent says that it runs all that it can at once';
const isDrained = 'its agent says that it takes no more';
const isSilent = 'its polls fail, and nothing was heard of it for `infogather.silent-after`';
const isGone = 'its registrations were taken back, or have expired';
const isAlive = 'it takes work, or nobody says that it does not';

/** All that may become of a node. */
export const nodeMoves: readonly Move<NodeStanding>[] = [
  { from: 'joining', to: 'alive', when: 'it answered, or may not be polled and is taken at its word' },
  { from: 'joining', to: 'busy', when: isBusy },
  { from: 'joining', to: 'drained', when: isDrained },
  { from: 'joining', to: 'silent', when: isSilent },
  { from: 'joining', to: 'gone', when: isGone },
  { from: 'alive', to: 'busy', when: isBusy },
  { from: 'alive', to: 'drained', when: isDrained },
  { from: 'alive', to: 'silent', when: isSilent },
  { from: 'alive', to: 'gone', when: isGone },
  { from: 'busy', to: 'alive', when: isAlive },
  { from: 'busy', to: 'drained', when: isDrained },
  { from: 'busy', to: 'silent', when: isSilent },
  { from: 'busy', to: 'gone', when: isGone },
  { from: 'drained', to: 'alive', when: isAlive },
  { from: 'drained', to: 'busy', when: isBusy },
  { from: 'drained', to: 'silent', when: isSilent },
  { from: 'drained', to: 'gone', when: isGone },
  { from: 'silent', to: 'alive', when: 'it answered' },
  { from: 'silent', to: 'busy', when: isBusy },
  { from: 'silent', to: 'drained', when: isDrained },
  { from: 'silent', to: 'gone', when: isGone },
  { from: 'gone', to: 'joining', when: 'it registers again' },
];

/**
 * The states through which a node goes to another one, that one included; a new one begins as joining. One that is there
 * joins no second time: whose first answer at another address is waited for, stands meanwhile as it stood.
 */
export function nodePath(before: NodeStanding | undefined, after: NodeStanding): readonly NodeStanding[] {
  const isThere = before !== undefined && before !== 'gone';
  if (before === after || (isThere && after === 'joining')) return [];
  if (isThere || after === 'joining') return [after];
  return ['joining', after];
}
