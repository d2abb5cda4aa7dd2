import { expect } from 'chai';
import fc from 'fast-check';
import { agentSettings } from '../../../fabric-agent/settings.ts';
import { shareOf } from '../../../fabric-agent/tasks/floor.ts';
import { partsOf } from '../../../fabric-agent/tasks/shares.ts';
import { Refusal } from '../../../platform/failure.ts';

const at = (url: string) => ({ enrolment: { url, name: 'node', owner: 'ann', brokerKey: 'A'.repeat(43) } });
const parts = (urls: readonly string[], ...shares: readonly string[]) =>
  partsOf(urls.map(at), agentSettings.parse({ shares })).map(({ own, all }) => `${own}/${all}`);

describe('what each broker has of a node', () => {
  it('is the same for all, unless the settings say of one how many parts it has', () => {
    const urls = ['https://a.example:8443', 'http://127.0.0.1:8480/', 'https://c.example'];
    expect(parts(urls)).to.deep.equal(['1/3', '1/3', '1/3']);
    expect(parts(urls, 'https://a.example:8443/=3', 'http://127.0.0.1:8480=2')).to.deep.equal([
      '3/6',
      '2/6',
      '1/6',
    ]);
    expect(parts(['https://a.example'], 'https://gone.example=9')).to.deep.equal(['1/1']);
  });

  it('is refused where it cannot be read', () => {
    for (const said of [
      'https://a.example',
      'https://a.example=0',
      'a=1',
      'https://a.example=1.5',
      'https://a.example=-1',
    ])
      expect(() => parts(['https://a.example'], said), said).to.throw(Refusal, 'agent.shares');
  });

  it('is never more together than there is, but of what cannot be parted further', () => {
    const whole = fc.record({
      cpus: fc.integer({ min: 1, max: 99 }),
      memoryBytes: fc.nat(),
      tasks: fc.integer({ min: 1, max: 99 }),
    });
    fc.assert(
      fc.property(
        whole,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        (all, owns) => {
          const sum = owns.reduce((a, b) => a + b, 0);
          const shares = owns.map((own) => shareOf(all, sum, own));
          for (const name of ['cpus', 'tasks', 'memoryBytes'] as const) {
            const together = shares.reduce((total, share) => total + share[name], 0);
            const least = name === 'memoryBytes' ? 0 : shares.filter((share) => share[name] === 1).length;
            expect(together).to.be.at.most(all[name] + least);
          }
        },
      ),
    );
  });
});
