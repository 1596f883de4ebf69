/** The join as an update pipeline: the rules of shared/razorpay/join.ts, run by the store in one atomic step. */
import type { PipelineStage } from 'mongoose';
import { stripped } from '../../../shared/razorpay/facts.ts';
import { type Observation, type Sighting, sightings } from '../../../shared/razorpay/observation.ts';
import { OBSERVED_AT } from '../../../shared/razorpay/version.ts';
import { idWords, paymentWords } from '../../../shared/search.ts';

type Expression = Record<string, unknown>;
type SetStage = PipelineStage.Set | PipelineStage.Unset;

/** A claim on settling what the join leaves pending. */
export interface Claim {
  token: string;
  until: Date;
}

const REDACTED: Expression = { $ne: [{ $ifNull: ['$redacted_at', null] }, null] };
const LONG_AGO = new Date(0);

const literal = (value: unknown): Expression => ({ $literal: value });

/** Whether `merge` says 'replace'. What is missing comes before every text, so a first sight is newer and different. */
function replacesExpression({ path, register }: Sighting): Expression {
  const stored = `$${path.join('.')}`;
  const [version, digest] = [literal(register.version), literal(register.digest)];
  const isStripped = { $and: [{ $eq: [`${stored}.stripped`, true] }, { $not: [REDACTED] }] };
  return {
    $or: [
      { $and: [isStripped, { $eq: [digest, `${stored}.digest`] }] },
      { $and: [{ $gt: [version, `${stored}.version`] }, { $ne: [digest, `${stored}.digest`] }] },
    ],
  };
}

/** What is seen where it replaces, else what is stored; the greater version in either. */
function registerExpression({ path, register }: Sighting, replaces: string): Expression {
  const stored = `$${path.join('.')}`;
  const redacted = { ...register, value: stripped(register.value), stripped: true };
  const seen = { $cond: [REDACTED, literal(redacted), literal(register)] };
  const version = { version: { $max: [literal(register.version), `${stored}.version`] } };
  return { $mergeObjects: [{ $cond: [replaces, seen, stored] }, version] };
}

const observedAt = (path: string): Expression => ({
  $substrBytes: [{ $ifNull: [`$${path}.version`, ''] }, OBSERVED_AT.from, OBSERVED_AT.length],
});

/** Whether `isAbsent` says so (shared/razorpay/absence.ts); what is missing comes before every text. */
const ABSENT: Expression = { $gt: [observedAt('absence'), observedAt('payment')] };

/** What it is found by until settling says it in full: of what was seen, at once. */
function foundBy({ payment, order, qr, refunds = [] }: Observation): Expression {
  const its = Object.fromEntries(refunds.map((refund) => [refund.id, refund]));
  const ids = idWords({ refunds: its });
  const words = paymentWords({
    ...(payment && { payment: { value: payment } }),
    ...(order && { order: { value: order } }),
    ...(qr && { qr: { value: qr } }),
    refunds: its,
  });
  return { $cond: [REDACTED, literal(ids), literal(words)] };
}

/** The stages that merge `observation`, and claim the settling of what is pending unless somebody holds it. */
export function joinPipeline(observation: Observation, claim: Claim, now: Date): SetStage[] {
  const seen = sightings(observation);
  const replaces = seen.map((_, index) => `replaces_${index}`);
  const changed = (whenChanged: unknown, otherwise: unknown) => ({ $cond: ['$join_changed', whenChanged, otherwise] });
  const changedBy = {
    observation: observation.id,
    source: observation.source,
    event: observation.event ?? null,
    correlation_id: observation.correlation_id,
    at: now,
  };
  const orNull = (field: string) => ({ [field]: { $ifNull: [`$${field}`, null] } });
  return [
    {
      $set: {
        ...Object.fromEntries(seen.map((one, index) => [replaces[index], replacesExpression(one)])),
        was_absent: ABSENT,
      },
    },
    {
      $set: Object.fromEntries(
        seen.map((one, index) => [one.path.join('.'), registerExpression(one, `$${replaces[index]}`)]),
      ),
    },
    {
      $set: {
        join_changed: {
          $or: [
            { $eq: [{ $type: '$rev' }, 'missing'] },
            { $ne: ['$was_absent', ABSENT] },
            ...replaces.map((one) => `$${one}`),
          ],
        },
      },
    },
    {
      $set: {
        rev: { $add: [{ $ifNull: ['$rev', 0] }, changed(1, 0)] },
        pending: { $or: ['$join_changed', { $ifNull: ['$pending', false] }] },
        pending_since: changed(literal(now), { $ifNull: ['$pending_since', null] }),
        attempts: changed(0, { $ifNull: ['$attempts', 0] }),
        next_at: changed(null, { $ifNull: ['$next_at', null] }),
        changed_by: changed(literal(changedBy), '$changed_by'),
        first_seen_at: { $ifNull: ['$first_seen_at', literal(now)] },
        first_source: { $ifNull: ['$first_source', literal(observation.source)] },
        flags: { $ifNull: ['$flags', literal([])] },
        words: changed({ $setUnion: [{ $ifNull: ['$words', []] }, foundBy(observation)] }, '$words'),
        ...orNull('event_id'),
        ...orNull('attendee_id'),
        ...orNull('details'),
      },
    },
    {
      $set: {
        settling: {
          $cond: [
            { $and: ['$pending', { $lte: [{ $ifNull: ['$settling.until', literal(LONG_AGO)] }, literal(now)] }] },
            literal(claim),
            { $ifNull: ['$settling', null] },
          ],
        },
      },
    },
    { $unset: [...replaces, 'was_absent', 'join_changed'] },
  ] as SetStage[];
}
