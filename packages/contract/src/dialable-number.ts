import { z } from 'zod';

/** A local user's name: starts with a letter or digit and holds at least one letter, so that it is no number. */
const NAME = '(?=[0-9._-]*[a-z])[a-z0-9][a-z0-9._-]{1,31}';

/** What a phone registers as: 2–20 of `0-9*#`, or a lower-case name. */
export const localNumber = z
  .string()
  .regex(
    new RegExp(`^(?:[0-9*#]{2,20}|${NAME})$`),
    'must be 2 to 20 of 0-9*#, or a lower-case name of 2 to 32 characters',
  )
  .meta({ description: '2–20 of `0-9*#`, or a lower-case name', example: '100' });

/** Anything that a phone may dial. */
export const dialableNumber = z
  .string()
  .regex(new RegExp(`^(?:\\+?[0-9*#]{1,32}|${NAME})$`), 'must be a dialable number or name')
  .meta({ description: 'A number as a phone would dial it, or a local user’s name', example: '90201234567' });
