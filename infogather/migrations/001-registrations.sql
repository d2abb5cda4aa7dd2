-- The live registrations of version 0.1, with the load that was told or polled last, and the loads that
-- polls brought during the last hour. Times are milliseconds since 1970, by this service's clock.
CREATE TABLE registrations (
  place       INTEGER PRIMARY KEY AUTOINCREMENT,
  application TEXT    NOT NULL,
  host        TEXT    NOT NULL,
  poll        TEXT,
  document    TEXT    NOT NULL,
  teller      TEXT    NOT NULL,
  told_at     INTEGER NOT NULL,
  heard_at    INTEGER,
  expires_at  INTEGER NOT NULL,
  UNIQUE (application, host)
) STRICT;

CREATE INDEX registrations_by_expiry ON registrations (expires_at);

CREATE TABLE loads (
  application TEXT    NOT NULL,
  host        TEXT    NOT NULL,
  heard_at    INTEGER NOT NULL,
  cpu_load    REAL,
  date        REAL
) STRICT;

CREATE INDEX loads_by_age ON loads (heard_at);
