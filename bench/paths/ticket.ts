import type { Path } from '../measure/path.ts';
import { worked } from './worked.ts';

export const ticket: Path = {
  name: 'ticket',
  does: 'a ticket: token, QR picture, calendar file, mail as HTML and text',
  limit: 'sign, QR matrix, deflate, fill the templates',
  goal: { of: 'rate', atLeast: 0.8 },
  cpuAtMostMs: 2.5,
  least: 5,
  async open(stage) {
    const env = { TICKET_SIGNING_KEY: stage.secrets.ticketSigningKey };
    const [ours, limit] = await Promise.all([
      stage.program('subjects/ticket', env),
      stage.program('limits/ticket', env),
    ]);
    return {
      ours: worked(ours),
      limit: worked(limit),
      facts: { png_bytes: await ours.ask<number>('png') },
      async close() {
        await Promise.all([ours.stop(), limit.stop()]);
      },
    };
  },
};
