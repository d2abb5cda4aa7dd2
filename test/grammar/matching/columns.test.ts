import { expect } from 'chai';
import { Supply } from '../../../grammar/matching/index.ts';
import { tell } from './support.ts';

describe('the columns of a table of Tells', () => {
  it('are given up when no Tell says anything in them any longer, and those of others stay', () => {
    const supply = new Supply();
    supply.add(tell('stays', 'Cpus: 8', 'Stays: 1'));
    const rows = Array.from({ length: 300 }, (_, number) =>
      supply.add(tell(`t${number}`, `Own${number}: 1`, 'Cpus: 8')),
    );
    expect(supply.column('own0')).to.not.equal(undefined);
    for (const row of rows) supply.remove(row);
    expect(supply.column('own0')).to.equal(undefined);
    expect(supply.column('stays')?.factAt(0)).to.deep.include({ text: '1' });
    const again = supply.add(tell('again', 'Own0: 2'));
    expect(supply.column('own0')?.factAt(again)).to.deep.include({ text: '2' });
  });
});
