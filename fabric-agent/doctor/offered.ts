import { batchSystemOf } from '../batch/open.ts';
import type { AgentSettings } from '../settings.ts';
import { type Finding, warning } from './finding.ts';

/** Whether tasks find anything to run: nothing is said where they do. */
export function judgeOffered({
  applications,
  detect,
  'detect-also': also,
  'back-end': backEnd,
}: Pick<AgentSettings, 'applications' | 'detect' | 'detect-also' | 'back-end'>): Finding[] {
  if (backEnd === 'container' && applications.every(({ image }) => image === undefined))
    return [
      warning(
        'applications',
        'none of the configuration has an image, so tasks find nothing to run in containers',
        'name one in agent.applications, with its image and its argv',
      ),
    ];
  if (applications.length === 0 && !detect && also.length === 0)
    return [
      warning(
        'applications',
        'none is configured, and none is looked for: node alone is offered',
        'name some in agent.applications, or set agent.detect to true',
      ),
    ];
  return [];
}

/** File systems that several machines see, by what statfs(2) calls them. */
const sharedKinds: ReadonlySet<number> = new Set([
  0x6969, // NFS
  0x0bd00bd0, // Lustre
  0x47504653, // GPFS
  0x19830326, // BeeGFS
  0x00c36400, // CephFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB2
  0x5346414f, // AFS
  0x6b414653, // kAFS
  0x01161970, // GFS2
  0x7461636f, // OCFS2
  0x65735546, // FUSE, as of many that are
]);

/** Whether the machines of a cluster see the data folder; nothing is said where it needs not be so. */
export function judgeSharedFolder(
  folder: string,
  kind: number,
  { 'back-end': backEnd }: Pick<AgentSettings, 'back-end'>,
): Finding[] {
  if (batchSystemOf(backEnd) === undefined || sharedKinds.has(kind)) return [];
  return [
    warning(
      'data folder',
      `${folder} lies on a file system of this machine alone, as it seems: tasks of other machines of the cluster would not find their files`,
      'set house.data to a folder that they share, unless the cluster is this one machine',
    ),
  ];
}
