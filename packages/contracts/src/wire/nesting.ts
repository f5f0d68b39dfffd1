/** Deeper than any field of ours may be; who walks through a body or a row needs no bound of its own. */
export const jsonDepthMax = 64

/**
 * Whether lists and objects of a JSON text lie in each other more than so many deep. It reads the text, as everything
 * that walks the parsed value would end on a body of six thousand brackets; a string is skipped at once.
 */
export function isNestedDeeper(json: string, depthMax: number): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    switch (json.charCodeAt(at)) {
      case quote:
        at = endOfString(json, at)
        break
      case openList:
      case openObject:
        if (++depth > depthMax) return true
        break
      case closeList:
      case closeObject:
        depth--
    }
  }
  return false
}

const quote = '"'.charCodeAt(0)
const backslash = '\\'.charCodeAt(0)
const openList = '['.charCodeAt(0)
const closeList = ']'.charCodeAt(0)
const openObject = '{'.charCodeAt(0)
const closeObject = '}'.charCodeAt(0)

/** Where the string that begins there ends; the text's end if it never does. */
export function endOfString(json: string, start: number): number {
  let at = start
  do {
    at = json.indexOf('"', at + 1)
    if (at < 0) return json.length
  } while (isEscaped(json, at))
  return at
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}
