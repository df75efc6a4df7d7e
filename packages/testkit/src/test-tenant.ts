import { randomBytes } from 'node:crypto';
import { ApiClient, type CdrView, type RegistrationView } from './api-client.ts';
import { eventually } from './eventually.ts';
import type { ProbeAccount } from './sip-probe.ts';

interface SignupAnswer {
  readonly tenant: { readonly id: string; readonly slug: string; readonly sipDomain: string };
  readonly accessToken: string;
}

/** A company that signed up for a test, with its administrator's API access. */
export class TestTenant {
  readonly id: string;
  readonly domain: string;
  readonly email: string;
  readonly password: string;
  readonly api: ApiClient;
  readonly #passwords = new Map<string, string>();

  private constructor(answer: SignupAnswer, email: string, password: string, api: ApiClient) {
    this.id = answer.tenant.id;
    this.domain = answer.tenant.sipDomain;
    this.email = email;
    this.password = password;
    this.api = api;
  }

  /** Signs a company up at `http` and makes a local user for each number. */
  static async signUp(http: string, numbers: readonly string[] = []): Promise<TestTenant> {
    const token = randomBytes(5).toString('hex');
    const email = `owner-${token}@example.com`;
    const password = `Slow-Heron-${token}`;
    const answer = await new ApiClient(http).demand<SignupAnswer>('POST', '/v1/signup', {
      company: `Test ${token}`,
      email,
      password,
      slug: `t-${token}`,
    });
    const tenant = new TestTenant(answer, email, password, new ApiClient(http, answer.accessToken));
    for (const number of numbers) await tenant.addLocalUser(number);
    return tenant;
  }

  async addLocalUser(number: string, more: Readonly<Record<string, unknown>> = {}): Promise<{ readonly id: string }> {
    const password = `phone-${randomBytes(6).toString('hex')}`;
    const user = await this.api.demand<{ id: string }>('POST', '/v1/local-users', { number, password, ...more });
    this.#passwords.set(number, password);
    return user;
  }

  /** What a phone needs to register as this number. */
  account(number: string): ProbeAccount {
    const password = this.#passwords.get(number);
    if (password === undefined) throw new Error(`no local user ${number} in ${this.domain}`);
    return { user: number, password, domain: this.domain };
  }

  /** Waits for the record of the call with this SIP Call-ID. */
  cdrOf(callId: string, timeoutMs = 10_000): Promise<CdrView> {
    return eventually(
      `a CDR of the call ${callId}`,
      async () => (await this.api.cdrs()).find((cdr) => cdr.callId === callId),
      timeoutMs,
      100,
    );
  }

  /** Waits until the number has exactly this many registrations. */
  registered(number: string, count: number, timeoutMs = 5000): Promise<readonly RegistrationView[]> {
    return eventually(
      `${count} registrations of ${number}`,
      async () => {
        const own = (await this.api.registrations()).filter((registration) => registration.number === number);
        return own.length === count && own;
      },
      timeoutMs,
      50,
    );
  }
}
