import { expect } from 'chai';
import { type Launched, noExit } from '../../../fabric-agent/back-ends/back-end.ts';
import { Hands, type HandsOptions } from '../../../fabric-agent/tasks/hands.ts';
import { Undertaking } from '../../../fabric-agent/tasks/undertaking.ts';
import { keptOf, key } from './attempts.ts';

/** What is said of readiness while an attempt is fetched and given to a back end that answers so. */
async function saidOfReadiness(run: Launched['run']): Promise<string[]> {
  const said: string[] = [];
  const options = {
    backEnd: { now: () => ({ boot: 'b', atMs: 0 }), launch: async () => ({ handle: 'h', run }) },
    worker: { prepare: async () => {}, order: () => ({}), watch: () => undefined },
    ...{ send: () => {}, ready: () => {}, happen: () => {} },
    readiness: { failed: () => said.push('failed'), succeeded: () => said.push('succeeded') },
  };
  const hands = new Hands(options as unknown as HandsOptions);
  const kept = keptOf({});
  const one = new Undertaking({ key, kept, stage: 'held' }, {} as Undertaking['allowed'], 0);
  hands.do(one, [{ do: 'fetch' }]);
  await one.transfer;
  const grant = { latestStartMs: 1, leaseEndMs: null };
  const started = { handle: null, fault: null, cancelMs: null, asked: { boot: 'b', atMs: 0 }, grant };
  one.attempt = { key, kept, stage: 'started', ...started };
  const launched = Promise.withResolvers<void>();
  hands.do(one, [{ do: 'start' }]);
  one.order(async () => launched.resolve());
  await launched.promise;
  return said;
}

describe('whether a node is ready', () => {
  it('is not said by a folder alone, where the back end takes no program', async () => {
    const refused = { state: 'ended', exit: noExit('too-late'), why: 'no', isNodesFault: true } as const;
    expect(await saidOfReadiness(refused)).to.deep.equal(['failed']);
    expect(await saidOfReadiness({ state: 'running' })).to.deep.equal(['succeeded']);
  });
});
