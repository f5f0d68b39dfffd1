import { strict as assert } from 'node:assert'
import { fromUnits, toUnits } from '../money/money.ts'
import type { AllowedPriceTypes, Wallet } from '../wallet/credit.ts'
import { type CreditPayment, payBills } from '../wallet/pay-bills.ts'
import { returnCredits } from '../wallet/return-credits.ts'
import { dec } from './price-arbitrary.ts'

export type LedgerAct =
  | {
      readonly kind: 'credit'
      readonly wallet: number
      readonly credits: bigint
      readonly priority: number | null
      readonly effectiveIn: number | null
      readonly expiresIn: number | null
    }
  | {
      readonly kind: 'bill'
      readonly customer: number
      readonly fixed: bigint
      readonly usage: bigint
      readonly lowered: bigint
      readonly endedAgo: number
    }
  | { readonly kind: 'void'; readonly bill: number }
  | { readonly kind: 'expire' }
  | { readonly kind: 'wait'; readonly days: number }

/** In days, and parts of 10⁻⁸ credits: the plain model's numbers are whole. */
interface ModelCredit {
  readonly id: string
  readonly wallet: number
  available: bigint
  readonly priority: number | null
  readonly effectiveOn: number | null
  readonly expiresOn: number | null
}

interface PaidBill {
  readonly payments: readonly CreditPayment[]
  readonly paidOn: number
  isVoided: boolean
}

/** Rates as fractions, so that the model calculates in whole numbers. */
const wallets: readonly {
  customer: number
  rate: string
  over: readonly [bigint, bigint]
  types: AllowedPriceTypes
}[] = [
  { customer: 0, rate: '1', over: [1n, 1n], types: 'ALL' },
  { customer: 0, rate: '0.37', over: [37n, 100n], types: 'USAGE' },
  { customer: 0, rate: '2.5', over: [5n, 2n], types: 'FIXED' },
  { customer: 1, rate: '1', over: [1n, 1n], types: 'ALL' },
]

const part = 10n ** 8n
const instant = (on: number) => new Date(Date.UTC(2026, 0, 1) + on * 86_400_000)
const dayOf = (at: Date) => (at.getTime() - Date.UTC(2026, 0, 1)) / 86_400_000
const decimalOf = (parts: bigint) => dec(`${parts / part}.${String(parts % part).padStart(8, '0')}`)

/** Runs the acts by the rules and holds each against what must be true of it, with numbers of the model's own. */
export function runLedger(acts: readonly LedgerAct[]) {
  const ledger = new Ledger()
  for (const act of acts) {
    ledger.run(act)
    ledger.expectBalance()
  }
  return ledger.counts
}

class Ledger {
  readonly counts = { paid: 0, returned: 0, renewed: 0, expired: 0 }
  private now = 0
  private made = 0n
  private spent = 0n
  private expired = 0n
  private readonly credits: ModelCredit[] = []
  private readonly bills: PaidBill[] = []

  run(act: LedgerAct): void {
    if (act.kind === 'credit') this.book(act)
    else if (act.kind === 'bill') this.pay(act)
    else if (act.kind === 'void') this.giveBack(this.bills[act.bill % Math.max(1, this.bills.length)])
    else if (act.kind === 'expire') this.expire()
    else this.now += act.days
  }

  /** What was made is there, was spent, or has expired. */
  expectBalance(): void {
    const there = this.credits.reduce((sum, { available }) => sum + available, 0n)
    assert.equal(there + this.spent + this.expired, this.made)
    assert(this.credits.every(({ available }) => available >= 0n))
  }

  private book({ wallet, credits, priority, effectiveIn, expiresIn }: LedgerAct & { kind: 'credit' }): void {
    this.made += credits
    this.add({
      ...{ wallet, available: credits, priority },
      effectiveOn: effectiveIn === null ? null : this.now + effectiveIn,
      expiresOn: expiresIn === null ? null : this.now + expiresIn,
    })
  }

  private add(credit: Omit<ModelCredit, 'id'>): void {
    this.credits.push({ ...credit, id: String(this.credits.length).padStart(6, '0') })
  }

  private pay({ customer, fixed, usage, lowered, endedAgo }: LedgerAct & { kind: 'bill' }): void {
    const total = fixed + usage
    const due = lowered < total ? total - lowered : 0n
    const periodEnd = this.now - endedAgo
    const payments = payBills(
      [
        {
          ...{ invoiceId: 'inv', customerId: String(customer), currency: 'usd' },
          ...{ periodEnd: instant(periodEnd), finalizedAt: instant(this.now), due: fromUnits(due, 'usd') },
          lines: [
            { id: 'fixed', priceType: 'FIXED', amount: fromUnits(fixed, 'usd') },
            { id: 'usage', priceType: 'USAGE', amount: fromUnits(usage, 'usd') },
          ],
        },
      ],
      wallets.map((_, index) => this.walletOf(index)),
    )
    // What ends with the period was there in all of it; else it must be there still.
    const usableOn = periodEnd <= this.now ? periodEnd : this.now + 1
    const isUsable = ({ effectiveOn, expiresOn }: ModelCredit) =>
      (effectiveOn ?? this.now) <= this.now && (expiresOn ?? Infinity) >= usableOn
    for (const payment of payments) this.take(payment, isUsable)
    const paid = payments.reduce((sum, { money }) => sum + toUnits(money, 'usd'), 0n)
    assert(paid <= due)
    const usagePaid = payments.flatMap(({ lines }) => lines).filter(({ lineId }) => lineId === 'usage')
    assert(usagePaid.reduce((sum, { money }) => sum + toUnits(money, 'usd'), 0n) <= usage)
    if (paid < due) this.expectNothingLeft(customer, isUsable)
    this.counts.paid += payments.length
    this.bills.push({ payments, paidOn: this.now, isVoided: false })
  }

