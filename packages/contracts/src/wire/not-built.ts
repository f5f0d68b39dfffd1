import { z } from 'zod'

/**
 * Marks a request field of the published contract that we have not built. It is parsed; empty or at
 * its default it is ignored, otherwise the request is refused as `not_implemented`, by name: nothing
 * is silently dropped. `notBuiltFields` lists them for a test.
 */
export function notBuilt<Schema extends z.ZodType>(schema: Schema, defaultValue?: z.output<Schema>) {
  const marked = schema.optional().check((context) => {
    if (!isEmpty(context.value) && context.value !== defaultValue) refuse(context, 'is not implemented')
  })
  marks.set(marked, 'field')
  return marked
}

/** Marks single values of a choice as not built: the others work. */
export function notBuiltValues<Schema extends z.ZodType>(
  schema: Schema,
  values: readonly z.output<Schema>[],
): Schema {
  const marked = schema.check((context) => {
    if (values.includes(context.value)) refuse(context, `${JSON.stringify(context.value)} is not implemented`)
  })
  marks.set(marked, values.map(String))
  return marked
}

/** A field of an answer whose kind of record comes later: in the contract, never filled by us. */
export function laterObject(contractSchema: string) {
  return z.looseObject({}).meta({ 'x-later': contractSchema })
}

/** What a request schema accepts in form but does not do: `tax_rate_overrides`, `type=USAGE`. */
export function notBuiltFields(schema: z.ZodObject): string[] {
  return Object.entries(schema.shape).flatMap(([field, value]) => {
    const mark = marks.get(value)
    if (mark === undefined) return []
    return mark === 'field' ? [field] : mark.map((one) => `${field}=${one}`)
  })
}

/** The `params.code` of an issue that means "we have not built this", for the error translator. */
export const notImplementedIssue = 'not_implemented'

const marks = new WeakMap<object, 'field' | readonly string[]>()

function refuse(context: z.core.ParsePayload, message: string): void {
  context.issues.push({
    code: 'custom',
    input: context.value,
    message,
    params: { code: notImplementedIssue },
  })
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true
  if (Array.isArray(value)) return value.length === 0
  // An instant has no fields of its own, and is something all the same.
  if (value instanceof Date) return false
  return typeof value === 'object' && Object.keys(value).length === 0
}
