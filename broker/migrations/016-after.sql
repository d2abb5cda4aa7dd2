-- Sweeps, and jobs that wait for jobs.

-- What says what each task does of its own: parameters, and files. Tasks that stand next to each other stand in one row,
-- from `first` on, each a list in JSON of its parameters, its files, and the number by which its program knows it where
-- that is not its own.
CREATE TABLE job_rows (
  job   INTEGER NOT NULL,
  first INTEGER NOT NULL,
  rows  TEXT    NOT NULL,
  PRIMARY KEY (job, first)
) STRICT, WITHOUT ROWID;

INSERT INTO job_rows (job, first, rows)
SELECT job, 1, (SELECT json_group_array(json_array(json(parameters.value))) FROM json_each(text, '$.parameters') parameters)
FROM job_texts WHERE json_type(text, '$.parameters') = 'array';

UPDATE job_texts SET text = json_remove(text, '$.parameters');

-- Of whose end a job has yet to hear before it begins, and whether that has to be a good one.
CREATE TABLE job_after (
  job    INTEGER NOT NULL,
  before INTEGER NOT NULL,
  needs  TEXT    NOT NULL CHECK (needs IN ('ok', 'ended')),
  PRIMARY KEY (job, before)
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_before ON job_after (before, job);

-- For how many jobs it waits; -1 where it will never begin, for one of them ended otherwise, or left no file that it takes.
ALTER TABLE jobs ADD COLUMN waits INTEGER NOT NULL DEFAULT 0;

-- How many of its tasks nodes may have in their hands at once; nothing where there is no such limit.
ALTER TABLE jobs ADD COLUMN at_once INTEGER CHECK (at_once > 0);

-- The job of which it runs some tasks again.
ALTER TABLE jobs ADD COLUMN again_of TEXT;
