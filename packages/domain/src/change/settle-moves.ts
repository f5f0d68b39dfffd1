import type { CycleCharge } from '../cycle/cycle.ts'
import { planCycle } from '../cycle/plan-cycle.ts'
import { rateCycle } from '../cycle/rate-cycle.ts'
import {
  type Decimal,
  equalDecimals,
  formatDecimal,
  isPositive,
  sumDecimals,
  zero,
} from '../money/decimal.ts'
import type { ProrationBehavior } from '../subscription/proration.ts'
import type { Period } from '../time/period.ts'
import type {
  BilledTime,
  ChangeFacts,
  ChangeMoney,
  LineCredit,
  LineMoves,
  OpenedLine,
  PlannedCredit,
  RunningLine,
} from './change.ts'
import { creditTime } from './credit-time.ts'
import { billsAlike } from './same-terms.ts'

/**
 * What lines that close and open at an instant credit and charge at once (billing rules, sections 5, 6 and 8): of FIXED
 * ADVANCE the time from then on. What is in arrears, and usage, bills when its time is over; without proration nothing
 * moves now. A line that carries another one on bills the same, so that nothing moves between the two.
 */
export function settleMoves<Line extends RunningLine>(
  facts: ChangeFacts<Line>,
  moves: LineMoves<Line>,
  behavior: ProrationBehavior,
): ChangeMoney<Line> {
  if (behavior === 'none') return { credits: [], charges: [], net: zero }
  const credits = creditsOf(facts, moves)
  const charges = chargesOf(facts, moves)
    .map((charge) => asItWas(charge, credits, facts))
    .filter(({ amount }) => isPositive(amount))
  const charged = sumDecimals(charges.map(({ amount }) => amount))
  return { credits, charges, net: charged.minus(sumDecimals(credits.map(({ amount }) => amount))) }
}

/** Of each chain that goes all that was billed for the time from then on, whichever of its lines was billed for it. */
export function creditsOf<Line extends RunningLine>(
  { lines, billed, currency }: ChangeFacts<Line>,
  { at, closed, opened }: LineMoves<Line>,
): LineCredit<Line>[] {
  const carried = new Set(opened.flatMap(({ carries }) => carries ?? []))
  const going = closed.filter(({ line }) => line.terms.type === 'FIXED' && !carried.has(line.id))
  const chains = new Set(going.map(({ line }) => line.chain))
  const ofChains = new Map(lines.filter(({ chain }) => chains.has(chain)).map((line) => [line.id, line]))
  return billed.flatMap((one) => {
    const line = ofChains.get(one.lineId)
    const credit = line && creditTime(one, at, currency)
    return credit ? [{ ...credit, line }] : []
  })
}

function chargesOf<Line extends RunningLine>(
  { cycle, period, lines }: ChangeFacts<Line>,
  { at, closed, opened }: LineMoves<Line>,
): CycleCharge<OpenedLine<Line>>[] {
  const coming = new Map(opened.filter(({ carries }) => carries === null).map((line) => [line.id, line]))
  if (coming.size === 0 || at >= period.end) return []
  const ends = new Map(closed.map(({ line, at: end }) => [line.id, end]))
  const others = lines
    .filter(({ id }) => !coming.has(id))
    .map((line) => ({ ...line, end: ends.get(line.id) ?? line.end }))
  const opens: Period = { start: at, end: period.end }
  const plan = planCycle({ ...cycle, prorationBehavior: 'create_prorations', closes: null, opens }, [
    ...others,
    ...coming.values(),
  ])
  return rateCycle(plan, []).flatMap(({ line, ...charge }) => {
    const own = coming.get(line.id)
    return own && isPositive(charge.amount) ? [{ line: own, ...charge }] : []
  })
}

/**
 * A line that comes in the instant from which the same was credited is charged what that gave back, whatever its share
 * was of: so a change and its reverse cost nothing, in a short period that was billed whole, too, and to the cent. Where
 * notes had taken back all of it, that is nothing.
 */
function asItWas<Line extends RunningLine>(
  charge: CycleCharge<OpenedLine<Line>>,
  credits: readonly PlannedCredit[],
  { lines, billed }: ChangeFacts<Line>,
): CycleCharge<OpenedLine<Line>> {
  const { line, span } = charge
  const alike = lines.filter((other) => other.chain === line.chain && billsAlike(other, line))
  const prices = new Map(alike.map(({ id, price }) => [id, price.id]))
  const isGoneThen = alike.some(({ end }) => isAt(end, span.start))
  const before = [
    ...billed.flatMap((one) => {
      const amount = givenBackAt(one, span.start, isGoneThen)
      return amount ? [{ one, amount }] : []
    }),
    ...credits.map(({ billed: one, amount }) => ({ one, amount })),
  ].findLast(({ one }) => {
    const isSame = prices.get(one.lineId) === one.priceId && equalDecimals(one.quantity, line.quantity)
    return isSame && isAt(one.span.end, span.end)
  })
  if (!before) return charge
  const { amount } = before
  return { ...charge, amount, explanation: { ...charge.explanation, as_credited: formatDecimal(amount) } }
}

/** What its line has given back of billed time as it went at an instant; undefined where it did not. */
function givenBackAt(one: BilledTime, at: Date, isGoneThen: boolean): Decimal | undefined {
  if (isAt(one.creditedFrom, at)) return one.creditedByChanges
  const hadNothingLeft = one.creditedFrom === null && one.billed.lte(one.credited)
  return isGoneThen && hadNothingLeft ? zero : undefined
}

function isAt(one: Date | null | undefined, other: Date): boolean {
  return one?.getTime() === other.getTime()
}
