/** What a request makes of a template. Pure. */
import { templateFaults } from '../../../shared/mail-template/check.ts';
import { DEFAULTS, type MailTemplate, NO_TEMPLATE } from '../../../shared/mail-template/template.ts';
import { faulty } from '../http/validate.ts';
import type { TemplateChange } from './schema.ts';

export const FIELDS = Object.keys(NO_TEMPLATE) as (keyof MailTemplate)[];

/** Of a stored one, its own fields, and null for what it lacks. */
export const fieldsOf = (stored: Partial<MailTemplate> | null): MailTemplate =>
  Object.fromEntries(FIELDS.map((field) => [field, stored?.[field] ?? null])) as unknown as MailTemplate;

/** What only says the default, or nothing, is kept as nothing: it follows when the default changes. */
const kept = (field: keyof MailTemplate, value: string): string | null => {
  const text = value.trim();
  return text === '' || (field !== 'logo' && text === DEFAULTS[field]) ? null : text;
};

export const isDefault = (template: MailTemplate): boolean => FIELDS.every((field) => template[field] === null);

/** @throws Problem 422 with each fault at its field */
export function changed(before: MailTemplate, change: Partial<TemplateChange>): MailTemplate {
  const given = { ...before };
  for (const field of FIELDS) {
    const value = change[field];
    if (value !== undefined) given[field] = value === '' ? null : value;
  }
  // As it was typed, so that a line is the line that its writer sees.
  const faults = templateFaults(given);
  if (faults.length > 0) throw faulty(422, faults);
  for (const field of FIELDS) {
    const value = given[field];
    if (value !== null) given[field] = kept(field, value);
  }
  return given;
}
