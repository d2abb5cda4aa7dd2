import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Caller } from '../../../broker/caller.ts';
import type { StagingSettings } from '../../../broker/staging/settings.ts';
import { Staging } from '../../../broker/staging/staging.ts';
import type { Store } from '../../../platform/store/store.ts';
import { ManualClock } from '../../support/clock.ts';
import { openServiceStore } from '../../support/service-store.ts';

/** Staging with a store and a folder of its own. Leaving the scope of `await using` removes both. */
export interface GivenStaging extends AsyncDisposable {
  readonly staging: Staging;
  readonly store: Store;
  readonly folder: string;
  readonly clock: ManualClock;
  /** The jobs of which each resource has tasks; whatever its number, a job is ann's. */
  readonly jobsAt: Map<string, number[]>;
  /** As a broker does that begins again on what another has left. */
  reopen(store?: Store): Promise<Staging>;
  /** Sends a file at once. */
  send(caller: Caller, bytes: Uint8Array): Promise<string>;
}

export const ann: Caller = { kind: 'user', owner: 'ann' };
export const bob: Caller = { kind: 'user', owner: 'bob' };
export const node: Caller = { kind: 'agent', resource: 'node' };

export const keptMs = 3_600_000;

export async function givenStaging(settings: Partial<StagingSettings> = {}): Promise<GivenStaging> {
  const folder = await mkdtemp(join(tmpdir(), 'ogm-staging-'));
  const service = await openServiceStore('broker');
  const clock = new ManualClock();
  const jobsAt = new Map<string, number[]>();
  const open = async (store: Store) => {
    const opened = new Staging({
      config: {
        ...{ 'staging-size': 1_000_000, 'staging-each': 1_000_000, 'staging-kept': keptMs },
        'staging-uploads': 10,
        ...settings,
      },
      store,
      folder,
      clock,
      jobs: {
        owner: () => 'ann',
        hasTaskWith: (sql, resource, blob) =>
          (jobsAt.get(resource) ?? []).some(
            (job) =>
              sql.get('SELECT 1 FROM blob_claims WHERE job = @job AND blob = @blob', { job, blob }) !==
              undefined,
          ),
      },
    });
    await opened.open();
    return opened;
  };
  let staging = await open(service.store);
  return {
    get staging() {
      return staging;
    },
    store: service.store,
    folder,
    clock,
    jobsAt,
    async reopen(store = service.store) {
      staging = await open(store);
      return staging;
    },
    async send(caller, bytes) {
      const blob = hashOf(bytes);
      await staging.send(caller, blob, { offset: 0, total: bytes.length, bytes: [bytes] });
      return blob;
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
