-- Work under agreements. Times are milliseconds since 1970.

-- The Id of the agreement under which the tasks of a job run; none where its owner has open access.
ALTER TABLE jobs ADD COLUMN agreement TEXT;
-- Whether the agreement was made for this job, and ends with it.
ALTER TABLE jobs ADD COLUMN own_agreement INTEGER NOT NULL DEFAULT 0;
-- Why nothing of a job starts any more though its owner has not cancelled it: its agreement has run out, or one side has
-- ended it. What the broker ends costs nothing.
ALTER TABLE jobs ADD COLUMN closed TEXT CHECK (closed IN ('run-out', 'user', 'broker'));

CREATE INDEX jobs_of_agreement ON jobs (agreement, job) WHERE agreement IS NOT NULL;

-- The attempts under agreements that nodes have in their hands, with what each takes by the terms as they were when its
-- node got it. What has a row here may yet cost something.
CREATE TABLE agreement_attempts (
  job       INTEGER NOT NULL,
  number    INTEGER NOT NULL,
  attempt   INTEGER NOT NULL,
  agreement TEXT    NOT NULL,
  -- How long it may run; nothing where it has no limit.
  limit_ms  INTEGER,
  cpus      REAL    NOT NULL,
  gpus      REAL    NOT NULL,
  -- Bytes.
  memory    REAL    NOT NULL,
  PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_of_agreement ON agreement_attempts (agreement);
