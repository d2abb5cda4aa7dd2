import { expect } from 'chai';
import { exchange, script, startAgent } from '../support.ts';

describe('a Host door of a node with hours', () => {
  it('refuses work while the node is closed, and says until when', async () => {
    const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
    const inTwoDays = days[(new Date().getUTCDay() + 2) % 7]!;
    await using agent = await startAgent({ hours: [inTwoDays], 'time-zone': 'UTC' });
    const answer = await exchange(agent.port('node'), await script('console.log(1)'));
    expect(answer.toString()).to.match(/^# error: .*this node is closed until \d{4}-\d\d-\d\dT00:00Z/m);
  });
});
