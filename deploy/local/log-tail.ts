import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const tailBytesMax = 8_192
const tailLinesMax = 15

/** The last lines of a log, for a person who must know why a process ended. */
export function logTail(file: string): string {
  let handle: number
  try {
    handle = openSync(file, 'r')
  } catch {
    return '(no log)'
  }
  try {
    const size = fstatSync(handle).size
    const buffer = Buffer.alloc(Math.min(size, tailBytesMax))
    readSync(handle, buffer, 0, buffer.length, size - buffer.length)
    return (
      buffer.toString('utf8').trimEnd().split('\n').slice(-tailLinesMax).join('\n') || '(the log is empty)'
    )
  } finally {
    closeSync(handle)
  }
}
