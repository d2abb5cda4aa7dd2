import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openMarketStore } from './house.ts';
import { applicationOf, brokerOf, tellText } from './messages.ts';

const rowsAStep = 10_000;
const lifetimeMs = 3_600_000;

/** Fills the data folder of a market, which is not running, with live Tells: each application told by one broker. */
export async function prefillMarket(data: string, tells: number): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  const store = await openMarketStore(join(data, 'market.db'));
  const expiresAt = Date.now() + lifetimeMs;
  try {
    for (let first = 0; first < tells; first += rowsAStep) {
      await store.write((sql) => {
        for (let index = first; index < Math.min(tells, first + rowsAStep); index += 1) {
          const application = applicationOf(index);
          const brokerIp = brokerOf(index);
          sql.run(
            `INSERT INTO tells (teller, id, seq, document, expires_at) VALUES ('', @id, 0, @document, @expiresAt)`,
            { id: `${application} ${brokerIp}`, document: tellText(application, brokerIp), expiresAt },
          );
        }
      });
    }
  } finally {
    await store.close();
  }
}
