import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { siblingFile, siblingModule } from '../../platform/sibling.ts';

describe('sibling', () => {
  it('names a module of the checkout by .ts and one of the built package by .js', () => {
    expect(siblingModule('file:///srv/ogm/platform/store/index.ts', './worker').href).to.equal(
      'file:///srv/ogm/platform/store/worker.ts',
    );
    expect(siblingModule('file:///app/node_modules/ogm/platform/store/index.js', '../worker').href).to.equal(
      'file:///app/node_modules/ogm/platform/worker.js',
    );
  });

  it('looks at the ending of the file alone, whatever else stands in the address', () => {
    expect(siblingModule('file:///srv/app.ts/index.js?v=1.ts', './worker').href).to.equal(
      'file:///srv/app.ts/worker.js',
    );
  });

  it('names files and folders as they are', () => {
    expect(siblingFile('file:///app/store/index.js', './migrations/').href).to.equal(
      'file:///app/store/migrations/',
    );
    expect(siblingFile('file:///app/store/index.ts', './schema.sql').href).to.equal(
      'file:///app/store/schema.sql',
    );
  });

  it('finds a module that is there', () => {
    expect(existsSync(siblingModule(import.meta.url, './sibling.test'))).to.equal(true);
  });
});
