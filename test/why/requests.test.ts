import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { ServiceFailure } from '../../client/index.ts';
import { whyWaits } from '../../client/why.ts';
import { slurm } from '../../fabric-agent/back-ends/slurm.ts';
import { openOver } from '../../fabric-agent/batch/open.ts';
import { commandsIn } from '../../fabric-agent/batch/run-command.ts';
import { agentSettings } from '../../fabric-agent/settings.ts';
import { launch } from '../../fabric-agent/supervisor/launch.ts';
import { systemClock } from '../../platform/clock.ts';
import { createEgress } from '../../platform/egress/egress.ts';
import { Refusal } from '../../platform/failure.ts';
import { silentLog } from '../../platform/log.ts';
import { becauseRefused } from '../../protocol/why/declines.ts';
import type { SituationName } from '../../protocol/why/situations.ts';
import { givenAgreements } from '../broker/agreements/given.ts';
import { givenUsers } from '../broker/identities/given.ts';
import { givenJobs } from '../broker/jobs/support.ts';
import { givenStaging } from '../broker/staging/given.ts';
import { givenInfogather, registrationOf, teller } from '../infogather/support.ts';
import { givenMarket, tellOf } from '../market/support.ts';
import { converseWith, dial } from '../platform/doors/support.ts';
import { echo, givenTextDoor } from '../platform/doors/text-given.ts';
import { openServiceStore } from '../support/service-store.ts';
import { seen } from './seen.ts';

/** What was asked for is refused, by the code of a situation. */
async function refused(id: SituationName, asked: Promise<unknown>): Promise<void> {
  const error = await asked.catch((thrown: unknown) => thrown);
  if (!(error instanceof Refusal) && !(error instanceof ServiceFailure)) throw new Error(`${error}`);
  seen(id, becauseRefused(error));
}

describe('why a request was refused', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  it('is that as much is kept already: jobs, files, Tells, registrations, or the disk', async () => {
    await using given = await givenJobs({ 'jobs-each': 1 });
    await given.submit();
    await refused('refused-too-many-jobs', given.submit());
    await using files = await givenStaging({ 'staging-size': 100 });
    await refused('refused-staging-full', files.send({ kind: 'user', owner: 'ann' }, Buffer.alloc(101)));
    await using market = await givenMarket({ 'most-tells': 1 });
    await market.market.tell(tellOf('gcc4.0.2', 1));
    await refused('refused-market-full', market.market.tell(tellOf('gcc4.0.2', 2)));
    await using infogather = await givenInfogather({ 'most-registrations': 1 });
    await infogather.infogather.register(registrationOf('gcc4.0.2', 1), teller);
    const second = infogather.infogather.register(registrationOf('gcc4.0.2', 2), teller);
    await refused('refused-infogather-full', second);
    await using service = await openServiceStore('market');
    await service.store.write((sql) => sql.get('PRAGMA max_page_count = 8'));
    const big = service.store.write((sql) =>
      sql.run('CREATE TABLE big AS SELECT zeroblob(1000000) AS bytes'),
    );
    await refused('refused-store-full', big);
  });

  it('is who asks, or how often: without an agreement, too fast, or over too many connections', async () => {
    await using given = await givenAgreements({ 'open-access': [] });
    await refused('refused-no-agreement', given.submit());
    await using users = await givenUsers({ 'requests-a-second': 1, 'requests-at-once': 1 });
    const { token } = await users.token('ann');
    await users.call('GET', '/broker/v1/jobs', token);
    const late = await users.call('GET', '/broker/v1/jobs', token);
    seen('refused-too-many-requests', becauseRefused(JSON.parse(late.text)));
    await using door = await givenTextDoor(echo, { limits: { connections: 1 } });
    const first = await dial(door.listening);
    first.write('one\n');
    await once(first, 'data');
    const answer = await converseWith(door.listening, 'two\n');
    expect(answer).to.match(/^# error: the test door serves 1 connection/);
    const detail = answer.slice('# error: '.length).trim();
    seen('refused-too-many-connections', becauseRefused({ code: 'too-many-connections', detail }));
    first.destroy();
  });

  it('is that a service, or an address, is not there, or takes too long', async () => {
    await refused('refused-unavailable', whyWaits({ url: 'http://127.0.0.1:1', fetch }, 'job1'));
    const rule = { ranges: ['127.0.0.0/8'], ports: 'any' as const, setting: 'egress.hooks' };
    const egress = createEgress({ rules: { hook: rule } });
    const call = egress.fetch('hook', { timeoutMs: 60, maxBytes: 1_000 });
    await refused('refused-unreachable', call('http://127.0.0.1:1'));
    server = createServer(() => {}).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await refused('refused-timeout', call(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });

  it('is that an agent’s back end, or its supervisor, does not work', async () => {
    const moment = async () => ({ load: 0, diskBytes: undefined, at: 0 });
    const machine = { cpus: 1, memoryBytes: 1, arch: 'x86_64', os: 'Linux' };
    const run = commandsIn({ environment: { PATH: '/nowhere' }, timeoutMs: 60_000 });
    const folder = '/nowhere';
    const config = agentSettings.parse({ 'back-end': 'slurm' });
    const surrounding = { system: slurm, folder, run, runner: folder, machine, moment };
    const opened = openOver(config, { ...surrounding, clock: systemClock, log: silentLog });
    await refused('refused-back-end-failed', opened);
    await refused('refused-supervisor-failed', launch(['/nowhere/at/all'], '/nowhere', []));
  });
});
