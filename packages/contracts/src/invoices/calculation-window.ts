const dayMs = 86_400_000
/** Five years: each day of it may be a charge of each line of a daily subscription, and they are rated in memory. */
export const calculatedDaysMax = 1_830

/** What is wrong with a window that charges are asked for, by the contract's field names; neither is none. */
export function windowProblems(window: {
  readonly period_start?: Date | undefined
  readonly period_end?: Date | undefined
}): { readonly path: 'period_start' | 'period_end'; readonly message: string }[] {
  const { period_start: start, period_end: end } = window
  if (start === undefined && end === undefined) return []
  if (start === undefined || end === undefined) {
    return [{ path: start ? 'period_end' : 'period_start', message: 'is required with the other of the two' }]
  }
  if (end <= start) return [{ path: 'period_end', message: 'must be after period_start' }]
  if (end.getTime() - start.getTime() <= calculatedDaysMax * dayMs) return []
  return [{ path: 'period_end', message: `must be at most ${calculatedDaysMax} days after period_start` }]
}
