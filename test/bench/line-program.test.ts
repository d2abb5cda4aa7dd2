import { expect } from 'chai';
import { LineProgram } from '../../bench/harness/line-program.ts';

describe('a program that answers by lines', () => {
  it('is ready after its first line, and answers each line by one', async () => {
    const shouting = 'echo ready; while read -r line; do echo "$line!"; done';
    await using program = await LineProgram.start('sh', ['-c', shouting]);
    expect(await program.ask('one')).to.equal('one!');
    expect(await program.ask('and two')).to.equal('and two!');
  });

  it('breaks a question off where it ends instead', async () => {
    await using program = await LineProgram.start('sh', ['-c', 'echo ready; read -r line; exit 3']);
    const failed = await program.ask('one').catch((error: unknown) => error);
    expect(failed)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/has ended \(3\)/);
  });

  it('is ended with the scope that started it, though it does not listen', async () => {
    let program: LineProgram;
    {
      await using started = await LineProgram.start('sh', ['-c', 'echo ready; exec cat']);
      program = started;
    }
    const failed = await program.ask('one').catch((error: unknown) => error);
    expect(failed)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/has ended \(0\)/);
  });
});
