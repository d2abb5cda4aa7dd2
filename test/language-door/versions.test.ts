import { expect } from 'chai';
import type { Receiver, Repeats } from '../../language-door/receiver.ts';
import { written } from '../../language-door/reply.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { converseWith } from '../platform/doors/support.ts';
import { ask, counting, openLanguageDoors } from './support.ts';

const tell1 = 'SLA-version: 1.0\nAction: Tell\nId: tell-1\nBroker-IP: 193.10.66.141:7685\nCpus: 8\n';
const json1 = JSON.stringify({
  'SLA-version': '1.0',
  Action: 'Tell',
  Id: 'tell-1',
  'Broker-IP': '193.10.66.141:7685',
  Region: ['eu', 'us'],
});
const json = { 'Content-Type': 'application/json' };
const ack = 'SLA-version: 1.0\nAction: Ack\nIn-reply-to: tell-1\nNote: one\nNote: two\n';
const ackJson = { 'SLA-version': '1.0', Action: 'Ack', 'In-reply-to': 'tell-1', Note: ['one', 'two'] };

/** Answers each document of version 1.0 by an Ack with two notes. */
const acknowledging: Receiver = async (document) => {
  if (!('envelope' in document)) return [];
  const notes = ['one', 'two'].map((value) => ({ name: 'Note', value }));
  return [written('Ack', { language: document.language, id: document.envelope.id }, notes)];
};

