-- Standing Asks of users, and the Watches of brokers, which have a Broker-IP. A Watch is known by who watches and its
-- Id, and by its number to the Asks that the log keeps for it.
CREATE TABLE watches (
  watch      INTEGER PRIMARY KEY AUTOINCREMENT,
  watcher    TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  hash       TEXT    NOT NULL,
  broker_ip  TEXT,
  expires_at INTEGER NOT NULL,
  UNIQUE (watcher, id)
) STRICT;
