/** A mail that is owed once more, from the beginning. */
import { anotherMessageId } from './message-id.ts';

export const owedAnew = (now: Date) => ({ state: 'owed' as const, due_at: now, attempts: 0, error: null });

/** The same on purpose, though it may have arrived: it is another message. */
export const sentAnew = (messageId: string, now: Date) => ({
  ...owedAnew(now),
  message_id: anotherMessageId(messageId),
});
