import { readFile } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { expect } from 'chai';
import { catalogue, failure } from '../../protocol/catalogue.ts';
import { projectFiles, publishedFolders, root } from '../../tools/project.ts';

/** The ways in which sources write a failure: its code, then its status. */
const written = [
  /\bcode: '([a-z0-9-]+)',\s*status: (\d{3})/g,
  /\brefuse\('([a-z0-9-]+)', (\d{3}),/g,
  /^\s*'?([a-z0-9-]+)'?: \{ status: (\d{3}), next: /gm,
];

/** Codes that stand for one thing to a program, and for several to HTTP. */
const severalStatuses = ['too-large', 'bad-query'];

interface Written {
  readonly path: string;
  readonly code: string;
  readonly status: number;
}

describe('the catalogue of errors', () => {
  let sources: { path: string; text: string }[];
  let failures: Written[];

  before(async () => {
    const folders = await publishedFolders();
    const paths = (await projectFiles()).filter(
      (path) => path.endsWith('.ts') && folders.includes(path.split('/')[0] ?? ''),
    );
    sources = await Promise.all(
      paths.map(async (path) => ({ path, text: await readFile(root + path, 'utf8') })),
    );
    failures = sources
      .filter(({ path }) => !path.startsWith('protocol/catalogue'))
      .flatMap(({ path, text }) =>
        written
          .flatMap((pattern) => [...text.matchAll(pattern)])
          .map(([, code = '', status]) => ({ path, code, status: Number(status) })),
      );
  });

  it('holds every code that a source puts into a failure', () => {
    expect(failures.map(({ code }) => code)).to.include.members(['not-the-owner', 'timeout']);
    const missing = failures.filter(({ code }) => !(code in catalogue));
    expect(missing.map(({ path, code }) => `${path}: ${code}`)).to.deep.equal([]);
  });

  it('holds the codes that a source makes failures of in other ways', () => {
    const other = sources
      .filter(({ path }) => !path.startsWith('grammar/'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/\bcode(?:: [^;\n]*?| = )'([a-z]+(?:-[a-z]+)*)'/g)].map(([, code = '']) => ({
          path,
          code,
        })),
      )
      // What zod calls a check of ours.
      .filter(({ code }) => code !== 'custom' && code !== 'code');
    expect(other).not.to.be.empty;
    const missing = other.filter(({ code }) => !(code in catalogue));
    expect(missing.map(({ path, code }) => `${path}: ${code}`)).to.deep.equal([]);
  });

  it('gives each code the status that it is told with', () => {
    const other = failures
      .filter(({ code }) => code in catalogue && !severalStatuses.includes(code))
      .filter(({ code, status }) => catalogue[code as keyof typeof catalogue].status !== status);
    expect(other.map(({ path, code, status }) => `${path}: ${code} with ${status}`)).to.deep.equal([]);
  });

  it('holds no code that nothing tells', () => {
    const dead = Object.keys(catalogue).filter(
      (code) =>
        !sources.some(
          ({ path, text }) => !path.startsWith('protocol/catalogue') && text.includes(`'${code}'`),
        ),
    );
    expect(dead).to.deep.equal([]);
  });

  it('explains each code in a sentence, and says what to do next', () => {
    for (const [code, { status, means, next }] of Object.entries(catalogue)) {
      expect(code).to.match(/^[a-z]+(-[a-z0-9]+)*$/);
      expect(means, code).to.match(/^[A-Z].*[.)]$/);
      expect(next, code).to.match(/^[a-z].*[^.]$/);
      expect(means + next, 'a row of a table').not.to.match(/[|\n]/);
      expect(STATUS_CODES[status] ?? (status === 499 ? 'Client Closed Request' : undefined), code).to.be.a(
        'string',
      );
    }
  });

  it('makes a failure with the case at hand, and the usual next step unless another is given', () => {
    expect(failure('unavailable', 'the market is away')).to.deep.equal({
      code: 'unavailable',
      status: 503,
      detail: 'the market is away',
      next: catalogue.unavailable.next,
    });
    expect(failure('unavailable', 'the market is away', 'wait').next).to.equal('wait');
  });
});
