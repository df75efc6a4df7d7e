-- Call detail records. Written once by id and never changed, so the server may not update them.

CREATE TABLE cdrs (
  tenant_id        uuid NOT NULL,
  id               uuid NOT NULL,
  call_id          text NOT NULL,
  caller           text NOT NULL,
  called           text NOT NULL,
  direction        text NOT NULL CHECK (direction IN ('internal', 'incoming', 'outgoing')),
  started_at       timestamptz(3) NOT NULL,
  answered_at      timestamptz(3),
  ended_at         timestamptz(3) NOT NULL,
  duration_seconds integer NOT NULL,
  result           text NOT NULL,
  release_cause    text NOT NULL,
  released_by      text NOT NULL,
  sip_status       integer,
  reasons          jsonb NOT NULL,
  quality          jsonb NOT NULL,
  created_at       timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT cdrs_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT cdrs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX cdrs_tenant_id_started_at_id_idx ON cdrs (tenant_id, started_at DESC, id DESC);

ALTER TABLE cdrs ENABLE ROW LEVEL SECURITY;
ALTER TABLE cdrs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON cdrs
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);

GRANT SELECT, INSERT, DELETE ON cdrs TO manyline_app;
