export { type CancelReason, IncomingInvite, type ResponseContent } from './incoming-invite.ts';
export { InviteSession, type InviteSessionEvents, type ReinviteOutcome, type SessionEnd } from './invite-session.ts';
export { ALLOWED_METHODS, isKnownMethod, refusalOfMethod } from './methods.ts';
export { type Invitation, type InvitationListener, OutgoingInvite } from './outgoing-invite.ts';
export { Reoffer } from './reoffer.ts';
export { newTag } from './tag.ts';
export { UserAgent, type UserAgentOptions } from './user-agent.ts';
