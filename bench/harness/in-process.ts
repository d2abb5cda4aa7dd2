import { DocumentReader } from '../../grammar/index.ts';
import type { Market } from '../../market/index.ts';

/** Tells a market of this process, as its doors do: resolves after the commit. What is not taken is thrown. */
export function teller(market: Market): (text: string) => Promise<void> {
  const reader = new DocumentReader();
  const sender = { address: '127.0.0.1', uid: process.getuid?.() ?? 0 };
  return async (text) => {
    const [reading] = reader.readText(text);
    if (reading === undefined || !('document' in reading)) throw new Error(`this is no Tell: ${text}`);
    for (const reply of await market.receive(reading.document, sender, text)) {
      const action = 'headers' in reply && reply.headers.find(({ name }) => name === 'Action')?.value;
      if (action !== 'Ack') throw new Error(`a Tell was not taken: ${JSON.stringify(reply)}`);
    }
  };
}
