import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { z } from 'zod';
import { type OpenApi, type Operation, openApi } from '../../../protocol/openapi/document.ts';
import { description, topicsOf } from '../../../protocol/openapi/services.ts';
import { openHttpDoor } from '../../broker/http-door.ts';
import { type Served, servedByAll } from './served.ts';

const topics = [...Object.values(topicsOf).flat(), description];

/** What is said beside the path. */
interface Said {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Came {
  readonly status: number;
  /** As JSON where it is any, else as text. */
  readonly body: unknown;
}

/** Calls operations by their names, and holds what is sent and what comes against their description. */
class Described {
  readonly called = new Set<string>();
  readonly #url: string;
  readonly #description: OpenApi;

  constructor(url: string, described: OpenApi) {
    this.#url = url;
    this.#description = described;
  }

  async call(id: string, said: Said = {}): Promise<Came> {
    const { method, path, operation } = this.#find(id);
    this.called.add(id);
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(said.path?.[name]));
    const type = said.type ?? 'application/json';
    const written = typeof said.body === 'string' || said.body instanceof Uint8Array;
    const body = written ? (said.body as string) : JSON.stringify(said.body);
    const answer = await fetch(`${this.#url}${filled}?${said.query ?? ''}`, {
      method: method.toUpperCase(),
      headers: { ...said.headers, ...(said.body === undefined ? {} : { 'Content-Type': type }) },
      ...(said.body === undefined ? {} : { body }),
    });
    const came = { status: answer.status, body: await bodyOf(answer) };
    if (answer.ok && said.body !== undefined) this.#expectTaken(id, operation, type, said.body);
    this.#expectGiven(id, operation, answer, came.body);
    return came;
  }

  #find(id: string): { method: string; path: string; operation: Operation } {
    for (const [path, methods] of Object.entries(this.#description.paths))
      for (const [method, operation] of Object.entries(methods))
        if (operation.operationId === id) return { method, path, operation };
    throw new Error(`nothing is called ${id}`);
  }

  #expectTaken(id: string, { requestBody }: Operation, type: string, body: unknown): void {
    const media = requestBody?.content[type];
    expect(media, `${id} takes ${type}`).not.to.equal(undefined);
    if (media?.schema !== undefined) this.#expectFits(media.schema, body, `what ${id} takes`);
  }

  #expectGiven(id: string, { responses }: Operation, answer: Response, body: unknown): void {
    const said = responses[answer.status];
    expect(said, `${id} answers ${answer.status}`).not.to.equal(undefined);
    const response = '$ref' in said! ? this.#description.components.responses[nameIn(said.$ref)]! : said!;
    const type = answer.headers.get('Content-Type')?.split(';', 1)[0];
    if (type === undefined) {
      expect(response.content, `${id} answers with nothing`).to.equal(undefined);
      return;
    }
    const media = response.content?.[type];
    expect(media, `${id} answers ${answer.status} with ${type}`).not.to.equal(undefined);
    if (media?.schema !== undefined) this.#expectFits(media.schema, body, `what ${id} answers`);
    for (const header of Object.keys(response.headers ?? {}))
      if (header !== 'SLA-Warning') expect(answer.headers.get(header), `${id}: ${header}`).not.to.equal(null);
  }

  /** Members that are not described do not fit. */
  #expectFits(schema: object, value: unknown, what: string): void {
    const { schemas } = this.#description.components;
    const text = JSON.stringify({ ...schema, $defs: schemas });
    const strict: unknown = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/'), closed);
    const result = z.fromJSONSchema(strict as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
    expect(result.error?.issues ?? [], `${what}: ${JSON.stringify(value)}`).to.deep.equal([]);
  }
}

function closed(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('properties' in value) || 'allOf' in value)
    return value;
  return { additionalProperties: false, ...value };
}

function nameIn(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

async function bodyOf(answer: Response): Promise<unknown> {
  const text = await answer.text();
  return /json/.test(answer.headers.get('Content-Type') ?? '') ? JSON.parse(text) : text;
}

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
    expect((await described.call('brokerDocument', { body: ask })).status).to.equal(200);
    const node =
      'RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nHost: 127.0.0.1:8483\nCPU-Load: 0.1\nDate: 1\n';
    const registered = await described.call('infogatherDocument', { body: node, type: 'text/sla' });
    expect(registered.status).to.equal(204);
    expect((await described.call('infogatherDocument', { body: ask })).status).to.equal(422);
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
    expect((await described.call('deleteJob', { path: { job } })).status).to.equal(204);
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
