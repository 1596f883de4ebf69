/** The look of an event's mails, kept beside the event. Mails that went out stay as they are; the next ones follow it. */
import { isDeepStrictEqual } from 'node:util';
import { record } from '../../../shared/audit/index.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { templateFaults } from '../../../shared/mail-template/check.ts';
import { DEFAULTS, type MailTemplate } from '../../../shared/mail-template/template.ts';
import type { MailTemplateDoc } from '../../../shared/store/documents.ts';
import { isDuplicateKey } from '../../../shared/store/errors.ts';
import type { Store } from '../../../shared/store/index.ts';
import { visibleEvent } from '../auth/scope.ts';
import type { Acting } from '../http/route.ts';
import { changed, FIELDS, fieldsOf, isDefault } from './change.ts';
import { placeholderList, type TemplateAnswer, type TemplateChange } from './schema.ts';

const MAX_TRIES = 5;

const stored = (store: Store, id: number) => store.mailTemplates.findById(id).lean<MailTemplateDoc>();

/** A broken one is shown as far as it is text, with what is wrong with it. */
function present(id: number, doc: MailTemplateDoc | null): TemplateAnswer {
  const fields = fieldsOf(doc);
  const texts = Object.fromEntries(
    FIELDS.map((field) => [field, typeof fields[field] === 'string' ? fields[field] : null]),
  ) as unknown as MailTemplate;
  return {
    event_id: id,
    custom: !isDefault(fields),
    ...texts,
    defaults: DEFAULTS,
    placeholders: placeholderList,
    faults: doc ? templateFaults(fields) : [],
    updated_at: doc?.updated_at?.toISOString() ?? null,
    updated_by: doc?.updated_by ?? null,
  };
}

/** @throws Problem 404 */
export async function readTemplate(
  id: number,
  { gateway, user }: Pick<Acting, 'gateway' | 'user'>,
): Promise<TemplateAnswer> {
  await visibleEvent(gateway, user, id);
  return present(id, await stored(gateway.store, id));
}

/** The saved template with these changes, not saved. @throws Problem 404, 422 */
export async function templateWith(
  id: number,
  change: Partial<TemplateChange>,
  { gateway, user }: Pick<Acting, 'gateway' | 'user'>,
): Promise<MailTemplate> {
  await visibleEvent(gateway, user, id);
  return changed(fieldsOf(await stored(gateway.store, id)), change);
}

const tell = (
  action: 'mail_template.changed' | 'mail_template.reset',
  id: number,
  fields: string[],
  { gateway, user, correlationId }: Acting,
) =>
  record(gateway.store, [
    {
      action,
      actor: user.username,
      subject: `event:${id}`,
      event_id: id,
      correlation_id: correlationId,
      facts: { fields },
    },
  ]);

/** False: somebody else was faster. */
async function put(store: Store, before: MailTemplateDoc | null, doc: MailTemplateDoc): Promise<boolean> {
  if (before) {
    const { _id, ...rest } = doc;
    const as = { _id, updated_at: before.updated_at };
    return (await store.mailTemplates.updateOne(as, { $set: rest })).matchedCount === 1;
  }
  try {
    await store.mailTemplates.create(doc);
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}

/** By compare-and-set: colours that two people change at once are judged together. @throws Problem 404, 409, 422 */
export async function changeTemplate(id: number, change: TemplateChange, by: Acting): Promise<TemplateAnswer> {
  const { store } = by.gateway;
  await visibleEvent(by.gateway, by.user, id);
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const before = await stored(store, id);
    const template = changed(fieldsOf(before), change);
    const differing = FIELDS.filter((field) => !isDeepStrictEqual(template[field], fieldsOf(before)[field]));
    if (differing.length === 0) return present(id, before);
    // Later than before, whatever the clock does.
    const at = new Date(Math.max(Date.now(), (before?.updated_at?.getTime() ?? 0) + 1));
    const doc: MailTemplateDoc = { _id: id, ...template, updated_at: at, updated_by: by.user.username };
    if (!(await put(store, before, doc))) continue;
    await tell('mail_template.changed', id, differing, by);
    return present(id, doc);
  }
  throw new Problem(409, { detail: 'others are changing this template right now; try again' });
}

/** Back to the default. @throws Problem 404 */
export async function resetTemplate(id: number, by: Acting): Promise<TemplateAnswer> {
  const { store } = by.gateway;
  await visibleEvent(by.gateway, by.user, id);
  const { deletedCount } = await store.mailTemplates.deleteOne({ _id: id });
  if (deletedCount > 0) await tell('mail_template.reset', id, [], by);
  return present(id, null);
}
