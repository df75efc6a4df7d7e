import type { CallEngine, CallRequest } from '@manyline/calls';
import type { Logger } from '@manyline/kernel';
import type { TenantDirectoryEntry, TenantSnapshot } from '@manyline/pbx';
import {
  ALLOWED_METHODS,
  type Flow,
  type IncomingInvite,
  isKnownMethod,
  refusalOfMethod,
  type SipRequest,
  SipResponse,
  SipUri,
  type Uri,
  type UserAgent,
  utf8,
} from '@manyline/sip';
import type { Authenticator } from './authenticator.ts';
import type { RegisterHandler } from './register-handler.ts';
import type { TenantDirectory } from './tenant-directory.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface RequestHandlerOptions {
  readonly logger: Logger;
  readonly userAgent: UserAgent;
  readonly tenants: TenantDirectory;
  readonly authenticator: Authenticator;
  readonly registrar: RegisterHandler;
  readonly calls: Pick<CallEngine, 'handle' | 'refuse'>;
  readonly metrics: WorkerMetrics;
  /** Whether a host is this server itself, not a tenant's domain. */
  readonly isOwnHost: (host: string, flow: Flow) => boolean;
}

/** Requests that wait for a tenant's configuration at most; further ones are answered 503. */
const MAX_WAITING = 10_000;

/**
 * Judges requests outside dialogs in the order of the contract: syntax, domain, credentials, the rest. The tenant comes
 * from the domains in the request, the user only from the credentials.
 */
export class RequestHandler {
  readonly #options: RequestHandlerOptions;
  /** Requests whose tenant is being loaded: a repetition of one is dropped. */
  readonly #waiting = new Set<string>();

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  handle(request: SipRequest, flow: Flow): void {
    // A stranger must not grow the metric.
    this.#options.metrics.request(isKnownMethod(request.method) ? request.method : 'other');
    const requestUri = request.requestUri;
    if (!requestUri.ok) {
      this.#refuse(request, flow, 400);
      return;
    }
    const uri = requestUri.value;
    if (uri.scheme === 'other') {
      this.#refuse(request, flow, 416);
      return;
    }
    if (request.method === 'OPTIONS') {
      this.#answerOptions(request, flow, uri);
      return;
    }
    const entry = this.#tenantOf(request, flow, uri);
    if (entry === undefined) {
      this.#refuse(request, flow, 404);
      return;
    }
    const snapshot = this.#options.tenants.snapshotOf(entry);
    if (snapshot instanceof Promise) this.#waitFor(snapshot, request, flow);
    else
      this.#handleAt(snapshot, request, flow, (statusCode, headers) =>
        this.#refuse(request, flow, statusCode, headers),
      );
  }

  #waitFor(loading: Promise<TenantSnapshot | undefined>, request: SipRequest, flow: Flow): void {
    const key = `${request.topVia.branch} ${request.callId} ${request.cseq.sequence} ${request.method}`;
    if (this.#waiting.has(key)) return;
    if (this.#waiting.size >= MAX_WAITING) {
      this.#refuse(request, flow, 503, [['Retry-After', '5']]);
      return;
    }
    this.#waiting.add(key);
    // A CANCEL may come meanwhile, so an INVITE has its transaction from the start.
    const invite = request.method === 'INVITE' ? this.#options.userAgent.acceptInvite(request, flow) : undefined;
    const refuse: Refuse = (statusCode, headers) => {
      if (invite === undefined) this.#refuse(request, flow, statusCode, headers);
      else invite.reject(statusCode, { headers });
    };
    loading
      .then((snapshot) => {
        this.#waiting.delete(key);
        if (invite?.answered) return;
        if (snapshot === undefined) refuse(503, [['Retry-After', '5']]);
        else this.#handleAt(snapshot, request, flow, refuse, invite);
      })
      .catch((error: unknown) => {
        this.#options.logger.error({ err: error, method: request.method }, 'a request failed');
        refuse(500);
      });
  }

  /** OPTIONS is answered without credentials, at a tenant's domain and at this server's own address. */
  #answerOptions(request: SipRequest, flow: Flow, uri: Uri): void {
    const host = uri instanceof SipUri ? uri.host : '';
    if (this.#options.tenants.find(host) === undefined && !this.#options.isOwnHost(host, flow)) {
      this.#refuse(request, flow, 404);
      return;
    }
    this.#refuse(request, flow, 200, [
      ['Allow', ALLOWED_METHODS],
      ['Accept', 'application/sdp'],
    ]);
  }

  /**
   * The tenant that a request is about: by Request-URI, for REGISTER also by To, for a tel: URI by From. All tenant
   * domains in the request must agree, else it has none.
   */
  #tenantOf(request: SipRequest, flow: Flow, uri: Uri): TenantDirectoryEntry | undefined {
    const { tenants, isOwnHost } = this.#options;
    const other = hostOf(request.method === 'REGISTER' ? request.to.parsedUri : request.from.parsedUri);
    let host = hostOf(uri);
    if (uri.scheme === 'tel' || (request.method === 'REGISTER' && isOwnHost(host, flow))) host = other;
    if (host !== other && other !== ANONYMOUS_HOST) return undefined;
    const entry = tenants.find(host);
    return entry?.suspended ? undefined : entry;
  }

  #handleAt(tenant: TenantSnapshot, request: SipRequest, flow: Flow, refuse: Refuse, invite?: IncomingInvite): void {
    const { authenticator, metrics, userAgent, registrar } = this.#options;
    const authentication = authenticator.authenticate(request, tenant);
    if (authentication.kind === 'challenge') {
      if (authentication.reason === 'wrong-credentials') metrics.authenticationFailures.inc();
      refuse(401, authentication.headers);
      return;
    }
    const { user } = authentication;
    flow.keepOpen();
    if (request.method === 'REGISTER') {
      const refusal = unsupportedExtensions(request);
      const response =
        refusal === undefined ? registrar.handle(request, flow, tenant, user) : respondTo(request, refusal);
      userAgent.respond(request, flow, response);
      return;
    }
    const from = request.from.parsedUri;
    const fromUser = from instanceof SipUri ? from.user : '';
    const anonymous = hostOf(from) === ANONYMOUS_HOST;
    if (fromUser !== user.number && !anonymous) {
      refuse(403);
      return;
    }
    if (request.method !== 'INVITE') {
      refuse(refusalOfMethod(request.method), [['Allow', ALLOWED_METHODS]]);
      return;
    }
    const call: CallRequest = {
      invite: invite ?? userAgent.acceptInvite(request, flow),
      tenant,
      caller: user,
      anonymous: anonymous || wantsPrivacy(request),
      called: calledNumber(request),
    };
    const refusal = unsupportedExtensions(request) ?? undeliverable(request);
    if (refusal === undefined) void this.#options.calls.handle(call);
    else this.#options.calls.refuse(call, refusal.statusCode, refusal.headers);
  }

  /** Answers without keeping a transaction: a repetition of the request gets the same answer again. */
  #refuse(request: SipRequest, flow: Flow, statusCode: number, headers: readonly [string, string][] = []): void {
    if (statusCode !== 200) this.#options.metrics.refusal(statusCode);
    this.#options.userAgent.transactions.respondStateless(
      request,
      flow,
      SipResponse.create(request, statusCode, { headers }),
    );
  }
}

