import type { Money, PriceTerms, Step } from '../lives/step.ts'
import { lifeStart } from '../play/play-life.ts'
import { billInProcess } from '../product/bill-in-process.ts'
import { moveMoney } from '../product/move-money.ts'
import { perform } from '../product/perform.ts'
import { createProduct, type Databases, type Product } from '../product/product.ts'

export interface PaidWorld {
  readonly product: Product
  readonly customers: number
  /** The environment's clock, and how it is moved on: by a day, after which each customer has an invoice that is due. */
  now(): number
  nextDay(): Promise<void>
}

const dayMs = 86_400_000
const hourMs = 3_600_000
const customers = 4
/** So that each has several invoices to begin with. */
const daysBefore = 6

const flat = (amount: string): Money => ({ model: 'FLAT_FEE', amount, divideBy: 1, round: 'up', tiers: [] })
const daily = { period: 'DAILY', count: 1, isOnce: false } as const
const fixed: PriceTerms = { ...daily, type: 'FIXED', cadence: 'ADVANCE', money: flat('10'), meter: null }
const usage: PriceTerms = { ...daily, type: 'USAGE', cadence: 'ARREAR', money: flat('3'), meter: 0 }

/** A few customers who are billed each day, with a wallet for all and one for what is FIXED. */
export async function openPaidWorld(databases: Databases): Promise<PaidWorld> {
  const product = await createProduct(databases, lifeStart)
  let at = lifeStart
  const start = lifeStart - dayMs
  const did = (step: Step) => perform(product, step)
  await did({ kind: 'add-price', at, chain: 0, price: fixed, start })
  await did({ kind: 'add-price', at, chain: 1, price: usage, start })
  const nextDay = async () => {
    at += dayMs
    await product.moveClock(at)
  }
  for (let subscription = 0; subscription < customers; subscription++) {
    const of = { period: 'DAILY', count: 1, zone: 'UTC', cycle: 'anniversary', anchor: null } as const
    const terms = { ...of, start: at, end: null, trialDays: 0, isProrated: false }
    await did({ kind: 'subscribe', at, subscription, terms })
  }
  for (let day = 0; day < daysBefore; day++) {
    await nextDay()
    await billInProcess(product.scoped, new Date(at))
  }
  // Empty as yet: what is topped up comes while all else does.
  for (let subscription = 0; subscription < customers; subscription++) {
    const of = { at, subscription, rate: '0.333' } as const
    await moveMoney(product, { kind: 'make-wallet', ...of, types: 'ALL' }, new Date(at))
    await moveMoney(product, { kind: 'make-wallet', ...of, types: 'FIXED' }, new Date(at))
  }
  at += hourMs
  await product.moveClock(at)
  await billInProcess(product.scoped, new Date(at))
  return { product, customers, now: () => at, nextDay }
}
