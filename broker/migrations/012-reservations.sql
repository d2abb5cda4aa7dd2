-- Room that the batch systems behind resources keep for later, at the word of the resources' owners. Times are milliseconds since 1970.
CREATE TABLE reservations (
  id         TEXT    NOT NULL PRIMARY KEY,
  resource   TEXT    NOT NULL REFERENCES resources (name) ON DELETE CASCADE,
  slots      INTEGER NOT NULL,
  start_at   INTEGER NOT NULL,
  end_at     INTEGER NOT NULL,
  -- `releasing`: nobody wants it any more, and its agent has yet to say that it is gone.
  state      TEXT    NOT NULL CHECK (state IN ('asked', 'kept', 'refused', 'releasing')),
  -- What the batch system calls it.
  handle     TEXT,
  reason     TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_of_resource ON reservations (resource, start_at);

-- The reservation in which the tasks of a job run.
ALTER TABLE jobs ADD COLUMN reservation TEXT;

CREATE INDEX jobs_in_reservation ON jobs (reservation) WHERE reservation IS NOT NULL;
