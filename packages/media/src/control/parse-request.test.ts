import { describe, expect, it } from 'vitest';
import { parseRequest } from './parse-request.ts';

const remote = { address: '192.0.2.1', rtpPort: 4000, signallingAddress: '192.0.2.1' };

describe('parseRequest', () => {
  it.each([
    { op: 'hello', protocol: 1, clientId: 'w1' },
    { op: 'claim', sessionIds: ['a', 'b'] },
    { op: 'openLegs', sessionId: 's', legIds: ['a'] },
    { op: 'updateLeg', sessionId: 's', legId: 'a', remote: null },
    { op: 'updateLeg', sessionId: 's', legId: 'a', remote: { ...remote, onHold: true, payloadTypes: [0, 101] } },
    { op: 'connectLegs', sessionId: 's', legA: 'a', legB: 'b' },
    { op: 'closeLegs', sessionId: 's', legIds: [] },
    { op: 'closeSession', sessionId: 's' },
  ])('accepts $op', (request) => {
    expect(parseRequest({ id: 7, ...request })).toEqual({ ok: true, value: { id: 7, request } });
  });

  it('drops fields that it does not know', () => {
    const result = parseRequest({ id: 1, op: 'closeSession', sessionId: 's', __proto__: 1, more: 2 });

    expect(result).toEqual({ ok: true, value: { id: 1, request: { op: 'closeSession', sessionId: 's' } } });
  });

  it.each([null, [], 'x', {}, { op: 'hello' }, { id: '1', op: 'hello' }, { id: 1.5, op: 'hello' }])(
    'cannot answer %j',
    (message) => {
      expect(parseRequest(message)).toMatchObject({ ok: false, error: { id: undefined } });
    },
  );

  it.each([
    [{ op: 'explode', sessionId: 's' }, /unknown op/],
    [{ op: 'constructor', sessionId: 's' }, /unknown op/],
    [{ op: 'hello', protocol: '1', clientId: 'w' }, /protocol/],
    [{ op: 'hello', protocol: 1, clientId: '' }, /clientId/],
    [{ op: 'claim', sessionIds: [1] }, /sessionIds/],
    [{ op: 'closeSession', sessionId: 'x'.repeat(201) }, /sessionId/],
    [{ op: 'openLegs', sessionId: 's', legIds: 'a' }, /legIds/],
    [{ op: 'connectLegs', sessionId: 's', legA: 'a' }, /legB/],
    [{ op: 'updateLeg', sessionId: 's', legId: 'a' }, /remote/],
    [{ op: 'updateLeg', sessionId: 's', legId: 'a', remote: { ...remote, rtpPort: 65_536 } }, /rtpPort/],
    [{ op: 'updateLeg', sessionId: 's', legId: 'a', remote: { ...remote, rtcpPort: -1 } }, /rtcpPort/],
    [{ op: 'updateLeg', sessionId: 's', legId: 'a', remote: { ...remote, signallingAddress: 'host' } }, /signalling/],
    [{ op: 'updateLeg', sessionId: 's', legId: 'a', remote: { ...remote, clockRate: 0 } }, /clockRate/],
    [{ op: 'updateLeg', sessionId: 's', legId: 'a', remote: { ...remote, payloadTypes: [128] } }, /payloadTypes/],
    [{ op: 'updateLeg', sessionId: 's', legId: 'a', remote: { ...remote, onHold: 1 } }, /onHold/],
  ])('refuses %j', (message, reason) => {
    expect(parseRequest({ id: 3, ...message })).toMatchObject({
      ok: false,
      error: { id: 3, reason: expect.stringMatching(reason) },
    });
  });
});
