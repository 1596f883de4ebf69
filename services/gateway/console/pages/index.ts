/** Every page and action of the console. */
import type { Declared } from '../page.ts';
import { accountPage, changePasswordAction } from './account.ts';
import {
  addAttendeeAction,
  attendeePage,
  attendeesPage,
  changeAttendeeAction,
  removeAttendee,
  sendAttendee,
  showAttendeesTicket,
  uploadAction,
} from './attendees.ts';
import { auditPage } from './audit.ts';
import { deadLettersPage, replayAll, replayOne } from './dead-letters.ts';
import { docsPage } from './docs.ts';
import { doorPage } from './door.ts';
import {
  mailTemplateAction,
  mailTemplateDraft,
  mailTemplatePage,
  mailTemplatePreview,
  mailTemplateReset,
  mailTemplateTest,
} from './events/mail.ts';
import {
  editEventAction,
  editEventPage,
  eventPage,
  eventsPage,
  newEventAction,
  newEventPage,
  staffAction,
} from './events/pages.ts';
import { addressFound, findAction, findPage, sendFound } from './find.ts';
import { loginAction, loginPage, logoutAction } from './login.ts';
import { mailBody, mailPage, mailsPage, resendMailAction, resendMailsAction } from './mails.ts';
import {
  assignPayment,
  claimPayment,
  correctPayment,
  paymentPage,
  releasePayment,
  resendPayment,
  syncPayment,
} from './payments/detail.ts';
import { foreignPage } from './payments/foreign.ts';
import { heldPage, resolveHeld } from './payments/held.ts';
import { paymentsPage } from './payments/list.ts';
import {
  changeClubAction,
  changeUserAction,
  clubPage,
  clubsPage,
  disableClubAction,
  disableUserAction,
  enableClubAction,
  enableUserAction,
  newClub,
  newUserAction,
  newUserPage,
  userPage,
  usersPage,
} from './people.ts';
import { eraseAttendeeAction, erasePaymentAction, privacyPage } from './privacy.ts';
import { scanPage, scanSession, scanWorker } from './scan.ts';
import { sweepNow, sweepsPage } from './sweeps.ts';
import { ticketCalendar, ticketPage } from './ticket.ts';
import { todayLive, todayPage } from './today.ts';

export const PAGES: readonly Declared[] = [
  loginPage,
  loginAction,
  logoutAction,
  docsPage,
  findPage,
  findAction,
  sendFound,
  addressFound,
  privacyPage,
  ticketPage,
  ticketCalendar,
  todayPage,
  todayLive,
  paymentsPage,
  paymentPage,
  syncPayment,
  resendPayment,
  assignPayment,
  correctPayment,
  releasePayment,
  claimPayment,
  erasePaymentAction,
  heldPage,
  resolveHeld,
  foreignPage,
  mailsPage,
  mailPage,
  mailBody,
  resendMailAction,
  resendMailsAction,
  doorPage,
  scanPage,
  scanSession,
  scanWorker,
  eventsPage,
  newEventPage,
  newEventAction,
  eventPage,
  editEventPage,
  editEventAction,
  staffAction,
  mailTemplatePage,
  mailTemplateAction,
  mailTemplatePreview,
  mailTemplateDraft,
  mailTemplateTest,
  mailTemplateReset,
  sweepsPage,
  sweepNow,
  deadLettersPage,
  replayOne,
  replayAll,
  auditPage,
  accountPage,
  changePasswordAction,
  clubsPage,
  newClub,
  clubPage,
  changeClubAction,
  enableClubAction,
  disableClubAction,
  usersPage,
  newUserPage,
  newUserAction,
  userPage,
  changeUserAction,
  enableUserAction,
  disableUserAction,
  attendeesPage,
  addAttendeeAction,
  uploadAction,
  attendeePage,
  changeAttendeeAction,
  sendAttendee,
  showAttendeesTicket,
  removeAttendee,
  eraseAttendeeAction,
];
