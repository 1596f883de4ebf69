/** Mails that a vanished worker was sending are owed again; those without a good address go on once there is one. */
import { append } from '../../../shared/audit/index.ts';
import { owedAnew } from '../mail/anew.ts';
import type { SettleTools } from '../settle/settle.ts';

/** A lease that ran out may have sent its mail: at most one repeat a lost lease, and it is counted. */
export async function reclaimMails({ store, metrics, log }: SettleTools): Promise<void> {
  const now = new Date();
  const { modifiedCount } = await store.mails.updateMany(
    { state: 'sending', 'lease.until': { $lte: now } },
    { $set: { state: 'owed', due_at: now, lease: null }, $inc: { unconfirmed: 1 } },
  );
  if (modifiedCount === 0) return;
  metrics.leasesLost.inc(modifiedCount);
  log.warn({ mails: modifiedCount }, 'recovery: mails whose sender vanished are owed again; each may arrive twice');
}

export async function addressMails({ store }: SettleTools): Promise<void> {
  const found = await store.mails.aggregate<{ _id: string }>([
    { $match: { state: { $in: ['no_address', 'failed'] } } },
    { $lookup: { from: 'attendees', localField: 'attendee_id', foreignField: '_id', as: 'attendee' } },
    { $set: { email: { $first: '$attendee.email' } } },
    { $match: { email: { $type: 'string' }, $expr: { $ne: ['$email', '$to'] } } },
    { $project: { _id: 1 } },
    { $limit: 1_000 },
  ]);
  if (found.length === 0) return;
  await store.mails.updateMany(
    { _id: { $in: found.map(({ _id }) => _id) }, state: { $in: ['no_address', 'failed'] } },
    { $set: owedAnew(new Date()) },
  );
}

const MOVED_AT_ONCE = 500;

/** Moves the audit entries that mails carry into the trail; any number of times, as each has its id. */
export async function moveTrail({ store }: Pick<SettleTools, 'store'>, stopped: () => boolean): Promise<void> {
  for (let full = true; full && !stopped(); ) {
    const found = await store.mails
      .find({ 'trail.at': { $exists: true } }, { trail: 1 })
      .limit(MOVED_AT_ONCE)
      .lean();
    if (found.length === 0) return;
    const entries = found.flatMap(({ trail }) => trail ?? []);
    await append(store, entries);
    await store.mails.updateMany(
      { _id: { $in: found.map(({ _id }) => _id) } },
      { $pull: { trail: { _id: { $in: entries.map(({ _id }) => _id) } } } },
    );
    full = found.length === MOVED_AT_ONCE;
  }
}
