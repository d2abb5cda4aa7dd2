import type { Router } from 'express';
import { brokerDoors } from '../../../broker/index.ts';
import { descriptionRoutes } from '../../../cli/house/description.ts';
import { infogatherDoors } from '../../../infogather/index.ts';
import { marketDoors } from '../../../market/index.ts';
import { type GivenWork, givenWork } from '../../broker/given-work.ts';
import { entryOf, givenBroker } from '../../broker/support.ts';
import { type GivenInfogather, givenInfogather } from '../../infogather/support.ts';
import { givenMarket } from '../../market/support.ts';
import { answerLimits } from '../../support/doors.ts';

/** All services, with the routes by which they are reached. Leaving the scope of `await using` ends them. */
export interface Served extends AsyncDisposable {
  readonly work: GivenWork;
  readonly infogather: GivenInfogather;
  readonly routes: Readonly<Record<'market' | 'broker' | 'infogather' | 'description', readonly Router[]>>;
}

export async function servedByAll(): Promise<Served> {
  await using opened = new AsyncDisposableStack();
  const { market } = opened.use(await givenMarket());
  const gathering = opened.use(await givenInfogather());
  const work = opened.use(await givenWork());
  const { broker } = givenBroker([entryOf('n1/gcc')]);
  const kept = opened.move();
  return {
    work,
    infogather: gathering,
    routes: {
      market: marketDoors(market, answerLimits).routes,
      broker: brokerDoors(broker, answerLimits, work.work).routes,
      infogather: infogatherDoors(gathering.infogather, answerLimits).routes,
      description: [descriptionRoutes(['market', 'broker', 'infogather'])],
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** What routers really serve, as `get /broker/v1/jobs/{job}`, sorted. */
export function servedBy(routers: readonly Router[]): string[] {
  return routers
    .flatMap(({ stack }) => stack)
    .flatMap(({ route }) => {
      if (route === undefined) throw new Error('a router holds what is no route');
      const path = route.path.replaceAll(/[:*](\w+)/g, '{$1}');
      const methods = route.stack.map(({ method }) => method);
      return methods.map((method) => `${method} ${path}`);
    })
    .sort();
}