describe('the language in version 1.0', () => {
  it('crosses text, HTTP and WebSocket, as text and as JSON, and a Tell is answered by documents', async () => {
    await using doors = await openLanguageDoors(acknowledging);
    expect(await converseWith(doors.text, tell1)).to.equal(`${ack}\n`);
    const asText = await doors.post('/service', tell1);
    expect([asText.status, await asText.text()]).to.deep.equal([200, `${ack}\n`]);
    const asJson = await doors.post('/service', json1, json);
    expect([asJson.status, await asJson.json()]).to.deep.equal([200, [ackJson]]);
    expect(await doors.frames('/service/ws', [tell1, json1])).to.deep.equal([
      { frame: 1, documents: [ack] },
      { frame: 2, documents: [ackJson] },
    ]);
  });

  it('is told of warnings: in lines over text, in a header over HTTP, beside the answer over WebSocket', async () => {
    await using doors = await openLanguageDoors(acknowledging);
    const doubtful = `${tell1}Regoin: é, 100%\nWaltime: 3\n`;
    expect(await converseWith(doors.text, doubtful)).to.match(
      /^# warning: line 6, .*Region[^\n]*\n# warning: line 7, .*Walltime[^\n]*\nSLA-version: 1\.0\nAction: Ack\n/,
    );
    const response = await doors.post('/service', doubtful);
    expect(await response.text()).to.equal(`${ack}\n`);
    expect(response.headers.get('SLA-Warning')).to.match(/line 6, .*Region.*, line 7, .*Walltime/);
    const [frame] = (await doors.frames('/service/ws', [doubtful])) as { warnings: string[] }[];
    expect(frame?.warnings).to.have.length(2);
    expect(frame?.warnings[0]).to.match(/^line 6, .*Region/);
  });

  it('is told of warnings through every door too where it is then refused', async () => {
    await using doors = await openLanguageDoors(async () => {
      throw new Refusal(failure('market-full', 'there is no room', 'wait'));
    });
    const doubtful = `${tell1}Waltime: 3\n`;
    const inJson = JSON.stringify({ ...JSON.parse(json1), Waltime: '3' });
    expect(await converseWith(doors.text, doubtful)).to.match(
      /^# warning: line 6, .*Walltime[^\n]*\n# error: .*no room.*\n$/,
    );
    for (const response of [
      await doors.post('/service', doubtful),
      await doors.post('/service', inJson, json),
    ]) {
      expect(response.status).to.equal(503);
      expect(response.headers.get('SLA-Warning')).to.match(/did you mean Walltime/);
    }
    const frames = await doors.frames('/service/ws', [doubtful, inJson, `${doubtful}\n${tell1}`]);
    const problem = { code: 'market-full', status: 503, detail: 'there is no room', next: 'wait' };
    const [inText, asJson, several] = frames as {
      problem?: object;
      warnings?: string[];
      answers?: object[];
    }[];
    expect(inText?.problem).to.deep.equal(problem);
    expect(inText?.warnings).to.have.length(1);
    expect(inText?.warnings?.[0]).to.match(/^line 6, .*did you mean Walltime/);
    expect(asJson?.warnings).to.have.length(1);
    expect(several?.answers).to.deep.equal([{ problem, warnings: inText?.warnings }, { problem }]);
  });

  it('is told of warnings beside the errors that keep it from being read, and not among them', async () => {
    await using doors = await openLanguageDoors(acknowledging);
    const unread = 'SLA-version: 0.1\nAction: Tell\nAplication: x\nBroker-IP: x\n';
    const response = await doors.post('/service', unread);
    const { detail } = (await response.json()) as { detail: string };
    expect(detail).to.match(/^line 1, .*needs Application.*\nline 4, .*which has no port$/);
    expect(response.headers.get('SLA-Warning')).to.match(/^line 3, .*did you mean Application/);
    const [frame] = (await doors.frames('/service/ws', [unread])) as {
      problem: { detail: string };
      warnings: string[];
    }[];
    expect(frame?.problem.detail).to.equal(detail);
    expect(frame?.warnings).to.have.length(1);
  });

  it('is told over HTTP the beginning of a long warning, which can be decoded wherever it was cut', async () => {
    await using doors = await openLanguageDoors(acknowledging);
    for (const before of ['', 'a', 'ab', 'abc']) {
      const region = `"${before}${'é'.repeat(500)}"`;
      const asked = `SLA-version: 1.0\nAction: Ask\nRegion: ${region}\nRegion: not ${region}\n`;
      const response = await doors.post('/service', asked);
      const warning = response.headers.get('SLA-Warning') ?? '';
      expect(warning.length).to.be.within(990, 1000);
      expect(decodeURIComponent(warning)).to.contain(`${before}éé`);
    }
  });

  it('is refused with all that is wrong, and its line', async () => {
    await using doors = await openLanguageDoors(acknowledging);
    const wrong = 'SLA-version: 1.0\nAction: Ask\nId: a1\nCpus: 8\nMemory: 2 h\n';
    expect(await converseWith(doors.text, wrong)).to.match(/^# error: line 5, column 9: Memory [^\n]*\n$/);
    const refused = await doors.post('/service', wrong);
    expect(refused.status).to.equal(400);
    expect((await refused.json()) as object).to.include({ code: 'document-refused' });
  });

  it('is declined by a service that speaks version 0.1 alone, and so is every other major version', async () => {
    await using doors = await openLanguageDoors(counting);
    const declined = (id: string, language = 'SLA') =>
      `${language}-version: 1.0\nAction: Decline\n${id}Reason: not-understood ${language}-version\n`;
    const cases: [said: string, answer: string][] = [
      [tell1, declined('In-reply-to: tell-1\n')],
      ['SLA-version: 2.0\nAction: Dance\nId: d-1\n', declined('In-reply-to: d-1\n')],
      ['SLA-version: 2.7\nAction: Ask\n', declined('')],
      ['RESOURCE-version: 3.0\nAction: Ask\nId: r\n', declined('In-reply-to: r\n', 'RESOURCE')],
    ];
    for (const [said, answer] of cases) {
      expect(await converseWith(doors.text, said)).to.equal(`${answer}\n`);
      const response = await doors.post('/service', said);
      expect([response.status, await response.text()]).to.deep.equal([200, `${answer}\n`]);
      expect(await doors.frames('/service/ws', [said])).to.deep.equal([{ frame: 1, documents: [answer] }]);
    }
    expect(await converseWith(doors.text, `${tell1}\n${ask(1)}`)).to.match(/Decline.*\nApplication: 1\n/s);
  });

  it('is not read again where the service knows the text', async () => {
    const known = new Set<string>();
    const read: string[] = [];
    const receive: Receiver = async (document, sender, text) => {
      known.add(text);
      read.push(text);
      return acknowledging(document, sender, text);
    };
    const again = written('Ack', { language: 'SLA', id: 'again' });
    const repeats: Repeats = (text) => (known.has(text) ? Promise.resolve([again]) : undefined);
    await using doors = await openLanguageDoors(receive, undefined, repeats);
    const printed = 'SLA-version: 1.0\nAction: Ack\nIn-reply-to: again\n';
    expect(await converseWith(doors.text, `${tell1}\n${tell1}`)).to.equal(`${ack}\n${printed}\n`);
    for (const body of [json1, json1]) await doors.post('/service', body, json);
    expect(await doors.frames('/service/ws', [json1])).to.deep.equal([
      { frame: 1, documents: [{ 'SLA-version': '1.0', Action: 'Ack', 'In-reply-to': 'again' }] },
    ]);
    expect(read).to.deep.equal([tell1, json1]);
  });
});
