import {
  AccountsClient,
  BlobsClient,
  GroupsClient,
  IdentitiesClient,
  JobsClient,
  openFrames,
  ResourcesClient,
} from '../../client/index.ts';
import type { Context } from '../commands/context.ts';
import { serviceAt, tokenFor } from '../services.ts';

/** Of the WebSocket by which events come; a page of them is the longest frame. */
const socketLimits = {
  connectMs: 10_000,
  pingMs: 30_000,
  frameBytes: 16 * 1024 * 1024,
  waitingFrames: 4,
  refusalBytes: 64 * 1024,
};

/** The clients of the broker that the configuration names. */
export function brokerClients(context: Context) {
  const { config, egress } = context;
  const address = serviceAt(context, 'broker');
  const timeoutMs = config.egress['connect-timeout'];
  const socket = {
    url: address.url,
    token: tokenFor(context, 'broker'),
    dial: (to: string, signal: AbortSignal) =>
      egress.connect('a question to a service', to, { timeoutMs, signal }),
  };
  const open = (path: string, signal: AbortSignal) => openFrames(socket, path, socketLimits, signal);
  return {
    jobs: new JobsClient(address, {}, open),
    blobs: new BlobsClient(address),
    resources: new ResourcesClient(address),
    identities: new IdentitiesClient(address),
    groups: new GroupsClient(address),
    accounts: new AccountsClient(address),
  };
}
