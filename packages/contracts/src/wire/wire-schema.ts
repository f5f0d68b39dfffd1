import { z } from 'zod'

/** What we use of JSON Schema where we read one. */
export interface WireSchema {
  $ref?: string | undefined
  type?: string | undefined
  description?: string | undefined
  const?: unknown
  enum?: unknown[] | undefined
  anyOf?: WireSchema[] | undefined
  properties?: Record<string, WireSchema> | undefined
  required?: string[] | undefined
  items?: WireSchema | undefined
  additionalProperties?: WireSchema | boolean | undefined
  $defs?: Record<string, WireSchema> | undefined
  /** The contract's name of a kind of record that comes with a later issue. */
  'x-later'?: string | undefined
}

export const wireSchema: z.ZodType<WireSchema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    // `['string', 'null']` is a nullable string.
    type: z
      .union([z.string(), z.array(z.string()).transform((types) => types.find((type) => type !== 'null'))])
      .optional(),
    description: z.string().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: z.array(wireSchema).optional(),
    properties: z.record(z.string(), wireSchema).optional(),
    required: z.array(z.string()).optional(),
    items: wireSchema.optional(),
    additionalProperties: z.union([wireSchema, z.boolean()]).optional(),
    $defs: z.record(z.string(), wireSchema).optional(),
    'x-later': z.string().optional(),
  }),
)

/** A schema of ours in the form that travels: text where we hold dates and decimals inside. */
export function toWireSchema(schema: z.ZodType): WireSchema {
  return wireSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }))
}
