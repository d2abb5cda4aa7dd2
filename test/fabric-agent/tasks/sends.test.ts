import type { FileHandle } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { Sends } from '../../../fabric-agent/tasks/sends.ts';

/** A file that only knows whether it is open. */
class Handle {
  isOpen = true;
  async close(): Promise<void> {
    this.isOpen = false;
  }
}

describe('sending files a few at once', () => {
  it('sends each blob once, no more than eight at a time, and closes every file', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ blob: fc.nat(20), turns: fc.nat(4) }), { maxLength: 60 }),
        fc.option(fc.nat(20)),
        async (files, failing) => {
          const sent: string[] = [];
          const handles: Handle[] = [];
          let atOnce = 0;
          let most = 0;
          const send = async (_handle: FileHandle, turns: number, blob: string) => {
            atOnce += 1;
            most = Math.max(most, atOnce);
            for (let done = 0; done < turns; done += 1) await turn();
            atOnce -= 1;
            if (blob === String(failing)) throw new Error(`no ${blob}`);
            sent.push(blob);
          };
          const done = (async () => {
            await using sends = new Sends(send);
            for (const { blob, turns } of files) {
              const handle = new Handle();
              handles.push(handle);
              sends.take(handle as unknown as FileHandle);
              await sends.begin(handle as unknown as FileHandle, turns, String(blob));
            }
            await sends.all();
          })();
          const blobs = new Set(files.map(({ blob }) => String(blob)));
          if (failing !== null && blobs.has(String(failing)))
            expect(await done.catch(({ message }: Error) => message)).to.equal(`no ${failing}`);
          else {
            await done;
            expect(sent.toSorted()).to.deep.equal([...blobs].toSorted());
          }
          expect(most).to.be.at.most(8);
          expect([atOnce, handles.filter(({ isOpen }) => isOpen)]).to.deep.equal([0, []]);
          expect(new Set(sent).size).to.equal(sent.length);
        },
      ),
    ));
});
