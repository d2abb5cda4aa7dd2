-- The files that a task left in an attempt, where they are more than one message of its node tells: each at its place in
-- the list. They count once the attempt has ended, and its result says how many they are.
CREATE TABLE outputs (
  job        INTEGER NOT NULL,
  number     INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  place      INTEGER NOT NULL CHECK (place >= 0),
  path       TEXT    NOT NULL,
  blob       TEXT    NOT NULL,
  bytes      INTEGER NOT NULL,
  executable INTEGER NOT NULL,
  PRIMARY KEY (job, number, attempt, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX outputs_by_path ON outputs (job, number, attempt, path);
