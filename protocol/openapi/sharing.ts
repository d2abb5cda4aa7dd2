import { resourceName } from '../resources.ts';
import { groupName } from '../sharing.ts';
import { asJson, type Route } from './route.ts';

const ofGroup = { name: groupName.describe('The name of the group.') };

/** With whom owners share their resources. */
export const sharingRoutes: readonly Route[] = [
  ...(['share', 'unshare'] as const).map(
    (word): Route => ({
      method: 'post',
      path: `/broker/v1/resources/{name}/${word}`,
      id: `${word}Resource`,
      does:
        word === 'share'
          ? 'Has a resource serve users and groups beside its owner'
          : 'Has it serve them no more: what of theirs has not started there goes elsewhere, what runs goes on',
      scopes: ['resources'],
      parameters: { name: resourceName.describe('The name of the resource.') },
      takes: asJson('ShareRequest'),
      gives: [{ status: 204, says: 'So it is, also where it was before.' }],
      problems: [
        'bad-query',
        'not-found',
        ...(word === 'share' ? (['not-isolated', 'too-many-shares'] as const) : []),
        'store-full',
        'store-failed',
      ],
    }),
  ),
  {
    method: 'post',
    path: '/broker/v1/groups',
    id: 'addGroup',
    does: 'Makes a group of users',
    scopes: ['admin'],
    takes: asJson('GroupRequest'),
    gives: [{ status: 201, says: 'It has nobody yet.', content: asJson('Group') }],
    problems: ['bad-query', 'group-exists', 'too-many-shares', 'store-full', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/groups',
    id: 'listGroups',
    does: 'Lists groups of users',
    scopes: ['admin'],
    gives: [{ status: 200, says: 'The groups, and who is in them.', content: asJson('GroupList') }],
    problems: ['store-failed'],
  },
  ...(['add', 'remove'] as const).map(
    (word): Route => ({
      method: 'post',
      path: `/broker/v1/groups/{name}/${word}`,
      id: `${word}Members`,
      does: word === 'add' ? 'Puts users into a group' : 'Takes users out of a group',
      scopes: ['admin'],
      parameters: ofGroup,
      takes: asJson('MembersRequest'),
      gives: [{ status: 204, says: 'So it is, also where it was before.' }],
      problems: [
        'bad-query',
        'not-found',
        ...(word === 'add' ? (['too-many-shares'] as const) : []),
        'store-full',
        'store-failed',
      ],
    }),
  ),
  {
    method: 'delete',
    path: '/broker/v1/groups/{name}',
    id: 'removeGroup',
    does: 'Removes a group: what was shared with it is so no more',
    scopes: ['admin'],
    parameters: ofGroup,
    gives: [{ status: 204, says: 'It is gone.' }],
    problems: ['not-found', 'store-full', 'store-failed'],
  },
];
