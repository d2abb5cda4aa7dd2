import { expect } from 'chai';
import { gridQueuesIn, partitionsIn, pbsQueuesIn } from '../../../fabric-agent/init/queues.ts';

describe('the queues of a batch system', () => {
  it('are the partitions of Slurm that are up, the usual one being known', () => {
    const said = 'long|up\nmain*|up\nbroken|down\nmain*|up\n';
    expect(partitionsIn(said)).to.deep.equal({ queues: ['long', 'main'], usual: 'main' });
    expect(partitionsIn('')).to.deep.equal({ queues: [], usual: undefined });
  });

  it('are those that Grid Engine lists', () => {
    expect(gridQueuesIn('all.q\nmain.q\n')).to.deep.equal({ queues: ['all.q', 'main.q'], usual: undefined });
  });

  it('are the rows of the table of TORQUE', () => {
    const said = [
      'Queue              Max    Tot   Ena   Str   Que   Run   Hld   Wat   Trn   Ext T   Cpt',
      '----------------   ---   ----    --    --   ---   ---   ---   ---   ---   --- -   ---',
      'batch                0      3   yes   yes     0     0     0     0     0     0 E     3',
      'long                 0      0   yes   yes     0     0     0     0     0     0 E     0',
      '',
    ].join('\n');
    expect(pbsQueuesIn(said)).to.deep.equal({ queues: ['batch', 'long'], usual: undefined });
  });
});
