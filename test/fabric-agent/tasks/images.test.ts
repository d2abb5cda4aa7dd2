import { expect } from 'chai';
import { mockApplication, TestNode } from './node.ts';

describe('the image of a task', () => {
  it('is brought before it is asked whether the task may start; one that cannot be had gives its task back', async () => {
    const commandLine = ([image = '', ...words]: readonly string[]) => ({ argv: ['mock', ...words], image });
    await using node = await TestNode.start({
      rules: { applications: [{ ...mockApplication, commandLine }] },
    });
    const brought = Promise.withResolvers<void>();
    Object.assign(node.backEnd, {
      async bring(image: string, begins: () => void) {
        begins();
        if (image === 'bad') throw new Error('no such image');
        await brought.promise;
      },
    });
    node.assign('j.1', ['good', 'exit', '0']);
    node.assign('j.2', ['bad', 'exit', '0']);
    const refused = await node.said1('refuse', 'j.2');
    expect(refused).to.deep.include({ code: 'unavailable', reason: 'no such image', elsewhere: true });
    const text = 'bringing the image good';
    expect(node.said).to.deep.include({ type: 'says', task: 'j.1', attempt: 1, kind: 'message', text });
    expect(node.said.some(({ type }) => type === 'may-start')).to.equal(false);
    brought.resolve();
    expect((await node.said1('ended', 'j.1')).exit).to.deep.include({ kind: 'exited', code: 0 });
  });
});
