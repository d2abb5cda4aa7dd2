import Database from 'better-sqlite3';
import { usedOf, usedText } from '../../broker/deals/costs.ts';
import { charged, nanoText, nothingUsed, priceOf, type Used, withAttempt } from '../../grammar/index.ts';
import type { ExitView } from '../../protocol/jobs/job.ts';

/** Reads rows of a broker's store. */
export type Rows = <R extends object>(text: string) => R[];

/** What is wrong with the money and the deals in a broker's file, once all is over; a sentence each. */
export function moneyIn(file: string): string[] {
  const database = new Database(file, { fileMustExist: true });
  try {
    return judgeMoney(<R extends object>(text: string) => database.prepare(text).all() as R[]);
  } finally {
    database.close();
  }
}

/** The same of whatever the rows come from. */
export function judgeMoney(rows: Rows): string[] {
  return [...sums(rows), ...orphans(rows), ...charges(rows)];
}

function sums(rows: Rows): string[] {
  const currencies = rows<{ currency: string; whole: number; nano: number }>(
    'SELECT currency, sum(whole) AS whole, sum(nano) AS nano FROM accounts GROUP BY currency',
  );
  const below = rows<{ owner: string; kind: string }>(
    "SELECT owner, kind FROM accounts WHERE kind <> 'issuer' AND whole < 0",
  );
  return [
    ...currencies
      .filter(({ whole, nano }) => BigInt(whole) * 1_000_000_000n + BigInt(nano) !== 0n)
      .map(({ currency }) => `the accounts of ${currency} do not sum to zero`),
    ...below.map(({ kind, owner }) => `the account of ${kind} ${owner} is below zero`),
  ];
}

/** What is held must be held for something. */
function orphans(rows: Rows): string[] {
  const underWay = "('accepting', 'active', 'ending')";
  const escrows = rows<{ owner: string }>(
    `SELECT owner FROM accounts AS escrow WHERE kind = 'escrow' AND (whole <> 0 OR nano <> 0) AND NOT EXISTS
       (SELECT 1 FROM deals WHERE agreement = escrow.owner AND state IN ${underWay})`,
  );
  const holds = rows<{ kind: string; offer: string | null; state: string | null }>(
    `SELECT kind, offer, state FROM holds LEFT JOIN deals USING (deal)
     WHERE state IS NULL OR state NOT IN ('open', 'accepting', 'active', 'ending') OR (kind = 'reservation' AND state = 'open')`,
  );
  const running = rows<{ agreement: string; job: number; number: number }>(
    `SELECT agreement, job, number FROM agreement_attempts AS open WHERE NOT EXISTS
       (SELECT 1 FROM deals WHERE deals.agreement = open.agreement AND state IN ('active', 'ending'))`,
  );
  const kept = rows<{ id: string; state: string | null }>(
    `SELECT reservations.id AS id, deals.state AS state FROM reservations LEFT JOIN deals USING (deal)
     WHERE deal IS NOT NULL AND (deals.state IS NULL OR deals.state NOT IN ${underWay})`,
  );
  return [
    ...kept.map(({ id, state }) => `a batch system is to keep ${id}, which is ${state}`),
    ...escrows.map(({ owner }) => `there is money in escrow for ${owner}, which is not under way`),
    ...holds.map(({ kind, offer, state }) => `there is a ${kind} for ${offer}, which is ${state}`),
    ...running.map(
      ({ agreement, job, number }) => `task ${number} of job ${job} counts under ${agreement}, which is over`,
    ),
  ];
}

interface DealOfRow {
  readonly agreement: string;
  readonly price: string | null;
  readonly estimate: string | null;
  readonly amounts: string;
  readonly used: string | null;
  readonly charged: string | null;
}

interface Ended {
  readonly id: string;
  readonly number: number;
  readonly attempt: number;
  readonly result: string;
  readonly limitMs: number | null;
  readonly startedAt: number;
  /** When its node told of it. */
  readonly toldAt: number;
  readonly wasLost: number;
  readonly isUsers: number;
}

/** How an attempt that is paid for may have ended, beside its owner's cancel. */
const ownEnds: readonly ExitView['kind'][] = [
  'exited',
  'signalled',
  'timed-out',
  'over-memory',
  'over-processes',
  'over-output',
];

