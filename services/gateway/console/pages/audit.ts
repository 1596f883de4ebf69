/** The audit trail: who did what, when. Ids and states, never anybody's values. */
import { z } from 'zod';
import { ACTIONS } from '../../../../shared/audit/index.ts';
import { listLogs } from '../../routes/logs/list.ts';
import { choices } from '../choices.ts';
import { words } from '../format.ts';
import { page } from '../page.ts';
import { answerOf } from '../route-answer.ts';

interface Entry {
  at: string;
  action: string;
  actor: string;
  subject: string;
  payment_id: string | null;
  event_id: number | null;
  correlation_id: string | null;
  facts: Record<string, unknown>;
}

const said = (value: unknown): string =>
  Array.isArray(value) ? value.map(said).join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);

const factsOf = (facts: Record<string, unknown>): string =>
  Object.entries(facts)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${words(name)}: ${said(value)}`)
    .join(' · ');

export const auditPage = page({
  path: '/audit',
  access: ['admin'],
  title: 'Audit log',
  view: 'system/audit',
  nav: { label: 'Audit log', icon: 'audit', group: 'system', order: 2 },
  query: z.strictObject({
    action: z.enum(ACTIONS).optional(),
    actor: z.string().max(200).optional(),
    subject: z.string().max(200).optional(),
    payment_id: z.string().max(200).optional(),
    correlation_id: z.string().max(200).optional(),
    cursor: z.string().max(500).optional(),
  }),
  async handle(call) {
    const { cursor: _, ...filter } = call.query;
    const { body, next } = await answerOf<Entry[]>(listLogs, call, { query: { ...call.query, limit: '100' } });
    return {
      next,
      entries: body.map(({ facts, ...entry }) => ({ ...entry, facts: factsOf(facts) })),
      actions: choices(ACTIONS, filter.action),
      actor: filter.actor ?? '',
      subject: filter.subject ?? '',
      filtered: Object.values(filter).some((value) => value !== undefined),
    };
  },
});
