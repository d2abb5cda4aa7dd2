-- Offers, agreements, and what was said of them. Times are milliseconds since 1970, by this service's clock.

-- All that may become of a deal: the same as protocol/deals/states.ts says.
CREATE TABLE deal_moves (
  before TEXT NOT NULL,
  verb   TEXT NOT NULL,
  after  TEXT NOT NULL,
  PRIMARY KEY (before, verb, after)
) STRICT, WITHOUT ROWID;

INSERT INTO deal_moves (before, verb, after) VALUES
  ('open', 'Counter', 'countered'),
  ('declined', 'Counter', 'countered'),
  ('countered', 'Counter', 'countered'),
  ('open', 'Reject', 'rejected'),
  ('open', 'Cancel', 'withdrawn'),
  ('open', 'lapse', 'lapsed'),
  ('open', 'Accept', 'active'),
  ('open', 'Accept', 'accepting'),
  ('accepting', 'reserved', 'active'),
  ('accepting', 'refused', 'refused'),
  ('active', 'Terminate', 'ending'),
  ('active', 'Complete', 'ending'),
  ('active', 'until', 'ending'),
  ('ending', 'settled', 'terminated'),
  ('ending', 'settled', 'completed');

-- A row is one Offer, or one Decline that is not final. `offer` is the Id of either; `agreement` that of the Agreement from
-- Accept on. Lists and objects are JSON. An amount of money is decimal text.
CREATE TABLE deals (
  deal        INTEGER PRIMARY KEY AUTOINCREMENT,
  offer       TEXT    NOT NULL UNIQUE,
  agreement   TEXT    UNIQUE,
  owner       TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  -- The last move: what a trigger holds to the table above.
  verb        TEXT,
  -- The Id of the Ask, and its headers with what Counters have changed since.
  ask_id      TEXT    NOT NULL,
  ask         TEXT    NOT NULL,
  -- The first row of the same Ask, and how often it was countered before and with this one.
  negotiation INTEGER,
  rounds      INTEGER NOT NULL DEFAULT 0,
  application TEXT,
  -- The Id of the Tell, where it is known.
  tell        TEXT,
  -- What is agreed: headers, as [{name, value}].
  terms       TEXT    NOT NULL,
  -- What one slot takes, by name, and how many there are at once.
  amounts     TEXT    NOT NULL DEFAULT '{}',
  slots       INTEGER NOT NULL DEFAULT 1 CHECK (slots >= 1),
  -- Where: the agents' names, and how many slots on each, as [[agent, slots]].
  places      TEXT    NOT NULL DEFAULT '[]',
  -- The Id of the Accept that waits for a batch system, or was answered.
  accepted_by TEXT,
  price       TEXT,
  currency    TEXT,
  estimate    TEXT,
  -- What was used so far (as `Used` of the language), and what was charged for it.
  used        TEXT,
  charged     TEXT,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER,
  starts_at   INTEGER,
  deadline_at INTEGER,
  until_at    INTEGER,
  ended_at    INTEGER,
  -- How it ends once the last attempt is reported.
  ends_as     TEXT    CHECK (ends_as IN ('terminated', 'completed')),
  reason_word TEXT,
  reason_text TEXT,
  -- What its tasks may take at most, in cpu-hours; nothing where it says no Walltime.
  cpu_hours   REAL,
  short       INTEGER NOT NULL DEFAULT 0 CHECK (short IN (0, 1)),
  -- The batch system's name of what it has reserved.
  reservation TEXT,
  cursor      INTEGER NOT NULL DEFAULT 0,
  CHECK ((ends_as IS NULL) = (state NOT IN ('ending', 'terminated', 'completed'))),
  CHECK (agreement IS NOT NULL OR state NOT IN ('active', 'ending', 'terminated', 'completed'))
) STRICT;

CREATE INDEX deals_by_owner ON deals (owner, deal);
CREATE INDEX deals_by_state ON deals (owner, state, deal);
CREATE INDEX deals_by_negotiation ON deals (negotiation);
CREATE INDEX deals_open ON deals (expires_at) WHERE state = 'open';
CREATE INDEX deals_active ON deals (until_at) WHERE state = 'active';
CREATE INDEX deals_under_way ON deals (deal) WHERE state IN ('accepting', 'ending');
CREATE INDEX deals_over ON deals (ended_at) WHERE ended_at IS NOT NULL;

CREATE TRIGGER deals_begin BEFORE INSERT ON deals WHEN NEW.state NOT IN ('open', 'declined') OR NEW.verb IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a deal begins as an Offer or a Decline'); END;

CREATE TRIGGER deals_move BEFORE UPDATE OF state, verb ON deals
WHEN NOT EXISTS (SELECT 1 FROM deal_moves WHERE before = OLD.state AND verb = NEW.verb AND after = NEW.state)
BEGIN SELECT RAISE(ABORT, 'a deal does not move so'); END;

