/** What of the client runs in a page of a browser: nothing here is of Node.js. */
export { DocumentClient } from './documents.ts';
export { ServiceFailure } from './failure.ts';
export type { OpenFrames } from './followed.ts';
export type { ServiceAddress } from './http.ts';
export { InfogatherClient } from './infogather.ts';
export { isOver, JobsClient } from './jobs.ts';
export { PageBlobs } from './page-blobs.ts';
export { pageFrames } from './page-frames.ts';
export type { PrintedPiece } from './printed.ts';
export { ResourcesClient } from './resources.ts';
export { GroupsClient } from './sharing.ts';
export { IdentitiesClient, showing, type TokenSource } from './tokens.ts';
export type { BlobAt, TransferOptions } from './transfer.ts';
