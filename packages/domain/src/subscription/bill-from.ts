import type { FieldProblem } from '../errors.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import type { Lifetime } from '../time/period.ts'

/**
 * What is wrong with the instant from which a subscription that comes from another system is billed (billing rules,
 * section 8): it is the subscription's start, or a point of its grid after that, before its end.
 */
export function billFromProblem(
  billFrom: Date,
  { grid, lifetime: { start, end } }: { readonly grid: Grid; readonly lifetime: Lifetime },
): FieldProblem | undefined {
  const path = 'bill_from'
  if (billFrom < start) return { path, message: `must not be before the start, ${start.toISOString()}` }
  if (end && billFrom >= end) return { path, message: `must be before the end, ${end.toISOString()}` }
  if (billFrom.getTime() === start.getTime()) return undefined
  const around = gridIntervalAt(grid, billFrom)
  if (around.start.getTime() === billFrom.getTime()) return undefined
  const [before, after] = [around.start, around.end].map((point) => point.toISOString())
  return {
    path,
    message: `must be a point of the grid of the subscription's periods, as ${before} or ${after}`,
  }
}
