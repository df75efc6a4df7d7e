import { z } from 'zod';

/** The languages of the console and of the voice prompts. */
export const language = z.enum(['en', 'zh']);
