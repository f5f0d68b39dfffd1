import { z } from 'zod'
import { instant } from '../wire/instant.ts'

/** Where the test clock is to be moved, forward alone; the first one sets it. */
export const moveEnvironmentClockRequest = z.strictObject({ now: instant })

export const environmentClockResponse = z
  .object({
    environment_id: z.string(),
    kind: z.enum(['time_of_day', 'test']),
    now: instant,
    /** What goes on, if anything: its run's counts tell what it has billed. */
    move: z
      .object({
        from: instant,
        to: instant,
        billing_run_id: z.string(),
        workflow_id: z.string(),
        run_id: z.string(),
      })
      .optional(),
  })
  .meta({ id: 'EnvironmentClock' })
