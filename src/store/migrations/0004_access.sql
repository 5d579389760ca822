-- Teams within teams, invitations, and assertions about who may do what.

CREATE TABLE team_part (
  team TEXT NOT NULL REFERENCES team DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL CHECK (position >= 0),
  part TEXT NOT NULL REFERENCES team DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (team, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX team_part_part ON team_part (part);

CREATE TABLE invitation (
  person TEXT PRIMARY KEY NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
  status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'revoked')),
  since TEXT NOT NULL CHECK (date(since) IS since),
  until TEXT CHECK (date(until) IS until)
) STRICT;

-- A principal, or `anyone`: then it is about everybody.
CREATE TABLE assertion (
  principal TEXT NOT NULL,
  permission TEXT NOT NULL,
  at TEXT NOT NULL REFERENCES boundary DEFERRABLE INITIALLY DEFERRED,
  given TEXT CHECK (given IN ('own', 'unresolved', 'own-unresolved')),
  expect TEXT NOT NULL CHECK (expect IN ('allowed', 'denied')),
  catalog TEXT,
  excepted TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(excepted)),
  because TEXT,
  catalog_file TEXT GENERATED ALWAYS AS (CASE WHEN substr(catalog, 1, 2) = './' THEN catalog END) VIRTUAL
    REFERENCES catalog DEFERRABLE INITIALLY DEFERRED,
  holder TEXT GENERATED ALWAYS AS (nullif(principal, 'anyone')) VIRTUAL
    REFERENCES principal DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE UNIQUE INDEX assertion_key ON assertion (principal, permission, at, ifnull(given, ''));
CREATE INDEX assertion_at ON assertion (at);
CREATE INDEX assertion_catalog_file ON assertion (catalog_file) WHERE catalog_file IS NOT NULL;
CREATE INDEX assertion_holder ON assertion (holder) WHERE holder IS NOT NULL;

-- The glossaries that roles name, for a question that reads no more than it needs.
CREATE INDEX role_catalog ON role (catalog) WHERE catalog IS NOT NULL;
