import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { Interrupted, openTerminal } from '../../../cli/agent-init/terminal.ts';

const ctrlC = '\x03';

describe('the terminal of ogm agent init', () => {
  it('asks one question after the other', async () => {
    const keys = new PassThrough();
    const terminal = openTerminal(keys, new PassThrough());
    const first = terminal.ask('one? ');
    keys.write('yes\r');
    expect(await first).to.equal('yes');
    const second = terminal.ask('two? ');
    keys.write('\r');
    expect(await second).to.equal('');
    terminal.close();
  });

  it('is left by Ctrl-C, and by the end of what is typed, now or at the next question', async () => {
    for (const leave of [(keys: PassThrough) => keys.write(ctrlC), (keys: PassThrough) => keys.end()]) {
      const keys = new PassThrough();
      const terminal = openTerminal(keys, new PassThrough());
      const asked = terminal.ask('one? ').catch((error: unknown) => error);
      leave(keys);
      expect(await asked).to.be.instanceOf(Interrupted);
      expect(await terminal.ask('two? ').catch((error: unknown) => error)).to.be.instanceOf(Interrupted);
    }
  });
});
