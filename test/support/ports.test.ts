import { expect } from 'chai';
import { ownPort } from './ports.ts';

describe('ports of a test’s own', () => {
  it('are each another, also where none is taken yet', async () => {
    const ports = await Promise.all(Array.from({ length: 300 }, ownPort));
    expect(new Set(ports)).to.have.property('size', ports.length);
  });
});
