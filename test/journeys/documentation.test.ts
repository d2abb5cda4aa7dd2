import { expect } from 'chai';
import { ogm } from '../support/ogm.ts';
import { commandFences, ownersPages, pages } from './support/pages.ts';
import { buildPrograms, isRun, pageMs, runPage } from './support/run-page.ts';

/** Commands that no test runs as they stand on their page, and why. */
const notRun: Record<string, string> = {
  "ogm resource show cluster                  # among its powers: reserve\nogm resource reserve cluster --slots 16 --from 2026-12-24T20:00 --for '12 h'\nogm resource reservations cluster\nogm submit --reservation ID -- application words\nogm resource release cluster ID":
    'its Id is what the first prints, and its time is to come: journeys/reservations.test.ts runs them all',
};

/** The pages with commands that are run here, beside those for owners. */
const here = ['README.md', 'docs/commands.md', 'docs/http.md', 'docs/sweeps.md'];

/** Commands that journeys of their own start. */
const ofJourneys = ['demo', 'market', 'broker', 'infogather'];

/** The pages say how users find what they need, so what they say must work. */
describe('the pages for users', function () {
  this.timeout(pageMs);
  before(buildPrograms);

  it('have no command that is neither run nor left out for a reason', async () => {
    const all = (await Promise.all((await pages()).map(commandFences))).flat();
    const unknown = all.filter((fence) => !isRun(fence) && notRun[fence.text.trim()] === undefined);
    expect(unknown.map(({ page, line, text }) => `${page}:${line}: ${text}`)).to.deep.equal([]);
    expect([...new Set(all.filter(isRun).map(({ page }) => page))]).to.have.members([
      ...here,
      ...ownersPages,
    ]);
  });

  it('run each command that there is', async () => {
    const run = (await Promise.all((await pages()).map(commandFences))).flat().filter(isRun);
    const { stdout } = await ogm(['--help']);
    const [, said = ''] = stdout.split(/^Commands:\n/m);
    const commands = Array.from(said.matchAll(/^ {2}([a-z]+)\b/gm), ([, name = '']) => name);
    expect(commands).to.include.members(['up', 'submit', ...ofJourneys]);
    const missing = commands.filter(
      (name) => !run.some(({ text }) => new RegExp(`\\bogm ${name}(?![a-z])`).test(text)),
    );
    expect(missing).to.have.members([...ofJourneys, 'help']);
  });

  for (const page of here) it(`say what is so: ${page}`, () => runPage(page));
});
