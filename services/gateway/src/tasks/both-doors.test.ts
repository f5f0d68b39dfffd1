import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { rejectedRows, startImports } from '../testing/imports-under-test.ts'

const imports = await startImports(100)
afterAll(() => imports[Symbol.asyncDispose]())

const event = { event_name: 'call', external_customer_id: 'ada', timestamp: '2026-03-15T12:00:00Z' }
const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** As they are sent and as they stand in a file: one a line, good and bad. */
const bodies: readonly string[] = [
  ...[
    event,
    { ...event, event_id: '' },
    { ...event, timestamp: '' },
    { ...event, timestamp: '2026-02-30T12:00:00Z' },
    { ...event, timestamp: '2026-03-15' },
    { ...event, timestamp: '15.03.2026' },
    { ...event, timestamp: '2026-03-15T12:00:00.123456+05:30' },
    { ...event, timestamp: '2999-01-01T00:00:00Z' },
    { ...event, timestamp: 1 },
    { ...event, event_name: '' },
    { ...event, event_name: 'x'.repeat(256) },
    { ...event, external_customer_id: undefined },
    { ...event, external_customer_id: 'a\u0000b' },
    { ...event, source: '\ud800' },
    { ...event, unknown: 1 },
    { ...event, customer_id: 'cust_of_nobody' },
    { ...event, properties: { n: 1, text: 'é', list: [1, null], nested: { a: true } } },
    { ...event, properties: { a: 'x\u0000y' } },
    { ...event, properties: [] },
    { ...event, properties: 'text' },
    { ...event, properties: { large: 'x'.repeat(70_000) } },
    [],
    'text',
    null,
    1,
  ].map((one) => JSON.stringify(one)),
  `{"event_name":"call","external_customer_id":"ada","properties":{"n":0.1000000000000000000012345}}`,
  `{"event_name":"call","external_customer_id":"ada","properties":{"n":1e500}}`,
  `{"event_name":"call","external_customer_id":"ada","properties":{"__proto__":1}}`,
  `{"event_name":"call","external_customer_id":"ada","properties":${deep(9)}}`,
  `{"event_name":"call","external_customer_id":"ada","properties":${deep(20)}}`,
  `{"event_name":"call","external_customer_id":"ada","properties":${deep(70)}}`,
  `{"event_name":"call","event_name":"other","external_customer_id":"ada"}`,
  `{"event_name":"call"`,
]

const refusal = z.object({ details: z.object({ fields: z.record(z.string(), z.string()) }).optional() })

test('each row is taken, or refused for the same fields and reasons, as through POST /events', async () => {
  const { gateway } = imports
  const direct = await gateway.newCaller()
  const byFile = await gateway.newCaller()
  const refused = new Map<number, string[]>()
  for (const [index, payload] of bodies.entries()) {
    const response = await gateway.app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { 'x-api-key': direct.apiKey, 'content-type': 'application/json' },
      payload,
    })
    if (response.statusCode === 202) continue
    expect(response.statusCode).toBe(400)
    const { details } = refusal.parse(response.json())
    refused.set(
      index + 1,
      Object.entries(details?.fields ?? {}).map((field) => field.join(' ')),
    )
  }
  // NDJSON begins with an object.
  const task = await imports.importFile(byFile, bodies.join('\n'), { file_type: 'NDJSON' })
  expect(task).toMatchObject({
    task_status: 'COMPLETED',
    processed_records: bodies.length,
    failed_records: refused.size,
  })
  const told = await byFile.scoped.db
    .selectFrom('import_rejections')
    .select(['row_number', 'field', 'reason'])
    .where('task_id', '=', task.id)
    .execute()
  expect(new Set(told.map(({ row_number }) => row_number))).toEqual(new Set(refused.keys()))
  expect(await rejectedRows(gateway, byFile, task.id)).not.toHaveLength(0)
  for (const [row, reasons] of refused) {
    const own = told
      .filter(({ row_number }) => row_number === row)
      .map(({ field, reason }) => `${field} ${reason}`)
    // What is no JSON at all, the door says in words of its own.
    if (reasons.length > 0 && !own[0]?.startsWith(' '))
      expect([row, own.toSorted()]).toEqual([row, reasons.toSorted()])
  }
  const eventsOf = (caller: typeof direct) =>
    caller.scoped.db
      .selectFrom('events')
      .select(['event_name', 'external_customer_id', 'source', 'properties'])
      .orderBy('properties')
      .orderBy('event_name')
      .execute()
  expect(await eventsOf(byFile)).toEqual(await eventsOf(direct))
})
