import { partQuery } from '../blobs.ts';
import { blobHash } from '../jobs/job.ts';
import { asJson, inRanges, noSuchRange, type Route } from './route.ts';

const ofBlob = { blob: blobHash.describe('The SHA-256 of the file, in small hexadecimal.') };

/** The files of jobs. */
export const stagingRoutes: readonly Route[] = [
  {
    method: 'put',
    path: '/broker/v1/blobs/{blob}',
    id: 'sendBlob',
    does: 'Sends a part of a file, or all of it',
    more: 'Parts follow each other, each as large as the sender likes; bytes that came before are passed over, and what came of a part that broke off stays. With the one that reaches `total` the file is checked, and on disk.',
    scopes: ['submit'],
    forAgents: true,
    parameters: ofBlob,
    query: partQuery,
    takes: { 'application/octet-stream': 'bytes' },
    takesNothing: true,
    gives: [{ status: 200, says: 'How much of it is here.', content: asJson('Upload') }],
    problems: [
      'bad-query',
      'not-found',
      'upload-gap',
      'upload-wrong',
      'staging-full',
      'store-full',
      'store-failed',
    ],
  },
  {
    method: 'get',
    path: '/broker/v1/blobs/{blob}/upload',
    id: 'getUpload',
    does: 'Tells how much of a file is here that the caller sends',
    scopes: ['submit'],
    forAgents: true,
    parameters: ofBlob,
    gives: [{ status: 200, says: 'How much of it is here.', content: asJson('Upload') }],
    problems: ['not-found', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/blobs/{blob}',
    id: 'getBlob',
    does: 'Gives a file that the caller may see',
    scopes: ['read'],
    forAgents: true,
    parameters: ofBlob,
    ...inRanges('The whole file.'),
    problems: ['not-found', noSuchRange, 'store-failed'],
  },
];
