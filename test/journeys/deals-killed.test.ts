import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { AccountsClient, DealsClient, ResourcesClient } from '../../client/index.ts';
import type { DealView } from '../../protocol/deals/deal.ts';
import { ogm } from '../support/ogm.ts';
import { type House, openHouse, ownPorts, temporaryFolder } from './support/house.ts';
import { post, until } from './support/speak.ts';

const sla = { 'Content-Type': 'text/sla', Accept: 'application/json' };

/** How a deal stands, and what the user has beside it. */
interface Standing {
  readonly state: string | undefined;
  readonly amend: string | undefined;
  readonly estimate: string | undefined;
  readonly balance: string;
}

/** Something that the user says, given what was said before, and how the deal stands once it is done. */
interface Move {
  readonly name: string;
  readonly lines: (ids: Readonly<Record<string, string>>) => readonly string[];
  readonly answer: string;
  readonly after: Standing;
}

const before: Standing = { state: undefined, amend: undefined, estimate: undefined, balance: '5.00' };

/** One whole deal: 1 cpu at 6 EUR an hour. Who runs the house answers for the broker what he wants amended. */
const moves: readonly Move[] = [
  {
    name: 'Ask',
    lines: () => ['Cpus: 1', 'Walltime: 10 min'],
    answer: 'Offer',
    after: { state: 'open', amend: undefined, estimate: '1.00', balance: '5.00' },
  },
  {
    name: 'Accept',
    lines: ({ Offer }) => [`Offer: ${Offer}`],
    answer: 'Agreement',
    after: { state: 'active', amend: undefined, estimate: '1.00', balance: '4.00' },
  },
  {
    name: 'Amend',
    lines: ({ Agreement }) => [`Agreement: ${Agreement}`, 'Walltime: 20 min', 'Estimate: 2 EUR'],
    answer: 'Ack',
    after: { state: 'active', amend: 'd-Amend', estimate: '1.00', balance: '4.00' },
  },
  {
    name: 'Accept of the Amend',
    lines: ({ Agreement }) => [`Agreement: ${Agreement}`, 'In-reply-to: d-Amend'],
    answer: 'Agreement',
    after: { state: 'active', amend: undefined, estimate: '2.00', balance: '3.00' },
  },
  {
    name: 'Complete',
    lines: ({ Agreement }) => [`Agreement: ${Agreement}`],
    answer: 'Ack',
    after: { state: 'completed', amend: undefined, estimate: '2.00', balance: '5.00' },
  },
];

describe('a deal whose broker is killed by kill -9 at each of its commits', () => {
  it('stands as before the move or after it, and the move that is said again has one outcome', async function () {
    this.timeout(600_000);
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'data');
    const dies = join(folder.path, 'dies');
    const preload = pathToFileURL(join(import.meta.dirname, 'support', 'programs', 'dies-at-commit.ts'));
    const more = [
      ...(await ownPorts()),
      ...['--set', 'broker.currencies=EUR', '--set', 'broker.price=6 EUR/cpu-h'],
      ...['--set', 'broker.offer-lifetime=1 h', '--set', 'broker.offers-share=100'],
    ];
    const env = { DIES_AT_COMMIT: dies, NODE_OPTIONS: `--import=${preload.href}` };
    let house: House = await openHouse(data, more, { env });
    await using _last = { [Symbol.asyncDispose]: () => house[Symbol.asyncDispose]() };
    const address = () => ({ url: house.http, fetch });
    const granted = await ogm(['account', 'grant', 'local', '5', 'EUR', '--broker-url', house.http]);
    expect(granted.code, granted.stderr).to.equal(0);

    /** Resolves once the node is there: without it there is nothing to offer. */
    const whole = () =>
      until(async () =>
        (await new ResourcesClient(address()).list()).some(
          ({ state, says }) => state === 'online' && says !== null,
        ),
      );
    const standing = async (): Promise<Standing> => {
      const deals: DealView[] = await Array.fromAsync(new DealsClient(address()).list());
      const [deal] = deals;
      expect(deals.length, 'there is one at most').to.be.lessThan(2);
      const [account] = await new AccountsClient(address()).list();
      return {
        state: deal?.state,
        amend: deal?.amendment?.id,
        estimate: deal?.estimate ?? undefined,
        balance: account?.balance ?? '',
      };
    };
    const ids: Record<string, string> = {};
    const speak = async ({ name, lines }: Move): Promise<Record<string, string>[]> => {
      const [action = ''] = name.split(' ');
      const text = [`Action: ${action}`, `Id: d-${name.replaceAll(' ', '-')}`, ...lines(ids)];
      const { body } = await post(`${house.http}/broker`, `SLA-version: 1.0\n${text.join('\n')}\n\n`, sla);
      return JSON.parse(body) as Record<string, string>[];
    };

    let stood = before;
    for (const move of moves) {
      await whole();
      for (const when of ['before', 'after']) {
        await writeFile(dies, when);
        expect(await speak(move).catch(() => 'killed'), `${when} ${move.name}`).to.equal('killed');
        expect(await house.running.ended).to.include({ signal: 'SIGKILL' });
        await rm(dies);
        house = await openHouse(data, more, { env });
        expect(await standing(), `${when} the commit of ${move.name}`).to.deep.equal(
          when === 'before' ? stood : move.after,
        );
        await whole();
      }
      const [reply = {}] = await speak(move);
      expect(reply.Action, JSON.stringify(reply)).to.equal(move.answer);
      expect(await speak(move), 'once more').to.deep.equal([reply]);
      expect(await standing(), move.name).to.deep.equal(move.after);
      if (reply.Id !== undefined) ids[move.answer] = reply.Id;
      stood = move.after;
    }
  });
});
