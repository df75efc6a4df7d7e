export { answerChallenge, type ChallengeAnswer } from './answer-challenge.ts';
export { buildChallenge, type DigestChallenge, parseDigestChallenge } from './digest-challenge.ts';
export { type DigestAlgorithm, type DigestCredentials, parseDigestCredentials } from './digest-credentials.ts';
export { computeHa1, computeResponse, verifyResponse } from './digest-response.ts';
export { NonceCountWindow } from './nonce-count-window.ts';
export { NonceIssuer, type NonceIssuerOptions } from './nonce-issuer.ts';
