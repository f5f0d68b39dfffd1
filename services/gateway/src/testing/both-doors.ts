import { z } from 'zod'
import type { Caller } from './caller-under-test.ts'
import type { ImportsUnderTest } from './imports-under-test.ts'

/** What is wrong with each body that is refused, by its number; those that are taken are left out. */
export type Refusals = ReadonlyMap<number, readonly string[]>

/** Each body as a request of its own, in their order. */
export async function throughPost(
  { gateway }: ImportsUnderTest,
  caller: Caller,
  path: string,
  bodies: readonly string[],
): Promise<Refusals> {
  const refused = new Map<number, string[]>()
  for (const [index, payload] of bodies.entries()) {
    const response = await gateway.app.inject({
      method: 'POST',
      url: `/v1${path}`,
      headers: { 'x-api-key': caller.apiKey, 'content-type': 'application/json' },
      payload,
    })
    if (response.statusCode < 300) continue
    refused.set(index + 1, refusalOf(response.json()))
  }
  return refused
}

/** What an answer says is wrong. */
export function refusalOf(body: unknown): string[] {
  const { message, details } = refusal.parse(body)
  const fields = Object.entries(details?.fields ?? {}).map((field) => field.join(' '))
  return fields.length > 0 ? fields.toSorted() : [message]
}

/** The same bodies as the lines of one file. */
export async function throughFile(
  imports: ImportsUnderTest,
  caller: Caller,
  entityType: string,
  bodies: readonly string[],
): Promise<Refusals> {
  const { id } = await imports.importFile(caller, bodies.join('\n'), {
    entity_type: entityType,
    file_type: 'NDJSON',
  })
  const told = await caller.scoped.db
    .selectFrom('import_rejections')
    .select(['row_number', 'field', 'reason'])
    .where('task_id', '=', id)
    .orderBy('row_number')
    .orderBy('position')
    .execute()
  const rows = Map.groupBy(told, ({ row_number }) => row_number)
  return new Map([...rows].map(([row, problems]) => [row, reasonsOf(problems)]))
}

/** As an answer has them: what is wrong with one field is one text. */
function reasonsOf(problems: readonly { readonly field: string; readonly reason: string }[]): string[] {
  const fields = Map.groupBy(problems, ({ field }) => field)
  return [...fields]
    .map(([field, some]) => `${field} ${some.map(({ reason }) => reason).join('; ')}`.trimStart())
    .toSorted()
}

const refusal = z.object({
  message: z.string(),
  details: z.object({ fields: z.record(z.string(), z.string()).optional() }).optional(),
})

/** To be compared: ids are each environment's own. */
export function idless(refusals: Refusals): string {
  return JSON.stringify([...refusals].toSorted(([left], [right]) => left - right)).replaceAll(
    /[a-z]+_[0-9A-Z]{26}/g,
    'id',
  )
}
