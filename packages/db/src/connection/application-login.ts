import { Client } from 'pg';

/** The role that the migrations make for the server. */
export const APPLICATION_ROLE = 'manyline_app';

export interface ApplicationLoginOptions {
  /** Of a role that may alter roles. */
  readonly ownerUrl: string;
  readonly password: string;
}

/**
 * Lets the application role log in with a password, for a database that is our own. Call it after `runMigrations`.
 * Gives back the URL to log in with.
 */
export async function ensureApplicationLogin({ ownerUrl, password }: ApplicationLoginOptions): Promise<string> {
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(`ALTER ROLE ${APPLICATION_ROLE} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
  } finally {
    await client.end();
  }
  const url = new URL(ownerUrl);
  url.username = APPLICATION_ROLE;
  url.password = encodeURIComponent(password);
  return url.toString();
}
