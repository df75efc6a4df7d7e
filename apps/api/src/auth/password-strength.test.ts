import { describe, expect, it } from 'vitest';
import { passwordWeakness } from './password-strength.ts';

const own = ['Acme International', 'admin@acme.example'];

describe('passwordWeakness', () => {
  it.each([
    'short',
    'elevenchars',
    'password1234',
    'Password123!',
    'passwordpassword',
    'P@ssw0rd!2024',
    'passw0rd1234',
    '123456789012',
    'aaaaaaaaaaaaaa',
    '121212121212',
    'qwertyuiop123',
    'QwertyQwerty1',
    '1q2w3e4r5t6y',
    'abcdefghijkl',
    'zyxwvutsrqpo',
    'administrator',
    'adminadmin123',
    'sunshine-2024',
    'iloveyou1234',
    'letmein!!!!!!',
    'welcome12345',
    'ThisIsMyPassword1',
    'acme international',
    'Admin@Acme.Example',
  ])('refuses %s', (password) => expect(passwordWeakness(password, own)).toBeTypeOf('string'));

  it.each([
    'Slow-Heron-1f9a3c',
    'k7mp-x2ra-9wqe-hb4t-zn6c',
    'correct horse and a battery',
    'Tr4velling-Otters',
    '一只小狐狸跳过了那条懒狗吧',
    'xV9#kPq2!mZ7',
    'blue-lamp-over-river',
  ])('takes %s', (password) => expect(passwordWeakness(password, own)).toBeUndefined());
});
