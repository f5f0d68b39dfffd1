import { Readable } from 'node:stream'
import { csvCells } from '../csv-cells.ts'
import { type FileFormat, readLayout } from '../file-layout.ts'
import type { Place } from '../place.ts'
import { type OpenFile, plainBytes } from '../plain-bytes.ts'
import { type FilePage, type FileRow, type PageLimits, readPages, startOf } from '../read-pages.ts'

export interface WholeFile {
  readonly rows: readonly FileRow[]
  readonly pages: readonly FilePage[]
  /** Of CSV, of the rows without a problem. */
  readonly cells: readonly (readonly string[])[]
}

/** Bytes as a store would give them: in pieces of that size. */
export function fileOf(bytes: Buffer, pieceBytes = 7): OpenFile {
  return async (from) =>
    Readable.from(
      (function* () {
        for (let at = from; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
      })(),
      { objectMode: true },
    )
}

/** All pages of a file, each read by a reader of its own that begins where the one before has ended. */
export async function readWhole(
  open: OpenFile,
  format: FileFormat,
  limits: PageLimits = { rowsMax: 3, bytesMax: 1_000_000, rowBytesMax: 1_024 },
): Promise<WholeFile> {
  const layout = await readLayout(open, format)
  const pages: FilePage[] = []
  for (let from: Place | undefined = layout.start; from !== undefined; ) {
    const begin: number = startOf(layout, from)
    const bytes = plainBytes(open, { isGzip: layout.isGzip, offset: begin })
    const { value: page } = await readPages(bytes, layout, from, limits).next()
    if (page) pages.push(page)
    from = page?.to
  }
  const rows = pages.flatMap((page) => page.rows)
  const whole = rows.filter(({ problem }) => problem === undefined).map(({ text }) => text)
  const cells =
    layout.format === 'CSV'
      ? csvCells(whole, { delimiter: layout.delimiter, width: layout.columns.length })
      : []
  return { rows, pages, cells }
}
