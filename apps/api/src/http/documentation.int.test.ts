import { problems } from '@manyline/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, startApi } from '../../test/api-fixture.ts';

interface Operation {
  summary?: string;
  tags?: string[];
  security?: object[];
  'x-permission'?: string;
  responses: Record<string, { description?: string }>;
}

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, unknown>; additionalProperties?: unknown }> };
}

let api: ApiFixture;
let document: OpenApi;

beforeAll(async () => {
  api = await startApi();
  document = (await api.request('GET', '/openapi.json')).body;
});

afterAll(() => api.close());

/** What the document leaves out: pages for people. */
const PAGES = /^\/(docs.*)?$/;

/** Reads Fastify's own picture of its routes: a tree, one path a line, methods in brackets. */
function registeredRoutes({ app }: ApiFixture): string[] {
  const prefixes: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, branches, part, methods] = /^([├└│─\s]*)(\S+)(?: \((.*)\))?$/.exec(line) ?? [];
      if (part === undefined) return [];
      const depth = branches!.length / 4;
      prefixes.length = depth;
      const path = prefixes.join('') + part;
      prefixes[depth] = part;
      if (methods === undefined || PAGES.test(path)) return [];
      const shown = methods.split(', ').filter((method) => method !== 'HEAD');
      return shown.map((method) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    });
}

describe('GET /openapi.json', () => {
  it('lists every route, and no other', () => {
    const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.length).toBeGreaterThan(15);
    expect(listed.toSorted()).toEqual(registeredRoutes(api).toSorted());
  });

  it('is OpenAPI 3.1 and describes each operation, its permission and its errors', () => {
    expect(document.openapi).toBe('3.1.0');
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const operation of Object.values(operations)) {
        expect(operation.summary, path).toBeTypeOf('string');
        expect(operation.tags?.length, path).toBe(1);
        const isOpen = /^\/(v1\/(signup|auth)|healthz|readyz|metrics|openapi\.json)/.test(path);
        expect(operation['x-permission'] === undefined, path).toBe(isOpen);
        expect(operation.security === undefined, path).toBe(isOpen);
        if (!path.startsWith('/v1/')) continue;
        expect(Object.keys(operation.responses), path).toEqual(expect.arrayContaining(['429', '500', '503']));
      }
    }
  });

  it('documents only codes of the catalogue', () => {
    const text = JSON.stringify(document.paths);
    const codes = [...text.matchAll(/`([a-z]+_[a-z_]+)`: /g)].map(([, code]) => code!);
    expect(codes.length).toBeGreaterThan(20);
    for (const code of codes) expect(Object.keys(problems)).toContain(code);
  });

  it('never gives a local user’s password but in the answer to a change', () => {
    const { LocalUser, ChangedLocalUser, Tenant, Problem } = document.components.schemas;
    expect(LocalUser?.properties).toHaveProperty('voicemail');
    expect(LocalUser?.properties).not.toHaveProperty('password');
    expect(ChangedLocalUser?.properties).toHaveProperty('password');
    expect(Tenant?.properties).toHaveProperty('sipDomain');
    expect(Object.keys(Problem?.properties ?? {})).toContain('requestId');
  });
});

describe('pages', () => {
  it('show the reference and the way to it', async () => {
    const home = await api.request('GET', '/');
    expect(home).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(home.body).toContain('href="/docs/"');
    const reference = await api.request('GET', '/docs/');
    expect(reference.status).toBe(200);
    expect(reference.body).toContain('/openapi.json');
    expect(reference.headers['content-security-policy']).toContain("script-src 'self' 'unsafe-inline'");
    expect((await api.request('GET', '/docs/js/scalar.js')).status).toBe(200);
    expect(reference.body).not.toMatch(/src="https?:/);
  });

  it('come with security headers', async () => {
    const { headers } = await api.request('GET', '/');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});
