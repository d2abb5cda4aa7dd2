import { Router } from 'express';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type PricePage, type PriceQuery, priceQuery } from '../../protocol/prices.ts';

/** What applications cost and cost before, over HTTP as JSON: for everybody whom the market answers. */
export function priceRoutes(prices: { page(query: PriceQuery): Promise<PricePage> }): Router {
  const router = Router();
  router.get('/market/v1/prices', async (request, response) => {
    const read = priceQuery.safeParse(request.query);
    if (!read.success) {
      const [issue] = read.error.issues;
      throw new Refusal(failure('bad-query', `${issue?.path.join('.') || 'the query'}: ${issue?.message}`));
    }
    response.json(await prices.page(read.data));
  });
  return router;
}
