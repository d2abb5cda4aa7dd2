import type { Move } from '../jobs/states.ts';

/** Where a deal stands: a row of it is one Offer, or one Decline that is not final. */
export const dealStates = [
  'open',
  'declined',
  'countered',
  'rejected',
  'withdrawn',
  'lapsed',
  'accepting',
  'refused',
  'active',
  'ending',
  'terminated',
  'completed',
] as const;
export type DealState = (typeof dealStates)[number];

/** What moves a deal: a document of either side, time, or what the broker learns. */
export const dealVerbs = [
  'Counter',
  'Reject',
  'Cancel',
  'lapse',
  'Accept',
  'reserved',
  'refused',
  'Terminate',
  'Complete',
  'until',
  'settled',
] as const;
export type DealVerb = (typeof dealVerbs)[number];

/** Who may say it: either side, or the broker's own clock and back ends. */
export type DealMover = 'user' | 'broker' | 'either' | 'other' | 'itself';

export interface DealMove extends Move<DealState> {
  readonly verb: DealVerb;
  readonly by: DealMover;
}

/** All that may become of a deal (SLA 1.0, Deals). What is not here is declined `too-late`, with the state as it is. */
export const dealMoves: readonly DealMove[] = [
  {
    ...{ from: 'open', verb: 'Counter', by: 'user', to: 'countered' },
    when: 'the user wants it otherwise: its hold is let go, and the broker answers with a new Offer or a Decline',
  },
  {
    ...{ from: 'declined', verb: 'Counter', by: 'user', to: 'countered' },
    when: 'the user asks for something else after a Decline that is not final',
  },
  {
    ...{ from: 'countered', verb: 'Counter', by: 'user', to: 'countered' },
    when: 'the user counters the same Offer once more',
  },
  { from: 'open', verb: 'Reject', by: 'user', to: 'rejected', when: 'the user does not want it' },
  { from: 'open', verb: 'Cancel', by: 'broker', to: 'withdrawn', when: 'the broker takes it back' },
  { from: 'open', verb: 'lapse', by: 'itself', to: 'lapsed', when: 'its Expires has passed' },
  {
    ...{ from: 'open', verb: 'Accept', by: 'user', to: 'active' },
    when: 'the user accepts: capacity is reserved, the Estimate is in escrow',
  },
  {
    ...{ from: 'open', verb: 'Accept', by: 'user', to: 'accepting' },
    when: 'the user accepts what a batch system must reserve first',
  },
  {
    ...{ from: 'accepting', verb: 'reserved', by: 'itself', to: 'active' },
    when: 'the batch system has reserved it',
  },
  {
    ...{ from: 'accepting', verb: 'refused', by: 'itself', to: 'refused' },
    when: 'the batch system does not reserve it: Decline `capacity`',
  },
  {
    ...{ from: 'accepting', verb: 'Terminate', by: 'either', to: 'ending' },
    when: 'one side ends it before the batch system has answered: nothing has run, and nothing is charged',
  },
  { from: 'active', verb: 'Terminate', by: 'either', to: 'ending', when: 'one side ends it, with a Reason' },
  { from: 'active', verb: 'Complete', by: 'user', to: 'ending', when: 'the user has no more work for it' },
  { from: 'active', verb: 'until', by: 'itself', to: 'ending', when: 'its Until has passed' },
  {
    ...{ from: 'ending', verb: 'settled', by: 'itself', to: 'terminated' },
    when: 'the last attempt is reported or its lease over, after a Terminate: Bill, the rest of the escrow returned',
  },
  {
    ...{ from: 'ending', verb: 'settled', by: 'itself', to: 'completed' },
    when: 'the last attempt is reported or its lease over, after a Complete or its Until: Bill, the rest of the escrow returned',
  },
];

/** Where an Amend of an agreement stands. */
export const amendmentStates = ['proposed', 'agreed', 'refused', 'lapsed'] as const;
export type AmendmentState = (typeof amendmentStates)[number];

export interface AmendmentMove extends Move<AmendmentState> {
  readonly verb: 'Accept' | 'Reject' | 'lapse';
  readonly by: DealMover;
}

/** All that may become of an Amend; `other` is who did not send it. One is open at a time for each agreement. */
export const amendmentMoves: readonly AmendmentMove[] = [
  {
    ...{ from: 'proposed', verb: 'Accept', by: 'other', to: 'agreed' },
    when: 'what it wants is there to be reserved, and the difference of the Estimate is in escrow',
  },
  { from: 'proposed', verb: 'Reject', by: 'other', to: 'refused', when: 'the terms stay as they were' },
  {
    ...{ from: 'proposed', verb: 'lapse', by: 'itself', to: 'lapsed' },
    when: 'its Expires has passed, or the agreement ends',
  },
];
