-- Companies, and the people who may manage them.

CREATE TABLE tenants (
  id                    uuid PRIMARY KEY,
  slug                  text NOT NULL CHECK (slug ~ '^[a-z0-9-]{2,63}$'),
  name                  text NOT NULL,
  sip_domain            text NOT NULL CHECK (sip_domain = lower(sip_domain)),
  locale                text NOT NULL CHECK (locale IN ('en', 'zh')),
  time_zone             text NOT NULL,
  outgroup_prefix       text NOT NULL,
  voice_prompt_language text NOT NULL CHECK (voice_prompt_language IN ('en', 'zh')),
  default_route         jsonb,
  digest_algorithms     text[] NOT NULL CHECK (cardinality(digest_algorithms) > 0 AND digest_algorithms <@ ARRAY['MD5', 'SHA-256']),
  max_local_users       integer NOT NULL CHECK (max_local_users >= 0),
  max_concurrent_calls  integer NOT NULL CHECK (max_concurrent_calls >= 0),
  version               integer NOT NULL DEFAULT 1,
  suspended_at          timestamptz(3),
  created_at            timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at            timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX tenants_slug_key ON tenants (slug);
CREATE UNIQUE INDEX tenants_sip_domain_key ON tenants (sip_domain);

CREATE TABLE admins (
  tenant_id     uuid NOT NULL,
  id            uuid NOT NULL,
  email         text NOT NULL CHECK (email = lower(email)),
  password_hash text NOT NULL,
  role          text NOT NULL CHECK (role IN ('owner', 'admin', 'viewer')),
  created_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at    timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT admins_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT admins_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE ON UPDATE CASCADE
);
-- One person, one account: a log-in names no tenant, so the address alone must tell it.
CREATE UNIQUE INDEX admins_email_key ON admins (email);

CREATE TABLE refresh_tokens (
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  admin_id   uuid NOT NULL,
  family_id  uuid NOT NULL,
  token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
  created_at timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at timestamptz(3) NOT NULL,
  used_at    timestamptz(3),
  revoked_at timestamptz(3),
  CONSTRAINT refresh_tokens_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT refresh_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT refresh_tokens_tenant_id_admin_id_fkey FOREIGN KEY (tenant_id, admin_id)
    REFERENCES admins (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX refresh_tokens_token_hash_key ON refresh_tokens (token_hash);
CREATE INDEX refresh_tokens_tenant_id_family_id_idx ON refresh_tokens (tenant_id, family_id);
CREATE INDEX refresh_tokens_tenant_id_admin_id_idx ON refresh_tokens (tenant_id, admin_id);

-- An unset tenant is NULL, one left over from a finished transaction is the empty string: both see nothing.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenants
  USING (id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (id = nullif(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE admins ENABLE ROW LEVEL SECURITY;
ALTER TABLE admins FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON admins
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON refresh_tokens
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE ON tenants TO manyline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON admins, refresh_tokens TO manyline_app;
