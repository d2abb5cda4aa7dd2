import type { CatalogueEntry } from './catalogue-entry.ts';

/** The part of the catalogue that is of jobs, of their files, and of agents. */
export const jobFailures = {
  'job-refused': {
    status: 422,
    means: 'A job, or a change of one, says what no job may say here.',
    next: 'mend what is named and send it again',
  },
  'no-agreement': {
    status: 402,
    means:
      'The broker runs jobs of this user under agreements alone, and the job names none and brings no Ask.',
    next: 'submit it with an Ask (ogm submit --ask FILE), or name an agreement of yours (ogm agreement list)',
  },
  'agreement-over': {
    status: 409,
    means: 'The agreement that a job names has ended, or is about to: nothing starts under it any more.',
    next: 'ask for another with ogm submit --ask FILE; ogm agreement list tells which are active',
  },
  'no-capacity': {
    status: 409,
    means: 'What an Offer would hold, or an agreement have, is held, reserved or taken by others.',
    next: 'ask again, for fewer slots at once or a later Start: the Decline names the earliest',
  },
  'request-reused': {
    status: 409,
    means: 'Another job was submitted under the same word for its request.',
    next: 'give each job a word of its own',
  },
  'blobs-missing': {
    status: 409,
    means: 'A job names files that you have not sent.',
    next: 'send the blobs that are named, then the job again',
  },
  'not-now': {
    status: 409,
    means: 'The job or task is not in a state in which this can be done.',
    next: 'look at its state; docs/jobs.md tells what may become of it',
  },
  'attempt-over': {
    status: 412,
    means: 'What a task printed was asked for of one attempt, and it is in another one by now.',
    next: 'ask from the first byte on, without If-Match',
  },
  'node-silent': {
    status: 503,
    means: 'A program runs on a node of which nothing is heard just now: what it prints cannot be told.',
    next: 'ask again in a while; ogm resource list tells whether the node is there, and what was printed is not lost',
  },
  'node-busy': {
    status: 503,
    means: 'As many requests as may read what programs print on one node while they run.',
    next: 'ask again in a moment, or let the owner of the broker raise broker.reads-each',
  },
  'cursor-expired': {
    status: 410,
    means: 'The events do not go back as far as this cursor.',
    next: 'list your jobs anew, and go on from the cursor that comes with them',
  },
  'too-many-jobs': {
    status: 503,
    means: 'The broker keeps as many jobs of this owner as it may.',
    next: 'delete some that have ended, or let the owner of the broker raise broker.jobs-each',
  },
  'upload-gap': {
    status: 409,
    means: 'A part of a file does not follow the bytes of it that are here.',
    next: 'ask how much is here, and send what follows',
  },
  'upload-wrong': {
    status: 422,
    means: 'A file came whole, and is not what its name says; nothing of it was kept.',
    next: 'send it again from its beginning',
  },
  'staging-full': {
    status: 503,
    means: 'The broker keeps as many files of jobs, or takes as many in at once, as its owner allows.',
    next: 'delete jobs that have ended, or raise broker.staging-size',
  },
  'resource-exists': {
    status: 409,
    means: 'The name, or the key, is that of a resource already.',
    next: 'remove that one first, or choose another name',
  },
  'reservation-refused': {
    status: 409,
    means: 'Nothing is kept for later: the resource, or the batch system behind it, does not keep it.',
    next: 'see with ogm resource show what it can do, and with ogm resource reservations what is kept already',
  },
  'reservation-in-use': {
    status: 409,
    means: 'A job that is not over is to run in the reservation.',
    next: 'wait for the job, or cancel it',
  },
  'not-isolated': {
    status: 409,
    means: 'Programs of others would run on the resource among what is its owner’s.',
    next: 'share a resource whose back end isolates, or set agent.accept-unisolated there',
  },
  'group-exists': {
    status: 409,
    means: 'The name is that of a group already.',
    next: 'choose another name',
  },
  'too-many-shares': {
    status: 409,
    means: 'There are as many groups, users in one, or shares of one resource, as may be.',
    next: 'take some back that nobody needs, or let the owner of the broker raise the setting',
  },
  'secret-refused': {
    status: 403,
    means: 'The secret is of no resource that awaits its agent: it was used, is too old, or never was.',
    next: 'let the owner add the resource again with ogm resource add, which gives a new one',
  },
  'not-enrolled': {
    status: 403,
    means: 'The key of the agent is of no resource of this broker, or it did not prove that it has the key.',
    next: 'enrol it with the secret that ogm resource add gives',
  },
  'supervisor-failed': {
    status: 503,
    means: 'The process that starts the programs of tasks on a node cannot run.',
    next: 'look at the folder of the agent and its rights, then start the agent again',
  },
  'back-end-changed': {
    status: 409,
    means: 'An agent is to run tasks by another back end, and has some with the one before.',
    next: 'let those end with the back end as it was set before',
  },
  'back-end-failed': {
    status: 503,
    means: 'What was to run the programs of tasks on a node does not work there.',
    next: 'see what ogm agent doctor says, or set agent.back-end to local',
  },
  'supervisor-refused': {
    status: 503,
    means: 'The process that starts the programs of tasks on a node says no.',
    next: 'see the log of the agent; the task is tried again where it did not start',
  },
  'wrong-protocol': {
    status: 400,
    means: 'The agent speaks another version of the protocol, or what it sent is nothing of it.',
    next: 'use an agent and a broker of the same version; docs/agent-protocol.md tells what is spoken',
  },
} as const satisfies Record<string, CatalogueEntry>;
