import { isUtf8 } from 'node:buffer'
import { invalid } from '@flexprice/domain'
import { csvCutter } from './csv-cutter.ts'
import type { Cutter } from './cutter.ts'
import type { FileLayout } from './file-layout.ts'
import { elementText, jsonArrayCutter } from './json-array-cutter.ts'
import { lineCutter } from './line-cutter.ts'
import type { Place } from './place.ts'
import { utf8ProblemAt } from './utf8-problem.ts'

export interface FileRow {
  readonly row: number
  /** Without its line break or comma; cut off where it was too long. */
  readonly text: string
  /** Why it is no row; undefined for one that can be read. */
  readonly problem: string | undefined
}

export interface FilePage {
  readonly from: Place
  readonly to: Place
  readonly rows: readonly FileRow[]
}

export interface PageLimits {
  readonly rowsMax: number
  readonly bytesMax: number
  readonly rowBytesMax: number
}

const kibibyte = 1024
const defaultLimits: PageLimits = {
  rowsMax: 5_000,
  bytesMax: 4 * kibibyte * kibibyte,
  rowBytesMax: kibibyte * kibibyte,
}
/** Of a row that is too long, for whoever looks for it. */
const excerptBytesMax = 200

/**
 * The rows from a place on, page by page.
 *
 * @param bytes of the text, from `startOf(layout, from)` on
 * @throws validation_error where the file is broken in a way that no row stands for
 */
export async function* readPages(
  bytes: AsyncIterable<Buffer>,
  layout: FileLayout,
  from: Place,
  limits: PageLimits = defaultLimits,
): AsyncGenerator<FilePage> {
  const page = createPage(layout, from, limits)
  let cutter: Cutter | undefined
  for await (const chunk of bytes) {
    if (chunk.length === 0) continue
    let at = 0
    if (cutter === undefined) {
      at = from.offset - startOf(layout, from)
      cutter = cutterOf(layout, at === 0 ? undefined : chunk[0])
    }
    for (;;) {
      const end = cutter.cut(chunk, at)
      page.add(chunk.subarray(at, end === -1 ? chunk.length : end), cutter.isQuoted ?? false)
      if (end === -1) break
      page.close(cutter.problem)
      at = end
      if (page.isFull()) yield page.take()
    }
  }
  cutter ??= cutterOf(layout, undefined)
  if (cutter.end(page.hasRest())) page.close(cutter.problem)
  page.dropRest()
  if (!page.isEmpty()) yield page.take()
}

/** Where reading begins for that place: in an array the byte before tells whether it goes on. */
export function startOf({ format, start }: FileLayout, from: Place): number {
  return format === 'JSON' && from.offset > start.offset ? from.offset - 1 : from.offset
}

function cutterOf(layout: FileLayout, behind: number | undefined): Cutter {
  switch (layout.format) {
    case 'CSV':
      return csvCutter({ delimiter: layout.delimiter, width: layout.columns.length })
    case 'NDJSON':
      return lineCutter()
    case 'JSON':
      return jsonArrayCutter(behind)
  }
}

/** The page that is being filled, and the pieces of the row that is not whole yet. */
// tidy: long because its functions share the state of one page.
function createPage({ format, start }: FileLayout, from: Place, limits: PageLimits) {
  let begin = from
  let rows: FileRow[] = []
  let { offset, row } = from
  let pieces: Buffer[] = []
  let heldBytes = 0
  let restBytes = 0
  let pageBytes = 0
  let lastRow = row

  function rowOf(held: Buffer, structural: string | undefined): FileRow | undefined {
    const decoded = held.toString('utf8')
    const text =
      format === 'JSON'
        ? elementText(decoded, { isFirst: row === start.row + 1 })
        : decoded.replace(/\r?\n$/, '')
    if (restBytes > limits.rowBytesMax) {
      return { row, text, problem: `is longer than ${limits.rowBytesMax / kibibyte} KiB` }
    }
    if (decoded.includes('\uFFFD') && !isUtf8(held)) {
      return { row, text, problem: `is not UTF-8: byte ${offset + utf8ProblemAt(held) + 1} of the file` }
    }
    return text.trim() === '' ? undefined : { row, text, problem: structural }
  }

  return {
    add(bytes: Buffer, isQuoted: boolean): void {
      restBytes += bytes.length
      if (restBytes <= limits.rowBytesMax) {
        pieces.push(bytes)
        heldBytes += bytes.length
        return
      }
      if (isQuoted) {
        const message = `Row ${row + 1} opens a quote that is not closed within ${limits.rowBytesMax / kibibyte} KiB`
        throw invalid([{ path: '', message }])
      }
      if (heldBytes > excerptBytesMax || pieces.length === 0) {
        pieces = [Buffer.concat([...pieces, bytes.subarray(0, excerptBytesMax)]).subarray(0, excerptBytesMax)]
        heldBytes = pieces[0]?.length ?? 0
      }
    },
    close(structural: string | undefined): void {
      row++
      const [first] = pieces
      const held = pieces.length === 1 && first ? first : Buffer.concat(pieces)
      const read = rowOf(held, structural)
      if (read) rows.push(read)
      offset += restBytes
      pageBytes += restBytes
      pieces = []
      heldBytes = 0
      restBytes = 0
    },
    hasRest: () => restBytes > 0,
    dropRest(): void {
      offset += restBytes
      restBytes = 0
      pieces = []
    },
    isFull: () => row - lastRow >= limits.rowsMax || pageBytes >= limits.bytesMax,
    isEmpty: () => offset === begin.offset,
    take(): FilePage {
      const to = { offset, row }
      const taken = { from: begin, to, rows }
      begin = to
      rows = []
      pageBytes = 0
      lastRow = row
      return taken
    },
  }
}