-- What each owner has said of deals, by the Id that it had, and what was answered: who says it again gets the same.
CREATE TABLE deal_documents (
  owner  TEXT    NOT NULL,
  id     TEXT    NOT NULL,
  -- Of its text.
  digest TEXT    NOT NULL,
  deal   INTEGER,
  at     INTEGER NOT NULL,
  -- The answering documents, as lists of headers.
  answer TEXT    NOT NULL,
  PRIMARY KEY (owner, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deal_documents_by_age ON deal_documents (at);
CREATE INDEX deal_documents_by_deal ON deal_documents (deal);

-- How many of them there are of each owner: to count them would take the longer the more there are.
CREATE TABLE deal_owners (
  owner     TEXT    NOT NULL PRIMARY KEY,
  documents INTEGER NOT NULL DEFAULT 0 CHECK (documents >= 0)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER deal_documents_come AFTER INSERT ON deal_documents BEGIN
  INSERT INTO deal_owners (owner, documents) VALUES (NEW.owner, 1)
  ON CONFLICT DO UPDATE SET documents = documents + 1;
END;

CREATE TRIGGER deal_documents_go AFTER DELETE ON deal_documents BEGIN
  UPDATE deal_owners SET documents = documents - 1 WHERE owner = OLD.owner;
END;


-- What became of Amends: the same as protocol/deals/states.ts says.
CREATE TABLE amendment_moves (
  before TEXT NOT NULL,
  verb   TEXT NOT NULL,
  after  TEXT NOT NULL,
  PRIMARY KEY (before, verb, after)
) STRICT, WITHOUT ROWID;

INSERT INTO amendment_moves (before, verb, after) VALUES
  ('proposed', 'Accept', 'agreed'),
  ('proposed', 'Reject', 'refused'),
  ('proposed', 'lapse', 'lapsed');

-- What one side of an agreement wants changed in it. One is open at a time.
CREATE TABLE amendments (
  amendment  INTEGER PRIMARY KEY AUTOINCREMENT,
  deal       INTEGER NOT NULL REFERENCES deals (deal) ON DELETE CASCADE,
  -- The Id of the Amend, and who sent it.
  id         TEXT    NOT NULL,
  by         TEXT    NOT NULL CHECK (by IN ('user', 'broker')),
  state      TEXT    NOT NULL,
  verb       TEXT,
  -- What it says, and the whole of the terms with it: headers, as [{name, value}].
  changes    TEXT    NOT NULL,
  terms      TEXT    NOT NULL,
  estimate   TEXT,
  until_at   INTEGER,
  deadline_at INTEGER,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT;

CREATE UNIQUE INDEX amendments_open ON amendments (deal) WHERE state = 'proposed';
CREATE INDEX amendments_due ON amendments (expires_at) WHERE state = 'proposed';
CREATE INDEX amendments_of_deal ON amendments (deal, amendment);

CREATE TRIGGER amendments_begin BEFORE INSERT ON amendments
WHEN NEW.state <> 'proposed' OR NEW.verb IS NOT NULL
  OR NOT EXISTS (SELECT 1 FROM deals WHERE deal = NEW.deal AND state = 'active')
BEGIN SELECT RAISE(ABORT, 'an Amend begins as a proposal for an agreement that is active'); END;

CREATE TRIGGER amendments_move BEFORE UPDATE OF state, verb ON amendments
WHEN NOT EXISTS (SELECT 1 FROM amendment_moves
  WHERE before = OLD.state AND verb = NEW.verb AND after = NEW.state)
BEGIN SELECT RAISE(ABORT, 'an Amend does not move so'); END;

-- What happened to deals, in the order of the commits. `document` is what the broker said, as headers; nothing where it said
-- nothing of its own.
CREATE TABLE deal_events (
  cursor    INTEGER PRIMARY KEY AUTOINCREMENT,
  at        INTEGER NOT NULL,
  deal      INTEGER NOT NULL,
  owner     TEXT    NOT NULL,
  offer     TEXT    NOT NULL,
  agreement TEXT,
  kind      TEXT    NOT NULL CHECK (kind IN ('state', 'amend', 'short', 'whole', 'bill', 'charge')),
  state     TEXT    NOT NULL,
  text      TEXT,
  document  TEXT
) STRICT;

CREATE INDEX deal_events_by_owner ON deal_events (owner, cursor);
CREATE INDEX deal_events_by_deal ON deal_events (deal, cursor);

-- How far back the events go: all that came after this cursor are there.
CREATE TABLE deal_horizon (cursor INTEGER NOT NULL) STRICT;
INSERT INTO deal_horizon (cursor) VALUES (0);
