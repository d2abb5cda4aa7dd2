import { reservationId } from '../agent/reservations.ts';
import { resourceName } from '../resources.ts';
import { asJson, type Route } from './route.ts';

const reservationsPath = '/broker/v1/resources/{name}/reservations';
const ofResource = { name: resourceName.describe('The name of the resource.') };

/** Machines that owners lend, and their agents. */
export const resourceRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/broker/v1/resources',
    id: 'addResource',
    does: 'Adds a resource, which awaits its agent',
    more: 'Again for one whose agent has not come: another secret, and the one before holds no more.',
    scopes: ['resources'],
    takes: asJson('ResourceRequest'),
    gives: [
      {
        status: 201,
        says: 'The secret for its agent, which is told this once.',
        content: asJson('Enrolment'),
      },
    ],
    problems: ['bad-query', 'resource-exists', 'store-full', 'store-failed'],
  },
  {
    method: 'get',
    path: '/broker/v1/resources',
    id: 'listResources',
    does: 'Lists the resources of the caller, and those that are shared with them; all of them for an administrator',
    scopes: ['read'],
    gives: [{ status: 200, says: 'The resources.', content: asJson('ResourceList') }],
    problems: ['store-failed'],
  },
  ...(['drain', 'resume'] as const).map(
    (word): Route => ({
      method: 'post',
      path: `/broker/v1/resources/{name}/${word}`,
      id: `${word}Resource`,
      does: word === 'drain' ? 'Lets a resource take no more tasks' : 'Lets a resource take tasks again',
      scopes: ['resources'],
      parameters: ofResource,
      gives: [{ status: 204, says: 'So it is; what runs there goes on.' }],
      problems: ['not-found', 'store-full', 'store-failed'],
    }),
  ),
  {
    method: 'delete',
    path: '/broker/v1/resources/{name}',
    id: 'removeResource',
    does: 'Removes a resource: its agent is a stranger from now on',
    scopes: ['resources'],
    parameters: ofResource,
    gives: [{ status: 204, says: 'It is gone.' }],
    problems: ['not-found', 'store-full', 'store-failed'],
  },
  {
    method: 'post',
    path: reservationsPath,
    id: 'addReservation',
    does: 'Has the batch system behind a resource keep processor cores for later',
    more: 'Answered once its agent has said how it went, or after `broker.reserve-wait`: the state is `asked` then. Jobs name it by `reservation`.',
    scopes: ['resources'],
    parameters: ofResource,
    takes: asJson('ReservationRequest'),
    gives: [{ status: 201, says: 'The reservation.', content: asJson('Reservation') }],
    problems: ['bad-query', 'not-found', 'reservation-refused', 'store-full', 'store-failed'],
  },
  {
    method: 'get',
    path: reservationsPath,
    id: 'listReservations',
    does: 'Lists what the batch system behind a resource keeps for its owner',
    more: 'Those that are over stay for a day.',
    scopes: ['read'],
    parameters: ofResource,
    gives: [
      { status: 200, says: 'The reservations, by their beginning.', content: asJson('ReservationList') },
    ],
    problems: ['not-found', 'store-failed'],
  },
  {
    method: 'delete',
    path: `${reservationsPath}/{id}`,
    id: 'removeReservation',
    does: 'Has the batch system keep a reservation no longer',
    scopes: ['resources'],
    parameters: { ...ofResource, id: reservationId.describe('The id of the reservation.') },
    gives: [
      { status: 204, says: 'It is gone.' },
      { status: 202, says: 'Its agent has not said yet that it is gone; it will be.' },
    ],
    problems: ['not-found', 'reservation-in-use', 'store-full', 'store-failed'],
  },
  {
    method: 'post',
    path: '/broker/v1/enrol',
    id: 'enrol',
    does: 'Has an agent trusted by its key, for the secret that its owner got',
    more: 'The same again is answered as before.',
    scopes: 'nobody',
    takes: asJson('EnrolRequest'),
    gives: [
      {
        status: 200,
        says: 'What it is called, and the key by which the broker will prove itself.',
        content: asJson('Enrolled'),
      },
    ],
    problems: ['bad-query', 'secret-refused', 'resource-exists', 'store-full', 'store-failed'],
  },
];
