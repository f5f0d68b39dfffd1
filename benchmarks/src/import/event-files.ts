import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { BenchStack } from '../bench-stack.ts'

export const fileTypes = ['CSV', 'NDJSON'] as const
export type FileType = (typeof fileTypes)[number]

export interface EventFile {
  readonly type: FileType
  readonly path: string
  readonly bytes: number
  readonly events: number
  /** What the events table must hold once the file is imported. */
  readonly digest: string
}

export function sizeOf({ events, bytes }: EventFile): string {
  return `${events / 1_000} k events, ${Math.round(bytes / 1_000_000)} MB`
}

interface Event {
  readonly id: string
  readonly name: string
  readonly customer: string
  readonly at: number
  readonly properties: { readonly tokens: string; readonly model: string; readonly region: string }
}

const customers = 10_000
const names = 5
const linesPerWrite = 1_000
const csvHead =
  'event_id,event_name,external_customer_id,timestamp,properties.tokens,properties.model,properties.region\n'

/** The same events for the same seed, apart from their instants, which lie in the hours before now, a millisecond each. */
export async function writeEventFile(dir: string, type: FileType, events: number): Promise<EventFile> {
  const file = path.join(dir, `events.${type.toLowerCase()}`)
  const sums = { total: 0n }
  await pipeline(Readable.from(chunks(type, events, sums)), createWriteStream(file))
  return { type, path: file, bytes: (await stat(file)).size, events, digest: `${events} ${sums.total}` }
}

function* chunks(type: FileType, events: number, sums: { total: bigint }): Generator<string> {
  const start = Date.now() - events
  let chunk = type === 'CSV' ? csvHead : ''
  for (let index = 0; index < events; index++) {
    const event = eventOf(index, start)
    sums.total += md5Number(stored(event))
    chunk += type === 'CSV' ? csvLine(event) : ndjsonLine(event)
    if ((index + 1) % linesPerWrite !== 0) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}

function eventOf(index: number, start: number): Event {
  // As random as a UUID, so that ids go all over their index.
  const hash = createHash('md5').update(`seed-${index}`).digest('hex')
  return {
    id: `${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20)}`,
    name: `api_call_${index % names}`,
    customer: `customer-${(index * 7_919) % customers}`,
    at: start + index,
    properties: { tokens: String((index * 31) % 100_000), model: `m${index % 7}`, region: 'eu' },
  }
}

function csvLine({ id, name, customer, at, properties: { tokens, model, region } }: Event): string {
  return `${id},${name},${customer},${new Date(at).toISOString()},${tokens},${model},${region}\n`
}

function ndjsonLine({ id, name, customer, at, properties }: Event): string {
  const timestamp = new Date(at).toISOString()
  return `${JSON.stringify({ event_id: id, event_name: name, external_customer_id: customer, timestamp, properties })}\n`
}

/** As `storedSql` writes it; jsonb puts shorter names first, then by their letters. */
function stored({ id, name, customer, at, properties: { tokens, model, region } }: Event): string {
  return `${id}|${name}|${customer}|${at}|{"model": "${model}", "region": "${region}", "tokens": "${tokens}"}`
}

const storedSql = `event_id || '|' || event_name || '|' || external_customer_id || '|'
  || (extract(epoch from timestamp) * 1000)::bigint || '|' || properties::text`

/** The first 60 bits. */
function md5Number(text: string): bigint {
  return BigInt(`0x${createHash('md5').update(text).digest('hex').slice(0, 15)}`)
}

/** Whether the events that are there are the file's: each of them, each once, with all that it says. */
export async function checkEvents({ owner }: BenchStack, file: EventFile): Promise<Record<string, boolean>> {
  const { rows } = await owner.query<{ digest: string; ids: number; keys: number }>(
    `select count(*) || ' ' || coalesce(sum(('x0' || left(md5(${storedSql}), 15))::bit(64)::bigint), 0) as digest,
      count(distinct event_id)::int as ids, (select count(*)::int from event_ids) as keys
    from events`,
  )
  const [found] = rows
  return {
    'each event there, once': found?.ids === file.events && found.keys === file.events,
    'all that each says is equal': found?.digest === file.digest,
  }
}
