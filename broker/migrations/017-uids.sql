-- By which user of this machine somebody is known on loopback without a token; nothing where they need one. One user of the
-- machine is one user here.
ALTER TABLE users ADD COLUMN uid INTEGER CHECK (uid >= 0);

CREATE UNIQUE INDEX users_by_uid ON users (uid) WHERE uid IS NOT NULL AND removed_at IS NULL;
