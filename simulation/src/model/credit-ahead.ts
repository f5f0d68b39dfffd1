import { type Bill, newBill } from './bill-money.ts'
import type { ExpectedLine } from './fixed.ts'
import { chainsOf, standingLinesOf } from './lines-of-subscription.ts'
import type { MoneyModel } from './money.ts'
import { ratio, round, times } from './ratio.ts'
import type { Invoice, Subscription } from './subscription.ts'
import { lesser } from './wallets.ts'

/** What of a line comes back. */
export interface CreditedTime {
  readonly invoice: Invoice
  readonly line: ExpectedLine
  readonly cents: bigint
}

/** As its subscription stops at an instant: of all chains that are there then. A pause closes no line for good. */
export function creditAhead(subscription: Subscription, at: number, around: Around): void {
  const going = new Set(
    chainsOf(subscription).filter((chain) =>
      standingLinesOf(subscription, chain).some(({ end, isLeftOut }) => !isLeftOut && end > at),
    ),
  )
  giveBack(subscription, creditedTimes(subscription, at, going), { charged: 0n, around })
}

interface Around {
  readonly money: MoneyModel
  readonly now: number
}

/**
 * What was billed in advance for the time from an instant on, of chains that go, is credited (billing rules, section 6):
 * the lesser of its share of the span that it was billed for, and of what is not credited of it yet.
 */
export function creditedTimes(
  { invoices }: Subscription,
  at: number,
  going: ReadonlySet<number>,
): CreditedTime[] {
  const billed = invoices
    .filter(hasBilled)
    .flatMap((invoice) => invoice.fixed.map((line) => ({ invoice, line })))
    .filter(({ line }) => going.has(line.chain) && untilOf(line) > at)
  return billed.flatMap(({ invoice, line }) => {
    const cents = lesser(shareFrom(line, at), line.cents - notedOf(invoice, line))
    if (cents <= 0n) {
      if (line.creditedFrom === null) line.emptyFrom = at
      return []
    }
    line.credited += cents
    line.creditedFrom = at
    return [{ invoice, line, cents }]
  })
}

/**
 * Credits go back, but for what a change charges anew.
 *
 * @returns what that takes of each
 */
export function giveBack(
  subscription: Subscription,
  times: readonly CreditedTime[],
  { charged, around: { money, now } }: { readonly charged: bigint; readonly around: Around },
): bigint[] {
  const credits = times.map(({ invoice, line, cents }) => {
    const bill = billOf(invoice)
    return { bill, line: bill.lines.findIndex(({ of }) => of === line), cents }
  })
  const drafts = times.flatMap(({ invoice }) => (invoice.status === 'DRAFT' ? [billOf(invoice)] : []))
  return money.credit(subscription, { credits, charged, closing: new Set(drafts), now })
}

function notedOf({ bill }: Invoice, line: ExpectedLine): bigint {
  return bill?.lines.find(({ of }) => of === line)?.noted ?? 0n
}

/** What a change charges counts as billed, also where its credits were more. */
export function hasBilled({ status, reason }: Invoice): boolean {
  const isOfChange = status === 'SKIPPED' && reason === 'SUBSCRIPTION_UPDATE'
  return status === 'DRAFT' || status === 'FINALIZED' || isOfChange
}

/** A draft is owed less before it is closed. */
function billOf(invoice: Invoice): Bill {
  invoice.bill ??= newBill(billLines(invoice))
  return invoice.bill
}

/** As steps count lines. */
export function billLines({ fixed, usage }: Pick<Invoice, 'fixed' | 'usage'>) {
  const lines = [...fixed, ...usage].sort(
    (left, right) => left.chain - right.chain || left.start - right.start || Number(left.cents - right.cents),
  )
  const isCut = (line: ExpectedLine) => usage.some((one) => one !== line && one.chain === line.chain)
  return lines.map((line) => ({ type: line.type, cents: line.cents, isCut: isCut(line), of: line }))
}

function shareFrom(line: ExpectedLine, at: number): bigint {
  const { start, paidUntil, cents } = line
  const [left, whole] = [untilOf(line) - Math.max(start, at), (paidUntil ?? 0) - start].map(BigInt)
  return round(times(ratio(cents, 1n), ratio(left ?? 0n, whole ?? 1n)))
}

/** Until when it pays for something: what has come back does not come back again. */
function untilOf({ paidUntil, creditedFrom }: ExpectedLine): number {
  return Math.min(paidUntil ?? 0, creditedFrom ?? Infinity)
}
