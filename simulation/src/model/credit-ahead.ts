import { type Bill, newBill } from './bill-money.ts'
import type { ExpectedLine } from './fixed.ts'
import { standingLinesOf } from './lines-of-subscription.ts'
import type { MoneyModel } from './money.ts'
import { ratio, round, times } from './ratio.ts'
import type { Invoice, Subscription } from './subscription.ts'

/**
 * What was billed in advance for the time from an instant on, of the chains that are there then, comes back (billing
 * rules, section 6): the lesser of its share of the span that it was billed for, and of what is not credited of it yet.
 */
export function creditAhead(
  subscription: Subscription,
  at: number,
  { money, now }: { readonly money: MoneyModel; readonly now: number },
): void {
  // A pause closes no line for good.
  const going = new Set(
    [...subscription.chains.keys()].filter((chain) =>
      standingLinesOf(subscription, chain).some(({ end, isLeftOut }) => !isLeftOut && end > at),
    ),
  )
  const billed = subscription.invoices
    .filter(({ status }) => status === 'DRAFT' || status === 'FINALIZED')
    .flatMap((invoice) => invoice.fixed.map((line) => ({ invoice, line })))
    .filter(({ line }) => going.has(line.chain) && untilOf(line) > at)
  const drafts = billed.flatMap(({ invoice }) => (invoice.status === 'DRAFT' ? [billOf(invoice)] : []))
  const credits = billed.map(({ invoice, line }) => {
    const bill = billOf(invoice)
    return { bill, line: bill.lines.findIndex(({ of }) => of === line), most: shareFrom(line, at) }
  })
  const credited = money.credit(subscription, { credits, closing: new Set(drafts), now })
  for (const [index, { line }] of billed.entries()) {
    const cents = credited[index] ?? 0n
    if (cents === 0n) continue
    line.credited += cents
    line.creditedFrom = at
  }
}

/** A draft is owed less before it is closed. */
function billOf(invoice: Invoice): Bill {
  invoice.bill ??= newBill(billLines(invoice))
  return invoice.bill
}

/** As steps count lines. */
export function billLines({ fixed, usage }: Pick<Invoice, 'fixed' | 'usage'>) {
  const lines = [...fixed, ...usage].sort(
    (left, right) => left.chain - right.chain || left.start - right.start,
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
