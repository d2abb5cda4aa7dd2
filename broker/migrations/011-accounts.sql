-- Who has what, in which currency of this broker: double entry. An amount is `whole` units and `nano` billionths, the
-- latter never below zero: minus half a unit is -1 and 500000000. Times are milliseconds since 1970.

-- An account is one of a user, of the issuer of a currency, of the broker, or what is held for one deal (`escrow`, whose
-- owner is the Id of its agreement). No account but an issuer's goes below zero.
CREATE TABLE accounts (
  account    INTEGER PRIMARY KEY,
  kind       TEXT    NOT NULL CHECK (kind IN ('user', 'issuer', 'broker', 'escrow')),
  owner      TEXT    NOT NULL,
  currency   TEXT    NOT NULL,
  whole      INTEGER NOT NULL DEFAULT 0 CHECK (kind = 'issuer' OR whole >= 0),
  nano       INTEGER NOT NULL DEFAULT 0 CHECK (nano BETWEEN 0 AND 999999999),
  -- How much of a user's may be held for deals at once; all of it where nothing is said.
  limit_whole INTEGER CHECK (limit_whole >= 0),
  limit_nano  INTEGER CHECK (limit_nano BETWEEN 0 AND 999999999),
  created_at INTEGER NOT NULL,
  UNIQUE (owner, currency, kind),
  CHECK ((limit_whole IS NULL) = (limit_nano IS NULL))
) STRICT;

-- What went from one account to another: so much less there, so much more here, and the sum of all stays zero. `cause` is
-- the Id of the document that caused it; of one cause each kind of transfer between two accounts comes once.
CREATE TABLE transfers (
  transfer INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  kind     TEXT    NOT NULL CHECK (kind IN ('grant', 'escrow', 'charge', 'release')),
  cause    TEXT    NOT NULL,
  debit    INTEGER NOT NULL REFERENCES accounts (account),
  credit   INTEGER NOT NULL REFERENCES accounts (account),
  whole    INTEGER NOT NULL CHECK (whole >= 0),
  nano     INTEGER NOT NULL CHECK (nano BETWEEN 0 AND 999999999),
  memo     TEXT,
  -- What was there and here after it.
  debit_whole  INTEGER NOT NULL,
  debit_nano   INTEGER NOT NULL,
  credit_whole INTEGER NOT NULL,
  credit_nano  INTEGER NOT NULL,
  CHECK (debit <> credit AND (whole > 0 OR nano > 0)),
  UNIQUE (cause, kind, debit, credit)
) STRICT;

CREATE INDEX transfers_from ON transfers (debit, transfer);
CREATE INDEX transfers_to ON transfers (credit, transfer);

CREATE TRIGGER transfers_stay AFTER UPDATE ON transfers
BEGIN SELECT RAISE(ABORT, 'what was transferred stays as it was'); END;

CREATE TRIGGER transfers_never_go BEFORE DELETE ON transfers
BEGIN SELECT RAISE(ABORT, 'what was transferred stays as it was'); END;

CREATE TRIGGER transfers_in_one_currency BEFORE INSERT ON transfers
WHEN (SELECT currency FROM accounts WHERE account = NEW.debit)
  IS NOT (SELECT currency FROM accounts WHERE account = NEW.credit)
BEGIN SELECT RAISE(ABORT, 'a transfer has one currency'); END;

CREATE TRIGGER transfers_move AFTER INSERT ON transfers BEGIN
  UPDATE accounts SET
    whole = whole - NEW.whole - (nano < NEW.nano),
    nano = nano - NEW.nano + 1000000000 * (nano < NEW.nano)
  WHERE account = NEW.debit;
  UPDATE accounts SET
    whole = whole + NEW.whole + (nano + NEW.nano >= 1000000000),
    nano = (nano + NEW.nano) % 1000000000
  WHERE account = NEW.credit;
  SELECT RAISE(ABORT, 'what is said to be there after a transfer is not')
  WHERE (NEW.debit_whole, NEW.debit_nano, NEW.credit_whole, NEW.credit_nano) IS NOT
    (SELECT d.whole, d.nano, c.whole, c.nano FROM accounts AS d, accounts AS c
     WHERE d.account = NEW.debit AND c.account = NEW.credit);
END;
