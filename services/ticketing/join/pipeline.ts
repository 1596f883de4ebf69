/** The join as an update pipeline: the rules of shared/razorpay/join.ts, run by the store in one atomic step. */
import type { PipelineStage } from 'mongoose';
import { stripped } from '../../../shared/razorpay/facts.ts';
import { type Observation, type Sighting, sightings } from '../../../shared/razorpay/observation.ts';

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

/** The first value whose condition holds, else `otherwise`. */
const choose = (cases: [when: Expression, value: unknown][], otherwise: unknown): unknown =>
  cases.reduceRight((rest, [when, value]) => ({ $cond: [when, value, rest] }), otherwise);

/** 'keep', 'advance' or 'replace', as `merge` decides it. */
function mergeExpression({ path, register }: Sighting): unknown {
  const stored = `$${path.join('.')}`;
  const seen = literal(register.version);
  const isStripped = { $and: [{ $eq: [`${stored}.stripped`, true] }, { $not: [REDACTED] }] };
  return choose(
    [
      [{ $eq: [{ $type: stored }, 'missing'] }, 'replace'],
      [{ $and: [isStripped, { $eq: [literal(register.digest), `${stored}.digest`] }] }, 'replace'],
      [{ $lte: [seen, `${stored}.version`] }, 'keep'],
      [{ $eq: [literal(register.digest), `${stored}.digest`] }, 'advance'],
    ],
    'replace',
  );
}

function registerExpression({ path, register }: Sighting, merge: string): unknown {
  const stored = `$${path.join('.')}`;
  const redacted = { ...register, value: stripped(register.value), stripped: true };
  const version = { version: { $max: [literal(register.version), `${stored}.version`] } };
  const seen = { $cond: [REDACTED, literal(redacted), literal(register)] };
  return choose(
    [
      [{ $eq: [merge, 'replace'] }, { $mergeObjects: [seen, version] }],
      [{ $eq: [merge, 'advance'] }, { $mergeObjects: [stored, version] }],
    ],
    stored,
  );
}

/** The stages that merge `observation`, and claim the settling of what is pending unless somebody holds it. */
export function joinPipeline(observation: Observation, claim: Claim, now: Date): SetStage[] {
  const seen = sightings(observation);
  const merges = seen.map((_, index) => `merge_${index}`);
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
    { $set: Object.fromEntries(seen.map((one, index) => [merges[index], mergeExpression(one)])) },
    {
      $set: {
        ...Object.fromEntries(
          seen.map((one, index) => [one.path.join('.'), registerExpression(one, `$${merges[index]}`)]),
        ),
        join_changed: {
          $or: [{ $eq: [{ $type: '$rev' }, 'missing'] }, ...merges.map((merge) => ({ $eq: [`$${merge}`, 'replace'] }))],
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
    { $unset: [...merges, 'join_changed'] },
  ] as SetStage[];
}
