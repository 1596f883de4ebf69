/** A mail as it would go out now, to be looked at: never sent, and its pictures inside it. */
import type { SendMailOptions } from 'nodemailer';
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { MailPreview } from '../../../shared/bus/requests.ts';
import type { AttendeeDoc, EventDoc, MailDoc, MailTemplateDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { type Sender, writtenSender } from '../sender.ts';
import { lookOf } from './look.ts';
import { type Envelope, renderMail } from './render.ts';

interface Attachment {
  filename?: string;
  cid?: string;
  content?: Buffer;
  contentType?: string;
}

/** A rendered message to look at. */
export function shown(message: SendMailOptions, from: Sender, to: string): MailPreview {
  const attachments = (message.attachments ?? []) as Attachment[];
  let html = String(message.html);
  for (const { cid, content, contentType } of attachments)
    if (cid && content)
      html = html.replaceAll(`cid:${cid}`, `data:${contentType};base64,${content.toString('base64')}`);
  return {
    from: writtenSender(from),
    to,
    subject: String(message.subject),
    html,
    text: String(message.text),
    attachments: attachments.filter(({ cid }) => !cid).map(({ filename }) => filename ?? 'file'),
  };
}

/** @throws RequestFailed 404, 409 */
export async function previewMail(store: Store, id: string, envelope: Envelope): Promise<MailPreview> {
  const mail = await store.mails.findById(id).lean<MailDoc>();
  if (!mail) throw new RequestFailed(404, 'there is no such mail');
  const [attendee, event, template] = await Promise.all([
    store.attendees.findById(mail.attendee_id).lean<AttendeeDoc>(),
    store.events.findById(mail.event_id).lean<EventDoc>(),
    store.mailTemplates.findById(mail.event_id).lean<MailTemplateDoc>(),
  ]);
  if (!attendee || !event) throw new RequestFailed(409, 'its attendee or event is gone, so it cannot be made');
  // Who was moved to another event since is that one's: nobody who sees this one learns of them.
  const person = attendee.event_id === mail.event_id ? attendee : { ...attendee, details: {}, email: mail.to };
  const style = { look: lookOf(template).look, trial: null };
  return shown(await renderMail(mail, person, event, envelope, style), envelope.from, person.email ?? '');
}
