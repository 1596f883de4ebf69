/** Every page and action of the console. */
import type { Declared } from '../page.ts';
import { loginAction, loginPage, logoutAction } from './login.ts';
import { todayPage } from './today.ts';

export const PAGES: readonly Declared[] = [loginPage, loginAction, logoutAction, todayPage];
