/** Choices of a form's select, with the chosen one marked. Pure but for what is asked for. */
import { OUTCOME_KINDS, type OutcomeKind } from '../../../shared/outcome.ts';
import { MAIL_STATES, type MailState } from '../../../shared/store/documents.ts';
import { listClubs } from '../routes/clubs/list.ts';
import { listEvents } from '../routes/events/list.ts';
import { words } from './format.ts';
import type { PageCall } from './page.ts';
import { answerOf } from './route-answer.ts';

export interface Choice {
  value: string;
  label: string;
  chosen: boolean;
}

export const choices = (values: readonly string[], chosen: string | number | undefined | null): Choice[] =>
  values.map((value) => ({ value, label: words(value), chosen: value === String(chosen ?? '') }));

/** As a list's tags call them (partials/mail-state.hbs). */
const MAIL_STATE_WORDS: Partial<Record<MailState, string>> = { owed: 'waiting', sending: 'being sent' };

/** As a payment's tag calls them (partials/outcome.hbs). */
const OUTCOME_WORDS: Partial<Record<OutcomeKind, string>> = {
  revoked: 'refunded or taken away',
  foreign: 'not ours',
  awaiting: 'awaiting capture',
};

const worded = <T extends string>(values: readonly T[], words: Partial<Record<T, string>>, chosen: T | undefined) =>
  choices(values, chosen).map((one): Choice => ({ ...one, label: words[one.value as T] ?? one.label }));

export const outcomeChoices = (chosen: OutcomeKind | undefined) => worded(OUTCOME_KINDS, OUTCOME_WORDS, chosen);
export const mailStateChoices = (chosen: MailState | undefined) => worded(MAIL_STATES, MAIL_STATE_WORDS, chosen);

export interface EventChoice {
  id: number;
  name: string;
  status: string;
  date: string;
  timezone: string;
}

/** The events that one may see, open ones first. */
export async function eventChoices(
  call: PageCall<unknown, unknown, unknown, unknown>,
  chosen?: string | number | null,
): Promise<Choice[]> {
  const { body } = await answerOf<EventChoice[]>(listEvents, call, { query: { limit: '1000' } });
  const closed = ({ status }: EventChoice) => (status === 'open' ? 0 : 1);
  return body
    .sort((a, b) => closed(a) - closed(b) || b.id - a.id)
    .map(({ id, name, status }) => ({
      value: String(id),
      label: status === 'open' ? name : `${name} (${status})`,
      chosen: String(id) === String(chosen ?? ''),
    }));
}

/** What was chosen in a form that is shown again, where it could not be taken. */
export const typed = ({ given }: Pick<PageCall, 'given'>, name: string): string | undefined =>
  given?.values[name] as string | undefined;

/** All clubs; for admins. */
export async function clubChoices(
  call: PageCall<unknown, unknown, unknown, unknown>,
  chosen: unknown,
): Promise<Choice[]> {
  const { body } = await answerOf<{ id: number; name: string }[]>(listClubs, call, { query: { limit: '1000' } });
  return body.map(({ id, name }) => ({ value: String(id), label: name, chosen: String(id) === String(chosen ?? '') }));
}
