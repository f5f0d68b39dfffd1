/** Of a run's lives those from the first to the last, both counted from 1. */
export interface LifeRange {
  readonly first: number
  readonly last: number
}

/** How many lives a run has: the last one may have customers that nobody asked for. */
export function livesOf(of: { readonly customers: number; readonly customersPerLife: number }): number {
  return Math.ceil(of.customers / of.customersPerLife)
}

/**
 * What `--lives` says, as `11-20` or `13`.
 *
 * @returns undefined for all of them; a text that says what is wrong
 */
export function livesToLive(text: string | undefined, lives: number): LifeRange | undefined | string {
  if (text === undefined) return undefined
  const [, from = '', to = from] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to)]
  if (from === '' || first < 1 || last < first) return `lives must be as 11-20 or 13, counted from 1: ${text}`
  if (last > lives) return `lives must be among the ${lives} of this run: ${text}`
  return { first, last }
}
