import { MockBackEnd, MockMachine } from '../../../fabric-agent/back-ends/mock.ts';
import { systemClock } from '../../../platform/clock.ts';
import { itIsABackEnd } from '../../conformance/back-end.ts';

describe('the mock back end', () => {
  const machines = new Map<string, MockMachine>();
  itIsABackEnd({
    create(folder) {
      const machine = machines.get(folder) ?? new MockMachine();
      machines.set(folder, machine);
      return new MockBackEnd(folder, machine, systemClock);
    },
    programs: {
      exits: (code) => ['mock', 'exit', String(code)],
      lasts: (ms, text = '') => ['mock', 'last', String(ms), text],
      isMissing: () => ['nowhere'],
    },
  });
});
