import type { Situations } from './situation.ts';

/** Why an Ask, or a Watch, has no match in the market, or what a service declines of it. */
export const askSituations = {
  'no-tell': {
    of: 'Ask',
    says: 'nobody tells the market of anything: 0 of 0 Tells match',
    next: 'start a broker with an agent (ogm up), or have ogm watch tell you when something comes',
    covers: { codes: ['no-match'] },
  },
  'application-not-offered': {
    of: 'Ask',
    says: 'none of {count} Tells matches: nobody offers {application}',
    one: 'the one Tell does not match: it does not offer {application}',
    next: 'see with ogm nodes what is offered, ask for another version, or have the owner of a node offer it',
    covers: { codes: ['no-match'] },
  },
  'one-clause': {
    of: 'Ask',
    says: 'none of {count} Tells matches: {clause}, and that alone stops {alone} of them',
    one: 'the one Tell does not match: {clause}, and that alone stops it',
    next: 'ask for less in that clause{suggest}',
  },
  'several-clauses': {
    of: 'Ask',
    says: 'none of {count} Tells matches: {clauses} clauses stand in the way, the hardest is {clause}',
    one: 'the one Tell does not match: {clauses} clauses stand in the way, the hardest is {clause}',
    next: 'ask for less in that clause first, then ask why again',
  },
  'allow-list': {
    of: 'Ask',
    says: 'none of {count} Tells matches: refused by {refusal}',
    one: 'the one Tell does not match: refused by {refusal}',
    next: 'say in the Ask what that test asks for, such as Owner, or ask its owner to let you in',
  },
  'promise-unknown': {
    of: 'Ask',
    says: 'none of {count} Tells makes the promise that the Ask needs: {term}',
    one: 'the one Tell does not make the promise that the Ask needs: {term}',
    next: 'take it out of Critical, or ask brokers that understand it',
  },
  'count-too-large': {
    of: 'Ask',
    says: '{matched} of {count} Tells match, and together they carry {carried} of the {slots} slots that Count wants at once',
    one: 'the one Tell matches, and carries {carried} of the {slots} slots that Count wants at once',
    next: 'ask for Count: {carried}, or have ogm watch tell you when more is told',
  },
  'ask-matches': {
    of: 'Ask',
    says: '{matched} of {count} Tells match: nothing stands in the way',
    one: '{matched} of 1 Tell matches: nothing stands in the way',
    next: 'ask: ogm ask FILE, or have the work done: ogm submit --ask FILE',
  },
  'watch-away': {
    of: 'Watch',
    says: 'the Watch {watch} stands until {until}, and its connection is not there: nothing can be sent to it',
    next: 'send the same Watch again with the last Cursor that came (ogm watch FILE does)',
  },
  'watch-waits': {
    of: 'Watch',
    says: 'the Watch {watch} waits: {cause}',
    next: '{next}',
  },
} as const satisfies Situations;
