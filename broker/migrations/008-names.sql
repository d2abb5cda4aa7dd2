-- A name may be given again: what the agent of a removed resource has sent is not the next one's to see.
CREATE TRIGGER resource_sends_no_more AFTER DELETE ON resources BEGIN
  DELETE FROM blob_senders WHERE sender = 'agent ' || OLD.name;
END;
