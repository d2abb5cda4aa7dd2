import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Finding, warning, well, wrong } from './finding.ts';

/** How it is with the agent's data folder. */
export interface FolderFacts {
  readonly folder: string;
  /** Undefined where it is not there. */
  readonly owner: number | undefined;
  readonly mode: number;
  readonly freeBytes: number;
}

/** Less than this, in bytes, and the journals of tasks soon find no room. */
const leastFreeBytes = 64 * 2 ** 20;
const others = 0o077;

export async function lookAtFolder(folder: string): Promise<FolderFacts> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return { folder, owner: undefined, mode: 0, freeBytes: 0 };
  const { bavail, bsize } = await statfs(folder);
  return { folder, owner: found.uid, mode: found.mode, freeBytes: bavail * bsize };
}

/** Which kind of file system a folder lies on, or would, as statfs(2) calls it. */
export async function fileSystemOf(folder: string): Promise<number> {
  for (let place = folder; ; place = dirname(place)) {
    const found = await statfs(place).catch(() => undefined);
    if (found !== undefined) return found.type;
    if (place === dirname(place)) return 0;
  }
}

/** `uid` is who runs the agent, `resultBytes` what one task may write. */
export function judgeFolder(facts: FolderFacts, uid: number | undefined, resultBytes: number): Finding[] {
  const { folder, owner, mode, freeBytes } = facts;
  if (owner === undefined) return [well('data folder', `${folder} is made when the agent starts`)];
  return [judgeRights(folder, owner, mode, uid), judgeRoom(folder, freeBytes, resultBytes)];
}

function judgeRights(folder: string, owner: number, mode: number, uid: number | undefined): Finding {
  if (uid !== undefined && owner !== uid)
    return wrong(
      'data folder',
      `${folder} belongs to another user (${owner})`,
      `give it to the agent's (chown -R ${uid} ${folder}), or set house.data`,
    );
  if ((mode & others) !== 0)
    return wrong(
      'data folder',
      `others may look into ${folder} (mode ${(mode & 0o777).toString(8)})`,
      `chmod 700 ${folder}`,
    );
  return well('data folder', `${folder} is this user's alone`);
}

function judgeRoom(folder: string, freeBytes: number, resultBytes: number): Finding {
  const free = `${Math.floor(freeBytes / 2 ** 20)} MiB are free`;
  if (freeBytes < leastFreeBytes)
    return wrong('disk', `${free} in ${folder}`, 'make room, or move house.data to a larger disk');
  if (freeBytes < resultBytes)
    return warning(
      'disk',
      `${free}, less than the ${Math.floor(resultBytes / 2 ** 20)} MiB that one task may write`,
      'make room, or lower agent.result-size',
    );
  return well('disk', free);
}
