import { type Request, Router } from 'express';
import { z } from 'zod';
import { Refusal } from '../../platform/failure.ts';
import { currencyName, grantRequest, limitRequest } from '../../protocol/accounts.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type UserCaller, userOf } from '../caller.ts';
import { bodyOf, queryOf } from '../request.ts';
import type { Ledger } from './ledger.ts';

const whose = z.strictObject({ owner: z.string().max(63).optional() });

const paging = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).optional(),
});

/** Everybody's, as who lists accounts says it. */
const everybody = '*';

/** `/broker/v1/accounts…`: users see their own, administrators all and the broker's, and grant. `page` is how many entries one has at most. */
export function accountRoutes(ledger: Ledger, page: number): Router {
  const router = Router();
  router.get('/broker/v1/accounts', async (request, response) => {
    const user = userOf(request, 'read');
    const { owner = user.owner } = queryOf(request, whose);
    checkOwn(user, owner);
    response.json({ accounts: await ledger.accounts(owner === everybody ? undefined : owner) });
  });
  router.get('/broker/v1/accounts/:owner/:currency/entries', async (request, response) => {
    const user = userOf(request, 'read');
    const { owner, currency } = accountOf(request);
    checkOwn(user, owner);
    const { after, limit = page } = queryOf(request, paging);
    response.json(await ledger.statement(owner, currency, after, Math.min(limit, page)));
  });
  router.post('/broker/v1/accounts/:owner/:currency/grants', async (request, response) => {
    const user = userOf(request, 'admin');
    const { owner, currency } = accountOf(request);
    response.status(201).json(await ledger.grant(user, owner, currency, bodyOf(request, grantRequest)));
  });
  router.put('/broker/v1/accounts/:owner/:currency/limit', async (request, response) => {
    const user = userOf(request, 'admin');
    const { owner, currency } = accountOf(request);
    const { limit } = bodyOf(request, limitRequest);
    response.json(await ledger.limit(user, owner, currency, limit ?? undefined));
  });
  return router;
}

function accountOf({ params }: Pick<Request, 'params'>): { owner: string; currency: string } {
  const { owner = '', currency } = params as Record<string, string>;
  const read = currencyName.safeParse(currency);
  if (read.success) return { owner, currency: read.data };
  throw new Refusal(failure('bad-query', `currency: ${read.error.issues[0]?.message}`));
}

/** What others have is nobody's business but administrators'. */
function checkOwn({ owner, isAdministrator }: UserCaller, asked: string): void {
  if (asked === owner || isAdministrator) return;
  throw new Refusal(
    failure('not-allowed', 'accounts of others and of the broker are shown to administrators'),
  );
}
