-- What the example needs at the server, in a database called `maintenance`. Run it once, as a superuser:
--   createdb maintenance && psql -X -v ON_ERROR_STOP=1 -d maintenance -f seed.sql
-- It sets no password: `\password keyroll_admin` and `\password svc_import_hawthorne_a` do, without showing them to the
-- server.

REVOKE ALL ON DATABASE maintenance FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA orders;
CREATE TABLE orders.work_order (
  id     text PRIMARY KEY,
  site   text NOT NULL,
  title  text NOT NULL,
  status text NOT NULL DEFAULT 'open',
  cost   numeric
);
INSERT INTO orders.work_order (id, site, title, cost) VALUES
  ('WO-1001', 'hawthorne', 'Grease press 01', 120),
  ('WO-9001', 'eastfield', 'Change belt 7', 480);

-- The right stands on a role that nobody logs on with. Its rows are those of one site; its columns leave out the cost.
CREATE ROLE import_hawthorne NOLOGIN;
GRANT CONNECT ON DATABASE maintenance TO import_hawthorne;
GRANT USAGE ON SCHEMA orders TO import_hawthorne;
GRANT SELECT (id, site, title, status) ON orders.work_order TO import_hawthorne;
ALTER TABLE orders.work_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY hawthorne ON orders.work_order FOR SELECT TO import_hawthorne USING (site = 'hawthorne');

-- A role has one password, so there are two that log on, in turn.
CREATE ROLE svc_import_hawthorne_a LOGIN   CONNECTION LIMIT 8 IN ROLE import_hawthorne;
CREATE ROLE svc_import_hawthorne_b NOLOGIN CONNECTION LIMIT 8 IN ROLE import_hawthorne;

-- Sets passwords, lets roles in and out, and ends their sessions. It sees no order.
CREATE ROLE keyroll_admin LOGIN CREATEROLE IN ROLE pg_signal_backend;
GRANT CONNECT ON DATABASE maintenance TO keyroll_admin;

-- From version 16, CREATEROLE reaches only the roles that one has been given.
SELECT current_setting('server_version_num')::int >= 160000 AS newer \gset
\if :newer
GRANT svc_import_hawthorne_a, svc_import_hawthorne_b TO keyroll_admin WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
\endif
