-- The only questions that may be asked before the tenant is known. Each function gives back no more than its caller
-- needs; manyline_lookup, which owns them, may read no more than these columns.

GRANT SELECT (id, slug, sip_domain, version, suspended_at) ON tenants TO manyline_lookup;
GRANT SELECT (tenant_id, id, email, password_hash, role) ON admins TO manyline_lookup;
GRANT SELECT (tenant_id, token_hash) ON refresh_tokens TO manyline_lookup;

CREATE POLICY lookup ON tenants FOR SELECT TO manyline_lookup USING (true);
CREATE POLICY lookup ON admins FOR SELECT TO manyline_lookup USING (true);
CREATE POLICY lookup ON refresh_tokens FOR SELECT TO manyline_lookup USING (true);

-- All SIP domains: what a SIP worker holds in memory.
CREATE FUNCTION manyline_directory()
  RETURNS TABLE (id uuid, sip_domain text, version integer, suspended boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT t.id, t.sip_domain, t.version, t.suspended_at IS NOT NULL FROM public.tenants t $$;

-- The account that logs in with an e-mail address (lower case).
CREATE FUNCTION manyline_admin_by_email(wanted_email text)
  RETURNS TABLE (tenant_id uuid, admin_id uuid, password_hash text, role text, suspended boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$
    SELECT a.tenant_id, a.id, a.password_hash, a.role, t.suspended_at IS NOT NULL
    FROM public.admins a JOIN public.tenants t ON t.id = a.tenant_id
    WHERE a.email = wanted_email
  $$;

-- The tenant that a refresh token belongs to.
CREATE FUNCTION manyline_tenant_of_refresh_token(wanted_hash bytea)
  RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT r.tenant_id FROM public.refresh_tokens r WHERE r.token_hash = wanted_hash $$;

-- Those of the given slugs that are in use.
CREATE FUNCTION manyline_slugs_taken(wanted_slugs text[])
  RETURNS SETOF text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT t.slug FROM public.tenants t WHERE t.slug = ANY (wanted_slugs) $$;

REVOKE ALL ON FUNCTION manyline_directory(), manyline_admin_by_email(text), manyline_tenant_of_refresh_token(bytea),
  manyline_slugs_taken(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION manyline_directory(), manyline_admin_by_email(text), manyline_tenant_of_refresh_token(bytea),
  manyline_slugs_taken(text[]) TO manyline_app;

-- A new owner must be able to create in the schema at the moment of the change, and not afterwards.
GRANT CREATE ON SCHEMA public TO manyline_lookup;
ALTER FUNCTION manyline_directory() OWNER TO manyline_lookup;
ALTER FUNCTION manyline_admin_by_email(text) OWNER TO manyline_lookup;
ALTER FUNCTION manyline_tenant_of_refresh_token(bytea) OWNER TO manyline_lookup;
ALTER FUNCTION manyline_slugs_taken(text[]) OWNER TO manyline_lookup;
REVOKE CREATE ON SCHEMA public FROM manyline_lookup;