/** What was charged is what the attempts used, each once. */
function charges(rows: Rows): string[] {
  const deals = rows<DealOfRow>(
    'SELECT agreement, price, estimate, amounts, used, charged FROM deals WHERE agreement IS NOT NULL',
  );
  const paid = Map.groupBy(
    rows<{ agreement: string; cause: string; whole: number; nano: number }>(
      `SELECT escrow.owner AS agreement, cause, t.whole AS whole, t.nano AS nano FROM transfers AS t
       JOIN accounts AS escrow ON escrow.account = debit WHERE t.kind = 'charge'`,
    ),
    ({ agreement }) => agreement,
  );
  return deals.flatMap((deal) => {
    const { agreement, price } = deal;
    const wrong: string[] = [];
    const ended = endedUnder(rows, agreement);
    const used = ended.reduce((sum, one) => usedBy(sum, deal, one), nothingUsed);
    if (usedText(usedOf(deal.used)) !== usedText(used))
      wrong.push(`${agreement} says that ${deal.used} was used, and its attempts used ${usedText(used)}`);
    const read = price === null ? undefined : priceOf(price);
    const cost = read === undefined || 'problem' in read ? 0n : charged(read, used);
    const transfers = paid.get(agreement) ?? [];
    const sum = transfers.reduce(
      (all, { whole, nano }) => all + BigInt(whole) * 10n ** 9n + BigInt(nano),
      0n,
    );
    if (sum !== cost)
      wrong.push(`${nanoText(sum)} was paid under ${agreement}, and it costs ${nanoText(cost)}`);
    if (read !== undefined && nanoText(cost) !== nanoOfText(deal.charged))
      wrong.push(`${agreement} says that ${deal.charged} is charged, and it is ${nanoText(cost)}`);
    if (deal.estimate !== null && Number(deal.estimate) + 1e-9 < Number(nanoText(cost)))
      wrong.push(`${agreement} cost ${nanoText(cost)}, more than its Estimate of ${deal.estimate}`);
    const known = new Set(ended.map(({ id, number, attempt }) => `${id}.${number} #${attempt}`));
    for (const { cause } of transfers)
      if (!known.has(cause))
        wrong.push(`${cause} was paid for under ${agreement}, and is no attempt that costs`);
    return wrong;
  });
}

/** The attempts under an agreement that are to be paid for, by what the store says of tasks. */
function endedUnder(rows: Rows, agreement: string): readonly Ended[] {
  if (!/^[\w.-]+$/.test(agreement)) throw new Error(`this is the Id of no agreement: ${agreement}`);
  const event = 'events.job = tasks.job AND events.task = number AND events.attempt = tasks.attempt';
  return rows<Ended>(
    `SELECT jobs.id AS id, number, tasks.attempt AS attempt, result, limit_ms AS limitMs, started_at AS startedAt,
       (SELECT max(at) FROM events WHERE ${event} AND events.state = tasks.state) AS toldAt,
       EXISTS (SELECT 1 FROM events WHERE ${event} AND events.state = 'lost') AS wasLost,
       cancel_ms IS NOT NULL AND closed IS NOT 'broker' AS isUsers
     FROM tasks JOIN jobs USING (job)
     WHERE agreement = '${agreement}' AND result IS NOT NULL AND started_at IS NOT NULL`,
  ).filter(({ result, wasLost, isUsers }) => {
    const { kind, startedAt } = exitOf(result);
    return (
      wasLost === 0 &&
      startedAt !== null &&
      (ownEnds.includes(kind) || (kind === 'cancelled' && isUsers === 1))
    );
  });
}

function usedBy(used: Used, { amounts }: DealOfRow, { result, limitMs, startedAt, toldAt }: Ended): Used {
  const exit = exitOf(result);
  const told = Math.floor((exit.endedAt ?? 0) - (exit.startedAt ?? 0));
  const ms = Math.max(0, Math.min(told, limitMs ?? Number.POSITIVE_INFINITY, toldAt - startedAt));
  const { cpus = 1, gpus = 0, memory = 0 } = JSON.parse(amounts) as Record<string, number>;
  return withAttempt(used, { cpus, gpus, memory }, { ms, counts: true });
}

function exitOf(result: string): ExitView {
  return (JSON.parse(result) as { exit: ExitView }).exit;
}

function nanoOfText(text: string | null): string {
  return text ?? '0.00';
}
