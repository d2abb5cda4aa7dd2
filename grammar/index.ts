/**
 * The SLA language: what programs outside this folder may use. Bytes go through a Scanner, what it frames through
 * readDocument; documents come back as text through printDocument. JSON goes through fromJson and toJson. These know
 * version 0.1 alone; readAnyDocument and fromAnyJson read version 1.x too, whose documents printDocument1 and toJson1
 * write. Whoever reads many keeps a DocumentReader, with newFindings for its warnings: they remember what they read.
 * All of it is pure and runs in a browser too.
 */
export {
  answerTo,
  document1Of,
  durationText,
  expiryOf,
  ignoredBy,
  partyOf,
  quotedText,
  reportOn,
  type Suggesting,
  stringText,
  withEnvelope,
} from './answering/index.ts';
export { type Bounds, defaultBounds } from './bounds.ts';
export { type Finding, findingsOf, newFindings } from './checks/index.ts';
export { brokenIn, unanswered } from './deals/answers.ts';
export { type Behind, behindBy, bestFirst, faultOf } from './deals/best.ts';
export { changedTerms } from './deals/changes.ts';
export {
  billLines,
  charged,
  nothingUsed,
  type SlotAmounts,
  type Used,
  usedLines,
  withAttempt,
} from './deals/charges.ts';
export { dealOf, estimateOf } from './deals/cost.ts';
export { besideDeal, namedDeal } from './deals/named.ts';
export { type Promises, type Terms, termsOf } from './deals/offer.ts';
export { priceOf, priceText } from './deals/prices.ts';
export {
  annotatedDiagnostic,
  type Diagnostic,
  type DiagnosticCode,
  diagnosticCodes,
  diagnosticLines,
  diagnosticSentence,
  type Position,
} from './diagnostics.ts';
export type {
  Action,
  Address,
  Document,
  Header,
  Language,
  ResourceAsk,
  ResourceTell,
  SlaAsk,
  SlaTell,
} from './document.ts';
export type { Action1, DealAction, Document1, Envelope, Lifetime, Place } from './documents/document.ts';
export { toJson1 } from './documents/json.ts';
export type { Amount, Deal, Party, Price } from './documents/model.ts';
export { clauseHash, type Digest, documentHash, printDocument1 } from './documents/print.ts';
export {
  type AnyReading,
  DocumentReader,
  fromAnyJson,
  type ReaderOptions,
  readAnyDocument,
  readAnyDocuments,
  type Unread,
} from './documents/read.ts';
export { sha256 } from './documents/sha256.ts';
export type { Findings } from './documents/warnings.ts';
export type { Framed, FramedDocument, FramedRefusal } from './frame.ts';
export { fromJson, type JsonDocument, toJson } from './json.ts';
export { resourceAsk, resourceTell, slaAsk, slaTell, withHost, withLoad } from './make.ts';
export { betterRegistration, matchesResource, matchesSla } from './match.ts';
export {
  applicationsOf,
  becauseHeaders,
  type Edit,
  type Explanation,
  effortASlice,
  explain,
  finish,
  Matcher,
  oldResourceTells,
  oldSlaTells,
  partyOfOld,
  type Sliced,
  Supply,
  suggest,
} from './matching/index.ts';
export { ownCopy } from './memo.ts';
export { nearest } from './near.ts';
export { divided, type Passage } from './passages.ts';
export { printDocument, printDocuments } from './print.ts';
export { type Reading, readDocument } from './read.ts';
export { Scanner, scan } from './scanner.ts';
export type { Source } from './source.ts';
export { nanoOf, nanoText } from './values/decimal.ts';
export { readLiteral } from './values/read.ts';
export { formatAddress, parseAddress } from './values.ts';
export { aboutDeal } from './vocabulary/deals.ts';
export { names, rowOf } from './vocabulary/names.ts';
export type { ClauseType, Kind, OtherType, Row, Subject } from './vocabulary/row.ts';
export { type Term, type TermName, vocabulary } from './vocabulary.ts';
export { WaitingAsks } from './waiting/index.ts';
export { readDocuments } from './whole.ts';
export { inWords } from './words/index.ts';
