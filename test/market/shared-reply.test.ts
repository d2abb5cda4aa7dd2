import { expect } from 'chai';
import { printDocument1 } from '../../grammar/index.ts';
import { eventHeaders } from '../../market/watches/replies.ts';
import { SharedReply } from '../../market/watches/shared-reply.ts';
import { tell1 } from './support.ts';

describe('what the Watches of one Tell are sent', () => {
  for (const [version, tell] of [
    ['1.0', tell1('t', 'In-reply-to: other', 'Cpus: 8', 'Event: none')],
    ['0.1', 'SLA-version: 0.1\nAction: Tell\nBroker-IP: 127.0.0.1:7685\nApplication: gcc\n'],
  ] as const) {
    it(`says the same as headers and as text, each with its own Id: a Tell of version ${version}`, () => {
      const shared = new SharedReply(eventHeaders(tell, 'matched', 7));
      const replies = ['a', 'b:c'].map((id) => ({ id, reply: shared.to(id) }));
      for (const { id, reply } of replies) {
        expect(reply.text).to.equal(printDocument1({ headers: reply.headers }));
        expect(reply.headers.filter(({ name }) => name === 'In-reply-to')).to.deep.equal([
          { name: 'In-reply-to', value: id },
        ]);
      }
    });
  }

  it('is made when it is taken, for thousands may wait until a slow reader takes them', () => {
    const shared = new SharedReply(eventHeaders(tell1('t', 'Cpus: 8'), 'matched', 7));
    expect(Object.values(shared.to('a'))).to.deep.equal([]);
  });
});
