import { expect } from 'chai';
import { Connections } from '../../market/watches/post.ts';
import { Reader } from './watching.ts';

const word = { headers: [{ name: 'SLA-version', value: '1.0' }] };

describe('what a Watch has of a connection', () => {
  for (const [by, close] of [
    ['by itself', (_line: Reader, end: () => void) => end()],
    ['with its connection', (line: Reader) => line.close()],
  ] as const) {
    it(`ends ${by} once, lets go of it, and says so to all who wait for that`, () => {
      const line = new Reader();
      const post = new Connections().open(line);
      const told: string[] = [];
      for (const name of ['first', 'second']) post.whenOver(() => told.push(name));
      expect([line.holds, post.isOver, told]).to.deep.equal([1, false, []]);
      close(line, () => post.end());
      post.end();
      line.close();
      expect([line.holds, post.isOver, told]).to.deep.equal([0, true, ['first', 'second']]);
      post.whenOver(() => told.push('late'));
      expect(told).to.include('late');
    });
  }

  it('is over where the connection has gone already', () => {
    const line = new Reader();
    line.close();
    expect(new Connections().open(line).isOver).to.equal(true);
    expect(line.holds).to.equal(0);
  });

  it('ends for one Watch, and stays for another of the same connection', async () => {
    const connections = new Connections();
    const line = new Reader();
    const [one, other] = [connections.open(line), connections.open(line)];
    one.end(word);
    await one.push([word, word]);
    await other.push([word]);
    expect([one.isOver, other.isOver, line.holds, line.came.length]).to.deep.equal([true, false, 1, 2]);
    line.close();
    expect(other.isOver).to.equal(true);
  });
});
