import { expect } from 'chai';
import { Images } from '../../../fabric-agent/isolation/images.ts';

/** An engine that has what was pulled, and pulls when it is let. */
function givenEngine() {
  const images = new Set<string>();
  const asked: string[] = [];
  let pulls: {
    readonly image: string;
    readonly done: PromiseWithResolvers<void>;
    readonly signal: AbortSignal;
  }[] = [];
  return {
    images,
    asked,
    async has(image: string) {
      asked.push(image);
      return images.has(image);
    },
    async pull(image: string, signal: AbortSignal) {
      const done = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => done.reject(signal.reason));
      pulls.push({ image, done, signal });
      await done.promise;
      images.add(image);
    },
    get pulls() {
      return pulls;
    },
    finish() {
      for (const { done } of pulls) done.resolve();
      pulls = [];
    },
  };
}

const patient = new AbortController().signal;
const turn = () => new Promise<void>(setImmediate);

describe('images of containers', () => {
  it('are brought once for all who want them, and then not asked for again', async () => {
    const engine = givenEngine();
    const images = new Images();
    let begun = 0;
    const bring = () => images.bring(engine, 'a', () => (begun += 1), patient);
    const both = Promise.all([bring(), bring()]);
    await turn();
    expect([engine.pulls.length, begun]).to.deep.equal([1, 2]);
    engine.finish();
    await both;
    await bring();
    expect([engine.asked.length, begun]).to.deep.equal([2, 2]);
  });

  it('are looked for again where one may have gone', async () => {
    const engine = givenEngine();
    const images = new Images();
    engine.images.add('a');
    await images.bring(engine, 'a', () => {}, patient);
    engine.images.clear();
    images.doubt();
    const again = images.bring(engine, 'a', () => {}, patient);
    await turn();
    expect(engine.pulls.map(({ image }) => image)).to.deep.equal(['a']);
    engine.finish();
    await again;
  });

  it('go on coming while anybody waits, and no longer', async () => {
    const engine = givenEngine();
    const images = new Images();
    const [one, other] = [new AbortController(), new AbortController()];
    const waits = [one, other].map(({ signal }) =>
      images
        .bring(engine, 'a', () => {}, signal)
        .then(
          () => 'there',
          (error: Error) => error.message,
        ),
    );
    await turn();
    const [pull] = engine.pulls;
    one.abort(new Error('cancelled'));
    expect(await waits[0]).to.equal('cancelled');
    expect(pull?.signal.aborted).to.equal(false);
    other.abort(new Error('cancelled too'));
    expect(await waits[1]).to.equal('cancelled too');
    expect(pull?.signal.aborted).to.equal(true);
  });

  it('that cannot be had are told of, and asked for again', async () => {
    const engine = givenEngine();
    const images = new Images();
    const fails = () =>
      images
        .bring(engine, 'a', () => {}, patient)
        .then(
          () => 'there',
          (error: Error) => error.message,
        );
    const first = fails();
    await turn();
    engine.pulls[0]?.done.reject(new Error('no such image'));
    expect(await first).to.equal('no such image');
    const second = fails();
    await turn();
    expect(engine.pulls).to.have.length(2);
    engine.finish();
    expect(await second).to.equal('there');
  });
});
