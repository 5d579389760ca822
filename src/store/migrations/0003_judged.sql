-- What the rules on accounts judge by: the permissions that an approval names, the person behind a consumer, and the
-- kinds of credential that a provider offers.

ALTER TABLE approval ADD COLUMN permissions TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(permissions));
ALTER TABLE provider ADD COLUMN credential_kinds TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(credential_kinds));
ALTER TABLE consumer ADD COLUMN person TEXT REFERENCES person DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX consumer_person ON consumer (person) WHERE person IS NOT NULL;
