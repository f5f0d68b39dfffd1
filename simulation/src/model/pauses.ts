import type { Line } from './lines.ts'

/** A time in which a subscription stands still. */
export interface Pause {
  readonly start: number
  /** Infinity as long as nobody has said. */
  end: number
  /** What is in arrears is parted by its share where it begins, and where it ends. */
  readonly beginsProrated: boolean
  endsProrated: boolean
}

/** What is left of a line around pauses (billing rules, section 8); what bills once waits until one is over. */
export function aroundPauses(line: Line, pauses: readonly Pause[]): Line[] {
  if (line.chain.terms.isOnce) return afterPause(line, pauses)
  return pauses.reduce((parts, pause) => parts.flatMap((part) => without(part, pause)), [line])
}

function without(line: Line, { start, end, beginsProrated, endsProrated }: Pause): Line[] {
  if (end < line.start || start >= line.end) return [line]
  const before = { ...line, end: start, isCutAtEnd: beginsProrated }
  const after = { ...line, start: Math.max(end, line.start), isCutAtStart: endsProrated }
  return [before, after].filter((part) => part.start < part.end)
}

function afterPause(line: Line, pauses: readonly Pause[]): Line[] {
  const pause = pauses.find(({ start, end }) => start <= line.start && line.start < end)
  if (!pause) return [line]
  return pause.end === Infinity ? [] : [{ ...line, start: pause.end, end: Math.max(pause.end, line.end) }]
}

export function isPausedAt(pauses: readonly Pause[], at: number): boolean {
  return pauses.some(({ start, end }) => start <= at && end > at)
}
