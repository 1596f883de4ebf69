/**
 * The pure core, in parts: the code that is mutated, and the quick tests (no servers) that must notice. For a mutant
 * only the tests of its own part run, so each part's promises have to be told beside it.
 */
const within = (folder, ...names) => names.map((name) => `${folder}/${name}.ts`);
const ticketing = 'services/ticketing';

const CORE = {
  join: {
    code: [
      ...within('shared/razorpay', 'absence', 'facts', 'join', 'observation', 'version'),
      ...within(`${ticketing}/join`, 'pipeline'),
    ],
    tests: [
      ...within('shared/razorpay', 'facts.test', 'join.test', 'observation.test', 'version.test'),
      ...within(`${ticketing}/join`, 'pipeline.test'),
    ],
  },
  decide: {
    code: within(`${ticketing}/decide`, 'decide', 'event', 'reading'),
    tests: within(`${ticketing}/decide`, 'decide.test'),
  },
  notes: {
    code: within('shared/student', 'address', 'aliases', 'key', 'notes'),
    tests: within('shared/student', 'student.test'),
  },
  sweep: {
    code: within('services/ingest/sweep', 'window', 'cursor', 'schedule'),
    tests: within('services/ingest/sweep', 'window.test', 'cursor.test', 'lease.test'),
  },
  razorpay: {
    code: within('services/ingest/razorpay', 'retry', 'clock', 'errors'),
    tests: within('services/ingest/razorpay', 'retry.test', 'clock.test'),
  },
  retry: {
    code: [...within(`${ticketing}/settle`, 'retry'), ...within(`${ticketing}/consume`, 'redelivery')],
    tests: [...within(`${ticketing}/settle`, 'retry.test'), ...within(`${ticketing}/consume`, 'redelivery.test')],
  },
  webhook: {
    code: within('services/ingest/webhook', 'signature', 'translate', 'events'),
    tests: within('services/ingest/webhook', 'translate.test'),
  },
  mail: {
    code: within(`${ticketing}/mail`, 'retry', 'faults', 'verdict'),
    tests: within(`${ticketing}/mail`, 'mail.test'),
  },
  ticket: {
    code: [...within('shared/ticket', 'token', 'png', 'qr'), ...within(`${ticketing}/ticket`, 'ticket-id')],
    tests: within(`${ticketing}/ticket`, 'ticket.test'),
  },
};

/** `PART=join,notes make mutate` looks at these parts alone. */
export const parts = (process.env.PART?.split(',') ?? Object.keys(CORE)).map((name) => {
  const part = CORE[name];
  if (!part) throw new Error(`there is no part "${name}"; the parts are ${Object.keys(CORE).join(', ')}`);
  return part;
});
