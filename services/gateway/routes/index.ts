/** Every route of the gateway. The order only decides how /openapi.json reads. */
import type { Route } from '../http/route.ts';
import { eraseAttendeeRoute } from './attendees/erase.ts';
import { addAttendeeRoute, dashboardRoute, listAttendeesRoute } from './attendees/of-event.ts';
import { changeAttendeeRoute, readAttendee, removeAttendeeRoute } from './attendees/one.ts';
import {
  generateQrCodesRoute,
  generateQrRoute,
  resendQrRoute,
  sendEmailRoute,
  sendEmailsRoute,
} from './attendees/send.ts';
import { attendeesTemplate, exportAttendees, uploadAttendeesRoute } from './attendees/spreadsheet.ts';
import { login } from './auth/login.ts';
import { logout } from './auth/logout.ts';
import { me } from './auth/me.ts';
import { changePassword } from './auth/password.ts';
import { checkInByHandRoute } from './checkin/by-hand.ts';
import { listConflicts } from './checkin/conflicts.ts';
import { searchAtDoor } from './checkin/door.ts';
import { listGates } from './checkin/gates.ts';
import { readOfflineList } from './checkin/offline.ts';
import { scan } from './checkin/scan.ts';
import { ticketStatusRoute } from './checkin/status.ts';
import { undoCheckInRoute } from './checkin/undo.ts';
import { uploadScansRoute } from './checkin/upload.ts';
import { validateTicket } from './checkin/validate.ts';
import { listOwnClubEvents } from './club/events.ts';
import { readOwnClub } from './club/info.ts';
import { listOwnClubMembers } from './club/members.ts';
import { changeClubRoute, disableClub, enableClub } from './clubs/change.ts';
import { createClubRoute } from './clubs/create.ts';
import { listClubs } from './clubs/list.ts';
import { listClubLogs } from './clubs/logs.ts';
import { readClub } from './clubs/read.ts';
import { listClubUsers } from './clubs/users.ts';
import { listDeadLetters } from './dead-letters/list.ts';
import { readDeadLetter } from './dead-letters/read.ts';
import { replayDeadLetter } from './dead-letters/replay.ts';
import { replayDeadLetters } from './dead-letters/replay-all.ts';
import { changeEventRoute } from './events/change.ts';
import { createEventRoute } from './events/create.ts';
import { deleteEventRoute } from './events/delete.ts';
import { listEvents } from './events/list.ts';
import { listEventPayments } from './events/payments.ts';
import { readEvent } from './events/read.ts';
import { changeEventStaff, listEventStaff } from './events/staff.ts';
import { listLogs } from './logs/list.ts';
import {
  changeMailTemplate,
  previewMailTemplate,
  readMailTemplate,
  resetMailTemplate,
  testMailTemplate,
} from './mail-template/routes.ts';
import { listMailsRoute, previewMailRoute, resendMailRoute, resendMailsRoute } from './mails/routes.ts';
import { changePaymentRoute } from './payments/change.ts';
import { erasePaymentRoute } from './payments/erase.ts';
import { listForeign } from './payments/foreign.ts';
import { listHeld } from './payments/held.ts';
import { listPaymentsRoute } from './payments/list.ts';
import { razorpayStatus } from './payments/razorpay-status.ts';
import { readPayment } from './payments/read.ts';
import { syncPayments } from './payments/sync.ts';
import { takePaymentRoute } from './payments/take.ts';
import { listSweeps } from './sweeps/list.ts';
import { readSweep } from './sweeps/read.ts';
import { health } from './system/health.ts';
import { openapi } from './system/openapi.ts';
import { root } from './system/root.ts';
import { systemStatus } from './system/status.ts';
import { changeUserRoute, disableUser, enableUser } from './users/change.ts';
import { createUserRoute } from './users/create.ts';
import { listUsers } from './users/list.ts';
import { readUser } from './users/read.ts';

export const ROUTES: readonly Route[] = [
  root,
  health,
  openapi,
  systemStatus,
  login,
  me,
  logout,
  changePassword,
  createEventRoute,
  listEvents,
  readEvent,
  changeEventRoute,
  deleteEventRoute,
  listEventStaff,
  changeEventStaff,
  listAttendeesRoute,
  addAttendeeRoute,
  attendeesTemplate,
  uploadAttendeesRoute,
  exportAttendees,
  dashboardRoute,
  generateQrCodesRoute,
  generateQrRoute,
  sendEmailsRoute,
  readAttendee,
  changeAttendeeRoute,
  removeAttendeeRoute,
  eraseAttendeeRoute,
  sendEmailRoute,
  resendQrRoute,
  listEventPayments,
  listHeld,
  listForeign,
  razorpayStatus,
  syncPayments,
  listPaymentsRoute,
  takePaymentRoute,
  readPayment,
  changePaymentRoute,
  erasePaymentRoute,
  scan,
  validateTicket,
  ticketStatusRoute,
  checkInByHandRoute,
  undoCheckInRoute,
  listGates,
  searchAtDoor,
  readOfflineList,
  uploadScansRoute,
  listConflicts,
  listMailsRoute,
  resendMailsRoute,
  resendMailRoute,
  previewMailRoute,
  readMailTemplate,
  changeMailTemplate,
  resetMailTemplate,
  previewMailTemplate,
  testMailTemplate,
  listSweeps,
  readSweep,
  readOwnClub,
  listOwnClubMembers,
  listOwnClubEvents,
  createClubRoute,
  listClubs,
  readClub,
  changeClubRoute,
  disableClub,
  enableClub,
  listClubUsers,
  listClubLogs,
  createUserRoute,
  listUsers,
  readUser,
  changeUserRoute,
  disableUser,
  enableUser,
  listLogs,
  listDeadLetters,
  readDeadLetter,
  replayDeadLetter,
  replayDeadLetters,
];
