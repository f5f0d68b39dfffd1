import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { fileOf, readWhole } from './testing/read-whole.ts'

const cell = fc.array(fc.constantFrom('a', 'é', '😀', ',', ';', '"', '\n', '\r\n', ' ', '{', '0', '\uFFFD'), {
  maxLength: 5,
})
const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }).map((rows) => ({
    header: Array.from({ length: width }, (_, index) => `column ${index}`),
    rows: rows.map((row) => row.map((characters) => characters.join(''))),
  })),
)

describe('any table, in pieces of any size, each page read by another reader', () => {
  test('is the same cells again from CSV, with any delimiter, line break and mark, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        fc.record({
          mark: fc.boolean(),
          gzip: fc.boolean(),
          ended: fc.boolean(),
          piece: fc.integer({ min: 1, max: 50 }),
        }),
        async ({ header, rows }, delimiter, lineBreak, { mark, gzip, ended, piece }) => {
          const lines = [header, ...rows].map((row) =>
            row
              .map((text) => (/^$|[",;|\t\r\n ]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
              .join(delimiter),
          )
          const text = `${mark ? '\uFEFF' : ''}${lines.join(lineBreak)}${ended ? lineBreak : ''}`
          const bytes = gzip ? gzipSync(text) : Buffer.from(text)
          const read = await readWhole(fileOf(bytes, piece), 'CSV')
          expect(read.cells).toEqual(rows)
          expect(read.rows.map(({ row, problem }) => [row, problem])).toEqual(
            rows.map((_, index) => [index + 2, undefined]),
          )
        },
      ),
      { seed: 16, numRuns: 150 },
    )
  })

  test.each(['JSON', 'NDJSON'] as const)('is the same values again from %s', async (format) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 8 }),
        fc.record({ gzip: fc.boolean(), spaced: fc.boolean(), piece: fc.integer({ min: 1, max: 50 }) }),
        async (values, { gzip, spaced, piece }) => {
          const json = JSON.stringify(values, undefined, spaced ? 2 : undefined)
          const text =
            format === 'JSON' ? `\n${json}\n` : values.map((value) => `${JSON.stringify(value)}\n`).join('')
          const bytes = gzip ? gzipSync(text) : Buffer.from(text)
          const limits = { rowsMax: 3, bytesMax: 1_000_000, rowBytesMax: 1_000_000 }
          const read = await readWhole(fileOf(bytes, piece), format, limits)
          expect(read.rows.map((row) => JSON.parse(row.text))).toEqual(JSON.parse(JSON.stringify(values)))
          expect(read.rows.map(({ row }) => row)).toEqual(values.map((_, index) => index + 1))
        },
      ),
      { seed: 16, numRuns: 60 },
    )
  })
})

describe('a bad row is told with its number, and stops no other', () => {
  test.each([
    ['too few cells', 'a,b\n1,2\n3\n4,5\n', 3, 'has 1 cell, the header has 2'],
    ['too many cells', 'a,b\n1,2\n3,4,5\n6,7\n', 3, 'has 3 cells, the header has 2'],
    [
      'text behind a quote',
      'a,b\n1,2\n"3"x,4\n5,6\n',
      3,
      'has text behind a closing quote: a quote inside of quotes is written twice',
    ],
    ['a line that is too long', `a,b\n1,2\n${'x'.repeat(5_000)},4\n5,6\n`, 3, 'is longer than 1 KiB'],
  ])('%s', async (_, text, row, problem) => {
    const { rows, cells } = await readWhole(fileOf(Buffer.from(text), 100), 'CSV')
    expect(rows.filter((one) => one.problem !== undefined)).toMatchObject([{ row, problem }])
    expect(cells).toHaveLength(2)
  })

  test('bytes that are no UTF-8, by the place of the first in the file', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a,b\n1,\uFFFD\n'),
      Buffer.from([0x33, 0x2c, 0xe9]),
      Buffer.from('\n5,6\n'),
    ])
    const { rows } = await readWhole(fileOf(bytes), 'CSV')
    expect(rows.map(({ row, problem }) => [row, problem])).toEqual([
      [2, undefined],
      [3, 'is not UTF-8: byte 13 of the file'],
      [4, undefined],
    ])
    expect(bytes[12]).toBe(0xe9)
  })

  test('empty lines are no rows, and count', async () => {
    const { rows } = await readWhole(fileOf(Buffer.from('a\n\n1\n  \n\n2')), 'CSV')
    expect(rows.map(({ row, text }) => [row, text])).toEqual([
      [3, '1'],
      [6, '2'],
    ])
  })

  test('a quote within a cell that does not begin with one is a character', async () => {
    expect((await readWhole(fileOf(Buffer.from('a,b\n5" pipe,x\n')), 'CSV')).cells).toEqual([
      ['5" pipe', 'x'],
    ])
  })
})

