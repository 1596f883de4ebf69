/** A template tried out before it is saved: looked at, or sent as a test. Ticketing makes and sends the mail. */
import { record } from '../../../shared/audit/index.ts';
import type { MailPreview } from '../../../shared/bus/requests.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { usableAddress } from '../../../shared/student/address.ts';
import { askService } from '../ask-service.ts';
import type { Acting } from '../http/route.ts';
import { faulty } from '../http/validate.ts';
import { templateWith } from './save.ts';
import type { TemplateChange } from './schema.ts';

const PATIENCE_MS = 5_000;
/** Ticketing waits for the mail server 15 s. */
const SEND_PATIENCE_MS = 20_000;

/** @throws Problem 404, 422, 503 */
export async function previewTemplate(id: number, change: Partial<TemplateChange>, by: Acting): Promise<MailPreview> {
  const template = await templateWith(id, change, by);
  return askService(
    by.gateway.bus,
    'ticketing.preview-template',
    { event_id: id, template },
    { timeoutMs: PATIENCE_MS, correlationId: by.correlationId },
  );
}

/** Whose mail server it is, is no reason to mail strangers: others than admins write to themselves. @throws Problem 403, 409, 422 */
async function addressFor({ gateway, user }: Acting, asked: string | undefined): Promise<string> {
  if (asked !== undefined && user.role === 'admin') {
    const usable = usableAddress(asked);
    if (usable === null) throw faulty(422, [{ field: 'to', message: 'must be an e-mail address' }]);
    return usable;
  }
  const own = usableAddress((await gateway.store.users.findById(user.id, { email: 1 }).lean())?.email);
  if (own === null)
    throw new Problem(409, {
      detail: `your account has no e-mail address to send a test to; ${user.role === 'admin' ? 'say where it goes in "Test goes to" ("to")' : 'ask an admin to add it'}`,
    });
  if (asked !== undefined && asked.trim().toLowerCase() !== own.toLowerCase())
    throw new Problem(403, { detail: 'a test goes to the address of your own account; another one is for admins' });
  return own;
}

export interface Tested {
  to: string;
  subject: string;
}

/** @throws Problem 403, 404, 409, 422, 429, 503 with what the mail server said */
export async function testTemplate(
  id: number,
  { to: asked, ...change }: Partial<TemplateChange> & { to?: string | undefined },
  by: Acting,
): Promise<Tested> {
  const { gateway, user, correlationId } = by;
  const template = await templateWith(id, change, by);
  const to = await addressFor(by, asked);
  await gateway.testMailLimit.take(user.id);
  const { subject } = await askService(
    gateway.bus,
    'ticketing.test-template',
    { event_id: id, template, to },
    { timeoutMs: SEND_PATIENCE_MS, correlationId },
  );
  await record(gateway.store, [
    {
      action: 'mail_template.tested',
      actor: user.username,
      subject: `event:${id}`,
      event_id: id,
      correlation_id: correlationId,
      facts: { own_address: asked === undefined },
    },
  ]);
  return { to, subject };
}
