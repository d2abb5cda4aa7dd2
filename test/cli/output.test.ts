import { expect } from 'chai';
import { createOutput, failureLines } from '../../cli/output.ts';

/** A stream that keeps what is written, and is a terminal or not. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  const kept = { isTTY, columns: 20, write: (text: string) => written.push(text) > 0 };
  return { written, stream: kept as unknown as NodeJS.WriteStream };
}

function output(isTerminal: boolean, env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [stream(isTerminal), stream(isTerminal)];
  return {
    out: createOutput(stdout.stream, stderr.stream, env),
    stdout: stdout.written,
    stderr: stderr.written,
  };
}

describe('what a command says', () => {
  it('goes to standard output where it is a result, else to standard error', () => {
    const { out, stdout, stderr } = output(false);
    out.print('a result');
    out.note('a remark');
    expect({ stdout, stderr }).to.deep.equal({ stdout: ['a result\n'], stderr: ['a remark\n'] });
  });

  it('shows progress on a terminal alone, in one line that the next word replaces', () => {
    const { out, stderr } = output(true);
    out.progress('sending a.txt');
    out.progress('sending a file with a long name');
    out.note('done');
    expect(stderr.join('')).to.equal('sending a.txt\r\u001b[2Ksending a file with\r\u001b[2Kdone\n');
    const elsewhere = output(false);
    elsewhere.out.progress('sending a.txt');
    expect(elsewhere.stderr).to.deep.equal([]);
  });

  it('is coloured on a terminal alone, and not where NO_COLOR is set', () => {
    expect(output(true).out.paint('bold', 'so')).to.equal('\u001b[1mso\u001b[22m');
    expect(output(true, { NO_COLOR: '1' }).out.paint('bold', 'so')).to.equal('so');
    expect(output(false).out.paint('bold', 'so')).to.equal('so');
  });

  it('is one line for a failure, with the next step, and a line for each where several things are wrong', () => {
    const failure = { code: 'unreachable', status: 502, detail: 'nothing listens there' };
    expect(failureLines(failure)).to.equal('ogm: nothing listens there');
    expect(failureLines({ ...failure, next: 'try again' })).to.equal('ogm: nothing listens there; try again');
    expect(failureLines({ ...failure, detail: 'one\ntwo', next: 'mend both' })).to.equal(
      'ogm: one\n  two\n  next: mend both',
    );
  });
});
