/** Ticketing: consumes observations, settles payments, mails tickets, and picks up what was left behind. */
import { domainToASCII } from 'node:url';
import { answer, ask } from '../../shared/bus/requests.ts';
import type { Logger } from '../../shared/log/index.ts';
import { openParts, type Parts } from '../../shared/service/parts.ts';
import { idSource } from '../../shared/store/counters.ts';
import { DEFAULT_ALIASES } from '../../shared/student/aliases.ts';
import { signerId } from '../../shared/ticket/token.ts';
import { answerByHand } from './by-hand/answer.ts';
import type { TicketingConfig } from './config.ts';
import { handleMessage } from './consume/observations.ts';
import { type ReplayTools, replayAll, replayLetter } from './consume/replay.ts';
import { mailBreaker } from './mail/breaker.ts';
import { type Outbox, startOutbox } from './mail/outbox.ts';
import { previewMail } from './mail/preview.ts';
import { resendMails } from './mail/resend.ts';
import { smtpTransport } from './mail/transport.ts';
import { previewTemplate, testTemplate } from './mail/try-template.ts';
import { createTicketingMetrics } from './metrics.ts';
import { type Recovery, startRecovery } from './recovery/loop.ts';
import { claimPayment } from './settle/claim.ts';
import { lookUps } from './settle/look-up.ts';
import { seatsOf } from './settle/seats.ts';
import { type SettleTools, settle } from './settle/settle.ts';
import { storeGate } from './store-gate.ts';
import { ticketIdKey } from './ticket/ticket-id.ts';

export interface RunningTicketing {
  log: Logger;
  opsPort: number;
  stop(): Promise<void>;
}

/** For tests. */
export interface TicketingOptions {
  /** When a message that failed comes again, ms, by failures so far. */
  redeliveryMs?: readonly number[];
}

/** Ids are taken from the store in blocks; what a restart leaves unused is a gap and nothing more. */
const ATTENDEE_ID_BLOCK = 10;

/** Ingest reads it without asking anybody, ms. */
const READ_WITHIN_MS = 5_000;

/** In ASCII, as ids of mails are. */
const domainOf = (address: string): string => domainToASCII(address.slice(address.lastIndexOf('@') + 1));

export async function startTicketing(
  config: TicketingConfig,
  parts: Parts = openParts('ticketing', config),
  options: TicketingOptions = {},
): Promise<RunningTicketing> {
  const { store, bus, log } = parts;
  const metrics = createTicketingMetrics(parts.registry);
  const gate = storeGate(store);
  const looks = lookUps(bus, metrics);
  let recovery: Recovery | undefined;
  let outbox: Outbox | undefined;
  let consumer: { stop(): Promise<void> } | undefined;
  let stopped = false;

  const tools: SettleTools = {
    store,
    log,
    metrics,
    seats: seatsOf(store),
    idKey: ticketIdKey(config.TICKET_SIGNING_KEY),
    nextAttendeeId: idSource(
      store,
      'attendees',
      ATTENDEE_ID_BLOCK,
      async () => (await store.attendees.findOne({}, { _id: 1 }).sort({ _id: -1 }).lean())?._id ?? 0,
    ),
    rules: {
      aliases: config.NOTES_ALIASES ?? DEFAULT_ALIASES,
      required: config.REQUIRED_DETAILS,
      defaultEventId: config.DEFAULT_EVENT_ID,
    },
    mailDomain: domainOf(config.MAIL_FROM.address),
    lookUp: looks.lookUp,
    onMailOwed: () => outbox?.kick(),
    onFreed: (eventId) => {
      recovery
        ?.hasten(eventId)
        .catch((error: unknown) =>
          log.warn({ reason: (error as Error).name }, 'recovery: a freed seat waits for the next round'),
        );
    },
  };

  const ops = await parts.serveOps(config.TICKETING_OPS_PORT);
  const transport = smtpTransport({
    host: config.SMTP_HOST,
    port: config.SMTP_PORT,
    username: config.SMTP_USERNAME,
    password: config.SMTP_PASSWORD,
    ca: config.SMTP_CA,
    connections: config.MAIL_WORKERS,
  });
  const envelope = { from: config.MAIL_FROM, signingKey: config.TICKET_SIGNING_KEY, publicUrl: config.PUBLIC_URL };
  const breaker = mailBreaker(transport, config.MAIL_BREAKER_RESET, log, metrics);

  answer(bus, 'ticketing.settle', async ({ payment_id, event_id }) => {
    if (payment_id === undefined) return { settled: (await recovery?.hasten(event_id)) ?? 0 };
    // Pending or held, it gets its turn once whoever was ticketed has a seat.
    if (!recovery?.whole()) return { settled: 0 };
    const claimed = await claimPayment(store, payment_id);
    if (!claimed) return { settled: 0 };
    return { settled: (await settle(tools, claimed.payment, claimed.claim)) === null ? 0 : 1 };
  });

  answerByHand(bus, tools, config.TICKET_SIGNING_KEY, () => recovery?.whole() === true);

  answer(bus, 'ticketing.resend', async ({ mail_ids, requested_by }, correlationId) => {
    const done = await resendMails(store, mail_ids, { by: requested_by, correlationId });
    outbox?.kick();
    return done;
  });
  answer(bus, 'ticketing.preview', ({ mail_id }) => previewMail(store, mail_id, envelope));

  const trial = { ...envelope, store, breaker, metrics, domain: tools.mailDomain };
  answer(bus, 'ticketing.preview-template', (question) => previewTemplate(trial, question));
  answer(bus, 'ticketing.test-template', (question) => testTemplate(trial, question));

  const replayTools: ReplayTools = {
    ...tools,
    readWebhook: (body, correlationId) =>
      ask(
        bus,
        'ingest.read',
        { body: Buffer.from(body).toString('base64') },
        { timeoutMs: READ_WITHIN_MS, correlationId },
      ),
  };
  answer(bus, 'ticketing.replay', ({ id, payment_id, requested_by }, correlationId) => {
    const request = { by: requested_by, correlationId, stopped: () => stopped };
    return id === undefined ? replayAll(replayTools, payment_id, request) : replayLetter(replayTools, id, request);
  });

  parts.storeReady.then(
    () => {
      if (stopped) return;
      outbox = startOutbox(
        { store, breaker, log, metrics, ...envelope },
        {
          workers: config.MAIL_WORKERS,
          pace: { perMinute: config.MAIL_RATE_PER_MINUTE, perDay: config.MAIL_RATE_PER_DAY },
          open: gate,
        },
      );
      recovery = startRecovery(tools, {
        intervalMs: config.RECOVERY_INTERVAL,
        workers: config.SETTLE_WORKERS,
        retentionDays: config.RETENTION_DAYS,
        signingKid: signerId(config.TICKET_SIGNING_KEY),
        open: gate,
        onMailOwed: () => outbox?.kick(),
      });
      consumer = bus.consume({
        handle: (message) => handleMessage(tools, message, options.redeliveryMs),
        open: async () => recovery?.whole() === true && (await gate()),
        workers: config.SETTLE_WORKERS,
      });
    },
    () => undefined,
  );

  log.info({ ops_port: ops.port }, 'ticketing: listening');
  return {
    log,
    opsPort: ops.port,
    async stop() {
      stopped = true;
      looks.close();
      await Promise.all([consumer?.stop(), recovery?.stop(), outbox?.stop()]);
      breaker.close();
      transport.close();
      await parts.close();
      await ops.close();
    },
  };
}
