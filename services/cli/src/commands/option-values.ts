import { InvalidArgumentError } from '@commander-js/extra-typings'
import { parseInstant } from '@flexprice/contracts/wire'

/** Reads a whole number within limits. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (number >= min && number <= max) return number
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `30m` or `7d`; milliseconds. */
export function span(daysMax: number): (text: string) => number {
  return (text) => {
    const [, amount = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
    const ms = Number(amount) * (unitMs[unit] ?? Number.NaN)
    if (ms <= daysMax * 86_400_000) return ms
    throw new InvalidArgumentError(`It must be a span such as 0s, 30m, 24h or 7d, at most ${daysMax}d.`)
  }
}

/** Reads an instant with a zone that is still to come. */
export function futureInstant(text: string): Date {
  const date = parseInstant(text)
  if (date === undefined) {
    throw new InvalidArgumentError('It must be an instant with a zone, such as 2027-01-31T00:00:00Z.')
  }
  if (date.getTime() <= Date.now()) throw new InvalidArgumentError('It lies in the past.')
  return date
}
