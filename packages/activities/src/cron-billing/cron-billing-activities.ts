import type { CronBillingRun, CronBillingTick } from '@flexprice/contracts/workflows'
import { advanceClock } from './advance-clock.ts'
import { type BegunPass, beginBillingPass } from './begin-billing-pass.ts'
import { type BegunMove, beginClockMove } from './begin-clock-move.ts'
import { billSlice } from './bill-slice.ts'
import { completeBillingRun } from './complete-billing-run.ts'
import type { CronBillingDependencies } from './dependencies.ts'
import { startDueBilling } from './start-due-billing.ts'

export interface CronBillingActivities {
  /** Of the schedule, of no tenant. Idempotent: a second start meets the running one. */
  startDueBilling(): Promise<CronBillingTick>
  /** Cuts what is due into slices. Idempotent by (run, pass), and by (workflow run, part) before there is a run. */
  beginBillingPass(input: { runId: string | null; pass: number; part: number }): Promise<BegunPass | null>
  /** Works through one slice, page by page, from its cursor. Idempotent by (run, pass, slice). */
  billSlice(input: { runId: string; pass: number; slice: number }): Promise<void>
  /** Sets a clock where it begins and makes the run of its move. Idempotent by the workflow's run. */
  beginClockMove(input: { to: string }): Promise<BegunMove>
  /** Moves the clock to the run's end and bills on the way. Idempotent: it goes on from where the clock stands. */
  advanceClock(input: { runId: string }): Promise<void>
  /** Closes a run and sums it up. Idempotent by the run. */
  completeBillingRun(input: { runId: string; canceled: boolean }): Promise<CronBillingRun>
}

export function createCronBillingActivities(dependencies: CronBillingDependencies): CronBillingActivities {
  return {
    startDueBilling: () => startDueBilling(dependencies),
    beginBillingPass: (input) => beginBillingPass(dependencies, input),
    billSlice: (input) => billSlice(dependencies, input),
    beginClockMove: (input) => beginClockMove(dependencies, input),
    advanceClock: (input) => advanceClock(dependencies, input),
    completeBillingRun: (input) => completeBillingRun(dependencies, input),
  }
}
