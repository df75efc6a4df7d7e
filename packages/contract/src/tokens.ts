import { z } from 'zod';
import { accountEmail, line } from './text.ts';

export const tokens = z
  .object({
    accessToken: z.string().meta({ description: 'For `Authorization: Bearer`' }),
    refreshToken: z.string().meta({ description: 'To be exchanged once for new tokens' }),
    expiresInSeconds: z.int().meta({ description: 'Of the access token', example: 900 }),
  })
  .meta({ id: 'Tokens' });

export const logInRequest = z
  .strictObject({ email: accountEmail, password: line(1, 128) })
  .meta({ id: 'LogInRequest' });

export const refreshTokenRequest = z.strictObject({ refreshToken: line(1, 200) }).meta({ id: 'RefreshTokenRequest' });

export type Tokens = z.output<typeof tokens>;
