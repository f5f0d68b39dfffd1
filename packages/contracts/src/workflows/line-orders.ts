import { z } from 'zod'

const id = z.string().min(1)
const instant = z.iso.datetime()
const prorationBehavior = z.enum(['create_prorations', 'none'])
const metadata = z.record(z.string(), z.string())

/** Other quantities, decimal texts, and amounts of lines; null is as it is. */
export const lineChangesOrder = z.strictObject({
  kind: z.enum(['quantity_change', 'line_item_change']),
  proration_behavior: prorationBehavior,
  lines: z.array(
    z.strictObject({ line_item_id: id, quantity: z.string().nullable(), amount: z.string().nullable() }),
  ),
})

/** A line that comes or ends through its own door, of which the rest of the period is to be charged or credited. */
export const lineOrder = z.strictObject({
  kind: z.literal('lines'),
  proration_behavior: prorationBehavior,
  act: z.discriminatedUnion('does', [
    z.strictObject({
      does: z.literal('add'),
      price_id: id.nullable(),
      /** As it came, of one that is made for the line; none beside an id. */
      price: z.record(z.string(), z.unknown()).nullable(),
      quantity: z.string().nullable(),
      start_date: instant.nullable(),
      end_date: instant.nullable(),
      metadata: metadata.nullable(),
    }),
    z.strictObject({ does: z.literal('end'), line_item_id: id, effective_from: instant.nullable() }),
    /** As the request came. */
    z.strictObject({
      does: z.literal('change'),
      line_item_id: id,
      change: z.record(z.string(), z.unknown()),
    }),
  ]),
})
