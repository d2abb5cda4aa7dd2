import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { Router } from 'express';
import { bytesOf } from '../../../platform/doors/body.ts';
import { inProcess } from '../../../platform/doors/in-process.ts';
import { silentLog } from '../../../platform/log.ts';

/** Routes that say how many bytes came, a while after the last of them. */
function counting() {
  const router = Router();
  router.put('/count', async (request, response) => {
    let bytes = 0;
    for await (const piece of bytesOf(request, 1024)) bytes += piece.length;
    for (let turns = 0; turns < 5; turns += 1) await turn();
    response.json({ bytes });
  });
  const sender = { address: '127.0.0.1', uid: process.getuid?.() };
  return inProcess({ routes: [router], sender, answerBytes: 1024, log: silentLog });
}

describe('a call in the same process', () => {
  it('is answered though that takes longer than reading its bytes', async () => {
    const fetch = counting();
    for (const bytes of [0, 1, 1024, 100_000]) {
      const headers = { 'Content-Type': 'application/octet-stream' };
      const answer = await fetch('http://127.0.0.1/count', {
        ...{ method: 'PUT', headers },
        body: new Uint8Array(bytes),
      });
      expect(await answer.json()).to.deep.equal({ bytes });
    }
  });
});
