import { parseUri, SipUri } from '../uri/index.ts';

/** The part of a Contact URI that tells one phone from another: two equal keys are the same binding (RFC 3261 §10.3, §19.1.4). */
export function contactKey(uri: string): string {
  const parsed = parseUri(uri);
  if (!parsed.ok) return uri;
  const { value } = parsed;
  if (!(value instanceof SipUri)) return uri;
  return `${value.scheme}:${value.user}@${value.host}:${value.port ?? ''};${value.params.get('transport')?.toLowerCase() ?? ''}`;
}
