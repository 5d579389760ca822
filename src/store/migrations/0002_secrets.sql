-- Secrets: where the value of each version is, the values that the store itself holds, and who may open them.
-- A ciphertext is an age file in its text form, so that `sqlite3` and `age` alone recover it.

ALTER TABLE version ADD COLUMN activated TEXT CHECK (date(activated) IS activated);
ALTER TABLE version ADD COLUMN place TEXT;
ALTER TABLE version ADD COLUMN item TEXT;
ALTER TABLE version ADD COLUMN source TEXT CHECK (
  source = 'prompt' OR source = 'stdin' OR source = 'file' OR source = 'descriptor' OR source = 'existing');
ALTER TABLE version ADD COLUMN bound TEXT;
ALTER TABLE version ADD COLUMN fingerprints TEXT CHECK (fingerprints IS NULL OR json_valid(fingerprints));
ALTER TABLE version ADD COLUMN exposed TEXT CHECK (date(exposed) IS exposed);

-- The key under which fingerprints and the seal over the recipients are made; one row at most.
CREATE TABLE store_key (
  id TEXT PRIMARY KEY NOT NULL CHECK (id = ''),
  ciphertext TEXT NOT NULL,
  recipients TEXT NOT NULL
) STRICT;

CREATE TABLE recipient (
  id TEXT PRIMARY KEY NOT NULL,
  purpose TEXT NOT NULL CHECK (
    purpose = 'identity' OR purpose = 'recovery' OR purpose = 'person' OR purpose = 'host'),
  public_key TEXT NOT NULL,
  person TEXT REFERENCES person DEFERRABLE INITIALLY DEFERRED,
  added TEXT NOT NULL CHECK (date(added) IS added)
) STRICT;
CREATE UNIQUE INDEX recipient_public_key ON recipient (public_key);
CREATE INDEX recipient_person ON recipient (person) WHERE person IS NOT NULL;

CREATE TABLE sealed (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
  ciphertext TEXT NOT NULL,
  PRIMARY KEY (account, number),
  FOREIGN KEY (account, number) REFERENCES version DEFERRABLE INITIALLY DEFERRED
) STRICT;
