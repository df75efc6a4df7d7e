import type { SignUpAnswer, SignUpRequest } from '@manyline/contract';
import {
  ConflictError,
  defaultLocalUserSettings,
  defaultTenantSettings,
  generatePassword,
  PRESET_NUMBERS,
} from '@manyline/db';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { passwordWeakness } from '../auth/password-strength.ts';
import { announce } from '../configuration-change.ts';
import { toLocalUser } from '../local-users/local-user-view.ts';
import { startSession } from '../sessions/session-service.ts';
import { toTenant } from '../tenant/tenant-view.ts';
import { isReservedSlug, slugCandidates } from './slug-proposal.ts';

/** Makes a company: tenant, owner, preset local users. Throws `weak_password`, `slug_taken`, `email_taken`. */
export async function signUp(context: ApiContext, request: SignUpRequest): Promise<SignUpAnswer> {
  const weakness = passwordWeakness(request.password, [request.company, request.email]);
  if (weakness !== undefined) {
    throw new ApiError('weak_password', weakness, { errors: [{ path: 'password', message: weakness }] });
  }
  if (request.slug !== undefined && isReservedSlug(request.slug)) throw slugTaken();
  const passwordHash = await context.passwords.hash(request.password);
  const presets = (request.presetLocalUsers ? PRESET_NUMBERS : []).map((number) => ({
    settings: defaultLocalUserSettings(number),
    password: generatePassword(),
  }));
  const slugs = request.slug === undefined ? await freeSlugs(context, request.company) : [request.slug];
  const { tenant, owner, localUsers } = await withFirstFree(slugs, (slug) =>
    context.database.createTenant({
      slug,
      sipDomain: `${slug}.${context.settings.baseDomain.toLowerCase()}`,
      settings: defaultTenantSettings(request.company, request.locale),
      owner: { email: request.email, passwordHash },
      localUsers: presets,
    }),
  );
  await announce(context, tenant);
  return {
    tenant: toTenant(tenant),
    admin: { id: owner.id, email: owner.email, role: owner.role },
    ...(await startSession(context, tenant.id, owner.id, owner.role)),
    ...(request.presetLocalUsers && {
      localUsers: localUsers.map((record, index) => ({ ...toLocalUser(record), password: presets[index]!.password })),
    }),
  };
}

/** Whether a company may still have `slug`, and if not, which one it may. A text that can be no slug is not available. */
export async function checkAvailability(context: ApiContext, wanted: string, isSlug: boolean) {
  const candidates = slugCandidates(wanted);
  const exact = wanted.toLowerCase();
  const taken = await context.database.findTakenSlugs([exact, ...candidates]);
  const available = isSlug && !isReservedSlug(exact) && !taken.has(exact);
  return { available, suggestion: available ? null : (candidates.find((candidate) => !taken.has(candidate)) ?? null) };
}

async function freeSlugs({ database }: ApiContext, company: string): Promise<string[]> {
  const candidates = slugCandidates(company);
  const taken = await database.findTakenSlugs(candidates);
  return candidates.filter((candidate) => !taken.has(candidate));
}

/** Another sign-up may take a slug that was free a moment ago: the next one is tried. Throws `slug_taken` after the last. */
async function withFirstFree<Result>(
  slugs: readonly string[],
  create: (slug: string) => Promise<Result>,
): Promise<Result> {
  for (const slug of slugs) {
    try {
      return await create(slug);
    } catch (error) {
      if (!(error instanceof ConflictError && error.code === 'slug_taken')) throw error;
    }
  }
  throw slugTaken();
}

function slugTaken(): ApiError {
  return new ApiError('slug_taken', 'This slug is already in use.');
}
