-- What of nodes is held for open Offers, and reserved by agreements. Times are milliseconds since 1970.
CREATE TABLE holds (
  deal      INTEGER NOT NULL REFERENCES deals (deal) ON DELETE CASCADE,
  -- The name of the node's agent.
  agent     TEXT    NOT NULL,
  slots     INTEGER NOT NULL CHECK (slots >= 1),
  -- What one slot takes, by name, as JSON.
  amounts   TEXT    NOT NULL,
  from_at   INTEGER NOT NULL,
  -- Not included.
  until_at  INTEGER NOT NULL CHECK (until_at > from_at),
  kind      TEXT    NOT NULL DEFAULT 'hold' CHECK (kind IN ('hold', 'reservation')),
  -- The Id of the agreement whose tasks run in it.
  agreement TEXT    CHECK ((agreement IS NULL) = (kind = 'hold')),
  -- Whether the batch system behind the node keeps it, once the Offer is accepted.
  back_end  INTEGER NOT NULL DEFAULT 0 CHECK (back_end IN (0, 1)),
  -- Whether the node has gone, or has too little left for it.
  short     INTEGER NOT NULL DEFAULT 0 CHECK (short IN (0, 1)),
  PRIMARY KEY (deal, agent)
) STRICT, WITHOUT ROWID;

CREATE INDEX holds_by_agent ON holds (agent, from_at);

-- Of room that a batch system keeps for an agreement: its deal.
ALTER TABLE reservations ADD COLUMN deal INTEGER;

CREATE INDEX reservations_of_deal ON reservations (deal) WHERE deal IS NOT NULL;

-- Of the last change to them: no two changes have the same, so that memory knows whether it stands where the table does.
CREATE TABLE holds_stamp (
  one   INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  stamp INTEGER NOT NULL
) STRICT;

INSERT INTO holds_stamp (one, stamp) VALUES (1, 0);
