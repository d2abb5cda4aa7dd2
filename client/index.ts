/** The typed client of the services and of Host doors: what programs outside this folder may use. */
export { type BlobAt, BlobsClient, type TransferOptions } from './blobs.ts';
export { type AnyDocument, DocumentClient, refuseDecline } from './documents.ts';
export { ServiceFailure } from './failure.ts';
export type { SocketAddress } from './frames.ts';
export { HostError } from './host/host-error.ts';
export { type RunLimits, type RunOnHost, type RunProgress, type RunResult, runOnHost } from './host/run.ts';
export type { HostFile } from './host/upload.ts';
export type { ServiceAddress } from './http.ts';
export { InfogatherClient } from './infogather.ts';
export { isOver, JobsClient } from './jobs.ts';
export { ResourcesClient } from './resources.ts';
export type { Watched } from './standing-watch.ts';
export { askAsText } from './text.ts';
export { IdentitiesClient, showing, type TokenSource } from './tokens.ts';
export { WatchClient, type WatchLimits, type WatchOptions } from './watch.ts';
