import { parseRowJson } from '@flexprice/contracts/wire'
import {
  csvCells,
  type FileLayout,
  type FilePage,
  type FileRow,
  type OpenFile,
  type Place,
  plainBytes,
  readPages,
  startOf,
} from '@flexprice/file-rows'
import type { EntityImport, ImportRow, PreparedRows, RefusedRow } from './entity-import.ts'
import type { RowReader } from './row-values.ts'

/** A page whose rows are read and checked, to be written. */
export interface PreparedPage {
  readonly from: Place
  readonly to: Place
  /** Of the file as it is stored: how far it was read for this. */
  readonly bytesRead: number
  /** Those that are no row, or cannot be read. */
  readonly refused: readonly RefusedRow[]
  readonly prepared: PreparedRows
}

export interface PageSource {
  readonly open: OpenFile
  readonly layout: FileLayout
  readonly from: Place
  readonly entity: EntityImport
  /** Of CSV. */
  readonly reader: RowReader | undefined
  readonly rowsPerPageMax: number
}

const mebibyte = 1024 * 1024

/** The pages in their order, each made when it is asked for. */
export async function* preparedPages(source: PageSource): AsyncGenerator<PreparedPage, undefined> {
  const { open, layout, from, entity, rowsPerPageMax } = source
  let bytesRead = 0
  const bytes = plainBytes(open, { isGzip: layout.isGzip, offset: startOf(layout, from) }, (read) => {
    bytesRead = read
  })
  const limits = { rowsMax: rowsPerPageMax, bytesMax: 4 * mebibyte, rowBytesMax: mebibyte }
  for await (const page of readPages(bytes, layout, from, limits)) {
    const { rows, refused } = readRows(source, page)
    yield { from: page.from, to: page.to, bytesRead, refused, prepared: entity.prepare(rows) }
  }
  return undefined
}

function readRows(
  { layout, reader }: PageSource,
  page: FilePage,
): { rows: readonly ImportRow[]; refused: readonly RefusedRow[] } {
  const rows: ImportRow[] = []
  const refused: RefusedRow[] = []
  const whole: FileRow[] = []
  for (const row of page.rows) {
    if (row.problem === undefined) whole.push(row)
    else refused.push({ ...row, problems: [{ path: '', message: row.problem }] })
  }
  const values =
    layout.format === 'CSV' && reader
      ? csvCells(
          whole.map(({ text }) => text),
          { delimiter: layout.delimiter, width: layout.columns.length },
        ).map((cells) => reader.read(cells))
      : whole.map(({ text }) => jsonValue(text))
  for (const [index, read] of values.entries()) {
    const { row = 0, text = '' } = whole[index] ?? {}
    if ('problems' in read) refused.push({ row, text, problems: read.problems })
    else rows.push({ row, text, value: read.value })
  }
  return { rows, refused }
}

function jsonValue(text: string): ReturnType<RowReader['read']> {
  const read = parseRowJson(text)
  return read.problem === undefined
    ? { value: read.value }
    : { problems: [{ path: '', message: read.problem }] }
}
