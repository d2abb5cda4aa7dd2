import { real } from '../support/real.ts';
import { ownersPages } from './support/pages.ts';
import { buildPrograms, pageMs, runPage } from './support/run-page.ts';

describe('the pages for owners', function () {
  this.timeout(pageMs);
  before(buildPrograms);

  for (const page of ownersPages) {
    // All commands of that page need a host behind ssh.
    const isLeftOut = page === 'docs/ssh.md' && !real('ssh');
    (isLeftOut ? it.skip : it)(`say what is so: ${page}`, () => runPage(page));
  }
});
