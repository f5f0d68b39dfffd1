import { isUtf8 } from 'node:buffer'
import { invalid } from '@flexprice/domain'
import { csvCells } from './csv-cells.ts'
import type { Place } from './place.ts'
import { type OpenFile, plainBytes } from './plain-bytes.ts'
import { utf8ProblemAt } from './utf8-problem.ts'

export type FileFormat = 'CSV' | 'JSON' | 'NDJSON'

/** What has to be known of a file to read on in its middle. */
export type FileLayout = CsvLayout | JsonLayout

interface CsvLayout {
  readonly format: 'CSV'
  readonly isGzip: boolean
  /** Behind the header. */
  readonly start: Place
  readonly delimiter: string
  /** As the header says them. */
  readonly columns: readonly string[]
}

interface JsonLayout {
  readonly format: 'JSON' | 'NDJSON'
  readonly isGzip: boolean
  readonly start: Place
}

const headBytesMax = 64 * 1024
const delimiters = [',', ';', '\t', '|']
const byteOrderMark = Buffer.from('\uFEFF')

/**
 * Looks at a file's beginning.
 *
 * @throws validation_error for what is no text in UTF-8, is empty, or is of another format than it is said to be
 */
export async function readLayout(open: OpenFile, format: FileFormat): Promise<FileLayout> {
  const isGzip = isGzipped(await headOf(open, false))
  const head = await headOf(open, isGzip)
  refuseForeign(head)
  const begin = head.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0
  const text = head.toString('utf8', begin)
  const firstCharacter = text.trimStart().charAt(0)
  if (firstCharacter === '') throw refused('The file is empty')
  const problem = formatProblem(format, firstCharacter)
  if (problem !== undefined) throw refused(problem)
  if (format !== 'CSV') return { format, isGzip, start: { offset: begin, row: 0 } }
  const header = headerOf(head, begin)
  return { format, isGzip, ...header }
}

async function headOf(open: OpenFile, isGzip: boolean): Promise<Buffer> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of plainBytes(open, { isGzip, offset: 0 })) {
    pieces.push(piece)
    length += piece.length
    if (length >= headBytesMax) break
  }
  return Buffer.concat(pieces).subarray(0, headBytesMax)
}

function isGzipped(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

function refuseForeign(head: Buffer): void {
  const mark = head.subarray(0, 2).toString('hex')
  if (mark === 'fffe' || mark === 'feff') throw refused('The file is UTF-16: save it as UTF-8')
  if (head.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    throw refused('The file is a zip archive or a workbook of a spreadsheet: save it as CSV')
  }
  if (isGzipped(head)) throw refused('The file is gzip within gzip')
  const nul = head.indexOf(0)
  if (nul !== -1) throw refused(`The file is no text in UTF-8: byte ${nul + 1} is NUL`)
}

function formatProblem(format: FileFormat, first: string): string | undefined {
  const looksLike = first === '[' ? 'JSON' : first === '{' ? 'NDJSON' : 'CSV'
  if (looksLike === format) return undefined
  const means = {
    JSON: 'JSON is an array: [',
    NDJSON: 'NDJSON is an object a line: {',
    CSV: 'CSV has a header',
  }
  return `The file begins with ${first} and is no ${format}: ${means[format]}; it looks like ${looksLike}`
}

function headerOf(head: Buffer, begin: number): Pick<CsvLayout, 'start' | 'delimiter' | 'columns'> {
  const end = lineEnd(head, begin)
  if (end === -1 && head.length >= headBytesMax) throw refused('The header is longer than 64 KiB')
  const line = head.subarray(begin, end === -1 ? head.length : end)
  if (/\r[^\n]/.test(line.toString('latin1'))) {
    throw refused('Lines end with CR alone: save the file with line breaks of LF or CRLF')
  }
  if (!isUtf8(line))
    throw refused(`The header is not UTF-8: byte ${begin + utf8ProblemAt(line) + 1} of the file`)
  const text = line.toString('utf8').replace(/\r?\n?$/, '')
  if (text.trim() === '') throw refused('The first line is empty: it has to be the header')
  const { delimiter, width } = delimiterOf(text)
  const [columns = []] = csvCells([text], { delimiter, width })
  return {
    start: { offset: begin + line.length, row: 1 },
    delimiter,
    columns: columns.map((column) => column.trim()),
  }
}

/** Behind the line break that ends the header: one inside of quotes belongs to a name. */
function lineEnd(head: Buffer, begin: number): number {
  let isQuoted = false
  for (let at = begin; at < head.length; at++) {
    if (head[at] === 0x22) isQuoted = !isQuoted
    else if (head[at] === 0x0a && !isQuoted) return at + 1
  }
  return -1
}

/** What there is most of outside of quotes; a comma where there is none of any. */
function delimiterOf(header: string): { delimiter: string; width: number } {
  const unquoted = header.replaceAll(/"[^"]*"/g, '')
  const counted = delimiters.map((delimiter) => ({ delimiter, width: unquoted.split(delimiter).length }))
  return counted.reduce((most, one) => (one.width > most.width ? one : most))
}

function refused(message: string) {
  return invalid([{ path: '', message }])
}
