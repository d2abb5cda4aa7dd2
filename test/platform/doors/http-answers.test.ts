import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { answerText, sendProblem } from '../../../platform/doors/http.ts';
import { Refusal } from '../../../platform/failure.ts';
import { givenHttpDoor } from './http-given.ts';

describe('an HTTP door answers', () => {
  it('a refusal as problem details', async () => {
    await using given = await givenHttpDoor({
      routes: (router) =>
        router.get('/bad', async () => {
          throw new Refusal({ code: 'gone', status: 410, detail: 'it has gone', next: 'ask anew' });
        }),
    });
    const response = await fetch(`${given.base}/bad`);
    expect(response.status).to.equal(410);
    expect(response.headers.get('content-type')).to.equal('application/problem+json');
    expect(await response.json()).to.include({
      title: 'Gone',
      code: 'gone',
      detail: 'it has gone',
      next: 'ask anew',
    });
  });

  it('a fault of its own without details, and logs them', async () => {
    await using given = await givenHttpDoor({
      routes: (router) =>
        router.get('/bad', () => {
          throw new Error('the secret path');
        }),
    });
    const response = await fetch(`${given.base}/bad`);
    expect(response.status).to.equal(500);
    expect(await response.text()).to.not.contain('secret');
    expect(given.log.lines.join()).to.contain('the secret path');
  });

  it('404 where no route is, and 400 for a broken escape', async () => {
    await using given = await givenHttpDoor({
      routes: (router) => router.get('/of/:name', (_request, response) => void response.end()),
    });
    expect((await fetch(`${given.base}/nothing?a=b`)).status).to.equal(404);
    expect((await fetch(`${given.base}/of/%zz`)).status).to.equal(400);
    expect(given.log.lines.filter((line) => line.startsWith('error'))).to.deep.equal([]);
  });

  it('text piece by piece, and small text with its length', async () => {
    const long = Array.from({ length: 3_000 }, (_, index) => `line ${index} of many ü\n`);
    await using given = await givenHttpDoor({
      routes(router) {
        router.get('/long', (_request, response) => answerText(response, 'text/sla', long));
        router.get('/short', (_request, response) => answerText(response, 'text/sla', ['a', 'b']));
      },
    });
    expect(await (await fetch(`${given.base}/long`)).text()).to.equal(long.join(''));
    const short = await fetch(`${given.base}/short`);
    expect(short.headers.get('content-length')).to.equal('2');
    expect(short.headers.get('content-type')).to.equal('text/sla; charset=utf-8');
  });

  it('what a route pipes', async () => {
    await using given = await givenHttpDoor({
      routes: (router) =>
        router.get('/pipe', (_request, response) => void Readable.from(['a', 'b', 'c']).pipe(response)),
    });
    expect(await (await fetch(`${given.base}/pipe`)).text()).to.equal('abc');
  });

  it('a failure after the answer began by cutting it', async () => {
    await using given = await givenHttpDoor({
      routes: (router) =>
        router.get('/half', async (_request, response) => {
          response.write('half');
          await once(Readable.from([]).resume(), 'end');
          sendProblem(response, { code: 'x', status: 500, detail: 'x' });
        }),
    });
    const error = await fetch(`${given.base}/half`)
      .then((response) => response.text())
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(TypeError);
  });
});
