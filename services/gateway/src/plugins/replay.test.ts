import { randomUUID } from 'node:crypto'
import { operation } from '@flexprice/contracts/wire'
import { insertPlan, searchPlans } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { createTestDatabase } from '@flexprice/testing'
import Fastify from 'fastify'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { afterCommit, callerDatabase } from '../caller.ts'
import '../request-decoration.ts'
import { answerErrors } from './answer-errors.ts'
import { answerOnce } from './answer-once.ts'
import { identifyRequests, requestIdentity } from './request-identity.ts'
import { traceRequests } from './trace-requests.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())
const scoped = await stack.newTenant()

const made = operation({
  operationId: 'createSecret',
  method: 'POST',
  path: '/secret',
  tag: 'Test',
  summary: 'Has an answer that is shown once',
  schema: { response: { 201: z.looseObject({}) } },
  replayWithout: ['api_key'],
})
const waiting = operation({ ...made, operationId: 'own', path: '/own', idempotency: 'own' })

async function startApp() {
  const app = Fastify()
  await traceRequests(app)
  answerErrors(app)
  app.decorateRequest('scope', null)
  app.addHook('onRequest', async (request) => {
    request.scope = scoped.scope
  })
  identifyRequests(app)
  answerOnce(app, stack)
  const notes: number[] = []
  app.post('/secret', { config: { operation: made } }, async (request, reply) => {
    const { lookup_key = '' } = z.object({ lookup_key: z.string() }).parse(request.body)
    const count = async () => {
      const { total } = await searchPlans(scoped, { limit: 1, offset: 0, lookup_key })
      notes.push(total)
    }
    const handle = callerDatabase(stack.database, request)
    await insertPlan(handle, { name: 'Pro', lookup_key }, await readNow(handle))
    await afterCommit(request, count)
    return reply.code(201).send({ id: 'key_1', api_key: 'sk_secret', amount: '1.00' })
  })
  app.post('/own', { config: { operation: waiting } }, async (request) => {
    const identity = requestIdentity(request)
    return { transaction: callerDatabase(stack.database, request).db.isTransaction, key: identity?.key }
  })
  app.post('/large', { config: { operation: made } }, async (request, reply) => {
    const handle = callerDatabase(stack.database, request)
    await insertPlan(handle, { name: 'Pro', lookup_key: 'large' }, await readNow(handle))
    return reply.send({ text: 'a'.repeat(9 * 1024 * 1024) })
  })
  const post = async (url: string, key: string | undefined, payload: object) => {
    const headers = key === undefined ? {} : { 'idempotency-key': key }
    return (await app.inject({ method: 'POST', url, headers, payload })).json()
  }
  return { app, notes, post, [Symbol.asyncDispose]: () => app.close() }
}

test('what is shown once is not in the replay, nor anywhere in the database', async () => {
  await using gateway = await startApp()
  const [key, body] = [randomUUID(), { lookup_key: randomUUID() }]
  expect(await gateway.post('/secret', key, body)).toMatchObject({ api_key: 'sk_secret' })
  expect(await gateway.post('/secret', key, body)).toEqual({ id: 'key_1', amount: '1.00' })
  const { rows } = await scoped.db
    .selectFrom('idempotency_keys')
    .select('answer_body')
    .execute()
    .then((all) => ({ rows: all.map(({ answer_body }) => answer_body) }))
  expect(rows).toHaveLength(1)
  expect(rows.join()).not.toContain('sk_secret')
})

test('caches are told after the commit, with a key and without', async () => {
  await using gateway = await startApp()
  await gateway.post('/secret', randomUUID(), { lookup_key: randomUUID() })
  await gateway.post('/secret', undefined, { lookup_key: randomUUID() })
  expect(gateway.notes).toEqual([1, 1])
})

test('an operation that keeps the promise itself gets the key, and no transaction', async () => {
  await using gateway = await startApp()
  const key = randomUUID()
  expect(await gateway.post('/own', key, {})).toEqual({ transaction: false, key })
  expect(await gateway.post('/own', undefined, {})).toEqual({ transaction: false })
})

test('an answer that is too large to be kept is refused, and its work undone', async () => {
  await using gateway = await startApp()
  expect(await gateway.post('/large', randomUUID(), {})).toMatchObject({
    http_status_code: 400,
    message: expect.stringContaining('Idempotency-Key'),
  })
  expect(await searchPlans(scoped, { limit: 1, offset: 0, lookup_key: 'large' })).toMatchObject({ total: 0 })
})
