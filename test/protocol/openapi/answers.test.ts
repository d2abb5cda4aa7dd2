import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { z } from 'zod';
import { localAdministrator } from '../../../broker/caller.ts';
import { printReply } from '../../../language-door/reply.ts';
import { openApi } from '../../../protocol/openapi/document.ts';
import { description, topicsOf } from '../../../protocol/openapi/services.ts';
import { documentOf, of, said } from '../../broker/deals/given.ts';
import { openHttpDoor } from '../../broker/http-door.ts';
import { Described } from './described.ts';
import { type Served, servedByAll } from './served.ts';

const topics = [...Object.values(topicsOf).flat(), description];

describe('what is described', () => {
  let served: Served;
  let door: Awaited<ReturnType<typeof openHttpDoor>>;
  let described: Described;

  before(async () => {
    served = await servedByAll();
    door = await openHttpDoor(Object.values(served.routes).flat());
    described = new Described(door.url, openApi(topics));
  });

  after(async () => {
    await door[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  it('is how documents are answered', async () => {
    const tell = 'SLA-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nBroker-IP: 193.10.66.141:7685\n';
    const ask = { 'SLA-version': '0.1', Action: 'Ask', Application: 'gcc4.0.2' };
    expect((await described.call('marketDocument', { body: tell, type: 'text/sla' })).status).to.equal(204);
    expect((await described.call('marketDocument', { body: ask })).body).to.have.length(1);
    expect((await described.call('marketDocument', { body: 'x', type: 'text/sla' })).status).to.equal(400);
    const priced =
      'SLA-version: 1.0\nAction: Tell\nId: p\nBroker-IP: 193.10.66.141:7685\nApplication: dear\nPrice: 1 EUR/h\n';
    expect((await described.call('marketDocument', { body: priced, type: 'text/sla' })).status).to.equal(200);
    const prices = (await described.call('listPrices', { query: 'application=dear' })).body;
    expect(prices).to.have.nested.property('now[0].median', '1.00');
    expect((await described.call('listPrices', { query: 'application=' })).status).to.equal(400);
    expect((await described.call('brokerDocument', { body: ask })).status).to.equal(200);
    const node =
      'RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nHost: 127.0.0.1:8483\nCPU-Load: 0.1\nDate: 1\n';
    const registered = await described.call('infogatherDocument', { body: node, type: 'text/sla' });
    expect(registered.status).to.equal(204);
    expect((await described.call('infogatherDocument', { body: ask })).status).to.equal(422);
    const doubtful = 'RESOURCE-version: 0.1\nAction: Ask\nApplication: gcc4.0.2\nCPU-Laod: 1\n';
    for (const [body, status] of [
      [doubtful, 422],
      [`${doubtful}Date: x\n`, 400],
    ] as const)
      expect(await described.call('marketDocument', { body, type: 'text/sla' })).to.include({
        status,
        isWarned: true,
      });
    expect((await described.call('listNodes', { query: 'application=gcc4.0.2' })).body)
      .to.have.property('nodes')
      .with.length(1);
    expect((await described.call('listNodes', { query: 'after=x' })).status).to.equal(400);
    await served.infogather.advance(1000);
    const { events } = z
      .object({ events: z.array(z.object({ node: z.number() })) })
      .parse((await described.call('listNodeEvents')).body);
    const numbered = { path: { node: events[0]?.node ?? 0 } };
    expect((await described.call('showNodeState', numbered)).body).to.include({ state: 'alive' });
    expect((await described.call('showNodeHistory', numbered)).body).to.deep.equal({
      stepMs: 10_000,
      points: [],
    });
    expect((await described.call('listNodeMessages', numbered)).body).to.have.property('messages');
    expect((await described.call('listNodeStates', { query: 'name=nobody' })).body).to.include({
      next: null,
    });
    for (const id of ['showNodeState', 'showNodeHistory', 'listNodeMessages'])
      expect((await described.call(id, { path: { node: 99 } })).status).to.equal(404);
    expect((await described.call('listNodeEvents', { query: 'after=x' })).status).to.equal(400);
    expect((await described.call('listApplications')).body).to.deep.equal({ applications: ['gcc4.0.2'] });
  });

  it('is how files, jobs and tasks are answered', async () => {
    const file = Buffer.from('a file');
    const blob = createHash('sha256').update(file).digest('hex');
    const part = { path: { blob }, query: `total=${file.length}`, type: 'application/octet-stream' };
    expect((await described.call('sendBlob', { ...part, body: file })).body).to.have.property(
      'complete',
      true,
    );
    expect((await described.call('getUpload', { path: { blob } })).status).to.equal(200);
    for (const [range, status] of [
      ['bytes=2-3', 206],
      ['bytes=9-', 416],
      ['', 200],
    ] as const) {
      const headers: Record<string, string> = range === '' ? {} : { Range: range };
      expect((await described.call('getBlob', { path: { blob }, headers })).status, range).to.equal(status);
    }
    const output = { path: 'data/out.txt', blob, executable: false, bytes: file.length };
    await served.work.agent(() => ({ outputs: [output] }));

    const request = { application: 'echo', hold: true, inputs: [{ path: 'in.txt', blob }] };
    const made = await described.call('submitJob', { body: request });
    const { id: job } = z.object({ id: z.string() }).parse(made.body);
    const change = { name: 'changed', inputs: [{ path: 'in.txt', blob, executable: true }] };
    expect((await described.call('changeJob', { path: { job }, body: change })).status).to.equal(200);
    expect((await described.call('queueJob', { path: { job } })).status).to.equal(200);
    await over(job);
    expect((await described.call('listJobs', { query: 'limit=1' })).body).to.have.property('next', '1');
    expect((await described.call('listTasks', { path: { job } })).status).to.equal(200);
    expect((await described.call('getTask', { path: { job, task: 1 } })).body).to.have.property(
      'state',
      'done',
    );
    for (const id of ['getStdout', 'getStderr'])
      expect((await described.call(id, { path: { job, task: 1 } })).status).to.equal(200);
    const { body: left } = await described.call('listOutputs', { path: { job, task: 1 }, query: 'limit=5' });
    expect(left).to.deep.equal({ outputs: [output], next: null });
    const named = { job, task: 1, path: output.path };
    expect((await described.call('getOutput', { path: named })).body).to.equal('a file');
    expect((await described.call('listEvents', { query: `job=${job}` })).status).to.equal(200);
    for (const id of ['retryTask', 'abandonTask'])
      expect((await described.call(id, { path: { job, task: 1 } })).status).to.equal(409);
    const answer = { path: { job, task: 1 }, body: { text: 'yes' } };
    expect((await described.call('answerTask', answer)).status).to.equal(409);
    expect((await described.call('cancelJob', { path: { job }, body: { graceMs: 5 } })).status).to.equal(200);
    expect((await described.call('why', { path: { id: `${job}.1` } })).body).to.include({ of: 'task' });
    expect((await described.call('tableOfJob', { path: { job } })).body).to.have.nested.property(
      'rows[0].of',
      1,
    );
    const again = { path: { job }, body: { which: 'failed' } };
    expect((await described.call('runAgain', again)).status).to.equal(409);
    expect((await described.call('deleteJob', { path: { job } })).status).to.equal(204);
    expect((await described.call('why', { path: { id: job } })).status).to.equal(404);
    expect((await described.call('getJob', { path: { job } })).status).to.equal(404);
    const refused = await described.call('submitJob', { body: { application: '' } });
    expect(refused.status).to.equal(422);
    const untyped = await described.call('submitJob', { body: 'application: echo', type: 'text/plain' });
    expect(untyped.status).to.equal(415);
  });

  /** Asks until a job is over, each time for as long as it stays as it is. */
  async function over(job: string): Promise<void> {
    for (let [state, cursor] = ['', 0]; state !== 'FINISHED'; ) {
      const { body } = await described.call('getJob', { path: { job }, query: `wait=5&cursor=${cursor}` });
      ({ state, cursor } = z.object({ state: z.string(), cursor: z.number() }).parse(body));
    }
  }

  it('is how resources are answered', async () => {
    const name = 'lab-7';
    const added = await described.call('addResource', { body: { name } });
    expect(added.status).to.equal(201);
    const { secret } = z.object({ secret: z.string() }).parse(added.body);
    const key = 'A'.repeat(43);
    expect((await described.call('enrol', { body: { secret, key } })).status).to.equal(200);
    expect((await described.call('enrol', { body: { secret: 'guessed', key } })).status).to.equal(403);
    for (const id of ['drainResource', 'resumeResource'])
      expect((await described.call(id, { path: { name } })).status).to.equal(204);
    expect((await described.call('listResources')).status).to.equal(200);
    const kept = { path: { name }, body: { slots: 1, startsAt: 0, endsAt: 4_000_000_000_000 } };
    expect((await described.call('addReservation', kept)).status, 'its agent is not here').to.equal(409);
    expect((await described.call('listReservations', { path: { name } })).status).to.equal(200);
    expect((await described.call('removeReservation', { path: { name, id: 'r' } })).status).to.equal(404);
    const others = { path: { name }, body: { with: ['group:physics'] } };
    expect((await described.call('shareResource', others)).status, 'its agent is not here').to.equal(409);
    expect((await described.call('unshareResource', others)).status).to.equal(204);
    expect((await described.call('removeResource', { path: { name } })).status).to.equal(204);
    expect((await described.call('removeResource', { path: { name } })).status).to.equal(404);
  });

  it('is how users and tokens are answered', async () => {
    const name = 'ada';
    expect((await described.call('addUser', { body: { name } })).status).to.equal(201);
    expect((await described.call('addUser', { body: { name } })).status).to.equal(409);
    expect((await described.call('listUsers')).status).to.equal(200);
    const made = await described.call('makeToken', { body: { user: name, scopes: ['read'] } });
    expect(made.status).to.equal(201);
    const { id } = z.object({ id: z.string() }).parse(made.body);
    expect((await described.call('listTokens')).status).to.equal(200);
    expect((await described.call('rotateToken', { path: { id } })).status).to.equal(201);
    expect((await described.call('revokeToken', { path: { id } })).status).to.equal(204);
    const at = 'https://market.example.org:8443';
    expect((await described.call('exchangeToken', { body: { audience: 'market', at } })).status).to.equal(
      201,
    );
    expect((await described.call('getKey')).status).to.equal(200);
    // Who needs no token begins no session; broker/identities holds how others do.
    expect((await described.call('beginSession')).status).to.equal(401);
    expect((await described.call('endSession')).status).to.equal(204);
    expect((await described.call('removeUser', { path: { name } })).status).to.equal(204);
    expect((await described.call('removeUser', { path: { name } })).status).to.equal(404);
  });

  it('is how accounts are answered', async () => {
    const path = { owner: 'local', currency: 'CREDIT' };
    const body = { amount: '5.00', request: 'r-1' };
    expect((await described.call('grant', { path, body })).status).to.equal(201);
    const foreign = { path: { ...path, currency: 'USD' }, body };
    expect((await described.call('grant', foreign)).status).to.equal(422);
    expect((await described.call('setLimit', { path, body: { limit: '2' } })).status).to.equal(200);
    expect((await described.call('listAccounts', { query: 'owner=*' })).status).to.equal(200);
    expect((await described.call('listEntries', { path, query: 'limit=1' })).status).to.equal(200);
  });

  it('is how deals are answered', async () => {
    await served.work.agent();
    const { deals } = served.work.work;
    const say = async (text: string) => {
      const [reply] = await deals.receive(documentOf(text), localAdministrator);
      return reply === undefined ? '' : printReply(reply);
    };
    let offer = '';
    for (let tried = 0; of(offer, 'Action') !== 'Offer'; tried += 1)
      offer = await say(said('Ask', `Id: ask-${tried}`, 'Application: echo'));
    const id = of(await say(said('Accept', 'Id: acc-1', `Offer: ${of(offer, 'Id')}`)), 'Id') ?? '';
    expect((await described.call('listDeals', { query: 'owner=*&limit=5' })).status).to.equal(200);
    expect((await described.call('listDeals', { query: 'state=none' })).status).to.equal(400);
    expect((await described.call('getDeal', { path: { id } })).body).to.include({ agreement: id });
    expect((await described.call('getDeal', { path: { id: 'none' } })).status).to.equal(404);
    expect((await described.call('getBill', { path: { id } })).body).to.include({ isFinal: false });
    expect((await described.call('listDealEvents', { query: `deal=${id}` })).status).to.equal(200);
    expect((await described.call('listDealEvents', { query: 'after=99999999' })).status).to.equal(410);
  });

  it('is how groups of users are answered', async () => {
    const [name, users] = ['physics', ['local']];
    expect((await described.call('addGroup', { body: { name } })).status).to.equal(201);
    expect((await described.call('addGroup', { body: { name } })).status).to.equal(409);
    for (const id of ['addMembers', 'removeMembers'])
      expect((await described.call(id, { path: { name }, body: { users } })).status).to.equal(204);
    expect((await described.call('listGroups')).status).to.equal(200);
    expect((await described.call('removeGroup', { path: { name } })).status).to.equal(204);
    expect((await described.call('removeGroup', { path: { name } })).status).to.equal(404);
  });

  it('is how the description itself is given', async () => {
    expect((await described.call('getDescription')).body).to.deep.equal(
      JSON.parse(JSON.stringify(openApi(topics))),
    );
    expect((await described.call('getPage')).body).to.match(/^<!doctype html>/);
  });

  it('holds of every route', () => {
    const all = topics.flatMap(({ routes }) => routes.map(({ id }) => id));
    expect([...described.called].sort()).to.deep.equal(all.sort());
  });
});
