import { once } from 'node:events';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { localAdministrator } from '../../../broker/caller.ts';
import { jobView } from '../../../protocol/jobs/job.ts';
import { type GivenUsers, givenUsers } from './given.ts';

/** Less than what waits for news waits. */
const lifeMs = 20_000;

describe('what is open by a token', () => {
  let given: GivenUsers;

  beforeEach(async () => {
    given = await givenUsers({ 'token-overlap': 0 });
  });

  afterEach(() => given[Symbol.asyncDispose]());

  async function submit(token: string): Promise<string> {
    const { text } = await given.call('POST', '/broker/v1/jobs', token, { application: 'echo' });
    return jobView.parse(JSON.parse(text)).id;
  }

  /** A WebSocket that has had its first page of events. */
  async function followed(headers: Record<string, string>, ...frames: unknown[]): Promise<WebSocket> {
    const url = `${given.url.replace('http', 'ws')}/broker/v1/events/ws`;
    const socket = new WebSocket(url, { headers });
    await once(socket, 'open');
    for (const frame of frames) socket.send(JSON.stringify(frame));
    const [first] = await once(socket, 'message');
    expect(String(first)).to.contain('QUEUED');
    return socket;
  }

  const endings: Record<string, (id: string) => Promise<unknown>> = {
    revoked: (id) => given.work.identities.revoke(localAdministrator, id),
    rotated: (id) => given.work.identities.rotate(localAdministrator, id).then(() => given.clock.advance(0)),
    'of a user who is removed': () => given.work.identities.removeUser(localAdministrator, 'ann'),
    'past its end': () => given.clock.advance(lifeMs),
  };
  for (const [how, end] of Object.entries(endings))
    it(`is cut when the token is ${how}`, async () => {
      const { token, id } = await given.token('ann', ['read', 'submit'], lifeMs);
      const job = await submit(token);
      const { cursor } = jobView.parse(
        JSON.parse((await given.call('GET', `/broker/v1/jobs/${job}`, token)).text),
      );
      const byHeader = await followed({ Authorization: `Bearer ${token}` }, {});
      const byFrame = await followed({}, { token }, {});
      const other = await given.token('bob', ['read', 'submit']);
      await submit(other.token);
      const others = await followed({ Authorization: `Bearer ${other.token}` }, {});
      const closed = [byHeader, byFrame].map((socket) => once(socket, 'close'));
      const waiting = given
        .call('GET', `/broker/v1/jobs/${job}?wait=30&cursor=${cursor}`, token)
        .then(({ status }) => `answered with ${status}`)
        .catch(() => 'cut');
      await given.call('GET', '/broker/v1/jobs', token); // by then the one before waits
      await end(id);
      for (const [code, reason] of await Promise.all(closed))
        expect([code, String(reason)]).to.deep.equal([1008, 'the token holds no more']);
      expect(await waiting).to.equal('cut');
      expect(others.readyState).to.equal(WebSocket.OPEN);
      others.terminate();
    });

  it('says who it is in the first frame, in time, or is closed', async () => {
    const url = `${given.url.replace('http', 'ws')}/broker/v1/events/ws`;
    const silent = new WebSocket(url);
    await once(silent, 'open');
    const closed = once(silent, 'close');
    await given.clock.advance(10_000);
    expect((await closed)[0]).to.equal(1008);
    const { token } = await given.token('ann', ['submit']);
    for (const [shown, said] of [
      [token, 'this wants a token with the scope read'],
      [`ogm_${'A'.repeat(43)}`, 'the token is of nobody'],
    ] as const) {
      const socket = new WebSocket(url);
      await once(socket, 'open');
      socket.send(JSON.stringify({ token: shown }));
      socket.send('{}');
      const [code, reason] = await once(socket, 'close');
      expect(code).to.equal(1008);
      expect(String(reason)).to.contain(said);
    }
  });
});
