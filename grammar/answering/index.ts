/** What a service needs to answer documents of version 1.0. */
export { type Answered, answerTo, reportOn, type Suggesting } from './answer.ts';
export { editedAsk } from './edited-ask.ts';
export { withEnvelope } from './headers.ts';
export { ignoredBy } from './ignored.ts';
export { durationText, expiryOf } from './lifetime.ts';
export { document1Of, quotedText, stringText } from './make.ts';
export { partyOf } from './party.ts';
