import { expect } from 'chai';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { problem } from '../../protocol/problem.ts';
import { answer, ask, counting, openLanguageDoors, tell } from './support.ts';

const json = { 'Content-Type': 'application/json' };
const jsonAsk = (application: string) =>
  JSON.stringify({ 'SLA-version': '0.1', Action: 'Ask', Application: application });
const jsonAnswer = {
  'SLA-version': '0.1',
  Action: 'Tell',
  Application: '1',
  'Broker-IP': '193.10.66.141:1',
};

/** What was refused, as the problem says it. */
async function refusal(response: Response) {
  expect(response.headers.get('content-type')).to.match(/^application\/problem\+json/);
  const told = problem.parse(await response.json());
  expect(told.status).to.equal(response.status);
  return told;
}

describe('the language over HTTP', () => {
  it('answers a Tell by 204, after its commit', async () => {
    const committed = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    await using doors = await openLanguageDoors(async () => {
      begun.resolve();
      await committed.promise;
      return [];
    });
    let answered = false;
    const response = doors.post('/service', tell).then((one) => {
      answered = true;
      return one;
    });
    await begun.promise;
    expect(answered).to.equal(false);
    committed.resolve();
    expect((await response).status).to.equal(204);
    expect(await (await response).text()).to.equal('');
  });

  it('answers an Ask by documents as text, with 200 also where there are none', async () => {
    await using doors = await openLanguageDoors(counting);
    const response = await doors.post('/service', ask(2));
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.match(/^text\/sla/);
    expect(await response.text()).to.equal(`${answer(2, 1)}\n${answer(2, 2)}\n`);
    const none = await doors.post('/service', ask(0));
    expect([none.status, await none.text()]).to.deep.equal([200, '']);
  });

  it('answers JSON in JSON, and each in what Accept asks for', async () => {
    await using doors = await openLanguageDoors(counting);
    const inJson = await doors.post('/service', jsonAsk('1'), json);
    expect(inJson.headers.get('content-type')).to.match(/^application\/json/);
    expect(await inJson.json()).to.deep.equal([jsonAnswer]);
    const asText = await doors.post('/service', jsonAsk('1'), { ...json, Accept: 'text/sla' });
    expect(await asText.text()).to.equal(`${answer(1, 1)}\n`);
    const asJson = await doors.post('/service', ask(1), { Accept: 'application/json' });
    expect(await asJson.json()).to.deep.equal([jsonAnswer]);
  });

  it('refuses a document with all that is wrong with it', async () => {
    await using doors = await openLanguageDoors(counting);
    const response = await doors.post('/service', 'SLA-version: 0.1\nAction: Tel\nBroker-IP: here\n');
    const { status, code, detail } = await refusal(response);
    expect({ status, code }).to.deep.equal({ status: 400, code: 'document-refused' });
    expect(detail)
      .to.match(/line 2, .*Action/)
      .and.to.match(/line 3, .*Broker-IP/)
      .and.to.match(/Application/);
    const inJson = await doors.post('/service', '{"SLA-version":"0.1","Action":"Ask","Application":3}', json);
    expect((await refusal(inJson)).detail).to.match(/Application.*a number/);
  });

  it('refuses what is no document, or more than one', async () => {
    await using doors = await openLanguageDoors(counting);
    const refused: [body: string, headers: Record<string, string>, code: string][] = [
      ['', {}, 'document-refused'],
      ['  \n\n', {}, 'document-refused'],
      ['# a comment\n', {}, 'document-refused'],
      ['GET / HTTP/1.1\n', {}, 'document-refused'],
      [`${ask(1)}\n${ask(1)}`, {}, 'one-document'],
      ['{', json, 'document-refused'],
      ['[]', json, 'document-refused'],
      [`[${jsonAsk('1')}]`, json, 'document-refused'],
      ['null', json, 'document-refused'],
      ['['.repeat(60_000), json, 'document-refused'],
      [ask(1), json, 'document-refused'],
      [jsonAsk('1'), {}, 'document-refused'],
    ];
    for (const [body, headers, code] of refused) {
      const told = await refusal(await doors.post('/service', body, headers));
      expect([told.status, told.code], body.slice(0, 40)).to.deep.equal([400, code]);
    }
  });

  it('tells a refusal of the service with its status, code and next step', async () => {
    await using doors = await openLanguageDoors(async () => {
      throw new Refusal(failure('wrong-service', 'the market reads SLA documents', 'send it to infogather'));
    });
    expect(await refusal(await doors.post('/service', tell))).to.include({
      status: 422,
      code: 'wrong-service',
      detail: 'the market reads SLA documents',
      next: 'send it to infogather',
    });
  });

  it('says of a fault of its own only that there was one', async () => {
    await using doors = await openLanguageDoors(async () => {
      throw new Error('the secret of the house');
    });
    const told = await refusal(await doors.post('/service', tell));
    expect(told).to.include({ status: 500, code: 'internal' });
    expect(JSON.stringify(told)).not.to.include('secret');
  });

  it('takes documents by POST alone', async () => {
    await using doors = await openLanguageDoors(counting);
    expect((await doors.get('/service')).status).to.equal(404);
  });
});
