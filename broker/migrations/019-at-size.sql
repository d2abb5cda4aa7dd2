-- What is held of a user's money, and which charges are told when: so that neither takes the longer the more there ever was.

-- From whose account what is in an escrow came.
ALTER TABLE accounts ADD COLUMN payer INTEGER REFERENCES accounts (account);
-- How much of a user's is in escrows.
ALTER TABLE accounts ADD COLUMN held_whole INTEGER NOT NULL DEFAULT 0 CHECK (held_whole >= 0);
ALTER TABLE accounts ADD COLUMN held_nano  INTEGER NOT NULL DEFAULT 0 CHECK (held_nano BETWEEN 0 AND 999999999);

UPDATE accounts SET payer =
  (SELECT debit FROM transfers WHERE credit = accounts.account AND transfers.kind = 'escrow' ORDER BY transfer LIMIT 1)
WHERE kind = 'escrow';

UPDATE accounts SET held_whole = held.whole + held.nano / 1000000000, held_nano = held.nano % 1000000000
FROM (SELECT payer, sum(whole) AS whole, sum(nano) AS nano FROM accounts WHERE kind = 'escrow' GROUP BY payer) AS held
WHERE accounts.account = held.payer;

CREATE TRIGGER transfers_hold AFTER INSERT ON transfers WHEN NEW.kind = 'escrow' BEGIN
  SELECT RAISE(ABORT, 'what is in an escrow is of one account')
  WHERE (SELECT payer FROM accounts WHERE account = NEW.credit) <> NEW.debit;
  UPDATE accounts SET payer = NEW.debit WHERE account = NEW.credit;
  UPDATE accounts SET
    held_whole = held_whole + NEW.whole + (held_nano + NEW.nano >= 1000000000),
    held_nano = (held_nano + NEW.nano) % 1000000000
  WHERE account = NEW.debit;
END;

CREATE TRIGGER transfers_hold_no_more AFTER INSERT ON transfers WHEN NEW.kind IN ('charge', 'release') BEGIN
  UPDATE accounts SET
    held_whole = held_whole - NEW.whole - (held_nano < NEW.nano),
    held_nano = held_nano - NEW.nano + 1000000000 * (held_nano < NEW.nano)
  WHERE account = (SELECT payer FROM accounts WHERE account = NEW.debit);
END;

-- Charges of which who follows their deal has not been told: all of a while are told at once. Times are milliseconds since 1970.
CREATE TABLE deal_charges (
  deal     INTEGER PRIMARY KEY REFERENCES deals (deal) ON DELETE CASCADE,
  -- When more may be told.
  due_at   INTEGER NOT NULL,
  -- Of how many attempts, and how long they ran together.
  attempts INTEGER NOT NULL DEFAULT 0,
  ms       INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX deal_charges_due ON deal_charges (due_at) WHERE attempts > 0;
