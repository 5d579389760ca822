-- What logs and a provider's own list told of accounts.

-- The values of columns are checked by name, so the table of facts is made anew for the new kinds.
CREATE TABLE fact_new (
  id TEXT PRIMARY KEY NOT NULL,
  fact TEXT NOT NULL CHECK (fact IN (
    'issued', 'rotated', 'evidence', 'drill', 'seen', 'reconciled', 'listed', 'review', 'owner-changed', 'acknowledged',
    'refused', 'fail-closed')),
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
  detail TEXT CHECK (json_valid(detail)),
  provider TEXT REFERENCES provider DEFERRABLE INITIALLY DEFERRED,
  told TEXT CHECK (json_valid(told))
) STRICT;
INSERT INTO fact_new (id, fact, happened_on, account, procedure, version, expires, previous_live, probe, outcome,
    minutes, log, reviewed_by, verdict, consumer, way, detail)
  SELECT id, fact, happened_on, account, procedure, version, expires, previous_live, probe, outcome,
    minutes, log, reviewed_by, verdict, consumer, way, detail
  FROM fact;
DROP TABLE fact;
ALTER TABLE fact_new RENAME TO fact;
CREATE INDEX fact_account ON fact (account) WHERE account IS NOT NULL;
CREATE INDEX fact_reviewed_by ON fact (reviewed_by) WHERE reviewed_by IS NOT NULL;

-- How the logs of a provider or platform, and a provider's own list of accounts, are read.
ALTER TABLE provider ADD COLUMN log TEXT CHECK (json_valid(log));
ALTER TABLE provider ADD COLUMN accounts TEXT CHECK (json_valid(accounts));
ALTER TABLE platform ADD COLUMN log TEXT CHECK (json_valid(log));
