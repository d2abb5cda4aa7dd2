import { ownersPages } from './support/pages.ts';
import { buildPrograms, pageMs, runPage } from './support/run-page.ts';

describe('the pages for owners', function () {
  this.timeout(pageMs);
  before(buildPrograms);

  for (const page of ownersPages) it(`say what is so: ${page}`, () => runPage(page));
});
