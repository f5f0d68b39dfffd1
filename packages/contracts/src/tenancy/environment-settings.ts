import { z } from 'zod'

const delayHoursMax = 72
/** Of events that come after their invoice was finalized, those that are listed by now too. */
const lateUsage = z.enum(['list', 'bill'])

const settings = {
  /** From its period's end on, a cycle's invoice with usage waits so long for late events. */
  finalization_delay_hours: z.int().min(0).max(delayHoursMax),
  late_usage: lateUsage,
  /** Of numbers that are given from now on. */
  invoice_number_prefix: z
    .string()
    .regex(/^[A-Z0-9][A-Z0-9-]{0,15}$/, 'must be 1 to 16 capital letters, digits and hyphens'),
  /** Nothing is billed, neither by the schedule nor by a run that is asked for. */
  billing_paused: z.boolean(),
}

/** What is left out stays. */
export const updateEnvironmentSettingsRequest = z.strictObject(settings).partial()

export const environmentSettingsResponse = z
  .object({ environment_id: z.string(), ...settings })
  .meta({ id: 'EnvironmentSettings' })
