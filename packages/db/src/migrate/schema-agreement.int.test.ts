/** The SQL migrations and prisma/schema.prisma describe the same tables. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestDatabase } from '@manyline/testkit';
import { Client } from 'pg';
import { beforeAll, describe, expect, inject, it } from 'vitest';

const schemaFile = join(import.meta.dirname, '../../../../prisma/schema.prisma');

interface Column {
  table: string;
  column: string;
  /** PostgreSQL's name; `[]` after it for a list. */
  type: string;
  nullable: boolean;
  hasDefault: boolean;
}

interface Description {
  columns: Column[];
  /** `table: primary key (a, b)`, `table: unique (a)`, `table: index (a, b)`. */
  keys: string[];
  /** `table (a) -> other (b) on delete cascade`. */
  references: string[];
}

const TYPES: Record<string, string> = { String: 'text', Int: 'int4', Boolean: 'bool', Json: 'jsonb', Bytes: 'bytea' };
const NATIVE_TYPES: Record<string, string> = { Uuid: 'uuid', 'Timestamptz(3)': 'timestamptz(3)' };

/** Reads the part of Prisma's schema language that our schema uses. */
function describeSchema(schema: string): Description {
  const models = [...schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name, body]) => ({
    name: name!,
    table: /@@map\("(\w+)"\)/.exec(body!)![1]!,
    lines: body!.split('\n').map((line) => line.trim()),
  }));
  const tableOf = new Map(models.map((model) => [model.name, model.table]));
  const description: Description = { columns: [], keys: [], references: [] };
  for (const { table, lines } of models) {
    const columnOf = new Map<string, string>();
    const columnsIn = (list: string) =>
      list
        .split(',')
        .map((field) => columnOf.get(field.trim().split('(')[0]!)!)
        .join(', ');
    for (const line of lines) {
      const field = /^(\w+)\s+(\w+)(\[\]|\?)?(.*)$/.exec(line);
      if (field === null || tableOf.has(field[2]!)) continue;
      const [, name, type, suffix, attributes] = field;
      const column = /@map\("(\w+)"\)/.exec(attributes!)?.[1] ?? name!;
      columnOf.set(name!, column);
      const native = /@db\.(\w+(?:\(\d\))?)/.exec(attributes!)?.[1];
      description.columns.push({
        table,
        column,
        type: `${native === undefined ? TYPES[type!] : NATIVE_TYPES[native]}${suffix === '[]' ? '[]' : ''}`,
        nullable: suffix === '?',
        hasDefault: attributes!.includes('@default('),
      });
      if (/@id\b/.test(attributes!)) description.keys.push(`${table}: primary key (${column})`);
      if (/@unique\b/.test(attributes!)) description.keys.push(`${table}: unique (${column})`);
    }
    for (const line of lines) {
      const key = /^@@(id|unique|index)\(\[(.*)\]\)$/.exec(line);
      const kind = { id: 'primary key', unique: 'unique', index: 'index' }[key?.[1] ?? ''];
      if (kind !== undefined) description.keys.push(`${table}: ${kind} (${columnsIn(key![2]!)})`);
    }
  }
  for (const { table, lines } of models) {
    const names = new Map(
      lines.flatMap((line) =>
        /@map\("(\w+)"\)/.test(line) ? [[line.split(/\s+/)[0]!, /@map\("(\w+)"\)/.exec(line)![1]!]] : [],
      ),
    );
    for (const line of lines) {
      const relation = /^\w+\s+(\w+)\s+@relation\(fields: \[(.*?)\], references: \[(.*?)\], onDelete: Cascade\)/.exec(
        line,
      );
      if (relation === null) continue;
      const [, model, fields, references] = relation;
      const toColumns = (list: string) =>
        list
          .split(', ')
          .map((name) => names.get(name) ?? name)
          .join(', ');
      description.references.push(
        `${table} (${toColumns(fields!)}) -> ${tableOf.get(model!)} (${toColumns(references!)}) on delete cascade`,
      );
    }
  }
  return sorted(description);
}

async function describeDatabase(client: Client): Promise<Description> {
  const columns = await client.query<Column>(`
    SELECT c.relname AS table, a.attname AS column, NOT a.attnotnull AS nullable, a.atthasdef AS "hasDefault",
      regexp_replace(CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN e.typname || '[]' ELSE t.typname END, '^(timestamptz)$',
        '\\1(' || CASE WHEN a.atttypmod < 0 THEN 6 ELSE a.atttypmod END || ')') AS type
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_type e ON e.oid = t.typelem
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> '_prisma_migrations'
      AND a.attnum > 0 AND NOT a.attisdropped`);
  const keys = await client.query<{ key: string }>(`
    SELECT t.relname || ': ' || CASE WHEN x.indisprimary THEN 'primary key' WHEN x.indisunique THEN 'unique' ELSE 'index' END
      || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(number, place)
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) || ')' AS key
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> '_prisma_migrations'`);
  const references = await client.query<{ reference: string }>(`
    SELECT f.conrelid::regclass || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.place)
        FROM unnest(f.conkey) WITH ORDINALITY k(number, place) JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number)
      || ') -> ' || f.confrelid::regclass || ' (' || (SELECT string_agg(a.attname, ', ' ORDER BY k.place)
        FROM unnest(f.confkey) WITH ORDINALITY k(number, place) JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.number)
      || ')' || CASE f.confdeltype WHEN 'c' THEN ' on delete cascade' ELSE '' END AS reference
    FROM pg_constraint f WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace`);
  return sorted({
    columns: columns.rows,
    keys: keys.rows.map((row) => row.key),
    references: references.rows.map((row) => row.reference),
  });
}

function sorted({ columns, keys, references }: Description): Description {
  const name = (column: Column) => `${column.table}.${column.column}`;
  return {
    columns: columns.toSorted((a, b) => (name(a) < name(b) ? -1 : 1)),
    keys: keys.toSorted(),
    references: references.toSorted(),
  };
}

describe('prisma/schema.prisma and the migrations', () => {
  let fromSchema: Description;
  let fromDatabase: Description;

  beforeAll(async () => {
    fromSchema = describeSchema(await readFile(schemaFile, 'utf8'));
    const database = await createTestDatabase(inject('postgresUrl'));
    const client = new Client({ connectionString: database.url });
    await client.connect();
    fromDatabase = await describeDatabase(client);
    await client.end();
    await database.drop();
  });

  it('agree on tables, columns, types, nullability and defaults', () => {
    expect(fromSchema.columns.length).toBeGreaterThan(40);
    expect(fromDatabase.columns).toEqual(fromSchema.columns);
  });

  it('agree on keys and indexes', () => {
    expect(fromSchema.keys.length).toBeGreaterThan(8);
    expect(fromDatabase.keys).toEqual(fromSchema.keys);
  });

  it('agree on references', () => {
    expect(fromSchema.references.length).toBe(5);
    expect(fromDatabase.references).toEqual(fromSchema.references);
  });
});
