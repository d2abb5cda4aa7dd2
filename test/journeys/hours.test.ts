import { expect } from 'chai';
import { nodeStatusPage } from '../../protocol/node-events.ts';
import { ogm } from '../support/ogm.ts';
import { openHouse, temporaryFolder } from './support/house.ts';
import { get, until } from './support/speak.ts';

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

describe('a workstation out of its hours', () => {
  it('says until when it is closed: to who looks at it, and to who waits for it', async () => {
    await using folder = await temporaryFolder();
    const inTwoDays = days[(new Date().getUTCDay() + 2) % days.length];
    await using house = await openHouse(folder.path, [
      ...['--set', `agent.hours=${inTwoDays}`, '--set', 'agent.time-zone=UTC'],
    ]);
    const asked = (...words: string[]) => ogm(words, { env: { ...urlsOf(house.http) } });

    const drained = await until(async () => {
      const { nodes } = nodeStatusPage.parse(
        JSON.parse((await get(`${house.http}/infogather/v1/states`)).body),
      );
      return nodes.find(({ state }) => state === 'drained');
    });
    expect(drained?.reason).to.match(/^it is closed until \d{4}-\d\d-\d\dT00:00Z$/);
    const node = await asked('node', drained?.name ?? '');
    expect(node.stdout, node.stderr).to.match(/^ {2}closed until {4,}\d{4}-\d\d-\d\dT00:00:00Z$/m);

    const application = house.report.agent.applications[0]!.name;
    const submitted = await asked('submit', '--detach', '--', application, '--version');
    expect(submitted.code, submitted.stderr).to.equal(0);
    const why = await asked('job', 'why', submitted.stdout.trim());
    expect(why.stdout).to.match(/1 node fits, and is closed until \d{4}-\d\d-\d\dT00:00Z/);
  });
});

function urlsOf(http: string): Record<string, string> {
  return { OGM_MARKET_URL: http, OGM_BROKER_URL: http, OGM_INFOGATHER_URL: http };
}
