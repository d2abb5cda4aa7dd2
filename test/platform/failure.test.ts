import { expect } from 'chai';
import { Refusal, sentence } from '../../platform/failure.ts';

describe('a failure', () => {
  it('is one sentence, with the next step where there is one', () => {
    expect(sentence({ code: 'too-large', status: 413, detail: 'the document is too large' })).to.equal(
      'the document is too large',
    );
    const refusal = new Refusal({
      code: 'busy',
      status: 503,
      detail: 'port 8480 is taken',
      next: 'say --http-port 0',
    });
    expect(sentence(refusal)).to.equal('port 8480 is taken; say --http-port 0');
  });

  it('is an error that keeps what caused it', () => {
    const cause = new Error('EADDRINUSE');
    const refusal = new Refusal({ code: 'busy', status: 503, detail: 'port 8480 is taken' }, { cause });
    expect(refusal)
      .to.be.instanceOf(Error)
      .and.include({ name: 'Refusal', message: 'port 8480 is taken', code: 'busy', cause });
  });
});
