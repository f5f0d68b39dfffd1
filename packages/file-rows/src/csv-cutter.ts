import { invalid } from '@flexprice/domain'
import { byteOf, type Cutter } from './cutter.ts'

interface CsvRecord {
  cells: number
  isQuoted: boolean
  /** Right behind a quote that has closed the cell, or is the first of an escaped one. */
  isBehindQuote: boolean
  isAtCellStart: boolean
  isEmpty: boolean
  hasTextBehindQuote: boolean
}

/**
 * Records of CSV (RFC 4180): a line break ends one but inside of quotes. A quote within a cell that does not begin
 * with one is a character like others. A record that has another number of cells than the header is told as such.
 */
export function csvCutter({ delimiter, width }: { delimiter: string; width: number }): Cutter {
  const delimiterByte = delimiter.charCodeAt(0)
  let record = newRecord()
  let problem: string | undefined
  function finish(): void {
    problem = record.isEmpty ? undefined : problemOf(record, width)
    record = newRecord()
  }
  return {
    get problem() {
      return problem
    },
    get isQuoted() {
      return record.isQuoted
    },
    cut(bytes, from) {
      for (let at = from; at < bytes.length; at++) {
        const byte = bytes[at] ?? 0
        if (record.isQuoted) {
          // Most of a quoted cell is its text: the next quote is found at the speed of memory.
          const quote = byte === byteOf.quote ? at : bytes.indexOf(byteOf.quote, at)
          if (quote === -1) return -1
          at = quote
          record.isQuoted = false
          record.isBehindQuote = true
        } else if (byte === byteOf.lineFeed) {
          finish()
          return at + 1
        } else takeByte(record, byte, delimiterByte)
      }
      return -1
    },
    end(hasRest) {
      if (!hasRest) return false
      if (record.isQuoted)
        throw invalid([{ path: '', message: 'The file ends inside of quotes: the last row is not closed' }])
      finish()
      return true
    },
  }
}

function newRecord(): CsvRecord {
  return {
    cells: 1,
    isQuoted: false,
    isBehindQuote: false,
    isAtCellStart: true,
    isEmpty: true,
    hasTextBehindQuote: false,
  }
}

/** Of a byte outside of quotes that ends no record. */
function takeByte(record: CsvRecord, byte: number, delimiter: number): void {
  if (byte === delimiter) {
    record.cells++
    record.isAtCellStart = true
    record.isBehindQuote = false
    record.isEmpty = false
    return
  }
  // Of a line break.
  if (byte === byteOf.carriageReturn) return
  record.isEmpty = false
  if (byte === byteOf.quote && (record.isAtCellStart || record.isBehindQuote)) record.isQuoted = true
  else if (record.isBehindQuote) record.hasTextBehindQuote = true
  record.isAtCellStart = false
  record.isBehindQuote = false
}

function problemOf({ cells, hasTextBehindQuote }: CsvRecord, width: number): string | undefined {
  if (hasTextBehindQuote) return 'has text behind a closing quote: a quote inside of quotes is written twice'
  if (cells === width) return undefined
  return `has ${cells} ${cells === 1 ? 'cell' : 'cells'}, the header has ${width}`
}
