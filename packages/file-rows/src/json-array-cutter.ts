import { invalid } from '@flexprice/domain'
import { byteOf, type Cutter, isWhiteSpace } from './cutter.ts'

type Where = 'before-array' | 'before-first' | 'before-element' | 'in-element' | 'behind-array'

interface ArrayState {
  where: Where
  depth: number
  isInText: boolean
  isEscaped: boolean
}

/**
 * The elements of one JSON array. An element's record goes from behind the one before it to the comma or bracket
 * behind it, so that cutting needs no look ahead; `elementText` takes them off.
 *
 * @param behind the byte that ended the element before, where it goes on in the middle
 */
export function jsonArrayCutter(behind?: number): Cutter {
  const state: ArrayState = {
    where:
      behind === undefined ? 'before-array' : behind === byteOf.comma ? 'before-element' : 'behind-array',
    depth: 0,
    isInText: false,
    isEscaped: false,
  }
  return {
    problem: undefined,
    cut(bytes, from) {
      for (let at = from; at < bytes.length; at++) {
        if (state.isInText && !state.isEscaped) at = textEnd(bytes, at)
        if (at < bytes.length && takeByte(state, bytes[at] ?? 0)) return at + 1
      }
      return -1
    },
    end() {
      if (state.where === 'behind-array') return false
      const message =
        state.where === 'before-array'
          ? 'The file has no JSON array: a list of rows begins with ['
          : 'The file ends before its JSON array does'
      throw invalid([{ path: '', message }])
    },
  }
}

/** The element alone: without the bracket before the first, and the comma or bracket behind it. */
export function elementText(record: string, { isFirst }: { isFirst: boolean }): string {
  const element = record.slice(0, -1).trim()
  return isFirst ? element.slice(1).trim() : element
}

/** Most bytes are of texts: only these two mean something there. */
function textEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === byteOf.quote || bytes[at] === byteOf.backslash) return at
  }
  return bytes.length
}

/** True where the byte ends an element. */
function takeByte(state: ArrayState, byte: number): boolean {
  if (state.isInText) {
    takeTextByte(state, byte)
    return false
  }
  if (isWhiteSpace(byte)) return false
  switch (state.where) {
    case 'before-array':
      if (byte !== byteOf.openBracket) throw broken('does not begin with [')
      state.where = 'before-first'
      return false
    case 'behind-array':
      throw broken('has something behind the array')
    case 'before-first':
    case 'before-element':
      return beginElement(state, byte)
    case 'in-element':
      return goOn(state, byte)
  }
}

function takeTextByte(state: ArrayState, byte: number): void {
  if (state.isEscaped) state.isEscaped = false
  else if (byte === byteOf.backslash) state.isEscaped = true
  else if (byte === byteOf.quote) state.isInText = false
}

function beginElement(state: ArrayState, byte: number): boolean {
  if (byte === byteOf.closeBracket && state.where === 'before-first') {
    state.where = 'behind-array'
    return false
  }
  if (byte === byteOf.comma || byte === byteOf.closeBracket) throw broken('has a comma too many')
  state.where = 'in-element'
  return goOn(state, byte)
}

function goOn(state: ArrayState, byte: number): boolean {
  if (byte === byteOf.quote) state.isInText = true
  else if (byte === byteOf.openBrace || byte === byteOf.openBracket) state.depth++
  else if (byte === byteOf.comma && state.depth === 0) {
    state.where = 'before-element'
    return true
  } else if (byte === byteOf.closeBrace || byte === byteOf.closeBracket) {
    if (state.depth === 0) {
      if (byte === byteOf.closeBrace) throw broken('has a } too many')
      state.where = 'behind-array'
      return true
    }
    state.depth--
  }
  return false
}

function broken(what: string) {
  return invalid([{ path: '', message: `The file is no JSON array: it ${what}` }])
}
