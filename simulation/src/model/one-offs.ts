import type { BillOnce, VoidOneOff } from '../lives/step.ts'
import { fromText, round, sum, times, whole } from './ratio.ts'

/** A one-off invoice: the sum of what was said, at once, until it is void; of nothing it is skipped. */
export interface OneOff {
  readonly cents: bigint
  readonly status: 'FINALIZED' | 'SKIPPED' | 'VOIDED'
}

/** @returns false where there is no place for it */
export function changeOneOffs(oneOffs: Map<number, OneOff>, step: BillOnce | VoidOneOff): boolean {
  const known = oneOffs.get(step.invoice)
  if (step.kind === 'bill-once') {
    if (known) return false
    const cents = round(times(sum(step.amounts.map(fromText)), whole(100)))
    oneOffs.set(step.invoice, { cents, status: cents === 0n ? 'SKIPPED' : 'FINALIZED' })
    return true
  }
  if (known?.status !== 'FINALIZED') return false
  oneOffs.set(step.invoice, { ...known, status: 'VOIDED' })
  return true
}
