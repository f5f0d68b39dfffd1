// The floor of P10: what imports a file of events that it trusts, under the product's role and row security.
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

const newline = 10
/** Of one COPY and one statement. */
export const rowsPerSlice = 100_000

/** Columns of texts as the file has them; the instant is read by COPY. NDJSON is one value a line. */
const raw = {
  CSV: {
    columns: 'i text, n text, c text, t timestamptz(3), tokens text, model text, region text',
    options: 'format csv',
    select: "i, n, c, t, jsonb_build_object('tokens', tokens, 'model', model, 'region', region) as p",
  },
  NDJSON: {
    columns: 'line json',
    // No line has these, so that each is taken as it stands.
    options: "format csv, quote e'\\x01', delimiter e'\\x02'",
    select: `line->>'event_id' as i, line->>'event_name' as n, line->>'external_customer_id' as c,
      (line->>'timestamp')::timestamptz(3) as t, (line->'properties')::jsonb as p`,
  },
} as const

type FileType = keyof typeof raw

/** By the owner: the role of the product makes no tables. */
export async function makeRawTables(owner: pg.Client, role: string): Promise<void> {
  for (const [type, { columns }] of Object.entries(raw)) {
    await owner.query(`create unlogged table raw_${type} (${columns})`)
    await owner.query(`grant select, insert, truncate on raw_${type} to ${role}`)
  }
}

/**
 * COPY of the bytes as they are, then one INSERT … SELECT, by slices of so many rows, each a transaction; or the whole
 * file at once, for whoever may begin again when it breaks off.
 */
export async function bareImport(
  client: pg.Client,
  file: { readonly type: FileType; readonly path: string },
  rowsAtOnce: number,
): Promise<void> {
  const { options } = raw[file.type]
  for await (const slice of slicesOf(file, rowsAtOnce)) {
    await client.query('begin')
    await client.query(`truncate raw_${file.type}`)
    await pipeline(
      Readable.from(slice, { objectMode: false }),
      client.query(copyFrom(`copy raw_${file.type} from stdin (${options})`)),
    )
    await client.query(insertOf(file.type))
    await client.query('commit')
  }
}

/** As the product writes them: each id once however often it comes, in one order; and with the event's key. */
function insertOf(type: FileType): string {
  return `with incoming as materialized (
      select event_key(e.id, i) as key, e.id as environment, i, n, c, t, p
      from (select ${raw[type].select} from raw_${type}) as row,
        (select current_setting('app.environment_id') as id) as e
    ), fresh as (
      insert into event_ids (environment_id, event_key, external_customer_id, event_name, timestamp)
      select environment, key, c, n, t from incoming order by key on conflict do nothing returning event_key
    )
    insert into events (environment_id, event_id, event_name, external_customer_id, timestamp, properties, ingested_at)
    select environment, i, n, c, t, p, now() from incoming join fresh on event_key = key`
}

/** Pieces of the file, by slices that end with a line. No value of these files holds a line's end. */
async function* slicesOf(
  { type, path }: { readonly type: FileType; readonly path: string },
  rowsAtOnce: number,
): AsyncGenerator<Buffer[] | AsyncIterable<Buffer>> {
  let slice: Buffer[] = []
  let rows = 0
  let isHead = type === 'CSV'
  const stream: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1 << 20 })
  for await (const read of stream) {
    let from = 0
    for (let end = read.indexOf(newline); end >= 0; end = read.indexOf(newline, end + 1)) {
      if (isHead) {
        isHead = false
        from = end + 1
        continue
      }
      rows++
      if (rows < rowsAtOnce) continue
      yield [...slice, read.subarray(from, end + 1)]
      slice = []
      rows = 0
      from = end + 1
    }
    slice.push(read.subarray(from))
  }
  if (rows > 0) yield slice
}
