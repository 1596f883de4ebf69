/** Sweeps: what Razorpay was asked for, what that found, and asking now. */
import { z } from 'zod';
import { syncPayments } from '../../routes/payments/sync.ts';
import { listSweeps } from '../../routes/sweeps/list.ts';
import type { sweepAnswer } from '../../routes/sweeps/schema.ts';
import { action, goTo, page } from '../page.ts';
import { answerOf } from '../route-answer.ts';

type Sweep = z.input<typeof sweepAnswer>;

const seconds = (sweep: Sweep): number | null =>
  sweep.ended_at === null
    ? null
    : Math.max(1, Math.round((new Date(sweep.ended_at).getTime() - new Date(sweep.started_at).getTime()) / 1_000));

export const sweepsPage = page({
  path: '/sweeps',
  access: ['admin'],
  title: 'Sweeps',
  view: 'system/sweeps',
  nav: { label: 'Sweeps', icon: 'sweeps', group: 'system', order: 0 },
  query: z.strictObject({ cursor: z.string().max(500).optional() }),
  async handle(call) {
    const { body, next } = await answerOf<Sweep[]>(listSweeps, call, { query: { ...call.query, limit: '50' } });
    return { next, sweeps: body.map((sweep) => ({ ...sweep, seconds: seconds(sweep) })) };
  },
});

export const sweepNow = action({
  path: '/sweeps',
  access: ['admin'],
  back: '/sweeps',
  async handle(call) {
    const { body } = await answerOf<{ success: boolean; message: string }>(syncPayments, call, { body: {} });
    return goTo('/sweeps', { tone: body.success ? 'good' : 'info', text: `Razorpay was asked: ${body.message}.` });
  },
});
