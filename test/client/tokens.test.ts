import { expect } from 'chai';
import { openFrames } from '../../client/frames.ts';
import { showing } from '../../client/index.ts';
import { refusalOf } from '../support/documents.ts';

/** A service that notes what it is shown. */
function noting(url: string) {
  const shown: (string | null)[] = [];
  const fetch = async (_input: string | URL, init: RequestInit = {}) => {
    shown.push(new Headers(init.headers).get('authorization'));
    return new Response('');
  };
  return { url, fetch, shown };
}

describe('a token', () => {
  it('is shown over TLS and on this machine, beside what else a request says', async () => {
    for (const url of [
      'https://grid.example.org',
      'http://127.0.0.1:8480',
      'http://localhost:1',
      'http://[::1]:1',
    ]) {
      const service = noting(url);
      const { fetch } = showing(service, async () => 'ogm_x');
      await fetch(`${url}/broker`, { headers: { Accept: 'text/sla' } });
      expect(service.shown, url).to.deep.equal(['Bearer ogm_x']);
    }
  });

  it('is never sent where others could read it', async () => {
    for (const url of [
      'http://grid.example.org',
      'http://192.0.2.7',
      'http://127.example.org',
      'http://localhost.example.org',
      'http://[2001:db8::1]',
    ]) {
      const service = noting(url);
      const refused = await refusalOf(showing(service, async () => 'ogm_x').fetch(`${url}/broker`));
      expect(refused, url).to.include({ code: 'bad-address' });
      expect(refused.detail).not.to.contain('ogm_x');
      expect(service.shown).to.deep.equal([]);
      const dial = () => Promise.reject(new Error('dialled'));
      const limits = { connectMs: 1_000, pingMs: 1_000, frameBytes: 1, waitingFrames: 1, refusalBytes: 1 };
      const address = { url, dial, token: async () => 'ogm_x' };
      const frames = await refusalOf(openFrames(address, '/ws', limits, new AbortController().signal));
      expect(frames.code, url).to.equal('bad-address');
    }
  });

  it('need not be there', async () => {
    const service = noting('http://grid.example.org');
    await showing(service, async () => undefined).fetch('http://grid.example.org/broker');
    expect(service.shown).to.deep.equal([null]);
  });
});
