-- Whom resources serve beside their owners: users, and groups of them. Times are milliseconds since 1970.
CREATE TABLE groups (
  name       TEXT    NOT NULL PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE group_members (
  member_of TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
  user      TEXT NOT NULL,
  PRIMARY KEY (member_of, user)
) STRICT, WITHOUT ROWID;

CREATE INDEX groups_of_user ON group_members (user, member_of);

CREATE TABLE resource_shares (
  resource TEXT NOT NULL REFERENCES resources (name) ON DELETE CASCADE,
  kind     TEXT NOT NULL CHECK (kind IN ('user', 'group')),
  name     TEXT NOT NULL,
  PRIMARY KEY (resource, kind, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX shares_with ON resource_shares (kind, name, resource);

-- Who is gone is in no group, and nothing is shared with them.
CREATE TRIGGER user_gone AFTER UPDATE OF removed_at ON users WHEN NEW.removed_at IS NOT NULL BEGIN
  DELETE FROM group_members WHERE user = NEW.name;
  DELETE FROM resource_shares WHERE kind = 'user' AND name = NEW.name;
END;

CREATE TRIGGER group_gone AFTER DELETE ON groups BEGIN
  DELETE FROM resource_shares WHERE kind = 'group' AND name = OLD.name;
END;

-- Attempts that may have run and came to nothing: what a task is tried again after so often, and no more.
ALTER TABLE tasks ADD COLUMN ran INTEGER NOT NULL DEFAULT 0;
