/** A span of time, `[start, end)`. */
export interface Period {
  readonly start: Date
  readonly end: Date
}

/** When a subscription, or a line of it, is at work. No end is for ever. */
export interface Lifetime {
  readonly start: Date
  readonly end?: Date | null | undefined
}

export function later(left: Date, right: Date): Date {
  return left.getTime() > right.getTime() ? left : right
}

export function earlier(left: Date, right: Date): Date {
  return left.getTime() < right.getTime() ? left : right
}
