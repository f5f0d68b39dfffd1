export type PaymentState = 'INITIATED' | 'SUCCEEDED' | 'FAILED' | 'VOIDED'

/**
 * What may become of a payment (billing rules, section 12). One that failed may be tried again; one that succeeded by
 * mistake is taken back, never edited; a voided one stays as it is.
 */
const nextStates: Readonly<Record<PaymentState, readonly PaymentState[]>> = {
  INITIATED: ['SUCCEEDED', 'FAILED', 'VOIDED'],
  FAILED: ['SUCCEEDED', 'VOIDED'],
  SUCCEEDED: ['VOIDED'],
  VOIDED: [],
}

export function mayBecome(from: PaymentState, to: PaymentState): boolean {
  return nextStates[from].includes(to)
}
