/** The position of the first byte that is not UTF-8. For bytes that have one. */
export function utf8ProblemAt(bytes: Buffer): number {
  // What is decoded before a replacement is what was sent, and as long; a replacement may have been sent, too.
  const text = bytes.toString('utf8')
  for (let at = text.indexOf('\uFFFD'); at !== -1; at = text.indexOf('\uFFFD', at + 1)) {
    const position = Buffer.byteLength(text.slice(0, at))
    if (!bytes.subarray(position, position + replacement.length).equals(replacement)) return position
  }
  return bytes.length
}

const replacement = Buffer.from('\uFFFD')
