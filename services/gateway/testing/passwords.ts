/** Passwords of tests: a real hash would take a sixth of a second of CPU, for each sign-in of each suite. */
import { passwordHashing, type ScryptCost } from '../auth/password.ts';

export const CHEAP: ScryptCost = { N: 2 ** 10, r: 8, p: 1 };

export const cheapHash = passwordHashing(CHEAP).hash;
