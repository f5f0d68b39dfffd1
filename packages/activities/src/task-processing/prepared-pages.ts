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

const kibibyte = 1024
const pageBytesMax = 4 * kibibyte * kibibyte
const rowBytesMax = kibibyte * kibibyte
/**
 * A page is read by parts, of which nothing is left but what the page is written from: the garbage of a whole page would
 * be copied by each collection, which cost more than all else that is done of it here.
 */
const part = { rowsMax: 500, bytesMax: 256 * kibibyte, rowBytesMax }

/** The pages in their order, each made when it is asked for. */
export async function* preparedPages(source: PageSource): AsyncGenerator<PreparedPage, undefined> {
  const { open, layout, from, entity, rowsPerPageMax } = source
  let bytesRead = 0
  const bytes = plainBytes(open, { isGzip: layout.isGzip, offset: startOf(layout, from) }, (read) => {
    bytesRead = read
  })
  const rowsMax = Math.min(part.rowsMax, rowsPerPageMax)
  let page = beginPage(entity, from)
  for await (const read of readPages(bytes, layout, from, { ...part, rowsMax })) {
    page.add(readRows(source, read), read.to)
    const { row, offset } = page.length()
    if (row + rowsMax <= rowsPerPageMax && offset < pageBytesMax) continue
    yield page.end(bytesRead)
    page = beginPage(entity, read.to)
  }
  if (page.length().offset > 0) yield page.end(bytesRead)
  return undefined
}

interface ReadRows {
  readonly rows: readonly ImportRow[]
  readonly refused: readonly RefusedRow[]
}

function beginPage(entity: EntityImport, from: Place) {
  const preparing = entity.begin()
  const refused: RefusedRow[] = []
  let to = from
  return {
    add(read: ReadRows, end: Place): void {
      preparing.add(read.rows)
      refused.push(...read.refused)
      to = end
    },
    /** In rows and bytes. */
    length: (): Place => ({ row: to.row - from.row, offset: to.offset - from.offset }),
    end: (bytesRead: number): PreparedPage => ({ from, to, bytesRead, refused, prepared: preparing.end() }),
  }
}

function readRows({ layout, reader }: PageSource, page: FilePage): ReadRows {
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
