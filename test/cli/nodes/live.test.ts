import { expect } from 'chai';
import { showLive } from '../../../cli/nodes/live.ts';
import type { NodeEvent, NodeStatus } from '../../../protocol/node-events.ts';
import { ManualClock } from '../../support/clock.ts';

const clock = new ManualClock();
const node: NodeStatus = {
  ...{ node: 1, name: 'n1', state: 'alive', since: clock.now() - 60_000, reason: '', cursor: 2 },
  ...{ applications: ['gcc'], load: 0.5, cpus: 8, heardAgoMs: 2000, says: null, agent: null, fault: null },
};
const event: NodeEvent = {
  ...{ cursor: 3, at: clock.now(), node: 1, name: 'n1' },
  ...{ from: 'alive' as const, to: 'silent' as const, reason: 'nothing was heard of it' },
};

/** Shows one node and one event, then is called off. */
async function shown(json: boolean, isTTY: boolean): Promise<{ printed: string[]; written: string }> {
  const leaving = new AbortController();
  const printed: string[] = [];
  let written = '';
  const client = {
    states: async () => ({ nodes: [node], cursor: 2 }),
    async *events() {
      yield event;
      leaving.abort();
    },
  };
  const screen = {
    ...{ isTTY, rows: 10, columns: 60 },
    write: (text: string) => {
      written += text;
      if (text.includes('n1')) leaving.abort();
    },
  };
  const out = {
    print: (line: string) => void printed.push(line),
    note() {},
    progress() {},
    paint: (_: unknown, text: string) => text,
  };
  await showLive({ out, json, clock }, client, screen, leaving.signal);
  return { printed, written };
}

describe('ogm nodes --live', () => {
  it('prints the nodes and then each event as a line where there is no terminal', async () => {
    const { printed, written } = await shown(false, false);
    expect(written).to.equal('');
    expect(printed[1]).to.match(/^n1 +alive +60 s +0\.50 +█████░░░░░ +8 /);
    expect(printed[2]).to.include('n1  alive -> silent: nothing was heard of it');
  });

  it('prints each as JSON where that is asked for', async () => {
    const { printed } = await shown(true, true);
    expect(printed.map((line) => JSON.parse(line))).to.deep.equal([{ node }, { event }]);
  });

  it('fills a terminal, and gives it back as it was', async () => {
    const { printed, written } = await shown(false, true);
    expect(printed).to.deep.equal([]);
    expect(written).to.include('█████░░░░░');
    expect(written.startsWith('\u001b[?1049h')).to.equal(true);
    expect(written.endsWith('\u001b[?1049l')).to.equal(true);
  });
});
