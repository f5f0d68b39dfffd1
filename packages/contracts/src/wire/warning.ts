import { z } from 'zod'

/** Ours: what somebody who looks at a figure should know of it. */
export const warning = z.object({
  code: z.string(),
  message: z.string(),
  /** Of events, where it is about such: how many there are, and the ids of the first. */
  count: z.int().optional(),
  event_ids: z.array(z.string()).optional(),
})

/** Left out where there are none. */
export const warnings = z.array(warning).optional()

/** The warnings of all lines, each with the subscription's line that it is of. */
export const lineWarnings = z
  .array(warning.extend({ subscription_line_item_id: z.string().optional() }))
  .optional()
