/** Rules that hold between variables; each problem names the variable to change. */
import { isIPv4, isIPv6 } from 'node:net';
import type { ConfigProblem } from './config-error.ts';
import type { Environment } from './environment.ts';

type Name = keyof Environment & string;

/** Either all of these are set or none. */
const TOGETHER: readonly (readonly Name[])[] = [
  ['HTTP_TLS_CERT', 'HTTP_TLS_KEY'],
  ['SIP_TLS_CERT', 'SIP_TLS_KEY'],
  ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'],
];

export function environmentProblems(environment: Environment): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (variable: Name, message: string) => problems.push({ variable, message: `${variable} ${message}` });

  for (const group of TOGETHER) {
    const present = group.filter((name) => environment[name] !== undefined);
    if (present.length === 0) continue;
    for (const name of group) {
      if (!present.includes(name)) add(name, `is missing: it is needed together with ${present.join(', ')}`);
    }
  }
  for (const { variable, port, other } of sharedPorts(environment)) {
    add(variable, `"${port}" is also the port of ${other}: each needs a TCP port of its own`);
  }
  if (environment.SIP_WORKERS !== 1) {
    add('SIP_WORKERS', `"${environment.SIP_WORKERS}" is not available yet: this version runs exactly 1 SIP worker`);
  }
  // One call takes two legs, one leg an even and an odd port.
  if (environment.RTP_PORT_MAX - environment.RTP_PORT_MIN < 3) {
    add(
      'RTP_PORT_MAX',
      `"${environment.RTP_PORT_MAX}" must be at least RTP_PORT_MIN + 3 (${environment.RTP_PORT_MIN} + 3)`,
    );
  }
  if (environment.NODE_ENV === 'production' && environment.JWT_SECRET === undefined) {
    add('JWT_SECRET', 'is missing: NODE_ENV=production needs a text of at least 32 characters');
  }
  if (environment.SIGNUP_EMAIL_VERIFICATION === 'required' && environment.SMTP_URL === undefined) {
    add('SMTP_URL', 'is missing: SIGNUP_EMAIL_VERIFICATION=required needs a mail server');
  }
  return problems;
}

interface TcpListener {
  readonly variable: Name;
  readonly host: string;
  readonly port: number;
}

/** TCP ports that two variables name on the same address. The system chooses different ones for 0. */
function sharedPorts(environment: Environment): { variable: Name; port: number; other: Name }[] {
  const { SIP_HOST, SIP_PORT, SIP_TLS_PORT, HTTP_HOST, HTTP_PORT } = environment;
  const listeners: TcpListener[] = [
    { variable: 'SIP_PORT', host: SIP_HOST, port: SIP_PORT },
    ...SIP_TLS_PORT.map((port) => ({ variable: 'SIP_TLS_PORT', host: SIP_HOST, port }) as const),
    { variable: 'HTTP_PORT', host: HTTP_HOST, port: HTTP_PORT },
  ];
  return listeners.flatMap(({ variable, host, port }, index) => {
    const other = listeners.slice(0, index).find((one) => one.port === port && shareAddress(one.host, host));
    return port === 0 || other === undefined ? [] : [{ variable, port, other: other.variable }];
  });
}

/** Whether two hosts to listen on surely share an address; what names resolve to is not asked. */
function shareAddress(a: string, b: string): boolean {
  if (a === b) return true;
  return [a, b].includes('0.0.0.0') ? isIPv4(a) && isIPv4(b) : [a, b].includes('::') && isIPv6(a) && isIPv6(b);
}
