import { type Cells, rows } from './row.ts';

/** About the document itself, in the order in which it is printed. */
const cells: readonly Cells[] = [
  ['SLA-version', 'language', 'Begins a document between users, brokers and the market.', '1.0'],
  ['RESOURCE-version', 'language', 'Begins a document between nodes, brokers and infogather.', '1.0'],
  ['Action', 'action', 'What the document does: Tell offers, Ask looks for what is offered.', 'Ask'],
  ['Id', 'id', 'The name that the sender gives the document.', 'ask-19'],
  ['Seq', 'whole', 'Of two documents of one Id the higher replaces the lower; 0 unless said.', '3'],
  ['In-reply-to', 'id', 'The Id of the document that this one answers.', 'ask-19'],
  ['Event', 'text', 'What happened to a match: matched, changed or gone.', 'matched'],
  ['Cursor', 'whole', 'The point of the log: an Ask is answered as of it, a Watch goes on after it.', '4711'],
  ['Expires', 'lifetime', 'How long the document counts, or until when; one hour unless said.', '15 min'],
  ['Limit', 'whole', 'How many Tells an answer holds at most; 10 unless said.', '3'],
  ['Matched', 'text', 'How many of the live Tells match.', '3 of 120'],
  ['Understands', 'names', 'The profiles (time, guarantee) or headers that a broker can promise.', 'time'],
  ['Accepts-version', 'versions', 'The other versions in which a Tell may be asked for.', '0.1'],
  ['Critical', 'names', 'The promises without which no Tell matches.', 'Deadline'],
  ['Broker-IP', 'address', 'Where the broker takes Asks.', '193.10.66.141:7685'],
  ['Host', 'address', 'Where the work is taken.', '193.10.66.20:8483'],
  ['Poll', 'address', 'Where the node says its load whenever one connects.', '193.10.66.20:8484'],
  ['Transport', 'text', 'How the work is sent to Host; tar unless said.', 'tar'],
  ['Title', 'text', 'A line for people.', 'Protein folding, second run'],
  ['Reason', 'text', 'Why: one word for programs, then text for people.', 'policy no such owner'],
  ['Clause', 'text', 'What became of one clause of an Ask.', 'Cpus: 8 -> 7 yes, 104 no, 9 unsaid'],
  ['Refused-by', 'text', 'How many Tells refused an Ask by a test of their own.', 'Walltime -> 3 no'],
  ['Ignored', 'text', 'The terms of the Ask that were left out for this Tell.', 'Deadline'],
  ['Note', 'text', 'Something a person may want to know.', "tell-9 says 'Queue-Length: long', no number"],
  ['Suggest', 'text', 'One change of the Ask, and what it would bring.', 'Memory: 12 GiB -> 2 matches'],
  ['Signature', 'text', "The sender's signature.", 'ed25519 3q2+7w=='],
];

export const envelope = rows('envelope', undefined, cells, [
  'Clause',
  'Refused-by',
  'Ignored',
  'Note',
  'Suggest',
]);
