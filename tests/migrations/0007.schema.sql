application_id 0x4b524f4c
user_version 7

CREATE TABLE account (
  id TEXT PRIMARY KEY NOT NULL,
  provider TEXT NOT NULL,
  environment TEXT NOT NULL,
  workflow TEXT NOT NULL,
  level TEXT NOT NULL CHECK (
    level = 'read-only-import' OR level = 'attachment-sync' OR level = 'draft-handoff' OR
    level = 'status-sync' OR level = 'write-back' OR level = 'closeout' OR level = 'ai-agent-draft'),
  purpose TEXT,
  owner_business TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  owner_technical TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  owner_rotation TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  permissions TEXT NOT NULL CHECK (json_valid(permissions)),
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  platform TEXT REFERENCES platform DEFERRABLE INITIALLY DEFERRED,
  expires TEXT CHECK (date(expires) IS expires),
  rotation TEXT REFERENCES rotation DEFERRABLE INITIALLY DEFERRED,
  rotate TEXT REFERENCES procedure DEFERRABLE INITIALLY DEFERRED,
  revoke TEXT REFERENCES procedure DEFERRABLE INITIALLY DEFERRED,
  audit TEXT CHECK (json_valid(audit)),
  canary TEXT CHECK (json_valid(canary)),
  status TEXT NOT NULL CHECK (
    status = 'proposed' OR status = 'active' OR status = 'suspended' OR status = 'retired'),
  credential_kind TEXT CHECK (
    credential_kind = 'api-key' OR credential_kind = 'basic' OR credential_kind = 'oauth2-client' OR
    credential_kind = 'bearer-token' OR credential_kind = 'certificate' OR
    credential_kind = 'database-password'),
  credential_store TEXT,
  credential_fields TEXT CHECK (json_valid(credential_fields)),
  credential_identity TEXT CHECK (json_valid(credential_identity)),
  credential_expiry_source TEXT CHECK (
    credential_expiry_source = 'recorded' OR credential_expiry_source = 'token-claim' OR
    credential_expiry_source = 'provider-api' OR credential_expiry_source = 'observed'),
  controls TEXT CHECK (json_valid(controls)),
  control_supervisor TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  control_rollback TEXT REFERENCES procedure DEFERRABLE INITIALLY DEFERRED,
  agent TEXT CHECK (json_valid(agent)),
  CHECK ((credential_kind IS NULL) = (credential_store IS NULL)),
  FOREIGN KEY (provider, environment) REFERENCES provider_environment DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE INDEX account_control_supervisor ON account (control_supervisor) WHERE control_supervisor IS NOT NULL;

CREATE INDEX account_owner_business ON account (owner_business) WHERE owner_business IS NOT NULL;

CREATE INDEX account_owner_rotation ON account (owner_rotation) WHERE owner_rotation IS NOT NULL;

CREATE INDEX account_owner_technical ON account (owner_technical) WHERE owner_technical IS NOT NULL;

CREATE INDEX account_provider ON account (provider, environment);

CREATE TABLE account_boundary (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL CHECK (position >= 0),
  boundary TEXT NOT NULL REFERENCES boundary DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_boundary_boundary ON account_boundary (boundary);

CREATE TABLE account_consumer (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL CHECK (position >= 0),
  consumer TEXT NOT NULL REFERENCES consumer DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_consumer_consumer ON account_consumer (consumer);

CREATE TABLE approval (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  action TEXT NOT NULL CHECK (
    action = 'read' OR action = 'attachment' OR action = 'draft' OR action = 'handoff' OR
    action = 'status' OR action = 'write-back' OR action = 'closeout'),
  approved_on TEXT NOT NULL CHECK (date(approved_on) IS approved_on),
  approved_by TEXT NOT NULL REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  ticket TEXT,
  until TEXT CHECK (date(until) IS until),
  by_command INTEGER NOT NULL CHECK (by_command IN (0, 1)), permissions TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(permissions)),
  PRIMARY KEY (account, action, approved_on)
) STRICT;

CREATE INDEX approval_approved_by ON approval (approved_by);

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

CREATE INDEX assertion_at ON assertion (at);

CREATE INDEX assertion_catalog_file ON assertion (catalog_file) WHERE catalog_file IS NOT NULL;

CREATE INDEX assertion_holder ON assertion (holder) WHERE holder IS NOT NULL;

CREATE UNIQUE INDEX assertion_key ON assertion (principal, permission, at, ifnull(given, ''));

CREATE TABLE assignment (
  principal TEXT NOT NULL REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  role TEXT NOT NULL REFERENCES role DEFERRABLE INITIALLY DEFERRED,
  at TEXT REFERENCES boundary DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE INDEX assignment_at ON assignment (at, role);

CREATE UNIQUE INDEX assignment_key ON assignment (principal, role, ifnull(at, ''));

CREATE INDEX assignment_role ON assignment (role);

CREATE TABLE boundary (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (
    kind = 'tenant' OR kind = 'service-organisation' OR kind = 'facility' OR kind = 'site' OR
    kind = 'building' OR kind = 'area' OR kind = 'machine' OR kind = 'asset' OR kind = 'asset-group' OR
    kind = 'folder' OR kind = 'dataset'),
  name TEXT NOT NULL,
  tenant_role TEXT,
  parent TEXT GENERATED ALWAYS AS (nullif(rtrim(rtrim(id, replace(id, '/', '')), '/'), '')) VIRTUAL
    REFERENCES boundary DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE INDEX boundary_parent ON boundary (parent) WHERE parent IS NOT NULL;

CREATE TABLE catalog (
  id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('provider', 'platform')),
  source TEXT,
  entitlements TEXT NOT NULL CHECK (json_valid(entitlements))
) STRICT;

CREATE TABLE checkpoint (
  signer TEXT PRIMARY KEY NOT NULL,
  size INTEGER NOT NULL CHECK (size > 0),
  note TEXT NOT NULL
) STRICT;

CREATE TABLE consumer (
  id TEXT PRIMARY KEY NOT NULL,
  host TEXT,
  health TEXT CHECK (json_valid(health))
, person TEXT REFERENCES person DEFERRABLE INITIALLY DEFERRED, fetches INTEGER NOT NULL DEFAULT 0 CHECK (fetches IN (0, 1))) STRICT;

CREATE INDEX consumer_person ON consumer (person) WHERE person IS NOT NULL;

CREATE TABLE decision (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  boundary TEXT NOT NULL REFERENCES boundary DEFERRABLE INITIALLY DEFERRED,
  choice TEXT NOT NULL CHECK (choice IN ('read', 'write')),
  reason TEXT NOT NULL,
  decided_by TEXT NOT NULL REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  decided_on TEXT NOT NULL CHECK (date(decided_on) IS decided_on),
  PRIMARY KEY (account, boundary)
) STRICT;

CREATE INDEX decision_boundary ON decision (boundary);

CREATE INDEX decision_decided_by ON decision (decided_by);

CREATE TABLE due (
  warn_on TEXT NOT NULL,
  due_on TEXT NOT NULL,
  what TEXT NOT NULL CHECK (what IN ('rotation', 'expiry')),
  account TEXT NOT NULL,
  PRIMARY KEY (warn_on, due_on, what, account)
) STRICT, WITHOUT ROWID;

CREATE INDEX due_account ON due (account);

CREATE TABLE event (
  sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
  format INTEGER NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  host TEXT NOT NULL,
  command TEXT NOT NULL,
  reason TEXT,
  record TEXT NOT NULL,
  action TEXT NOT NULL,
  change TEXT NOT NULL,
  after BLOB CHECK (length(after) = 32),
  previous BLOB NOT NULL CHECK (length(previous) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX event_record ON event (record);

CREATE TABLE "fact" (
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

CREATE INDEX fact_account ON fact (account) WHERE account IS NOT NULL;

CREATE INDEX fact_reviewed_by ON fact (reviewed_by) WHERE reviewed_by IS NOT NULL;

CREATE TABLE invitation (
  person TEXT PRIMARY KEY NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
  status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'revoked')),
  since TEXT NOT NULL CHECK (date(since) IS since),
  until TEXT CHECK (date(until) IS until)
) STRICT;

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

CREATE UNIQUE INDEX operation_open ON operation (account) WHERE state IN ('open', 'stalled');

CREATE TABLE organisation (
  id TEXT PRIMARY KEY NOT NULL CHECK (id = ''),
  name TEXT NOT NULL,
  secret_stores TEXT NOT NULL CHECK (json_valid(secret_stores)),
  max_lifetime TEXT,
  naming TEXT
) STRICT;

CREATE TABLE person (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  email TEXT,
  tenant TEXT REFERENCES boundary DEFERRABLE INITIALLY DEFERRED,
  left_on TEXT CHECK (date(left_on) IS left_on)
, login TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(login))) STRICT;

CREATE INDEX person_tenant ON person (tenant) WHERE tenant IS NOT NULL;

CREATE TABLE person_workplace (
  person TEXT NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL CHECK (position >= 0),
  boundary TEXT NOT NULL REFERENCES boundary DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (person, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX person_workplace_boundary ON person_workplace (boundary);

CREATE TABLE platform (
  id TEXT PRIMARY KEY NOT NULL,
  catalog TEXT,
  test TEXT NOT NULL CHECK (json_valid(test)),
  catalog_file TEXT GENERATED ALWAYS AS (CASE WHEN substr(catalog, 1, 2) = './' THEN catalog END) VIRTUAL
    REFERENCES catalog DEFERRABLE INITIALLY DEFERRED
, log TEXT CHECK (json_valid(log))) STRICT;

CREATE TABLE platform_environment (
  platform TEXT NOT NULL REFERENCES platform DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  hosting TEXT CHECK (
    hosting = 'saas' OR hosting = 'private-cloud' OR hosting = 'on-premises'),
  allowlist TEXT NOT NULL CHECK (json_valid(allowlist)),
  admin TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED, endpoints TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(endpoints)),
  PRIMARY KEY (platform, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX platform_environment_admin ON platform_environment (admin) WHERE admin IS NOT NULL;

CREATE TABLE principal (
  id TEXT PRIMARY KEY CHECK (id GLOB 'person/?*' OR id GLOB 'team/?*' OR id GLOB 'account/?*')
) STRICT, WITHOUT ROWID;

CREATE TABLE procedure (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'rotate' OR kind = 'revoke' OR kind = 'rollback'),
  step TEXT NOT NULL CHECK (json_valid(step))
, generate TEXT CHECK (json_valid(generate))) STRICT;

CREATE TABLE provider (
  id TEXT PRIMARY KEY NOT NULL,
  product TEXT,
  catalog TEXT,
  contact TEXT,
  reviewed TEXT CHECK (date(reviewed) IS reviewed),
  max_live_credentials INTEGER CHECK (max_live_credentials BETWEEN 0 AND 4294967295),
  lockout_after INTEGER CHECK (lockout_after BETWEEN 0 AND 4294967295),
  max_lag TEXT,
  test TEXT NOT NULL CHECK (json_valid(test)),
  catalog_file TEXT GENERATED ALWAYS AS (CASE WHEN substr(catalog, 1, 2) = './' THEN catalog END) VIRTUAL
    REFERENCES catalog DEFERRABLE INITIALLY DEFERRED
, credential_kinds TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(credential_kinds)), log TEXT CHECK (json_valid(log)), accounts TEXT CHECK (json_valid(accounts))) STRICT;

CREATE TABLE provider_environment (
  provider TEXT NOT NULL REFERENCES provider DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  hosting TEXT CHECK (
    hosting = 'saas' OR hosting = 'private-cloud' OR hosting = 'on-premises'),
  allowlist TEXT NOT NULL CHECK (json_valid(allowlist)),
  admin TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED, endpoints TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(endpoints)),
  PRIMARY KEY (provider, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX provider_environment_admin ON provider_environment (admin) WHERE admin IS NOT NULL;

CREATE TABLE recipient (
  id TEXT PRIMARY KEY NOT NULL,
  purpose TEXT NOT NULL CHECK (
    purpose = 'identity' OR purpose = 'recovery' OR purpose = 'person' OR purpose = 'host'),
  public_key TEXT NOT NULL,
  person TEXT REFERENCES person DEFERRABLE INITIALLY DEFERRED,
  added TEXT NOT NULL CHECK (date(added) IS added)
) STRICT;

CREATE INDEX recipient_person ON recipient (person) WHERE person IS NOT NULL;

CREATE UNIQUE INDEX recipient_public_key ON recipient (public_key);

CREATE TABLE residual_risk (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  gap TEXT NOT NULL,
  owner TEXT NOT NULL REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  until TEXT NOT NULL CHECK (date(until) IS until),
  PRIMARY KEY (account, name)
) STRICT;

CREATE INDEX residual_risk_owner ON residual_risk (owner);

CREATE TABLE role (
  id TEXT PRIMARY KEY NOT NULL,
  tenant_role TEXT,
  catalog TEXT,
  permissions TEXT NOT NULL CHECK (json_valid(permissions)),
  catalog_file TEXT GENERATED ALWAYS AS (CASE WHEN substr(catalog, 1, 2) = './' THEN catalog END) VIRTUAL
    REFERENCES catalog DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE INDEX role_catalog ON role (catalog) WHERE catalog IS NOT NULL;

CREATE TABLE rotation (
  id TEXT PRIMARY KEY NOT NULL,
  every TEXT NOT NULL,
  warn TEXT,
  overlap TEXT,
  strategy TEXT CHECK (
    strategy = 'overlap' OR strategy = 'single' OR strategy = 'blue-green'),
  on_owner_change INTEGER NOT NULL CHECK (on_owner_change IN (0, 1)),
  run_window TEXT CHECK (json_valid(run_window))
, blackout TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(blackout))) STRICT;

CREATE TABLE "sealed" (
  account TEXT NOT NULL REFERENCES account DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL CHECK (number BETWEEN 0 AND 4294967295),
  ciphertext TEXT NOT NULL,
  PRIMARY KEY (account, number),
  FOREIGN KEY (account, number) REFERENCES "version" DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE store_key (
  id TEXT PRIMARY KEY NOT NULL CHECK (id = ''),
  ciphertext TEXT NOT NULL,
  recipients TEXT NOT NULL
) STRICT;

CREATE TABLE team (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE team_member (
  team TEXT NOT NULL REFERENCES team DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL CHECK (position >= 0),
  person TEXT NOT NULL REFERENCES person DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (team, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX team_member_person ON team_member (person);

CREATE TABLE team_part (
  team TEXT NOT NULL REFERENCES team DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL CHECK (position >= 0),
  part TEXT NOT NULL REFERENCES team DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (team, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX team_part_part ON team_part (part);

CREATE TABLE tree (
  one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
  size INTEGER NOT NULL CHECK (size > 0),
  head BLOB NOT NULL CHECK (length(head) = 32),
  nodes BLOB NOT NULL CHECK (length(nodes) % 32 = 0)
) STRICT;

CREATE TABLE "version" (
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

CREATE TABLE waiver (
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  reason TEXT,
  owner TEXT REFERENCES principal DEFERRABLE INITIALLY DEFERRED,
  until TEXT CHECK (date(until) IS until),
  PRIMARY KEY (rule, subject)
) STRICT;

CREATE INDEX waiver_owner ON waiver (owner) WHERE owner IS NOT NULL;
