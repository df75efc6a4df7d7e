import { err, ok, type Result } from '@manyline/kernel';
import { canonicalAddress } from '../ip-address.ts';
import type { LegRemote, MediaRequest } from './protocol.ts';

/** A request as it came, with its id. */
export interface NumberedRequest {
  readonly id: number;
  readonly request: MediaRequest;
}

/** `id` is undefined when the message has no usable one: it cannot be answered. */
export interface BadRequest {
  readonly id: number | undefined;
  readonly reason: string;
}

type Fields = Readonly<Record<string, unknown>>;

const MAX_ID_LENGTH = 200;
const MAX_IDS = 10_000;

/** Judges a message of a client; what passes has exactly the shape that its type says. */
export function parseRequest(message: unknown): Result<NumberedRequest, BadRequest> {
  if (!isObject(message)) return err({ id: undefined, reason: 'not an object' });
  const { id } = message;
  if (typeof id !== 'number' || !Number.isSafeInteger(id))
    return err({ id: undefined, reason: 'id is not an integer' });
  const request = readRequest(message);
  return typeof request === 'string' ? err({ id, reason: request }) : ok({ id, request });
}

/** The request, or what is wrong with it. */
function readRequest(message: Fields): MediaRequest | string {
  const { op } = message;
  switch (op) {
    case 'hello': {
      const { protocol, clientId } = message;
      if (typeof protocol !== 'number') return 'protocol is not a number';
      return isId(clientId) ? { op, protocol, clientId } : 'clientId is not an id';
    }
    case 'claim': {
      const { sessionIds } = message;
      return isIdList(sessionIds) ? { op, sessionIds } : 'sessionIds is not a list of ids';
    }
    default:
      return readCommand(message);
  }
}

function readCommand(message: Fields): MediaRequest | string {
  const { op, sessionId } = message;
  if (!isId(sessionId)) return 'sessionId is not an id';
  switch (op) {
    case 'openLegs':
    case 'closeLegs': {
      const { legIds } = message;
      return isIdList(legIds) ? { op, sessionId, legIds } : 'legIds is not a list of ids';
    }
    case 'updateLeg': {
      const { legId } = message;
      if (!isId(legId)) return 'legId is not an id';
      const remote = message.remote === null ? null : readRemote(message.remote);
      return typeof remote === 'string' ? remote : { op, sessionId, legId, remote };
    }
    case 'connectLegs': {
      const { legA, legB } = message;
      return isId(legA) && isId(legB) ? { op, sessionId, legA, legB } : 'legA or legB is not an id';
    }
    case 'closeSession':
      return { op, sessionId };
    default:
      return 'unknown op';
  }
}

function readRemote(value: unknown): LegRemote | string {
  if (!isObject(value)) return 'remote is neither null nor an object';
  const { address, rtpPort, rtcpPort, signallingAddress, clockRate, payloadTypes, onHold } = value;
  if (typeof address !== 'string' || address.length > 255) return 'remote.address is not an address';
  if (!isPort(rtpPort)) return 'remote.rtpPort is not a port';
  if (rtcpPort !== undefined && !isPort(rtcpPort)) return 'remote.rtcpPort is not a port';
  if (typeof signallingAddress !== 'string' || canonicalAddress(signallingAddress) === undefined) {
    return 'remote.signallingAddress is not an IP address';
  }
  if (clockRate !== undefined && !(typeof clockRate === 'number' && clockRate >= 1000 && clockRate <= 1_000_000)) {
    return 'remote.clockRate is not 1,000–1,000,000';
  }
  if (payloadTypes !== undefined && !isPayloadTypeList(payloadTypes))
    return 'remote.payloadTypes is not a list of 0–127';
  if (onHold !== undefined && typeof onHold !== 'boolean') return 'remote.onHold is not a boolean';
  return { address, rtpPort, rtcpPort, signallingAddress, clockRate, payloadTypes, onHold };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= MAX_ID_LENGTH;
}

function isIdList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= MAX_IDS && value.every(isId);
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535;
}

function isPayloadTypeList(value: unknown): value is number[] {
  const isPayloadType = (entry: unknown) => Number.isInteger(entry) && Number(entry) >= 0 && Number(entry) <= 127;
  return Array.isArray(value) && value.length <= 128 && value.every(isPayloadType);
}
