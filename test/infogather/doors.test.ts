import { expect } from 'chai';
import { infogatherDoors } from '../../infogather/index.ts';
import { applicationList, nodePage } from '../../protocol/nodes.ts';
import { converseWith } from '../platform/doors/support.ts';
import { answerLimits, openDoors } from '../support/doors.ts';
import { givenInfogather, registration, registrationOf, teller } from './support.ts';

describe('the doors of infogather', () => {
  it('lead to the same commands by text, HTTP and WebSocket', async () => {
    await using given = await givenInfogather();
    await using doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
    await converseWith(doors.text, registration('gcc4.0.2', 1));
    const told = await doors.post('/infogather', registration('gcc4.0.2', 2));
    expect(told.status).to.equal(204);
    const frames = await doors.frames('/infogather/ws', [registration('octave', 3)]);
    expect(frames).to.deep.equal([{ frame: 1, ack: true }]);
    expect((await given.list()).map(({ host }) => host.split(':')[1])).to.deep.equal(['1', '2', '3']);
  });

  it('remember the address that a registration came from: a poll may go there', async () => {
    await using given = await givenInfogather();
    given.nodes.permitted = (_address, tellers) => tellers.includes('127.0.0.1');
    await using doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
    await converseWith(doors.text, registration('gcc4.0.2', 1, 'Poll: 193.10.66.20:8484'));
    expect((await given.list())[0]).to.include({ pollable: true });
  });

  it('list nodes in pages, those of one application or all', async () => {
    await using given = await givenInfogather({ 'nodes-a-page': 2 });
    for (const host of [1, 2, 3]) await given.infogather.register(registrationOf('gcc4.0.2', host), teller);
    await given.infogather.register(registrationOf('octave', 4), teller);
    await using doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
    const page = async (query: string) => nodePage.parse(await doors.json(`/infogather/v1/nodes?${query}`));
    const first = await page('application=gcc4.0.2');
    expect(first.nodes).to.have.length(2);
    const second = await page(`application=gcc4.0.2&after=${first.next}`);
    expect(second.nodes.map(({ host }) => host)).to.deep.equal(['193.10.66.20:3']);
    expect(second.next).to.equal(null);
  });

  it('list the applications on offer', async () => {
    await using given = await givenInfogather();
    await given.infogather.register(registrationOf('gcc4.0.2', 1), teller);
    await using doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
    const list = applicationList.parse(await doors.json('/infogather/v1/applications'));
    expect(list.applications).to.deep.equal(['gcc4.0.2']);
  });

  it('refuse a query that cannot be, and name the parameter', async () => {
    await using given = await givenInfogather();
    await using doors = await openDoors(infogatherDoors(given.infogather, answerLimits));
    for (const query of [
      'after=x',
      'after=-1',
      'after=1.5',
      'application=a&application=b',
      'aplication=gcc',
    ]) {
      const answer = await doors.get(`/infogather/v1/nodes?${query}`);
      expect(answer.status, query).to.equal(400);
      const { code, detail } = (await answer.json()) as { code: string; detail: string };
      expect(code).to.equal('bad-query');
      expect(detail, query).to.include(query.split('=')[0]);
    }
  });
});
