import { assert } from '@flexprice/domain'

/**
 * ULIDs of one process: within a millisecond each is the one before plus one, so that they sort by creation. A page of
 * invoices or charges takes thousands: the library's way, which counts up the text digit by digit, costs three times as
 * much.
 *
 * @param chance 0 to 1, evenly
 */
export function createMonotonicUlids(chance: () => number): (now: number) => string {
  let [at, high, low, head] = [-1, 0, 0, '']
  return (now) => {
    if (now > at) {
      at = now
      ;[high, low] = [drawn(chance), drawn(chance)]
      head = encoded(at, timeDigits) + encoded(high, halfDigits)
    } else if (++low === halfMax) {
      low = 0
      assert(++high < halfMax, 'a millisecond has fewer ids than there are')
      head = encoded(at, timeDigits) + encoded(high, halfDigits)
    }
    return head + encoded(low, halfDigits)
  }
}

/** Of the 16 digits of chance each half is a safe integer. */
const [timeDigits, halfDigits] = [10, 8]
const halfMax = 32 ** halfDigits

function drawn(chance: () => number): number {
  let value = 0
  for (let digit = 0; digit < halfDigits; digit++) value = value * 32 + Math.floor(chance() * 32)
  return value
}

function encoded(value: number, digits: number): string {
  let [text, rest] = ['', value]
  for (let digit = 0; digit < digits; digit += 2) {
    text = (pairs[rest % 1_024] ?? '') + text
    rest = Math.floor(rest / 1_024)
  }
  return text
}

/** Crockford's, which has neither I, L, O nor U. */
const alphabet = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ']
const pairs = alphabet.flatMap((first) => alphabet.map((second) => first + second))
