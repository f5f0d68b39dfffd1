/**
 * Finds where records end in bytes that come piece by piece. It keeps what it has to know of the record that it is
 * in, so no byte is looked at twice, however long a record is.
 */
export interface Cutter {
  /**
   * Goes on from `from`. Answers the position behind the record that it is in, or -1 where its end is not among the
   * bytes; `problem` then tells of that record until the next call.
   *
   * @throws validation_error where the file is broken in a way that no row stands for
   */
  cut(bytes: Buffer, from: number): number
  /** The file ends here. True where what is left is a record. @throws validation_error */
  end(hasRest: boolean): boolean
  /** What is wrong with the record as such. */
  readonly problem: string | undefined
  /** Inside of quotes, where a line break ends nothing. */
  readonly isQuoted?: boolean
}

export const byteOf = {
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  quote: 0x22,
  space: 0x20,
  tab: 0x09,
  comma: 0x2c,
  backslash: 0x5c,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const

export function isWhiteSpace(byte: number | undefined): boolean {
  return (
    byte === byteOf.space || byte === byteOf.lineFeed || byte === byteOf.carriageReturn || byte === byteOf.tab
  )
}
