import { expect } from 'chai';
import { localAdministrator } from '../../../broker/caller.ts';
import { type GivenDeals, givenDeals, of, said, userNamed } from './given.ts';

const echo = ['Application: echo', 'Walltime: 10 min'];
const ask = (id: string, ...headers: readonly string[]) => said('Ask', `Id: ${id}`, ...echo, ...headers);
const priced = { price: ['0.06 CREDIT/cpu-h + 0.01 CREDIT/job'] };

/** An Offer that was made to the administrator; returns its Id. */
async function offered(given: GivenDeals, id: string, ...headers: readonly string[]): Promise<string> {
  const [offer] = await given.say(ask(id, ...headers));
  expect(of(offer, 'Action'), offer).to.equal('Offer');
  return of(offer, 'Id') ?? '';
}

async function accepted(given: GivenDeals, id: string, ...headers: readonly string[]): Promise<string> {
  const offer = await offered(given, `ask-${id}`, ...headers);
  const [agreement] = await given.say(said('Accept', `Id: acc-${id}`, `Offer: ${offer}`));
  expect(of(agreement, 'Action'), agreement).to.equal('Agreement');
  return of(agreement, 'Id') ?? '';
}

describe('a deal', () => {
  it('goes from the Ask over Offer, Agreement and Complete to the Bill', async () => {
    await using given = await givenDeals();
    await given.agent();
    const [offer] = await given.say(ask('ask-1', 'Cpus: 2'));
    expect(offer).to.match(
      /^SLA-version: 1\.0\nAction: Offer\nId: off-\w{12}\nIn-reply-to: ask-1\nExpires: 2 min\nApplication: echo\nCpus: 2\nWalltime: 10 min\nStart: \S+Z\n$/,
    );
    const [agreement] = await given.say(said('Accept', 'Id: acc-1', `Offer: ${of(offer, 'Id')}`));
    expect(agreement).to.match(
      /^SLA-version: 1\.0\nAction: Agreement\nId: agr-\w{12}\nIn-reply-to: acc-1\nOffer: off-\w{12}\nState: active\nUntil: \S+Z\nApplication: echo\nCpus: 2\nWalltime: 10 min\nStart: \S+Z\n$/,
    );
    const id = of(agreement, 'Id');
    const lasts = Date.parse(of(agreement, 'Until') ?? '') - Date.parse(of(agreement, 'Start') ?? '');
    expect(lasts).to.equal(15 * 60_000);
    const [ack] = await given.say(said('Complete', 'Id: com-1', `Agreement: ${id}`));
    expect(ack).to.equal(
      `SLA-version: 1.0\nAction: Ack\nIn-reply-to: com-1\nAgreement: ${id}\nState: completed\n`,
    );
    const [bill] = await given.say(said('Bill', 'Id: b-1', `Agreement: ${id}`));
    expect(bill).to.equal(
      `SLA-version: 1.0\nAction: Bill\nId: bill-${id}\nIn-reply-to: b-1\nAgreement: ${id}\nState: completed\n`,
    );
  });

  it('at a price holds its Estimate from Accept to the end, and gives back what was not used', async () => {
    await using given = await givenDeals(priced);
    await given.agent();
    const { ledger } = given.work;
    const account = async () => {
      const [{ balance, held } = { balance: '0.00', held: '0.00' }] = await ledger.accounts('local');
      return [balance, held];
    };
    const offer = await offered(given, 'ask-1', 'Cpus: 2', 'Budget: 1 CREDIT');
    const [view] = (await given.work.deals.list({ whose: 'local' })).deals;
    expect(view).to.include({ price: priced.price[0], currency: 'CREDIT', estimate: '0.03', charged: null });

    // There is not enough: the Offer stays open, and another Accept may come.
    const accept = (id: string) => given.say(said('Accept', `Id: ${id}`, `Offer: ${offer}`));
    const [poor] = await accept('acc-1');
    expect(of(poor, 'Reason')).to.match(/^funds 0\.00 CREDIT are there, and 0\.03 are wanted/);
    expect(of(poor, 'State')).to.equal('open');
    await ledger.grant(localAdministrator, 'local', 'CREDIT', { amount: '1', request: 'r-1' });
    expect(await accept('acc-1'), 'the same again').to.deep.equal([poor]);
    const [agreement] = await accept('acc-2');
    expect(of(agreement, 'Estimate')).to.equal('0.03 CREDIT');
    expect(await account()).to.deep.equal(['0.97', '0.03']);
    const id = of(agreement, 'Id');
    expect(await given.work.deals.get(localAdministrator, id ?? '')).to.include({ held: '0.03' });

    await given.say(said('Terminate', 'Id: ter-1', `Agreement: ${id}`, 'Reason: policy enough'));
    expect(await account()).to.deep.equal(['1.00', '0.00']);
    const [bill] = await given.say(said('Bill', 'Id: b-1', `Agreement: ${id}`));
    expect(of(bill, 'Total')).to.equal('0.00 CREDIT');
    expect(of(bill, 'State')).to.equal('terminated');
    expect(await given.work.deals.bill(localAdministrator, id ?? '')).to.deep.include({
      ...{ total: '0.00', estimate: '0.03', isFinal: true, lines: [] },
    });
  });

  it('takes each document once for its Id, whenever it comes again', async () => {
    await using given = await givenDeals();
    await given.agent();
    const [first] = await given.say(ask('ask-1'));
    expect(await given.say(ask('ask-1'))).to.deep.equal([first]);
    const [reused] = await given.say(ask('ask-1', 'Cpus: 2'));
    expect(of(reused, 'Reason')).to.equal('id-reused ask-1 was the Id of another document of yours');
    const accept = said('Accept', 'Id: acc-1', `Offer: ${of(first, 'Id')}`);
    const answers = await Promise.all(Array.from({ length: 10 }, () => given.say(accept)));
    expect(new Set(answers.flat())).to.have.property('size', 1);
    expect(of(answers[0]?.[0], 'State')).to.equal('active');
    const [other] = await given.say(accept.replace('Accept', 'Reject'));
    expect(of(other, 'Reason')).to.match(/^id-reused/);
    // Another's Ids are another's.
    const [anns] = await given.say(said('Accept', 'Id: acc-1', 'Offer: off-none'), userNamed('ann'));
    expect(of(anns, 'Reason')).to.match(/^not-found/);
    // The Ask of many at once is one.
    const asks = await Promise.all(Array.from({ length: 10 }, () => given.say(ask('ask-2'))));
    expect(new Set(asks.flat())).to.have.property('size', 1);
    expect((await given.work.deals.list({ whose: 'local' })).deals).to.have.length(2);
  });

  it('is moved by what the table names alone: all else comes too late, and says how it stands', async () => {
    await using given = await givenDeals({ 'offers-share': 100 });
    await given.agent();
    let sent = 0;
    const move = async (action: string, id: string, ...more: readonly string[]) => {
      sent += 1;
      const name = id.startsWith('agr-') ? 'Agreement' : 'Offer';
      const because = action === 'Terminate' ? ['Reason: policy it is over'] : [];
      return (await given.say(said(action, `Id: m-${sent}`, `${name}: ${id}`, ...because, ...more)))[0];
    };
    const late = async (id: string, state: string, actions: readonly string[]) => {
      for (const action of actions) {
        const reply = await move(action, id);
        expect(of(reply, 'Reason'), `${action} of ${state}`).to.match(/^too-late/);
        expect(of(reply, 'State'), `${action} of ${state}`).to.equal(state);
      }
    };
    const ofOffer = ['Accept', 'Reject', 'Counter', 'Cancel'];
    const rejected = await offered(given, 'ask-1');
    expect(of(await move('Reject', rejected), 'State')).to.equal('rejected');
    await late(rejected, 'rejected', ofOffer);
    const withdrawn = await offered(given, 'ask-2');
    expect(of(await move('Cancel', withdrawn), 'State')).to.equal('withdrawn');
    await late(withdrawn, 'withdrawn', ofOffer);
    const countered = await offered(given, 'ask-3');
    expect(of(await move('Counter', countered, 'Cpus: 2'), 'Action')).to.equal('Offer');
    await late(countered, 'countered', ['Accept', 'Reject', 'Cancel']);
    const completed = await accepted(given, '4');
    await late((await given.work.deals.get(localAdministrator, completed)).offer, 'active', ofOffer);
    expect(of(await move('Complete', completed), 'State')).to.equal('completed');
    await late(completed, 'completed', ['Complete', 'Terminate']);
    const terminated = await accepted(given, '5');
    expect(of(await move('Terminate', terminated), 'State')).to.equal('terminated');
    await late(terminated, 'terminated', ['Complete', 'Terminate']);
    expect((await given.work.deals.get(localAdministrator, terminated)).reason).to.deep.equal({
      word: 'policy',
      text: 'it is over',
    });
    const [declined] = await given.say(ask('ask-6', 'Cpus: 64'));
    await late(of(declined, 'Id') ?? '', 'declined', ['Accept', 'Reject', 'Cancel']);
  });

  it('whose Offer has expired is too late, before anybody has looked', async () => {
    await using given = await givenDeals({ 'offer-lifetime': 0 });
    await given.agent();
    const offer = await offered(given, 'ask-1');
    for (const action of ['Accept', 'Reject', 'Counter']) {
      const [reply] = await given.say(said(action, `Id: ${action}`, `Offer: ${offer}`));
      expect([of(reply, 'Reason')?.split(' ')[0], of(reply, 'State')]).to.deep.equal(['too-late', 'lapsed']);
    }
  });

  it('that is named by whatever is no Id of theirs is not found, and nothing is kept of that', async () => {
    await using given = await givenDeals();
    const strange = ["'; DROP TABLE deals; --", '%', '"', '*', `off-${'x'.repeat(124)}`];
    const actions = [
      'Accept',
      'Reject',
      'Cancel',
      'Counter',
      'Amend',
      'Terminate',
      'Complete',
      'Report',
      'Bill',
    ];
    const ofAgreements = new Set(['Amend', 'Terminate', 'Complete', 'Bill']);
    for (const id of strange.map((one) => one.replaceAll(' ', '_')))
      for (const action of actions) {
        const name = ofAgreements.has(action) ? 'Agreement' : 'Offer';
        const [reply] = await given.say(
          said(
            action,
            'Id: m-1',
            `${name}: ${id}`,
            'Reason: policy x',
            ...(action === 'Amend' ? ['Cpus: 2'] : []),
          ),
        );
        expect(of(reply, 'Reason'), `${action} ${id}`).to.match(/^not-found/);
      }
    const kept = await given.store.read((sql) => sql.all('SELECT * FROM deal_documents'));
    expect(kept).to.deep.equal([]);
  });

  it('ends for a user by the broker, and by nobody else', async () => {
    await using given = await givenDeals();
    await given.agent();
    const ann = userNamed('ann');
    await given.share('node-0', 'ann');
    const [offer] = await given.say(ask('ask-1'), ann);
    const [agreement] = await given.say(said('Accept', 'Id: acc-1', `Offer: ${of(offer, 'Id')}`), ann);
    const id = of(agreement, 'Id');
    const terminate = said('Terminate', 'Id: ter-1', `Agreement: ${id}`, 'Reason: policy the node is sold');
    const [strangers] = await given.say(terminate, userNamed('bob'));
    expect(of(strangers, 'Reason')).to.match(/^not-found/);
    const [ack] = await given.say(terminate);
    expect(of(ack, 'State')).to.equal('terminated');
    expect((await given.work.deals.get(ann, id ?? '')).reason?.text).to.equal('the node is sold');
    // What a user may say of his deal an administrator does not say for him.
    const [second] = await given.say(ask('ask-2'), ann);
    const [notHis] = await given.say(said('Accept', 'Id: acc-9', `Offer: ${of(second, 'Id')}`));
    expect(of(notHis, 'Reason')).to.match(/^too-late/);
  });
});
