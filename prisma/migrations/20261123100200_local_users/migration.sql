-- The phone accounts (extensions) of a tenant. No password is kept: sealed_ha1 holds the digest HA1s, sealed.

CREATE TABLE local_users (
  tenant_id                     uuid NOT NULL,
  id                            uuid NOT NULL,
  number                        text COLLATE "C" NOT NULL, -- lists are sorted by it, everywhere alike
  display_name                  text NOT NULL,
  description                   text NOT NULL,
  email                         text,
  ip_authorization              jsonb NOT NULL,
  max_concurrent_calls          integer CHECK (max_concurrent_calls >= 0),
  max_outgoing_calls            integer CHECK (max_outgoing_calls >= 0),
  max_duration_seconds          integer CHECK (max_duration_seconds > 0),
  call_levels                   integer[] NOT NULL,
  forwarding                    jsonb NOT NULL,
  voicemail                     jsonb NOT NULL,
  pickup_group                  text,
  ring_group_suppress_on_direct boolean NOT NULL,
  max_registrations             integer NOT NULL CHECK (max_registrations > 0),
  time_condition_id             uuid,
  media_encryption              text NOT NULL CHECK (media_encryption IN ('optional', 'required')),
  sealed_ha1                    bytea NOT NULL,
  revision                      integer NOT NULL DEFAULT 1,
  created_at                    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at                    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT local_users_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT local_users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX local_users_tenant_id_number_key ON local_users (tenant_id, number);

ALTER TABLE local_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE local_users FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON local_users
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON local_users TO manyline_app;
