import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'

/** Rows in the text format of COPY, each with its line break: how they come into a table cheapest. */
export class CopiedRows {
  readonly text: readonly Buffer[]

  constructor(text: readonly Buffer[]) {
    this.text = text
  }
}

/** A value as the text format has it. */
export function copyText(value: string | null): string {
  if (value === null) return '\\N'
  return toBeEscaped.test(value)
    ? value.replaceAll(allToBeEscaped, (character) => escapes[character] ?? '')
    : value
}

const toBeEscaped = /[\\\t\n\r]/
const allToBeEscaped = /[\\\t\n\r]/g
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/**
 * What the pool does with such a statement, on a connection that nothing is under way on. While it lasts the driver
 * sends nothing ahead: it refuses other ways of asking than its own while it does (`pipeline`).
 *
 * @returns how many rows were taken
 */
export async function sendRows(client: pg.PoolClient, statement: string, rows: CopiedRows): Promise<number> {
  const isPipelined: unknown = Reflect.get(client, 'pipeline')
  Reflect.set(client, 'pipeline', false)
  try {
    return await copied(client.query(copyFrom(statement)), rows)
  } finally {
    Reflect.set(client, 'pipeline', isPipelined)
  }
}

async function copied(stream: CopyStreamQuery, { text }: CopiedRows): Promise<number> {
  const done = finished(stream)
  // One piece at a time: behind a refusal the stream has no connection any more, and would end the process by what it holds.
  for (const piece of text) await Promise.race([done, new Promise((taken) => stream.write(piece, taken))])
  stream.end()
  await done
  return stream.rowCount
}
