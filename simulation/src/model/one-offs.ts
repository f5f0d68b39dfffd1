import type { BillOnce, VoidOneOff } from '../lives/step.ts'
import { type OneOff, totalOf } from './bill-money.ts'
import type { MoneyModel } from './money.ts'
import { fromText, round, times, whole } from './ratio.ts'

/** @returns false where there is no place for it */
export function changeOneOffs(
  oneOffs: Map<number, OneOff>,
  step: BillOnce | VoidOneOff,
  money: MoneyModel,
): boolean {
  const known = oneOffs.get(step.invoice)
  if (step.kind === 'bill-once') {
    if (known) return false
    const { subscription } = step
    // They are of no price, and count as FIXED for what may pay them.
    const lines = step.amounts.map((amount) => {
      return { type: 'FIXED' as const, isCut: false, cents: round(times(fromText(amount), whole(100))) }
    })
    const bill = money.close(subscription, { lines }, { periodEnd: null, now: step.at })
    const status = totalOf(bill) === 0n ? 'SKIPPED' : 'FINALIZED'
    oneOffs.set(step.invoice, { subscription, bill, status })
    return true
  }
  if (known?.status !== 'FINALIZED' || !money.voidBill(known.bill, step.at)) return false
  oneOffs.set(step.invoice, { ...known, status: 'VOIDED' })
  return true
}