describe('a file that is broken as a whole is refused with what is wrong', () => {
  const gzipped = gzipSync('a,b\n1,2\n'.repeat(100))
  test.each([
    ['empty', '', 'CSV', 'The file is empty'],
    ['white space', '\uFEFF \n', 'CSV', 'The file is empty'],
    ['UTF-16', Buffer.from('\uFEFFa,b\n', 'utf16le'), 'CSV', 'The file is UTF-16: save it as UTF-8'],
    ['binary', Buffer.from([0x61, 0, 1, 2]), 'CSV', 'The file is no text in UTF-8: byte 2 is NUL'],
    [
      'a workbook',
      Buffer.from('PK\u0003\u0004…'),
      'CSV',
      'The file is a zip archive or a workbook of a spreadsheet: save it as CSV',
    ],
    [
      'JSON that is said to be CSV',
      '[{}]',
      'CSV',
      'The file begins with [ and is no CSV: CSV has a header; it looks like JSON',
    ],
    [
      'NDJSON that is said to be JSON',
      '{}\n',
      'JSON',
      'The file begins with { and is no JSON: JSON is an array: [; it looks like NDJSON',
    ],
    [
      'a quote that is never closed',
      'a,b\n1,"2\n3,4\n',
      'CSV',
      'The file ends inside of quotes: the last row is not closed',
    ],
    [
      'a quote that is not closed for long',
      `a,b\n1,"2\n${'3,4\n'.repeat(500)}`,
      'CSV',
      'Row 2 opens a quote that is not closed within 1 KiB',
    ],
    ['truncated gzip', gzipped.subarray(0, -12), 'CSV', 'The gzip file ends in the middle'],
    [
      'broken gzip',
      Buffer.concat([gzipped.subarray(0, -8), Buffer.alloc(8)]),
      'CSV',
      'The gzip file is broken',
    ],
    ['an array that does not end', '[{"a":1},{"a":2}', 'JSON', 'The file ends before its JSON array does'],
    [
      'an array that ends with a comma',
      '[{"a":1},]',
      'JSON',
      'The file is no JSON array: it has a comma too many',
    ],
    [
      'something behind the array',
      '[{"a":1}] x',
      'JSON',
      'The file is no JSON array: it has something behind the array',
    ],
    [
      'old line ends',
      'a,b\r1,2\r',
      'CSV',
      'Lines end with CR alone: save the file with line breaks of LF or CRLF',
    ],
  ] as const)('%s', async (_, content, format, message) => {
    const read = readWhole(fileOf(Buffer.from(content)), format)
    await expect(read).rejects.toMatchObject({ code: 'validation_error', message })
  })

  test('a gzip bomb, before it has expanded far', async () => {
    const bomb = gzipSync(Buffer.alloc(80_000_000, 'a'))
    const read = readWhole(fileOf(Buffer.concat([gzipSync('a\n'), bomb]), 1_000), 'CSV')
    await expect(read).rejects.toMatchObject({
      message: 'The gzip file expands to more than 200 times its size',
    })
  })
})

test('a file that stops coming is given up, to be tried again', async () => {
  vi.useFakeTimers()
  try {
    const stalling = async () => {
      const stream = new PassThrough()
      stream.write('{}\n')
      return stream
    }
    const read = readWhole(stalling, 'NDJSON').catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await read).toMatchObject({ code: 'service_unavailable' })
  } finally {
    vi.useRealTimers()
  }
})
