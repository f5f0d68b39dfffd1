import { setTimeout as sleep } from 'node:timers/promises'
import { createApiKey } from '@flexprice/database/tenancy'
import { isCodedError } from '@flexprice/domain'
import { z } from 'zod'
import { isChange } from '../lives/change-step.ts'
import type { Step } from '../lives/step.ts'
import type { BeginWorld } from '../play/world.ts'
import { createProduct } from '../product/product.ts'
import { instant } from '../product/subscription-body.ts'
import {
  type Acting,
  allow,
  billOnce,
  changeLines,
  changePrices,
  complete,
  reviseInvoice,
  send,
  subscribe,
} from './act-through-api.ts'
import { createAsk } from './ask.ts'
import { changeThroughApi } from './change-through-api.ts'
import { moveMoney } from './move-money-through-api.ts'
import type { Processes } from './processes.ts'

/**
 * Worlds that are reached over HTTP alone: a gateway, workers and Temporal do the work, and any of them may be hit
 * meanwhile. Rows are read only to find ids and to compare.
 */
export function throughApi(processes: Processes): BeginWorld {
  const { databases, disturb } = processes
  return async (at) => {
    const product = await createProduct(databases, at)
    const { secret } = await createApiKey(product.scoped, { name: 'Simulation' })
    const ask = createAsk(processes, secret)
    const acting = { product, ask, read: readAgain }
    let steps = 0
    let moves = 0
    return {
      product,
      stopsByItself: true,
      perform: (step) =>
        step.kind === 'disturb'
          ? Promise.resolve(disturb(step))
          : perform(acting, step, `step-${++steps}-${step.kind}`),
      async moveTo(to) {
        const of = { method: 'POST', path: '/environments/current/clock', mayConflict: true } as const
        const move = { ...of, body: { now: instant(to) }, key: `move-${++moves}` }
        return moved.parse(await complete(ask, move)).subscriptions_failed
      },
      read: readAgain,
      [Symbol.asyncDispose]: () => Promise.resolve(),
      isRefusal: (error) => isCodedError(error) || String(error).includes('"status":4'),
    }
  }
}

/**
 * What lives through the API have: several steps at an instant, as a move of the clock is a workflow and costs most; and
 * something that is hit so often.
 */
export const throughApiPace = { together: 0.75, disturbed: 0.015 } as const

async function perform(acting: Acting, step: Step, key: string): Promise<void> {
  const { product, ask } = acting
  if (isChange(step)) return changeThroughApi(acting, step, key)
  switch (step.kind) {
    case 'add-price':
    case 'edit-price':
    case 'end-price':
      return changePrices(acting, step, key)
    case 'change-quantity':
    case 'end-line':
    case 'override-price':
    case 'add-line':
      return changeLines(acting, step, key)
    case 'allow-usage':
      return allow(acting, step, key)
    case 'subscribe':
      return subscribe(acting, step, key)
    case 'send-events':
      return send(acting, step, key)
    case 'bill-once':
    case 'void-one-off':
      return billOnce(acting, step, key)
    case 'void-invoice':
    case 'replace-invoice':
    case 'close-invoice':
      return reviseInvoice(acting, step, key)
    case 'make-wallet':
    case 'top-up':
    case 'buy-credits':
    case 'void-purchase':
    case 'top-up-by-itself':
    case 'end-wallet':
    case 'grant-credits':
    case 'pay':
    case 'take-back':
    case 'void-payment':
    case 'close-note':
    case 'void-note':
      return moveMoney(acting, step, key)
    case 'void-event':
      await ask({ method: 'DELETE', path: `/events/${step.id}`, key })
      return
    case 'sync-prices': {
      for (const [place, plan] of product.plans.entries()) {
        const path = `/plans/${plan}/sync/subscriptions`
        await complete(ask, { method: 'POST', path, key: `${key}-${place}` })
      }
      return
    }
    case 'wait':
    case 'disturb':
      return
  }
}

const moved = z.looseObject({ subscriptions_failed: z.int() })
const readsMax = 200
const pauseMs = 150

/** The database may be away as it is looked at; looking again changes nothing. */
async function readAgain<Result>(look: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await look()
    } catch (error) {
      if (tries === readsMax) throw error
      await sleep(pauseMs)
    }
  }
}
