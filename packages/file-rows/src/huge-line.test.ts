import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { plainBytes, readLayout, readPages } from './index.ts'

const mebibyte = 1024 * 1024
const piece = Buffer.alloc(mebibyte, 'x')

/** As one of 1 GB, which takes a minute. */
const lineMebibytes = 128

/** A line of that size between two good ones; it is nowhere as a whole. */
function* hugeLine(before: string, after: string): Generator<Buffer> {
  yield Buffer.from(before)
  for (let index = 0; index < lineMebibytes; index++) yield piece
  yield Buffer.from(`\n${after}\n`)
}

test.each([
  ['CSV', 'a,b\n', ['1,2', '3,4'], 3],
  ['NDJSON', '', ['{"a":1}', '{"a":2}'], 2],
] as const)(
  'a line that is larger than the memory of many pages is a bad row of %s, told by its number, and is never held',
  async (format, header, good, row) => {
    const open = async (from: number) => {
      const first = `${header}${good[0]}\n`
      return Readable.from(hugeLine(first.slice(from), good[1]), { objectMode: false })
    }
    const layout = await readLayout(open, format)
    const limits = { rowsMax: 100, bytesMax: 4 * mebibyte, rowBytesMax: mebibyte }
    const before = process.memoryUsage.rss()
    let peak = before
    const told: [number, string | undefined][] = []
    const bytes = plainBytes(open, { isGzip: false, offset: layout.start.offset })
    for await (const page of readPages(bytes, layout, layout.start, limits)) {
      peak = Math.max(peak, process.memoryUsage.rss())
      told.push(
        ...page.rows.map(({ row: number, problem }): [number, string | undefined] => [number, problem]),
      )
    }
    expect(told).toEqual([
      [row - 1, undefined],
      [row, 'is longer than 1024 KiB'],
      [row + 1, undefined],
    ])
    expect(peak - before).toBeLessThan(lineMebibytes * mebibyte)
  },
)
