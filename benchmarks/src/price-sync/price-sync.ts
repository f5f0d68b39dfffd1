import type { BenchStack } from '../bench-stack.ts'
import type { Row } from '../report.ts'
import { everythingMissing, nothingToDo, oneOfFifty, type Sizes, scaling } from './scenarios.ts'

/** P1 to P4 of the benchmarks page. `s` is a twentieth, for CI; `l` adds the million subscriptions of P2. */
const sizes: Readonly<Record<'s' | 'm' | 'l', Sizes>> = {
  s: { name: 's', subscriptions: 5_000, idle: [500, 5_000, 50_000] },
  m: { name: 'm', subscriptions: 100_000, idle: [10_000, 100_000] },
  l: { name: 'l', subscriptions: 100_000, idle: [10_000, 100_000, 1_000_000] },
}

export async function* benchPriceSync(stack: BenchStack, size: keyof typeof sizes): AsyncGenerator<Row> {
  const chosen = sizes[size]
  yield await everythingMissing(stack, chosen)
  for (const subscriptions of chosen.idle) yield await nothingToDo(stack, subscriptions)
  yield* await scaling(stack, chosen)
  yield* await oneOfFifty(stack, chosen)
}
