/** What changes an event beside `changeEvent` raises its `updated_at`, too: a change is compared and set by it. */

/** For a pipeline: later than before, whatever the clock does. */
export const laterThanBefore = () => ({ $max: [{ $add: ['$updated_at', 1] }, { $literal: new Date() }] });
