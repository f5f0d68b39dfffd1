import { finished } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

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

/** What the pool does with such a statement. @returns how many rows were taken */
export async function sendRows(
  client: pg.PoolClient,
  statement: string,
  { text }: CopiedRows,
): Promise<number> {
  const stream = client.query(copyFrom(statement))
  const done = finished(stream)
  // One piece at a time: behind a refusal the stream has no connection any more, and would end the process by what it holds.
  for (const piece of text) await Promise.race([done, new Promise((taken) => stream.write(piece, taken))])
  stream.end()
  await done
  return stream.rowCount
}
