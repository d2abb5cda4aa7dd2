import { expect } from 'chai';
import type { Line } from '../../../language-door/receiver.ts';
import { printReply, type Reply } from '../../../language-door/reply.ts';
import { facts } from '../given-work.ts';
import { documentOf, givenDeals, of, said, userNamed } from './given.ts';

/** A connection over which a Watch goes: what was sent on it. */
function givenLine(): Line & { readonly texts: string[]; until(isSo: () => boolean): Promise<void> } {
  const texts: string[] = [];
  let wake = () => {};
  return {
    texts,
    closed: new AbortController().signal,
    async push(documents: readonly Reply[]) {
      texts.push(...documents.map(printReply));
      wake();
    },
    checkAnswer() {},
    hold: () => () => {},
    async until(isSo) {
      while (!isSo())
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}

describe('what a broker does by itself', () => {
  it('comes on the Watch of the user: a withdrawal, a shortage, its end, its Terminate and the Bill', async () => {
    await using given = await givenDeals({ currencies: ['EUR'], price: ['0.05 EUR/job'] });
    const agent = await given.agent();
    await given.share('node-0', 'ann');
    const { work } = given;
    const ann = userNamed('ann');
    const grant = { amount: '1', request: 'r-1' };
    await work.ledger.grant({ ...ann, owner: 'local', isAdministrator: true }, 'ann', 'EUR', grant);
    const line = givenLine();
    const [ack] = await given.broker.receive(documentOf(said('Watch', 'Id: w-1')), ann, line);
    expect(of(printReply(ack!), 'Action')).to.equal('Ack');
    /** What has come after so many, once there are as many as wanted: Action, State, and why. */
    const next = async (count: number) => {
      await line.until(() => line.texts.length >= count);
      return line.texts
        .splice(0, count)
        .map((text) =>
          ['Action', 'State', 'Reason', 'Note', 'Total'].flatMap((name) => of(text, name) ?? []).join(' | '),
        );
    };
    const offered = async (id: string) => {
      const ask = said('Ask', `Id: ${id}`, 'Application: echo', 'Walltime: 10 min');
      return of((await given.say(ask, ann))[0], 'Id') ?? '';
    };
    const drains = (draining: boolean) =>
      agent.say({ ...facts, powers: { ...facts.powers, isolates: true }, draining });

    const first = await offered('ask-1');
    await given.say(said('Cancel', 'Id: can-1', `Offer: ${first}`, 'Reason: policy not today'));
    expect(await next(2)).to.deep.equal(['Offer', 'Cancel | policy not today']);

    const second = await offered('ask-2');
    const [agreed] = await given.say(said('Accept', 'Id: acc-1', `Offer: ${second}`), ann);
    await offered('ask-3');
    expect(await next(3)).to.deep.equal(['Offer', 'Agreement | active', 'Offer']);
    await drains(true);
    const shut = 'node-0 takes no tasks, or has less than it had';
    expect((await next(2)).toSorted()).to.deep.equal([
      `Cancel | capacity ${shut}`,
      `Report | active | ${shut}`,
    ]);
    await drains(false);
    expect(await next(1)).to.deep.equal(['Report | active | all that it has is there again']);

    const agreement = `Agreement: ${of(agreed, 'Id')}`;
    await given.say(said('Terminate', 'Id: ter-1', agreement, 'Reason: policy the house closes'));
    expect(await next(3)).to.deep.equal([
      'Terminate | policy the house closes',
      'Report | terminated',
      'Bill | terminated | 0.00 EUR',
    ]);
  });
});
