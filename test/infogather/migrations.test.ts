import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { storeLimits } from '../../cli/house/limits.ts';
import { settingsSchema } from '../../cli/settings.ts';
import { printDocument, type ResourceTell } from '../../grammar/index.ts';
import { InfogatherStore } from '../../infogather/store.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { silentLog } from '../../platform/log.ts';
import { openSqliteStore } from '../../platform/store/sqlite/open.ts';
import { registrationOf } from './support.ts';

const all = new URL('../../infogather/migrations/', import.meta.url);
const { config } = loadConfig(settingsSchema, { file: undefined, env: {}, flags: {}, set: [], ignored: [] });

describe('the database of infogather', () => {
  it('keeps the registrations that one of version 0.1 alone held, and places others after all there ever were', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ogm-infogather-'));
    const open = (migrations: URL) =>
      openSqliteStore({
        file: join(folder, 'infogather.db'),
        migrations,
        log: silentLog,
        limits: storeLimits(config),
      });
    const told = (port: number) => ({
      application: 'gcc4.0.2',
      host: `193.10.66.20:${port}`,
      poll: undefined,
      document: registrationOf('gcc4.0.2', port) as ResourceTell,
      teller: '193.10.66.20',
      toldAt: 1,
      expiresAt: 100,
    });
    try {
      const first = '001-registrations.sql';
      await mkdir(join(folder, 'first'));
      await copyFile(new URL(first, all), join(folder, 'first', first));
      const before = await open(pathToFileURL(join(folder, 'first/')));
      await before.write((sql) => {
        for (const port of [2, 1, 3]) {
          const { document, poll: _, ...row } = told(port);
          sql.run(
            `INSERT INTO registrations (application, host, document, teller, told_at, expires_at)
             VALUES (@application, @host, @document, @teller, @toldAt, @expiresAt)`,
            { ...row, document: printDocument(document) },
          );
        }
        sql.run(`DELETE FROM registrations WHERE host = '193.10.66.20:3'`);
      });
      await before.close();
      const opened = await open(all);
      const store = new InfogatherStore(opened);
      expect(await store.register(told(4))).to.deep.equal({ place: 4, heardAt: undefined });
      const live = (await store.live(0, 0, 10)).map(({ place, host }) => `${place} ${host}`);
      expect(live).to.deep.equal(['1 193.10.66.20:2', '2 193.10.66.20:1', '4 193.10.66.20:4']);
      await opened.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
