import { z } from 'zod';
import { EVENT_STATUSES } from '../../../../shared/store/documents.ts';
import { listTag, offlineList } from '../../checkin/offline-list.ts';
import { doorEvent } from '../../checkin/visible.ts';
import { wholeNumber } from '../../http/numbers.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const at = z.iso.datetime();

const answer = z
  .strictObject({
    event: z.strictObject({
      id: z.int(),
      name: z.string(),
      status: z.enum(EVENT_STATUSES),
      timezone: z.string(),
      doors_open_at: at.nullable(),
      doors_close_at: at.nullable(),
    }),
    keys: z
      .array(z.strictObject({ kid: z.string(), x: z.string().describe('The raw Ed25519 key, base64url.') }))
      .describe('A ticket’s token is a JWS (EdDSA); its `kid` names one of these.'),
    now: at.describe('Our clock.'),
    full: z.boolean().describe('Everything; false: only what changed since.'),
    cursor: z.int().describe('For `since`, next time.'),
    tickets: z
      .array(
        z.strictObject({
          id: z.string(),
          name: z.string(),
          in: z
            .strictObject({ at: z.int(), gate: z.string().nullable(), by: z.string().nullable() })
            .optional()
            .describe('Who is in: since when (seconds since 1970), where, by whom.'),
        }),
      )
      .describe('Good tickets.'),
    ended: z
      .array(z.strictObject({ id: z.string(), reason: z.enum(['refunded', 'revoked']) }))
      .describe('Tickets that are good no more.'),
  })
  .meta({ id: 'OfflineList' });

const iso = (moment: Date | null | undefined) => moment?.toISOString() ?? null;

export const readOfflineList = route({
  id: 'readOfflineList',
  method: 'GET',
  path: '/api/events/{id}/offline',
  tag: 'check-in',
  summary: 'What a door needs without network',
  description:
    'Ticket ids with the name and nothing more, what ended, the public keys and the door times; with `since` only what changed. Some of it may be told twice; everything is told as it is now. An If-None-Match with the last ETag is answered 304 where nothing changed.',
  access: 'any',
  params: z.strictObject({ id: smallId('event') }),
  query: z.strictObject({
    since: wholeNumber(0, 99_999_999_999_999).optional().describe('The cursor of the last answer.'),
  }),
  answers: {
    200: {
      description: 'The list, or what changed of it.',
      schema: answer,
      headers: { ETag: 'The same for the same content.' },
      example: {
        event: {
          id: 1,
          name: 'Freshers’ Night',
          status: 'open',
          timezone: 'Asia/Kolkata',
          doors_open_at: '2026-11-21T11:30:00.000Z',
          doors_close_at: null,
        },
        keys: [{ kid: '1f0c9a3b', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }],
        now: '2026-11-21T12:41:39.000Z',
        full: true,
        cursor: 1_795_264_869_000,
        tickets: [
          {
            id: 'h4tYt1Rz0v2cJm8sQ5bXnA',
            name: 'Asha Rao',
            in: { at: 1_795_264_869, gate: 'North gate', by: 'gate1' },
          },
          { id: 'pW3kq9LxT7uEo2dVf6ySgQ', name: 'Ravi Iyer' },
        ],
        ended: [{ id: 'c8Zb5NnM1rHj4KaUw0iOeA', reason: 'refunded' }],
      },
    },
  },
  async handle({ params, query, user, gateway }) {
    const event = await doorEvent(gateway, user, params.id);
    const list = await offlineList(gateway.store, params.id, query.since);
    const keys = [...gateway.doorKeys];
    const body = {
      event: {
        id: event._id,
        name: event.name,
        status: event.status,
        timezone: event.timezone,
        doors_open_at: iso(event.doors_open_at),
        doors_close_at: iso(event.doors_close_at),
      },
      keys,
      now: new Date().toISOString(),
      ...list,
    };
    return { status: 200, body, headers: { ETag: listTag(list, event, keys) } };
  },
});