/** RFC 3323 §4.1.1.3: the From of a caller who keeps his identity from the callee. */
const ANONYMOUS_HOST = 'anonymous.invalid';

/** Characters of a dialled number or name. */
const LONGEST_NUMBER = 128;

/** Gives the request that is being judged its final refusal. */
type Refuse = (statusCode: number, headers?: readonly [string, string][]) => void;

interface RequestRefusal {
  readonly statusCode: number;
  readonly headers: readonly [string, string][];
}

/** RFC 3261 §8.2.2.3: what we must understand and do not. */
function unsupportedExtensions(request: SipRequest): RequestRefusal | undefined {
  const extensions = request.headers.getAll('Require').join(', ');
  return extensions === '' ? undefined : { statusCode: 420, headers: [['Unsupported', extensions]] };
}

/** A call that may make no further hop, and a number longer than any there is. */
function undeliverable(request: SipRequest): RequestRefusal | undefined {
  if (request.maxForwards === 0) return { statusCode: 483, headers: [] };
  return calledNumber(request).length > LONGEST_NUMBER ? { statusCode: 404, headers: [] } : undefined;
}

function respondTo(request: SipRequest, { statusCode, headers }: RequestRefusal): SipResponse {
  return SipResponse.create(request, statusCode, { headers });
}

/** RFC 3323 §4.2, RFC 3325 §9.3. */
function wantsPrivacy(request: SipRequest): boolean {
  return request.headers.getAll('Privacy').some((value) => /(?:^|[;,\s])(?:id|user|header)(?:$|[;,\s])/i.test(value));
}

function hostOf(uri: Uri | undefined): string {
  return uri instanceof SipUri ? uri.host : '';
}

function calledNumber(request: SipRequest): string {
  const uri = request.requestUri;
  if (!uri.ok) return '';
  if (uri.value.scheme === 'tel') return uri.value.number;
  return uri.value instanceof SipUri ? utf8(uri.value.user) : '';
}
