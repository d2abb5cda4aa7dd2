import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { type Document, slaTell } from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { converseWith, dial, memoryLog, readAll } from '../platform/doors/support.ts';
import { answer, ask, counting, countingOld, openLanguageDoors, speakingOld, tell } from './support.ts';

describe('the language over text', () => {
  it('answers each document in its turn: a Tell by nothing, an Ask by documents with an empty line after each', async () => {
    await using doors = await openLanguageDoors(counting);
    expect(await converseWith(doors.text, tell)).to.equal('');
    expect(await converseWith(doors.text, ask(0))).to.equal('');
    expect(await converseWith(doors.text, ask(2))).to.equal(`${answer(2, 1)}\n${answer(2, 2)}\n`);
    expect(await converseWith(doors.text, `${ask(1)}\n${tell}\n\n${ask(2)}`)).to.equal(
      `${answer(1, 1)}\n${answer(2, 1)}\n${answer(2, 2)}\n`,
    );
  });

  it('takes lines however they are cut and end, and comments between them', async () => {
    await using doors = await openLanguageDoors(counting);
    const said = `# a question\n${ask(1)}\n`.replaceAll('\n', '\r\n');
    const socket = await dial(doors.text);
    socket.setNoDelay(true);
    for (const byte of Buffer.from(said)) {
      socket.write(Buffer.of(byte));
      await turn();
    }
    socket.end();
    expect(await readAll(socket)).to.equal(`${answer(1, 1)}\n`);
  });

  it('answers without waiting for the end of the input', async () => {
    await using doors = await openLanguageDoors(counting);
    const socket = await dial(doors.text);
    socket.write(`${ask(1)}\n`);
    const heard: string[] = [];
    for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
      heard.push(chunk);
      if (heard.join('').endsWith('\n\n')) break;
    }
    expect(heard.join('')).to.equal(`${answer(1, 1)}\n`);
    socket.destroy();
  });

  it('says line by line what is wrong with a document, and goes on with the next', async () => {
    await using doors = await openLanguageDoors(counting);
    const wrong = 'SLA-version: 0.1\nAction: Tel\nBroker-IP: here\n';
    const said = await converseWith(doors.text, `${wrong}\n${ask(1)}`);
    const lines = said.split('\n');
    const errors = lines.filter((line) => line.startsWith('# error: '));
    expect(errors.join('\n'))
      .to.match(/line 2, .*Action/)
      .and.to.match(/line 3, .*Broker-IP/);
    expect(errors.join('\n')).to.match(/Application/);
    expect(said.endsWith(`\n${answer(1, 1)}\n`)).to.equal(true);
  });

  it('warns of a name that is nearly one that is known, and answers all the same', async () => {
    await using doors = await openLanguageDoors(counting);
    const said = await converseWith(doors.text, `${ask(1)}Hots: 10.0.0.1:1\n`);
    expect(said).to.match(/^# warning: line 4, .*did you mean Host/);
    expect(said.slice(said.indexOf('\n') + 1)).to.equal(`${answer(1, 1)}\n`);
  });

  it('sends away a peer that speaks another protocol, with one line', async () => {
    await using doors = await openLanguageDoors(counting);
    const said = await converseWith(doors.text, `GET / HTTP/1.1\r\nHost: localhost\r\n\r\n${ask(1)}`);
    expect(said).to.match(/^# error: [^\n]*SLA-version[^\n]*\n$/);
  });

  it('tells a refusal of the service in one line, with the next step, and goes on', async () => {
    const refused = failure('market-full', 'the market holds\r\nso many', 'try again');
    await using doors = await openLanguageDoors(async (document, sender, text) => {
      if (document.action === 'Tell') throw new Refusal(refused);
      return counting(document, sender, text);
    });
    const said = await converseWith(doors.text, `${tell}Hots: 10.0.0.1:1\n\n${ask(1)}`);
    const [warning, error, ...rest] = said.split('\n');
    expect(warning).to.match(/^# warning: /);
    expect(error).to.equal('# error: the market holds so many; try again');
    expect(rest.join('\n')).to.equal(`${answer(1, 1)}\n`);
  });

  it('says of a fault of its own only that there was one, logs it, and goes on', async () => {
    const log = memoryLog();
    await using doors = await openLanguageDoors(async (document, sender, text) => {
      if (document.action === 'Tell') throw new Error('the secret of the house');
      return counting(document, sender, text);
    }, log);
    const said = await converseWith(doors.text, `${tell}\n${ask(1)}`);
    expect(said).to.match(/^# error: [^\n]*its log[^\n]*\n/);
    expect(said).not.to.include('secret');
    expect(said.endsWith(`\n${answer(1, 1)}\n`)).to.equal(true);
    expect(log.lines.join('\n')).to.include('the secret of the house');
  });

  it('begins documents in their order without waiting, and answers them in their order, the slow ones too', async () => {
    const begun: string[] = [];
    const slow = Promise.withResolvers<void>();
    await using doors = await openLanguageDoors(
      speakingOld(async (document) => {
        begun.push(document.application);
        if (document.application === '1') await slow.promise;
        if (document.application === '3') slow.resolve();
        return countingOld(document);
      }),
    );
    const said = await converseWith(doors.text, [ask(1), ask(2), ask(3)].join('\n'));
    expect(begun).to.deep.equal(['1', '2', '3']);
    const applications = Array.from(said.matchAll(/^Application: (.*)$/gm), ([, name]) => name);
    expect(applications).to.deep.equal(['1', '2', '2', '3', '3', '3']);
  });

  it('prints a long answer as it is read, not before', async () => {
    let taken = 0;
    const count = 100_000;
    const tells: readonly Document[] = new Proxy([] as Document[], {
      get: (list, name) =>
        name === Symbol.iterator
          ? function* () {
              for (; taken < count; taken += 1)
                yield slaTell({ application: 'gcc', brokerIp: { host: '10.0.0.1', port: 1 } });
            }
          : Reflect.get(list, name),
    });
    await using doors = await openLanguageDoors(async () => tells);
    const socket = await dial(doors.text);
    socket.pause();
    socket.end(ask('gcc'));
    while (taken === 0) await turn();
    for (let turns = 0; turns < 200; turns += 1) await turn();
    expect(taken).to.be.below(count);
    const said = await readAll(socket);
    expect(said.split('\n\n')).to.have.length(count + 1);
  });
});
