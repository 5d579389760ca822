-- Rotation and revoke as journals, and what they record.

-- The values of columns are checked by name, so the table of facts is made anew for the new kinds.
CREATE TABLE fact_new (
  id TEXT PRIMARY KEY NOT NULL,
  fact TEXT NOT NULL CHECK (fact IN (
    'issued', 'rotated', 'evidence', 'drill', 'seen', 'review', 'owner-changed', 'acknowledged', 'refused',
    'fail-closed')),
  happened_on TEXT NOT NULL CHECK (date(happened_on) IS happened_on),
  account TEXT REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  procedure TEXT REFERENCES procedure DEFERRABLE INITIALLY DEFERRED,
  version INTEGER CHECK (version BETWEEN 0 AND 4294967295),
  expires TEXT CHECK (date(expires) IS expires),
  previous_live INTEGER CHECK (previous_live IN (0, 1)),
  probe TEXT CHECK (probe IN (
    'authenticate', 'discover', 'read', 'write', 'foreign', 'forbidden', 'audit', 'session')),
  outcome TEXT CHECK (outcome IN ('pass', 'fail', 'inconclusive')),
  minutes INTEGER CHECK (minutes BETWEEN 0 AND 4294967295),
  log TEXT,
  reviewed_by TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  verdict TEXT CHECK (verdict IN ('keep', 'change', 'retire')),
  consumer TEXT REFERENCES consumer DEFERRABLE INITIALLY DEFERRED,
  way TEXT CHECK (way IN ('fresh-logon', 'held-session')),
  detail TEXT CHECK (json_valid(detail))
) STRICT;
INSERT INTO fact_new (id, fact, happened_on, account, procedure, version, expires, previous_live, probe, outcome,
    minutes, log, reviewed_by, verdict)
  SELECT id, fact, happened_on, account, procedure, version, expires, previous_live, probe, outcome,
    minutes, log, reviewed_by, verdict
  FROM fact;
DROP TABLE fact;
ALTER TABLE fact_new RENAME TO fact;
CREATE INDEX fact_account ON fact (account) WHERE account IS NOT NULL;
CREATE INDEX fact_reviewed_by ON fact (reviewed_by) WHERE reviewed_by IS NOT NULL;

-- What the provider knows a version by, what it said of its end, and the day it was seen to refuse it; and values that
-- were made here or by the provider. The sealed values refer to the versions, so both are made anew.
CREATE TABLE version_new (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
  stage TEXT NOT NULL CHECK (stage IN ('pending', 'current', 'previous', 'revoked', 'possibly-live')),
  issued TEXT NOT NULL CHECK (date(issued) IS issued),
  expires TEXT CHECK (date(expires) IS expires),
  retired TEXT CHECK (date(retired) IS retired),
  activated TEXT CHECK (date(activated) IS activated),
  provider_id TEXT,
  identity TEXT,
  tag TEXT,
  seen_expires TEXT CHECK (date(seen_expires) IS seen_expires),
  revoked TEXT CHECK (date(revoked) IS revoked),
  place TEXT,
  item TEXT,
  source TEXT CHECK (source IN ('prompt', 'stdin', 'file', 'descriptor', 'existing', 'generated', 'provider')),
  bound TEXT,
  fingerprints TEXT CHECK (fingerprints IS NULL OR json_valid(fingerprints)),
  exposed TEXT CHECK (date(exposed) IS exposed),
  PRIMARY KEY (account, number)
) STRICT;
INSERT INTO version_new (account, number, stage, issued, expires, retired, activated, place, item, source, bound,
    fingerprints, exposed)
  SELECT account, number, stage, issued, expires, retired, activated, place, item, source, bound,
    fingerprints, exposed
  FROM version;
CREATE TABLE sealed_new (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
  ciphertext TEXT NOT NULL,
  PRIMARY KEY (account, number),
  FOREIGN KEY (account, number) REFERENCES version_new DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO sealed_new (account, number, ciphertext) SELECT account, number, ciphertext FROM sealed;
DROP TABLE sealed;
DROP TABLE version;
ALTER TABLE version_new RENAME TO version;
ALTER TABLE sealed_new RENAME TO sealed;

ALTER TABLE person ADD COLUMN login TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(login));
ALTER TABLE consumer ADD COLUMN fetches INTEGER NOT NULL DEFAULT 0 CHECK (fetches IN (0, 1));
ALTER TABLE rotation ADD COLUMN blackout TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(blackout));
ALTER TABLE procedure ADD COLUMN generate TEXT CHECK (json_valid(generate));
ALTER TABLE provider_environment ADD COLUMN endpoints TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(endpoints));
ALTER TABLE platform_environment ADD COLUMN endpoints TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(endpoints));

-- The procedure is no reference: its steps are copied into the entries, and it may be gone while the journal stays.
CREATE TABLE operation (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
  what TEXT NOT NULL CHECK (what IN ('rotate', 'revoke', 'emergency', 'drill')),
  state TEXT NOT NULL CHECK (state IN ('open', 'stalled', 'done', 'aborted')),
  token TEXT NOT NULL,
  began TEXT NOT NULL,
  began_by TEXT NOT NULL,
  reason TEXT,
  procedure TEXT,
  from_version INTEGER CHECK (from_version BETWEEN 0 AND 4294967295),
  version INTEGER CHECK (version BETWEEN 0 AND 4294967295),
  identity TEXT,
  until TEXT,
  failures INTEGER NOT NULL CHECK (failures BETWEEN 0 AND 4294967295),
  entries TEXT NOT NULL CHECK (json_valid(entries)),
  PRIMARY KEY (account, number)
) STRICT;
-- Of two that begin one at once, one is refused.
CREATE UNIQUE INDEX operation_open ON operation (account) WHERE state IN ('open', 'stalled');
