/** Mails that a vanished worker was sending are owed again; those without an address go on once there is one. */
import type { SettleTools } from '../settle/settle.ts';

/** A lease that ran out may have sent its mail: at most one repeat a lost lease, and it is counted. */
export async function reclaimMails({ store, metrics, log }: SettleTools): Promise<void> {
  const now = new Date();
  const { modifiedCount } = await store.mails.updateMany(
    { state: 'sending', 'lease.until': { $lte: now } },
    { $set: { state: 'owed', due_at: now, lease: null }, $inc: { leases_lost: 1 } },
  );
  if (modifiedCount === 0) return;
  metrics.leasesLost.inc(modifiedCount);
  log.warn({ mails: modifiedCount }, 'recovery: mails whose sender vanished are owed again; each may arrive twice');
}

export async function addressMails({ store }: SettleTools): Promise<void> {
  const found = await store.mails.aggregate<{ _id: string }>([
    { $match: { state: 'no_address' } },
    { $lookup: { from: 'attendees', localField: 'attendee_id', foreignField: '_id', as: 'attendee' } },
    { $match: { 'attendee.email': { $type: 'string' } } },
    { $project: { _id: 1 } },
    { $limit: 1_000 },
  ]);
  if (found.length === 0) return;
  await store.mails.updateMany(
    { _id: { $in: found.map(({ _id }) => _id) }, state: 'no_address' },
    { $set: { state: 'owed', due_at: new Date(), attempts: 0, error: null } },
  );
}
