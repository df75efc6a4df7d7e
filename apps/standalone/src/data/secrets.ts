import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { generatePassword, PRESET_NUMBERS } from '@manyline/db';
import { StartError, systemCode } from '../start-error.ts';
import type { DataDirectory } from './data-directory.ts';
import { writeFileDurably } from './write-file-durably.ts';

/** The accounts of the demo tenant. */
export interface DemoCredentials {
  readonly adminPassword: string;
  readonly localUsers: readonly { readonly number: string; readonly password: string }[];
  /** Whether a demo tenant was made with them. */
  readonly used: boolean;
}

/** What the server needs to remember and nobody else may know. */
export interface Secrets {
  readonly jwtSecret: string;
  /** 32 bytes in base64: without it the local users' digests in the database are lost. */
  readonly sealingKey: string;
  readonly platformAdminToken: string;
  readonly databaseOwnerPassword: string;
  readonly databasePassword: string;
  readonly redisPassword: string;
  readonly demo: DemoCredentials;
}

function newSecrets(): Secrets {
  const token = () => randomBytes(32).toString('base64url');
  return {
    jwtSecret: token(),
    sealingKey: randomBytes(32).toString('base64'),
    platformAdminToken: token(),
    databaseOwnerPassword: token(),
    databasePassword: token(),
    redisPassword: token(),
    demo: {
      adminPassword: generatePassword(),
      localUsers: PRESET_NUMBERS.map((number) => ({ number, password: generatePassword() })),
      used: false,
    },
  };
}

/**
 * Reads secrets.json, or makes it in a new data directory. Throws StartError when it is damaged, and when it is
 * missing beside a database that only it can open.
 */
export async function loadSecrets(directory: DataDirectory, databaseExists: boolean): Promise<Secrets> {
  let text: string;
  try {
    text = await readFile(directory.secrets, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    if (databaseExists) {
      throw new StartError(
        `${directory.secrets} is missing but its database is there: restore the file, or move ${directory.root} away to begin anew`,
      );
    }
    const secrets = newSecrets();
    await saveSecrets(directory, secrets);
    return secrets;
  }
  const secrets = parseSecrets(text);
  if (secrets === undefined) throw new StartError(`${directory.secrets} is damaged: restore it from a backup`);
  return secrets;
}

export function saveSecrets(directory: DataDirectory, secrets: Secrets): Promise<void> {
  return writeFileDurably(directory.secrets, `${JSON.stringify(secrets, null, 2)}\n`, 0o600);
}

function parseSecrets(text: string): Secrets | undefined {
  let value: Partial<Secrets> | null;
  try {
    value = JSON.parse(text) as Partial<Secrets> | null;
  } catch {
    return undefined;
  }
  const names = [
    'jwtSecret',
    'sealingKey',
    'platformAdminToken',
    'databaseOwnerPassword',
    'databasePassword',
    'redisPassword',
  ] as const;
  const complete =
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof value[name] === 'string') &&
    typeof value.demo?.adminPassword === 'string' &&
    Array.isArray(value.demo.localUsers);
  return complete ? (value as Secrets) : undefined;
}
