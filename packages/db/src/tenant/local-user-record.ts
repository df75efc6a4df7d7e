import type { LocalUser as LocalUserRow } from '../generated/client.ts';

/** Where calls go instead; each target is a dialable number or null. */
export interface Forwarding {
  /** Whether the phone may change these by service codes. */
  readonly allowCodes: boolean;
  readonly unconditional: string | null;
  readonly busy: string | null;
  readonly noAnswer: string | null;
  readonly noAnswerSeconds: number;
  readonly unreachable: string | null;
}

export interface Voicemail {
  readonly enabled: boolean;
  readonly pin: string | null;
  readonly email: string | null;
}

export interface IpAuthorization {
  readonly enabled: boolean;
  readonly address: string | null;
}

/** Everything of a phone account that an administrator sets, but for the password. */
export interface LocalUserSettings {
  readonly number: string;
  readonly displayName: string;
  readonly description: string;
  readonly email: string | null;
  readonly ipAuthorization: IpAuthorization;
  /** Null is unlimited. */
  readonly maxConcurrentCalls: number | null;
  readonly maxOutgoingCalls: number | null;
  readonly maxDurationSeconds: number | null;
  readonly callLevels: readonly number[];
  readonly forwarding: Forwarding;
  readonly voicemail: Voicemail;
  readonly pickupGroup: string | null;
  readonly ringGroupSuppressOnDirect: boolean;
  readonly maxRegistrations: number;
  readonly timeConditionId: string | null;
  readonly mediaEncryption: 'optional' | 'required';
}

export interface LocalUserRecord extends LocalUserSettings {
  readonly id: string;
  /** Rises with every change of this local user. */
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const defaultForwarding: Forwarding = {
  allowCodes: true,
  unconditional: null,
  busy: null,
  noAnswer: null,
  noAnswerSeconds: 20,
  unreachable: null,
};
const defaultVoicemail: Voicemail = { enabled: false, pin: null, email: null };
const defaultIpAuthorization: IpAuthorization = { enabled: false, address: null };

/** A phone account of which only the number is known. */
export function defaultLocalUserSettings(number: string): LocalUserSettings {
  return {
    number,
    displayName: '',
    description: '',
    email: null,
    ipAuthorization: defaultIpAuthorization,
    maxConcurrentCalls: null,
    maxOutgoingCalls: null,
    maxDurationSeconds: null,
    callLevels: [],
    forwarding: defaultForwarding,
    voicemail: defaultVoicemail,
    pickupGroup: null,
    ringGroupSuppressOnDirect: false,
    maxRegistrations: 3,
    timeConditionId: null,
    mediaEncryption: 'optional',
  };
}

/** Nested settings are stored as JSON; a member that an older version did not know gets its default. */
export function toLocalUserRecord(row: LocalUserRow): LocalUserRecord {
  return {
    id: row.id,
    number: row.number,
    displayName: row.displayName,
    description: row.description,
    email: row.email,
    ipAuthorization: { ...defaultIpAuthorization, ...(row.ipAuthorization as object) },
    maxConcurrentCalls: row.maxConcurrentCalls,
    maxOutgoingCalls: row.maxOutgoingCalls,
    maxDurationSeconds: row.maxDurationSeconds,
    callLevels: row.callLevels,
    forwarding: { ...defaultForwarding, ...(row.forwarding as object) },
    voicemail: { ...defaultVoicemail, ...(row.voicemail as object) },
    pickupGroup: row.pickupGroup,
    ringGroupSuppressOnDirect: row.ringGroupSuppressOnDirect,
    maxRegistrations: row.maxRegistrations,
    timeConditionId: row.timeConditionId,
    mediaEncryption: row.mediaEncryption as LocalUserRecord['mediaEncryption'],
    revision: row.revision,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
