import { expect } from 'chai';
import { MockBackEnd, MockMachine } from '../../../fabric-agent/back-ends/mock.ts';
import { LoadReports } from '../../../fabric-agent/tasks/load-reports.ts';
import type { AgentMessage } from '../../../protocol/agent/messages.ts';
import { ManualClock } from '../../support/clock.ts';
import { recordingLog } from '../support.ts';

describe('what a node tells of its load', () => {
  const clock = new ManualClock();
  const said: AgentMessage[] = [];
  const logged: { level: string; message: string; fields: unknown }[] = [];
  const backEnd = new MockBackEnd('nowhere', new MockMachine(), clock);
  const reports = new LoadReports({
    backEnd,
    send: (message) => void said.push(message),
    intervalMs: 100,
    clock,
    log: recordingLog(logged),
  });

  it('comes at once, and then once an interval, also after one that failed', async () => {
    backEnd.load = async () => ({ load: 0.5, diskBytes: 7, at: 0 });
    await reports.start();
    expect(said).to.deep.equal([{ type: 'load', cpuLoad: 0.5, freeDiskBytes: 7 }]);
    expect(reports.diskBytes).to.equal(7);
    backEnd.load = () => Promise.reject(new Error('not now'));
    await clock.advance(100);
    expect(logged).to.have.length(1);
    backEnd.load = async () => ({ load: 1, diskBytes: undefined, at: 0 });
    await clock.advance(100);
    expect(said.slice(1)).to.deep.equal([{ type: 'load', cpuLoad: 1, freeDiskBytes: null }]);
    await reports.stop();
    await clock.advance(1000);
    expect(said).to.have.length(2);
  });
});
