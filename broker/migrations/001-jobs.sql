-- Jobs, their tasks, and what became of them. Times are milliseconds since 1970, by this service's clock.

-- All that may become of a job and of a task: the same as protocol/jobs/states.ts says.
CREATE TABLE job_moves (
  before TEXT NOT NULL,
  after  TEXT NOT NULL,
  PRIMARY KEY (before, after)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_moves (
  before TEXT NOT NULL,
  after  TEXT NOT NULL,
  PRIMARY KEY (before, after)
) STRICT, WITHOUT ROWID;

INSERT INTO job_moves (before, after) VALUES
  ('NEW', 'QUEUED'),
  ('NEW', 'CANCELLED'),
  ('QUEUED', 'RUNNING'),
  ('QUEUED', 'FAILED'),
  ('QUEUED', 'CANCELLED'),
  ('RUNNING', 'WAITING'),
  ('RUNNING', 'FINISHED'),
  ('RUNNING', 'FAILED'),
  ('RUNNING', 'CANCELLED'),
  ('WAITING', 'RUNNING'),
  ('WAITING', 'FINISHED'),
  ('WAITING', 'FAILED'),
  ('WAITING', 'CANCELLED');

INSERT INTO task_moves (before, after) VALUES
  ('matching', 'held'),
  ('matching', 'cancelled'),
  ('held', 'staging-in'),
  ('held', 'started'),
  ('held', 'matching'),
  ('held', 'failed'),
  ('held', 'cancelled'),
  ('staging-in', 'started'),
  ('staging-in', 'matching'),
  ('staging-in', 'failed'),
  ('staging-in', 'cancelled'),
  ('started', 'staging-out'),
  ('started', 'done'),
  ('started', 'failed'),
  ('started', 'lost'),
  ('started', 'matching'),
  ('started', 'cancelled'),
  ('staging-out', 'done'),
  ('staging-out', 'failed'),
  ('staging-out', 'lost'),
  ('staging-out', 'matching'),
  ('staging-out', 'cancelled'),
  ('lost', 'matching'),
  ('lost', 'failed'),
  ('lost', 'done'),
  ('lost', 'cancelled');

-- What is kept of who submits jobs. `used` is what they have used by `used_at`, in cpu-seconds that decay.
CREATE TABLE owners (
  owner   TEXT    NOT NULL PRIMARY KEY,
  jobs    INTEGER NOT NULL DEFAULT 0,
  used    REAL    NOT NULL DEFAULT 0,
  used_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A job is one row however many tasks it has: a task has no row before it is tried first. `next` is the lowest number
-- that never was; `matching` counts those too. The columns from `matching` on count its tasks by their states, and
-- `asking` those of them that wait for an answer.
CREATE TABLE jobs (
  job          INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT    NOT NULL UNIQUE,
  owner        TEXT    NOT NULL,
  request      TEXT,
  digest       TEXT,
  name         TEXT    NOT NULL,
  application  TEXT    NOT NULL,
  -- The Ask of its owner, as it was sent, and the names of the resources that it wants, as a list in JSON.
  ask          TEXT,
  resources    TEXT,
  priority     INTEGER NOT NULL,
  repeatable   INTEGER NOT NULL,
  state        TEXT    NOT NULL CHECK (state IN ('NEW', 'QUEUED', 'RUNNING', 'WAITING', 'FINISHED', 'FAILED', 'CANCELLED')),
  reason       TEXT,
  -- How long its programs have to end once its owner has cancelled it; nothing where nobody has.
  cancel_ms    INTEGER,
  -- How long a task may run; nothing where it has no limit.
  limit_ms     INTEGER,
  -- What each of its tasks takes of processors at least.
  cpus         REAL    NOT NULL,
  tasks        INTEGER NOT NULL,
  next         INTEGER NOT NULL DEFAULT 1 CHECK (next BETWEEN 1 AND tasks + 1),
  created_at   INTEGER NOT NULL,
  submitted_at INTEGER,
  ended_at     INTEGER,
  cursor       INTEGER NOT NULL DEFAULT 0,
  matching     INTEGER NOT NULL CHECK (matching >= 0),
  held         INTEGER NOT NULL DEFAULT 0 CHECK (held >= 0),
  staging_in   INTEGER NOT NULL DEFAULT 0 CHECK (staging_in >= 0),
  started      INTEGER NOT NULL DEFAULT 0 CHECK (started >= 0),
  staging_out  INTEGER NOT NULL DEFAULT 0 CHECK (staging_out >= 0),
  done         INTEGER NOT NULL DEFAULT 0 CHECK (done >= 0),
  failed       INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
  lost         INTEGER NOT NULL DEFAULT 0 CHECK (lost >= 0),
  cancelled    INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
  asking       INTEGER NOT NULL DEFAULT 0 CHECK (asking >= 0),
  CHECK (matching + held + staging_in + started + staging_out + done + failed + lost + cancelled = tasks)
) STRICT;

CREATE UNIQUE INDEX jobs_by_request ON jobs (owner, request) WHERE request IS NOT NULL;
CREATE INDEX jobs_by_owner ON jobs (owner, job);
CREATE INDEX jobs_by_state ON jobs (owner, state, job);
CREATE INDEX jobs_open ON jobs (job) WHERE state IN ('QUEUED', 'RUNNING', 'WAITING');

-- What a job is to do, as JSON: apart, for it is long, never changes once the job is queued, and is read seldom.
CREATE TABLE job_texts (
  job  INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE tasks (
  job         INTEGER NOT NULL,
  number      INTEGER NOT NULL,
  state       TEXT    NOT NULL,
  attempt     INTEGER NOT NULL,
  resource    TEXT    NOT NULL,
  -- By the node's own clock; what it said when it asked whether it may start.
  asked_at    REAL,
  started_at  INTEGER,
  -- Nothing may run after it; nothing where the task has no time limit.
  lease_until INTEGER,
  reason      TEXT,
  -- How it ended and what it left, as JSON.
  result      TEXT,
  progress    REAL,
  question    TEXT,
  answer      TEXT,
  -- How much its program has said in this attempt.
  said        INTEGER NOT NULL DEFAULT 0,
  -- The resources that refused it, as a list in JSON.
  refused     TEXT,
  PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

-- All but those that went well: what is read again at start, and what a user looks for.
CREATE INDEX tasks_not_done ON tasks (state, job, number) WHERE state <> 'done';

-- What changed, in the order of the commits.
CREATE TABLE events (
  cursor  INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  job     INTEGER NOT NULL,
  task    INTEGER,
  attempt INTEGER,
  kind    TEXT    NOT NULL CHECK (kind IN ('state', 'progress', 'message', 'question', 'answer')),
  state   TEXT,
  text    TEXT
) STRICT;

CREATE INDEX events_by_job ON events (job, cursor);

-- How far back the events go: all that came after this cursor are there.
CREATE TABLE horizon (cursor INTEGER NOT NULL) STRICT;
INSERT INTO horizon (cursor) VALUES (0);

-- Jobs that were deleted, whose tasks and events are yet to be.
CREATE TABLE deleted (job INTEGER PRIMARY KEY) STRICT;

CREATE TRIGGER jobs_begin BEFORE INSERT ON jobs WHEN NEW.state NOT IN ('NEW', 'QUEUED')
BEGIN SELECT RAISE(ABORT, 'a job begins as NEW or QUEUED'); END;

CREATE TRIGGER jobs_move BEFORE UPDATE OF state ON jobs
WHEN NEW.state IS NOT OLD.state
  AND NOT EXISTS (SELECT 1 FROM job_moves WHERE before = OLD.state AND after = NEW.state)
BEGIN SELECT RAISE(ABORT, 'a job does not move so'); END;

CREATE TRIGGER tasks_begin BEFORE INSERT ON tasks
WHEN NOT EXISTS (SELECT 1 FROM task_moves WHERE before = 'matching' AND after = NEW.state) OR NEW.attempt <> 1
BEGIN SELECT RAISE(ABORT, 'a task begins by its first attempt'); END;

CREATE TRIGGER tasks_move BEFORE UPDATE OF state, attempt ON tasks
WHEN NEW.attempt <> OLD.attempt + (OLD.state = 'matching' AND NEW.state = 'held')
  OR (NEW.state IS NOT OLD.state
    AND NOT EXISTS (SELECT 1 FROM task_moves WHERE before = OLD.state AND after = NEW.state))
BEGIN SELECT RAISE(ABORT, 'a task does not move so'); END;
