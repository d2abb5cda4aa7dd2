import { expect } from 'chai';
import type { Router } from 'express';
import { description, type Topic, topicsOf } from '../../../protocol/openapi/services.ts';
import { type Served, servedBy, servedByAll } from './served.ts';

describe('the table of routes', () => {
  let served: Served;

  before(async () => {
    served = await servedByAll();
  });

  after(() => served[Symbol.asyncDispose]());

  const described = (topics: readonly Topic[]) =>
    topics.flatMap(({ routes }) => routes.map(({ method, path }) => `${method} ${path}`)).sort();

  for (const name of ['market', 'broker', 'infogather'] as const) {
    it(`names exactly what the HTTP door of ${name === 'infogather' ? name : `the ${name}`} serves`, () => {
      expect(described(topicsOf[name])).to.deep.equal(servedBy(served.routes[name]));
    });
  }

  it('names exactly what each door says of itself', () => {
    expect(described([description])).to.deep.equal(servedBy(served.routes.description));
  });

  it('would not pass over a route that was added', () => {
    const [router] = served.routes.infogather as [Router];
    const before = servedBy(served.routes.infogather);
    router.get('/infogather/v1/nodes/:node', () => {});
    expect(servedBy(served.routes.infogather)).to.deep.equal(
      [...before, 'get /infogather/v1/nodes/{node}'].sort(),
    );
  });
});
