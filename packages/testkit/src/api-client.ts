export interface ApiResponse<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface CdrView {
  readonly id: string;
  readonly callId: string;
  readonly caller: string;
  readonly called: string;
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string;
  readonly durationSeconds: number;
  readonly result: string;
  readonly releaseCause: string;
  readonly releasedBy: string;
  readonly sipStatus?: number | null;
}

export interface RegistrationView {
  readonly id: string;
  readonly number: string;
  readonly contact: string;
  readonly transport: string;
  readonly sourceAddress: string;
  readonly expiresAt: string;
  readonly tls: boolean;
}

interface List<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** The REST API as a tenant's administrator uses it, by fetch. */
export class ApiClient {
  readonly #baseUrl: string;
  #accessToken: string | undefined;

  constructor(baseUrl: string, accessToken?: string) {
    this.#baseUrl = baseUrl.replace(/\/$/, '');
    this.#accessToken = accessToken;
  }

  async request<Body>(method: string, path: string, body?: unknown): Promise<ApiResponse<Body>> {
    const headers: Record<string, string> = {};
    if (this.#accessToken !== undefined) headers.authorization = `Bearer ${this.#accessToken}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(`${this.#baseUrl}${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as Body };
  }

  /** As `request`, but throws unless the status is 2xx. */
  async demand<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await this.request<Body>(method, path, body);
    if (response.status >= 300) {
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(response.body)}`);
    }
    return response.body;
  }

  async login(email: string, password: string): Promise<void> {
    const { accessToken } = await this.demand<{ accessToken: string }>('POST', '/v1/auth/login', { email, password });
    this.#accessToken = accessToken;
  }

  async cdrs(): Promise<readonly CdrView[]> {
    return (await this.demand<List<CdrView>>('GET', '/v1/cdrs?limit=200')).items;
  }

  async registrations(): Promise<readonly RegistrationView[]> {
    return (await this.demand<List<RegistrationView>>('GET', '/v1/registrations?limit=200')).items;
  }
}