  private walletOf(index: number): Wallet {
    const { customer, rate, types } = wallets[index] ?? assert.fail()
    return {
      ...{ id: String(index), customerId: String(customer), currency: 'usd' },
      ...{ conversionRate: dec(rate), allowedPriceTypes: types },
      credits: this.credits
        .filter(({ wallet, available }) => wallet === index && available > 0n)
        .map(({ id, available, priority, effectiveOn, expiresOn }) => ({
          ...{ id, available: decimalOf(available), priority },
          effectiveAt: effectiveOn === null ? null : instant(effectiveOn),
          expiresAt: expiresOn === null ? null : instant(expiresOn),
        })),
    }
  }

  /** The money is worth what was taken, to less than a part of a credit; the credits were the first that could be used. */
  private take(payment: CreditPayment, isUsable: (credit: ModelCredit) => boolean): void {
    const index = Number(payment.walletId)
    const [over, under] = wallets[index]?.over ?? assert.fail()
    const taken = payment.used.map(({ creditId, credits }) => ({
      creditId,
      parts: BigInt(credits.times(dec(String(part))).toFixed()),
    }))
    const sum = taken.reduce((all, { parts }) => all + parts, 0n)
    const worth = sum * over * 100n
    const money = toUnits(payment.money, 'usd') * under * part
    assert(worth >= money && worth - money < over * 100n, 'rounded up by less than a part of a credit')
    const order = this.credits
      .filter((credit) => credit.wallet === index && credit.available > 0n && isUsable(credit))
      .sort((left, right) => rank(left) - rank(right))
    for (const [place, { creditId, parts }] of taken.entries()) {
      const credit = order[place]
      assert(credit?.id === creditId, 'credits are spent in their order')
      assert(place === taken.length - 1 || credit.available === parts, 'each to its end before the next')
      credit.available -= parts
    }
    this.spent += sum
  }

  /** Something is due: then no wallet that may pay all of it has a whole unit left. */
  private expectNothingLeft(customer: number, isUsable: (credit: ModelCredit) => boolean): void {
    for (const [index, { customer: owner, over, types }] of wallets.entries()) {
      if (owner !== customer || types !== 'ALL') continue
      const left = this.credits
        .filter((credit) => credit.wallet === index && isUsable(credit))
        .reduce((sum, { available }) => sum + available, 0n)
      assert((left * over[0] * 100n) / (over[1] * part) < 1n, 'credits that can pay do pay')
    }
  }

  private giveBack(bill: PaidBill | undefined): void {
    if (!bill || bill.isVoided) return
    bill.isVoided = true
    for (const { used, credits: taken } of bill.payments) {
      const spent = used.map(({ creditId, credits }) => {
        const { expiresOn } = this.find(creditId)
        const expiresAt = expiresOn === null ? null : instant(expiresOn)
        return { creditId, credits, expiresAt, spentAt: instant(bill.paidOn) }
      })
      const { restored, renewed, credits } = returnCredits(spent, instant(this.now))
      assert(credits.eq(taken), 'what was taken comes back')
      for (const one of restored) this.find(one.creditId).available += this.unspend(one.credits)
      for (const { creditId, credits: back, expiresAt } of renewed) {
        const { wallet, priority, effectiveOn } = this.find(creditId)
        this.add({
          wallet,
          priority,
          effectiveOn,
          available: this.unspend(back),
          expiresOn: dayOf(expiresAt),
        })
      }
      this.counts.returned += restored.length
      this.counts.renewed += renewed.length
    }
  }

  private unspend(credits: CreditPayment['credits']): bigint {
    const parts = BigInt(credits.times(dec(String(part))).toFixed())
    this.spent -= parts
    return parts
  }

  private find(id: string): ModelCredit {
    return this.credits.find((credit) => credit.id === id) ?? assert.fail(`${id} is a credit`)
  }

  private expire(): void {
    for (const credit of this.credits) {
      if (credit.expiresOn === null || credit.expiresOn > this.now || credit.available === 0n) continue
      this.expired += credit.available
      credit.available = 0n
      this.counts.expired += 1
    }
  }
}

/** One number that orders as the rules say: priority, then expiry, then age. */
function rank({ id, priority, expiresOn }: ModelCredit): number {
  return (priority ?? 9) * 1e12 + Math.min(expiresOn ?? 9_999, 9_999) * 1e6 + Number(id)
}
