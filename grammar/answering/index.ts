/** What a service needs to answer documents of version 1.0, beside matching. */
export { editedAsk } from './edited-ask.ts';
export { withEnvelope } from './headers.ts';
export { ignoredBy } from './ignored.ts';
export { durationText, expiryOf } from './lifetime.ts';
export { document1Of, stringText } from './make.ts';
