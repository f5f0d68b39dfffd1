import type { FieldProblem } from '../errors.ts'

export interface TrialingSubscription {
  readonly start: Date
  readonly trialEnd: Date
  readonly end: Date | null
  readonly anchor: Date
}

export interface MovedTrial {
  readonly trialEnd: Date
  /** An anniversary goes by the trial's end; any other anchor stays (billing rules, section 7). */
  readonly anchor: Date
}

const yearsAheadMax = 10

/**
 * Another end of a trial that is at work: now, or an instant ahead.
 *
 * @param at null: now
 */
export function movedTrial(
  { start, trialEnd, end, anchor }: TrialingSubscription,
  at: Date | null,
  now: Date,
): MovedTrial | { readonly problem: FieldProblem } {
  const to = at ?? now
  const refuse = (message: string) => ({ problem: { path: 'trial_end_params.new_trial_end', message } })
  if (to < now) return refuse(`must not be before now, ${now.toISOString()}`)
  if (to <= start) return refuse(`must be after ${start.toISOString()}, when the trial began`)
  if (end && to > end) return refuse(`must not be after ${end.toISOString()}, when the subscription ends`)
  const farthest = new Date(now)
  farthest.setUTCFullYear(now.getUTCFullYear() + yearsAheadMax)
  if (to >= farthest) return refuse(`must be less than ${yearsAheadMax} years ahead`)
  return { trialEnd: to, anchor: anchor.getTime() === trialEnd.getTime() ? to : anchor }
}
