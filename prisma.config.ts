import { defineConfig } from 'prisma/config';

/** What the Prisma CLI needs; the server itself applies migrations with packages/db. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost:5432/manyline' },
});
