import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { type AccountKey, findAccount, heldOf, transfer } from '../../../broker/accounts/store.ts';
import { storeLimits } from '../../../cli/house/limits.ts';
import { settingsSchema } from '../../../cli/settings.ts';
import { nanoOf, nanoText } from '../../../grammar/index.ts';
import { loadConfig } from '../../../platform/config/load.ts';
import { silentLog } from '../../../platform/log.ts';
import { openSqliteStore } from '../../../platform/store/sqlite/open.ts';

const all = new URL('../../../broker/migrations/', import.meta.url);
const { config } = loadConfig(settingsSchema, { file: undefined, env: {}, flags: {}, set: [], ignored: [] });
const limits = storeLimits(config);
const of = (kind: AccountKey['kind'], owner: string): AccountKey => ({ kind, owner, currency: 'EUR' });

describe('the accounts of a broker that did not note yet what is held', () => {
  it('say it from then on, also of what was held before', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ogm-held-'));
    const open = (migrations: URL) =>
      openSqliteStore({ file: join(folder, 'broker.db'), migrations, log: silentLog, limits });
    try {
      await mkdir(join(folder, 'before'));
      for (const name of await readdir(all))
        if (/^0(?:0\d|1[0-8])-.*\.sql$/.test(name))
          await copyFile(new URL(name, all), join(folder, 'before', name));
      const before = await open(pathToFileURL(join(folder, 'before/')));
      const move = (
        kind: 'grant' | 'escrow' | 'charge' | 'release',
        from: AccountKey,
        to: AccountKey,
        amount: string,
      ) => ({
        ...{ kind, from, to, amount: nanoOf(amount) },
        cause: `${kind} ${from.owner} ${to.owner}`,
      });
      const ann = of('user', 'ann');
      await before.write((sql) => {
        transfer(sql, move('grant', of('issuer', 'EUR'), ann, '10'), 1);
        for (const agreement of ['agr-1', 'agr-2', 'agr-3'])
          transfer(sql, move('escrow', ann, of('escrow', agreement), '1.6'), 1);
        transfer(sql, move('charge', of('escrow', 'agr-1'), of('user', 'bob'), '0.1'), 1);
        transfer(sql, move('release', of('escrow', 'agr-2'), ann, '1.6'), 1);
      });
      await before.close();
      const after = await open(all);
      const held = () => after.read((sql) => nanoText(heldOf(findAccount(sql, ann)!)));
      expect(await held()).to.equal('3.10');
      await after.write((sql) => transfer(sql, move('release', of('escrow', 'agr-1'), ann, '1.5'), 2));
      expect(await held()).to.equal('1.60');
      await after.close();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
