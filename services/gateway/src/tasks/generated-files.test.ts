import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { startImports } from '../testing/imports-under-test.ts'

const imports = await startImports(4)
afterAll(() => imports[Symbol.asyncDispose]())

/** The same files in each run. */
const seed = 16
const filesCount = 20

const word = fc.constantFrom('call', 'api call', 'é;😀', 'a"b', 'two\nlines', 'tab\tpipe|', "it's, so")
const good = fc.record({
  // Few, so that some stand in a file more than once.
  event_id: fc.option(
    fc.nat({ max: 30 }).map((id) => `e${id}`),
    { nil: '' },
  ),
  event_name: word,
  external_customer_id: word,
  timestamp: fc.constantFrom('', '2026-03-15T12:00:00Z', '2026-03-15T23:30:00.5+05:30'),
  source: fc.option(word, { nil: '' }),
  region: fc.option(word, { nil: '' }),
})
type Event = typeof good extends fc.Arbitrary<infer Of> ? Of : never
const spoilt: readonly (readonly [keyof Event, string])[] = [
  ['event_name', ''],
  ['external_customer_id', ''],
  ['timestamp', '15.03.2026'],
  ['timestamp', '2026/03/15 12:00'],
  ['timestamp', '03/15/2026 12:00 PM'],
  ['event_name', 'x'.repeat(256)],
]
const row = fc
  .tuple(good, fc.option(fc.constantFrom(...spoilt), { freq: 4 }))
  .map(([event, bad]) => ({ event: bad ? { ...event, [bad[0]]: bad[1] } : event, badField: bad?.[0] }))

const columns = {
  event_id: ['event_id', 'EventId', 'EVENT ID'],
  event_name: ['event_name', 'Event Name'],
  external_customer_id: ['external_customer_id', 'externalCustomerID'],
  timestamp: ['timestamp', 'Timestamp'],
  source: ['source', 'SOURCE'],
  region: ['properties.region', 'Properties.region'],
} as const satisfies Record<keyof Event, readonly string[]>
const fields = ['event_id', 'event_name', 'external_customer_id', 'timestamp', 'source', 'region'] as const

const writing = fc.record({
  order: fc.shuffledSubarray([...fields], { minLength: fields.length }),
  spelling: fc.nat(),
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  lineBreak: fc.constantFrom('\n', '\r\n'),
  mark: fc.constantFrom('', '\uFEFF'),
})

function csvOf(
  events: readonly Event[],
  style: typeof writing extends fc.Arbitrary<infer Of> ? Of : never,
): string {
  const { order, spelling, delimiter, lineBreak, mark } = style
  const header = order.map((field) => columns[field][spelling % columns[field].length] ?? field)
  const lines = [header, ...events.map((event) => order.map((field) => event[field]))]
  return (
    mark +
    lines
      .map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter))
      .join(lineBreak)
  )
}

function jsonOf({ region, ...event }: Event): object {
  const said = Object.entries(event).filter(([field, text]) => text !== '' || field === 'event_name')
  return { ...Object.fromEntries(said), properties: region === '' ? {} : { region } }
}

test('any file of events, written in any way, becomes what its good rows say; the bad ones are told by number and field', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 25 }).filter((rows) => rows.some(({ badField }) => !badField)),
      fc.constantFrom('CSV', 'JSON', 'NDJSON'),
      writing,
      fc.boolean(),
      async (rows, file_type, style, isPacked) => {
        const events = rows.map(({ event }) => event)
        const text = {
          CSV: () => csvOf(events, style),
          JSON: () => JSON.stringify(events.map(jsonOf)),
          NDJSON: () => events.map((event) => JSON.stringify(jsonOf(event))).join(style.lineBreak),
        }[file_type]()
        const caller = await imports.gateway.newCaller()
        const file = isPacked ? gzipSync(text) : Buffer.from(text)
        const task = await imports.importFile(caller, file, { file_type, track_progress: isPacked })
        const first = file_type === 'CSV' ? 2 : 1
        const taken = rows.filter(({ badField }) => badField === undefined).map(({ event }) => event)
        const kept = keptOf(taken)
        expect(task).toMatchObject({
          task_status: 'COMPLETED',
          processed_records: rows.length,
          failed_records: rows.length - taken.length,
          created_records: kept.length,
          duplicate_records: taken.length - kept.length,
        })
        const rejected = await caller.scoped.db
          .selectFrom('import_rejections')
          .select(['row_number', 'field'])
          .orderBy('row_number')
          .execute()
        expect(rejected).toEqual(
          rows.flatMap(({ badField }, index) =>
            badField === undefined ? [] : [{ row_number: index + first, field: badField }],
          ),
        )
        const stored = await caller.scoped.db
          .selectFrom('events')
          .select(['event_id', 'event_name', 'external_customer_id', 'timestamp', 'source', 'properties'])
          .execute()
        expect(stored.map(storedText).toSorted()).toEqual(kept.map(wantedText).toSorted())
      },
    ),
    { seed, numRuns: filesCount },
  )
})

/** Of an id the first one counts; without one each is an event of its own. */
function keptOf(events: readonly Event[]): readonly Event[] {
  return events.filter(
    ({ event_id: id }, index) => id === '' || events.findIndex(({ event_id: one }) => one === id) === index,
  )
}

function wantedText({
  event_id,
  event_name,
  external_customer_id,
  timestamp,
  source,
  region,
}: Event): string {
  return JSON.stringify([
    event_id === '' ? 'made' : event_id,
    event_name,
    external_customer_id,
    timestamp === '' ? 'now' : new Date(timestamp).toISOString(),
    source === '' ? null : source,
    region === '' ? {} : { region },
  ])
}

function storedText(event: {
  readonly event_id: string
  readonly event_name: string
  readonly external_customer_id: string
  readonly timestamp: Date
  readonly source: string | null
  readonly properties: unknown
}): string {
  const isSaid = event.timestamp.toISOString().startsWith('2026-03-15')
  return JSON.stringify([
    event.event_id.startsWith('event_') ? 'made' : event.event_id,
    event.event_name,
    event.external_customer_id,
    isSaid ? event.timestamp.toISOString() : 'now',
    event.source,
    event.properties,
  ])
}
