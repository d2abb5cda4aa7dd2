-- A name may be given again, to who had it: what the agent of a removed resource had in its hands, or has lost, is not the next one's to
-- end. Such tasks say so themselves; `isRemoved` in broker/jobs/rows.ts knows the word.
CREATE TRIGGER resource_has_gone AFTER DELETE ON resources BEGIN
  UPDATE tasks SET resource = OLD.name || ' (removed)'
  WHERE state IN ('held', 'staging-in', 'started', 'staging-out', 'lost') AND state <> 'done' AND resource = OLD.name;
END;

-- Whose a name of a resource is, whether that is there or not: jobs name it, and are to find no machine of anybody else
-- under it. Only the user who runs the broker takes a name over.
CREATE TABLE resource_names (
  name  TEXT NOT NULL PRIMARY KEY,
  owner TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX resource_names_of_owner ON resource_names (owner);

INSERT INTO resource_names SELECT name, owner FROM resources;

CREATE TRIGGER resource_has_name AFTER INSERT ON resources BEGIN
  INSERT INTO resource_names VALUES (NEW.name, NEW.owner) ON CONFLICT (name) DO UPDATE SET owner = NEW.owner;
END;
