/** What the start ends with: one line for programs and a few for people (docs/reference names the fields). */
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '@manyline/config';

export interface ReadyReport {
  readonly http: string;
  readonly console: string;
  readonly sip: {
    readonly host: string;
    readonly port: number;
    /** The first of SIP_TLS_PORT. */
    readonly tlsPort: number | null;
    readonly wsPort: number | null;
    readonly wssPort: number | null;
  };
  readonly demo: {
    readonly domain: string;
    readonly admin: { readonly email: string; readonly password: string };
    readonly localUsers: readonly { readonly number: string; readonly password: string }[];
  } | null;
}

export interface ListeningPorts {
  readonly http: number;
  readonly sip: number;
  readonly sipTls: number | undefined;
}

export function makeReadyReport(config: Config, ports: ListeningPorts, demo: ReadyReport['demo']): ReadyReport {
  const scheme = config.httpTls === undefined ? 'http' : 'https';
  const http = `${scheme}://${inUrl(reachableHost(config.httpHost, config))}:${ports.http}`;
  return {
    http,
    console: `${http}/`,
    sip: {
      host: reachableHost(config.sipHost, config),
      port: ports.sip,
      tlsPort: ports.sipTls ?? null,
      wsPort: null,
      wssPort: null,
    },
    demo,
  };
}

/** A few lines for a person at the terminal. */
export function readyText(report: ReadyReport, config: Config): string {
  const { sip, demo } = report;
  const hosts =
    isWildcard(config.sipHost) && config.publicAddress === undefined ? [sip.host, ...ownAddresses()] : [sip.host];
  const servers = hosts.map((host) => `${inUrl(host)}:${sip.port}`).join(' or ');
  const lines = ['', `  API            ${report.http}/v1   (documentation: ${report.http}/docs)`];
  if (demo !== null) {
    const [first] = demo.localUsers;
    lines.push(
      `  Demo tenant    SIP domain ${demo.domain}`,
      `                 administrator ${demo.admin.email}, password ${demo.admin.password}`,
      ...demo.localUsers.map(({ number, password }) => `                 local user ${number}, password ${password}`),
      `  Register a phone: user ${first?.number ?? '100'}, its password, domain ${demo.domain},`,
    );
  } else {
    lines.push('  Register a phone: the number and password of a local user, the SIP domain of its tenant,');
  }
  lines.push(
    `                 server (outbound proxy) ${servers} over UDP or TCP${sip.tlsPort === null ? '' : `, TLS on port ${sip.tlsPort}`}`,
  );
  return `${lines.join('\n')}\n`;
}

/** An address that this machine can be reached at; for a wildcard the public one, or loopback. */
function reachableHost(host: string, { publicAddress }: Config): string {
  if (!isWildcard(host)) return host;
  return publicAddress ?? (host === '::' ? '::1' : '127.0.0.1');
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function inUrl(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}
