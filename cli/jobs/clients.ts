import { BlobsClient, JobsClient, ResourcesClient } from '../../client/index.ts';
import type { Context } from '../commands/context.ts';

/** The clients of the broker that the configuration names. */
export function brokerClients({ config, egress }: Context) {
  const address = { url: config.client['broker-url'], fetch: egress.request };
  return {
    jobs: new JobsClient(address),
    blobs: new BlobsClient(address),
    resources: new ResourcesClient(address),
  };
}
