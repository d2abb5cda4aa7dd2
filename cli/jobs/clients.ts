import {
  AccountsClient,
  BlobsClient,
  DealsClient,
  GroupsClient,
  IdentitiesClient,
  JobsClient,
  ResourcesClient,
} from '../../client/index.ts';
import type { Context } from '../commands/context.ts';
import { framesAt, serviceAt } from '../services.ts';

/** The clients of the broker that the configuration names. */
export function brokerClients(context: Context) {
  const address = serviceAt(context, 'broker');
  return {
    jobs: new JobsClient(address, {}, framesAt(context, 'broker')),
    blobs: new BlobsClient(address),
    deals: new DealsClient(address),
    resources: new ResourcesClient(address),
    identities: new IdentitiesClient(address),
    groups: new GroupsClient(address),
    accounts: new AccountsClient(address),
  };
}
