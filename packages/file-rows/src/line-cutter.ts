import { byteOf, type Cutter } from './cutter.ts'

/** A record a line: NDJSON. */
export function lineCutter(): Cutter {
  return {
    problem: undefined,
    cut: (bytes, from) => bytes.indexOf(byteOf.lineFeed, from) + 1 || -1,
    end: (hasRest) => hasRest,
  }
}
