import { expect } from 'chai';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import { ownerRules } from '../../../fabric-agent/tasks/owner-rules.ts';
import { Refusal } from '../../../platform/failure.ts';

const url = 'https://physics.example:8443';

/** The rules for the broker at that address, which knows this node as Ann's. */
function rulesOf(settings: Record<string, unknown>, { isolates = false, at = url } = {}) {
  const config = agentSettings.parse(settings);
  const enrolment = { url: at, name: 'node', owner: 'ann', brokerKey: 'A'.repeat(43) };
  const powers = { limits: [], isolates, gracefulCancel: true, outlivesAgent: true };
  const capacity = { cpus: 1, memoryBytes: 1, tasks: 1 };
  const share = { capacity, mostAttempts: 1, mostHeld: 1, part: 1 };
  return ownerRules(config, { enrolment } as never, [], { powers } as never, share);
}

describe('the rules of who lends a machine', () => {
  it('are for its owner alone, unless others are kept apart or need not be', () => {
    expect(rulesOf({}).onlyOwner).to.equal('ann');
    expect(rulesOf({}, { isolates: true }).onlyOwner).to.equal(undefined);
    expect(rulesOf({ 'accept-unisolated': true }).onlyOwner).to.equal(undefined);
  });

  it('tell the users of one broker from those of another', () => {
    const said = ['ann', `bob@${url}`, `eve@${url}/`, 'joe@https://chemistry.example:8443'];
    expect(rulesOf({ 'task-owners': said }).owners).to.deep.equal(['ann', 'bob', 'eve']);
    const only = ['joe@https://chemistry.example:8443'];
    expect(rulesOf({ 'task-owners': only }).owners, 'nobody of this one').to.deep.equal([]);
    expect(rulesOf({}).owners, 'all of all').to.equal(undefined);
  });

  it('are refused where they name no broker', () => {
    for (const said of ['ann@', 'ann@physics', '@']) {
      const read = () => rulesOf({ 'task-owners': [said] });
      expect(read, said)
        .to.throw(Refusal, `'${said}' cannot be read`)
        .with.property('code', 'bad-configuration');
    }
  });
});
