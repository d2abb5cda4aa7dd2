import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../platform/log.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';
import type { CommitLog } from '../../platform/store/sqlite/sqlite-store.ts';
import type { Store } from '../../platform/store/store.ts';

/** The store of a service in a folder of its own. Leaving the scope of `await using` closes and removes it. */
export interface ServiceStore extends AsyncDisposable {
  /** As it is open now. */
  readonly store: Store;
  /** Closes it and opens the same file again. */
  reopen(): Promise<Store>;
}

/** What is committed counts as on the disk at once, so that how many turns of the event loop a verb takes is known. */
const atOnce: CommitLog = {
  sync: (done) => done(null),
  syncHome: (done) => done(null),
  close: async () => {},
};

/** Opens an empty store with the tables of a service. */
export async function openServiceStore(service: 'market' | 'infogather' | 'broker'): Promise<ServiceStore> {
  const folder = await mkdtemp(join(tmpdir(), `ogm-${service}-`));
  const open = () =>
    openSqliteStore({
      file: join(folder, `${service}.db`),
      migrations: new URL(`../../${service}/migrations/`, import.meta.url),
      log: silentLog,
      commits: atOnce,
      limits: {
        groupVerbs: 1_000,
        groupMs: 60_000,
        statements: 50,
        cacheBytes: 4 * 1024 * 1024,
        journalBytes: 1024 * 1024,
        busyMs: 20,
      },
    });
  let store = await open();
  return {
    get store() {
      return store;
    },
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}
