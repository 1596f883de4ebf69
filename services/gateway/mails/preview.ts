/** A mail to look at, as it would go out now. */
import { z } from 'zod';
import type { MailPreview } from '../../../shared/bus/requests.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { askService } from '../ask-service.ts';
import { eventIdScope } from '../auth/scope.ts';
import type { Call, SignedIn } from '../http/route.ts';

export const mailPreview = z
  .strictObject({
    from: z.string(),
    to: z.string(),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    attachments: z.array(z.string()),
  })
  .meta({ id: 'MailPreview' });

export const mailPreviewExample: z.input<typeof mailPreview> = {
  from: 'Fest Desk <tickets@example.edu>',
  to: 'asha@example.edu',
  subject: 'Your ticket: Freshers’ Night',
  html: '<p>…</p>',
  text: '…',
  attachments: ['ticket-1-1.png', 'event.ics'],
};

const PATIENCE_MS = 5_000;

/** @throws Problem 404, 409, 503 */
export async function previewMail(
  {
    gateway,
    user,
    correlationId,
  }: Pick<Call<unknown, unknown, unknown, SignedIn>, 'gateway' | 'user' | 'correlationId'>,
  id: string,
): Promise<MailPreview> {
  const visible = await gateway.store.mails.exists({ $and: [await eventIdScope(gateway, user), { _id: id }] });
  if (!visible) throw new Problem(404, { detail: 'there is no such mail' });
  return askService(gateway.bus, 'ticketing.preview', { mail_id: id }, { timeoutMs: PATIENCE_MS, correlationId });
}
