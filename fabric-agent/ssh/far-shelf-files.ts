import type { ShelfFiles } from '../batch/shelf-files.ts';
import type { Link } from './link.ts';

/** Bytes of one of the files by which agent and jobs talk. */
const mostBytes = 2 ** 20;

/**
 * The files of a shelf on another host. That a file lasts is as much as SFTP can have of it: its bytes are on the disk before it
 * is given its name.
 */
export function filesThere(link: Link): ShelfFiles {
  return {
    async makeFolder(folder) {
      const { sftp } = await link.up();
      const parts = folder.split('/').filter((part) => part !== '');
      // From the innermost that is there on.
      let known = parts.length;
      while (known > 0 && (await sftp.look(`/${parts.slice(0, known).join('/')}`)) === undefined) known -= 1;
      for (let count = known + 1; count <= parts.length; count += 1)
        await sftp.makeFolder(`/${parts.slice(0, count).join('/')}`);
    },
    async names(folder) {
      const { sftp } = await link.up();
      return (await sftp.list(folder)).map(({ name }) => name);
    },
    async read(file) {
      const { sftp } = await link.up();
      return sftp.text(file, mostBytes);
    },
    async put(aside, file, content) {
      const { sftp } = await link.up();
      await sftp.write(aside, [Buffer.from(content)], { mode: 0o600 });
      await sftp.rename(aside, file);
    },
    async make(aside, file, text) {
      const { sftp } = await link.up();
      await sftp.write(aside, [Buffer.from(text)], { mode: 0o600, lasts: true });
      try {
        await sftp.link(aside, file);
        return true;
      } catch (error) {
        // SFTP has no word for what is there already. Of a link whose answer was lost, the text is ours.
        const there = await sftp.text(file, mostBytes);
        if (there === undefined) throw error;
        return there === text;
      } finally {
        await sftp.remove(aside);
      }
    },
    async remove(file) {
      const { sftp } = await link.up();
      await sftp.remove(file);
    },
    async changedMs(file) {
      const { sftp } = await link.up();
      const seconds = (await sftp.look(file))?.changedSeconds;
      return seconds === undefined ? undefined : seconds * 1000;
    },
    watch: () => () => {}, // nothing tells what another host writes
  };
}
