import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Tenant } from './balanced-stack.ts'
import { createTrafficBook, type TrafficBook } from './traffic-book.ts'

/** Everyday requests of several callers at once, and the book of what each was answered. */
export interface Traffic {
  readonly book: TrafficBook
  /** What was promised: ids of events, and customers by their own ids. */
  acknowledged(): Acknowledged
  /** Lets each caller finish what it is at. */
  stop(): Promise<void>
}

export interface Acknowledged {
  readonly events: readonly string[]
  readonly customers: ReadonlyMap<string, string>
}

const callers = 4
const pauseMs = 10
const triesMax = 200

const named = z.looseObject({ id: z.string(), external_id: z.string() })
const accepted = z.looseObject({ event_id: z.string() })
const started = z.looseObject({ workflow_id: z.string() })

/** @param planId of a plan whose syncs are asked for */
export function startTraffic({ api }: Tenant, planId: string): Traffic {
  const book = createTrafficBook(api)
  const events: string[] = []
  const customers = new Map<string, string>()
  const startSync = async (): Promise<void> => {
    const answer = await book.ask('sync', 'POST', `/plans/${planId}/sync/subscriptions`)
    if (answer) book.expectSame('sync', started.parse(answer.body).workflow_id.includes(planId), true)
  }
  const send = () => sendEvent(book, events)
  const turns = [
    send,
    () => makeCustomer(book, customers),
    send,
    () => readCustomer(book, customers),
    send,
    startSync,
  ]
  let going = true
  const work = Array.from({ length: callers }, async (_, caller) => {
    for (let turn = caller; going; turn++) {
      await turns[turn % turns.length]?.()
      await sleep(pauseMs)
    }
  })
  return {
    book,
    acknowledged: () => ({ events, customers }),
    async stop() {
      going = false
      await Promise.all(work)
    },
  }
}

async function sendEvent(book: TrafficBook, events: string[]): Promise<void> {
  const id = randomUUID()
  const body = { event_id: id, event_name: 'call', external_customer_id: 'ada', properties: {} }
  const answer = await book.ask('event', 'POST', '/events', body)
  if (answer === undefined) return
  book.expectSame('event', accepted.parse(answer.body).event_id, id)
  events.push(id)
}

/** Sent again with its key until it is made: however often that is, it is made once. */
async function makeCustomer(book: TrafficBook, customers: Map<string, string>): Promise<void> {
  const id = randomUUID()
  const headers = { 'idempotency-key': id }
  for (let tries = 0; tries < triesMax; tries++) {
    const answer = await book.ask('customer', 'POST', '/customers', { external_id: id, name: id }, headers)
    if (answer !== undefined) {
      const made = named.parse(answer.body)
      book.expectSame('customer', made.external_id, id)
      customers.set(id, made.id)
      return
    }
    await sleep(pauseMs)
  }
  book.expectSame('customer', `not made in ${triesMax} tries`, id)
}

async function readCustomer(book: TrafficBook, customers: ReadonlyMap<string, string>): Promise<void> {
  const [externalId, id] = [...customers].at(-1) ?? []
  if (id === undefined) return
  const answer = await book.ask('read', 'GET', `/customers/${id}`)
  if (answer !== undefined) book.expectSame('read', named.parse(answer.body).external_id, externalId)
}
