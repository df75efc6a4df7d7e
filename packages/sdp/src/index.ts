export { anchorSdp, answerFor, createOffer, type LocalMedia } from './anchor-sdp.ts';
export { type AudioMedia, audioOf, type Direction, type UnusableAudio, usableAudio } from './audio-media.ts';
export { parseSdp, type SdpParseError } from './parse-sdp.ts';
export {
  type MediaDescription,
  type SdpAttribute,
  type SdpBandwidth,
  type SdpConnection,
  type SdpOrigin,
  SessionDescription,
  type SessionDescriptionFields,
} from './session-description.ts';
