import { expect } from 'chai';
import { type Document1, Matcher, partyOf } from '../../grammar/index.ts';
import { type LiveTell, Registry } from '../../market/registry.ts';
import { told1 } from '../../market/told.ts';
import { Offers } from '../../market/watches/offers.ts';
import { whoSees } from '../../market/watches/seeing.ts';
import { anyDocumentOf, ask1, tell1 } from './support.ts';

const teller = 'user 7';
const brokerIp = '193.10.66.141:7685';
const many = 40;
const long = 'a'.repeat(8000);

/** A broker who watches the demand for Tells of one header each, and who sees an Ask of theirs, slice by slice. */
function givenBroker(headerOf: (index: number) => string) {
  const registry = new Registry();
  const offers = new Offers(registry);
  offers.add(1, { watcher: teller, id: 'w', seq: 0, hash: '', brokerIp, expiresAt: 1 });
  for (const _ of offers.complete());
  const lives: LiveTell[] = [];
  for (let index = 0; index < many; index += 1) {
    const document = anyDocumentOf(tell1(`t${index}`, headerOf(index))) as Document1;
    const change = registry.tell(told1(document, teller), index + 1, 1, undefined);
    offers.changed(change);
    lives.push(change.after);
  }
  const seen = (...headers: readonly string[]) => {
    const ask = anyDocumentOf(ask1('a', ...headers)) as Document1;
    return whoSees(new Matcher(partyOf(ask), registry.supply), offers, registry);
  };
  const end = (live: LiveTell) => offers.changed(registry.end(live, registry.cursor + 1));
  return { seen, lives, end };
}

function slicesOf(work: Generator<unknown, readonly unknown[], undefined>) {
  let slices = 1;
  let step = work.next();
  for (; !step.done; step = work.next()) slices += 1;
  return { slices, seen: step.value.length };
}

describe('brokers who see an Ask', () => {
  it('are looked for with a slice for each verdict that may take long', () => {
    const ofAsk = givenBroker((index) => `Bulk: ${long.slice(index)}`);
    expect(slicesOf(ofAsk.seen('Bulk: ~ /^a{280}b/')).slices).to.be.at.least(many);
    const ofTells = givenBroker((index) => `Their.Bulk: ~ /^a{280}b/ | b${index}`);
    expect(slicesOf(ofTells.seen(`My.Bulk: ${long}`)).slices).to.be.at.least(many);
  });

  it('are looked for in few slices where no verdict takes long', () => {
    const { seen } = givenBroker((index) => `Bulk: b${index}`);
    expect(slicesOf(seen('Bulk: c'))).to.deep.equal({ slices: 2, seen: 0 });
    expect(slicesOf(seen(`Bulk: b${many - 1}`))).to.deep.equal({ slices: 2, seen: 1 });
  });

  it('are none for a Tell that ends between two slices', () => {
    const { seen, lives, end } = givenBroker(
      (index) => `Bulk: ${long.slice(index)}${index === many - 1 ? 'b' : ''}`,
    );
    expect(slicesOf(seen('Bulk: ~ /^a{280}a*b/')).seen).to.equal(1);
    const work = seen('Bulk: ~ /^a{280}a*b/');
    expect(work.next().done).to.equal(false);
    end(lives[many - 1] as LiveTell);
    expect(slicesOf(work).seen).to.equal(0);
  });
});
