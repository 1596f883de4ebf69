/** What ticketing can be told. */
import { z } from 'zod';
import { commonFaults, commonSettings, PUBLIC_URL } from '../../shared/config/common.ts';
import * as field from '../../shared/config/fields.ts';
import { type Config, loadConfig, type Settings } from '../../shared/config/index.ts';
import { extendedAliases } from '../../shared/student/aliases.ts';
import { STUDENT_FIELDS, type StudentField } from '../../shared/student/fields.ts';
import { readSigningKey } from '../../shared/ticket/token.ts';
import { readSender } from './sender.ts';

const signingKey = field.pemReadBy(
  readSigningKey,
  'is no Ed25519 private key (PKCS#8 PEM); make one with: openssl genpkey -algorithm ed25519',
);

const studentFields = field.list.refine(
  (names): names is StudentField[] => names.every((name) => (STUDENT_FIELDS as readonly string[]).includes(name)),
  `may name ${STUDENT_FIELDS.join(', ')}`,
);

/** Not 0: to erase at once, or never, must not be the result of an empty or mistaken number. */
const retentionDays = z.string().transform((text, context): number | null => {
  const days = Number(text);
  if (text.trim() === 'never') return null;
  if (/^\d+$/.test(text.trim()) && days >= 1 && days <= 3_650) return days;
  context.addIssue({ code: 'custom', message: `"${text}" is no number of days (1 to 3650), and not never` });
  return z.NEVER;
});

export const ticketingSettings = {
  ...commonSettings,
  TICKETING_OPS_PORT: { doc: 'Metrics and health of ticketing.', type: field.port, default: '9102' },
  TICKET_SIGNING_KEY: {
    doc: 'The Ed25519 private key (PKCS#8 PEM) that signs tickets. Make one with: openssl genpkey -algorithm ed25519',
    type: signingKey,
    secret: true,
  },
  SMTP_HOST: {
    doc: 'The mail server. TLS is required: STARTTLS, or TLS from the start on port 465.',
    type: field.text,
    example: 'smtp.example.edu',
  },
  SMTP_PORT: { doc: 'Its port.', type: field.port, default: '587' },
  SMTP_USERNAME: { doc: 'The user to sign in as; none: no sign-in.', type: field.text, optional: true },
  SMTP_PASSWORD: { doc: 'That user’s password.', type: field.text, optional: true, secret: true },
  SMTP_CA: {
    doc: 'The certificate authority (PEM) of a mail server with a private one.',
    type: field.pem,
    optional: true,
  },
  MAIL_FROM: {
    doc: 'The sender, as students see it: an address, alone or as Name <address>.',
    type: field.readBy(readSender),
    example: 'Fest Desk <tickets@example.edu>',
  },
  PUBLIC_URL,
  MAIL_RATE_PER_MINUTE: {
    doc: 'At most so many mails a minute over all replicas, where the mail server has a limit.',
    type: field.count(1),
    optional: true,
  },
  MAIL_RATE_PER_DAY: { doc: 'At most so many mails in 24 hours.', type: field.count(1), optional: true },
  MAIL_WORKERS: { doc: 'How many mails are sent at once by each replica.', type: field.count(1, 100), default: '4' },
  MAIL_BREAKER_RESET: {
    doc: 'How long to leave a failing mail server alone before one mail tries it again.',
    type: field.duration,
    default: '30s',
  },
  DEFAULT_EVENT_ID: { doc: 'The event of payments that name none.', type: field.count(1), optional: true },
  NOTES_ALIASES: {
    doc: 'More spellings of note keys: roll_number=Seat No|Ticket No; college_name=Campus',
    type: field.readBy(extendedAliases),
    optional: true,
  },
  REQUIRED_DETAILS: {
    doc: 'The student details without which a payment is held as incomplete.',
    type: studentFields,
    default: 'name,roll_number',
  },
  RETENTION_DAYS: {
    doc: 'How many days after its event personal data is erased; never: only on request.',
    type: retentionDays,
    default: '180',
  },
  SETTLE_WORKERS: {
    doc: 'How many payments are settled at once by each replica.',
    type: field.count(1, 100),
    default: '8',
  },
  RECOVERY_INTERVAL: {
    doc: 'How often held payments are looked at again, and how long an unfinished payment rests before it is picked up.',
    type: field.duration,
    default: '60s',
  },
} as const satisfies Settings;

export type TicketingConfig = Config<typeof ticketingSettings>;

/** @throws ConfigError naming every fault */
export const loadTicketingConfig = (env: NodeJS.ProcessEnv): TicketingConfig =>
  loadConfig(ticketingSettings, env, (config) => [
    ...commonFaults(config),
    ...((config.SMTP_USERNAME === undefined) !== (config.SMTP_PASSWORD === undefined)
      ? ['SMTP_USERNAME and SMTP_PASSWORD go together: set both or neither']
      : []),
  ]);
