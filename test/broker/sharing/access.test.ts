import { expect } from 'chai';
import fc from 'fast-check';
import { Access, type Membership, type Share } from '../../../broker/sharing/access.ts';

const users = ['ann', 'bob', 'eve'];
const names = ['ann', 'physics', 'chemistry'];
const resources = ['n1', 'n2'];

const shares: fc.Arbitrary<Share[]> = fc.array(
  fc.record({
    resource: fc.constantFrom(...resources),
    kind: fc.constantFrom('user' as const, 'group' as const),
    name: fc.constantFrom(...names),
  }),
  { maxLength: 8 },
);
const members: fc.Arbitrary<Membership[]> = fc.array(
  fc.record({ group: fc.constantFrom(...names), user: fc.constantFrom(...users) }),
  { maxLength: 8 },
);

describe('who may use what', () => {
  it('is who is named, and who is in a group that is named; a user and a group of one name are two', () => {
    fc.assert(
      fc.property(shares, members, shares, members, (before, beforeMembers, after, afterMembers) => {
        const known = new Access(before, beforeMembers);
        for (const resource of resources)
          known.share(
            resource,
            after.filter((one) => one.resource === resource),
          );
        for (const group of names)
          known.group(
            group,
            afterMembers.filter((one) => one.group === group).map(({ user }) => user),
          );
        for (const access of [known, new Access(after, afterMembers)])
          for (const resource of resources)
            for (const user of users) {
              const may = after.some(
                (one) =>
                  one.resource === resource &&
                  (one.kind === 'user'
                    ? one.name === user
                    : afterMembers.some(({ group, user: member }) => group === one.name && member === user)),
              );
              expect(access.mayUse(resource, user)).to.equal(may);
            }
      }),
    );
  });
});
