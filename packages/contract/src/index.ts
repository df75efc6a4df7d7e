export { callDetailRecord, callDetailRecordList, callDetailRecordQuery } from './call-detail-record.ts';
export { health, type Readiness, readiness } from './health.ts';
export { pageQuery } from './list.ts';
export {
  type ChangedLocalUser,
  changedLocalUser,
  type LocalUser,
  localUser,
  localUserList,
  localUserPatch,
  localUserSettings,
  newLocalUser,
} from './local-user.ts';
export { applyMergePatch, type MergePatch } from './merge-patch.ts';
export { type InvalidValue, type Problem, type ProblemCode, problem, problems, problemType } from './problem.ts';
export { type Registration, registration, registrationList } from './registration.ts';
export {
  availability,
  availabilityQuery,
  type SignUpAnswer,
  type SignUpRequest,
  signUpAnswer,
  signUpRequest,
  slug,
} from './sign-up.ts';
export { type Tenant, tenant, tenantPatch, tenantSettings } from './tenant.ts';
export { logInRequest, refreshTokenRequest, type Tokens, tokens } from './tokens.ts';
