/** The typed client of the services and of Host doors: what programs outside this folder may use. */
export { AccountsClient } from './accounts.ts';
export { AgentLine, type AgentLineOptions } from './agent-line.ts';
export {
  type Bid,
  type Choice,
  chooseOffer,
  dealDocument,
  type LeftOpen,
  type OfferBid,
  type OfferingBroker,
  OfferRound,
} from './best-offer.ts';
export { BlobsClient } from './blobs.ts';
export { DealsClient } from './deals.ts';
export { type AnyDocument, DocumentClient, refusalBy, refuseDecline } from './documents.ts';
export { ServiceFailure } from './failure.ts';
export type { OpenFrames } from './followed.ts';
export { openFrames, type SocketAddress } from './frames.ts';
export { HostError } from './host/host-error.ts';
export { type RunLimits, type RunOnHost, type RunProgress, type RunResult, runOnHost } from './host/run.ts';
export type { HostFile } from './host/upload.ts';
export type { ServiceAddress } from './http.ts';
export { InfogatherClient } from './infogather.ts';
export { isOver, JobsClient } from './jobs.ts';
export { exchanged } from './jwts.ts';
export { NodeStatesClient } from './node-states.ts';
export { pageFrames } from './page-frames.ts';
export { PricesClient } from './prices.ts';
export type { PrintedPiece } from './printed.ts';
export { ResourcesClient } from './resources.ts';
export { GroupsClient } from './sharing.ts';
export type { Watched } from './standing-watch.ts';
export { askAsText } from './text.ts';
export { IdentitiesClient, showing, type TokenSource } from './tokens.ts';
export type { BlobAt, TransferOptions } from './transfer.ts';
export { WatchClient, type WatchLimits, type WatchOptions } from './watch.ts';
export { whyWaits } from './why.ts';
