import { getEventListeners } from 'node:events'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { callerGone } from './caller-gone.ts'

test('aborts when the process closes, and leaves nothing behind once the request is answered', async () => {
  const closing = new AbortController()
  await using app = Fastify()
  app.get('/at-once', async (_request, reply) => String(callerGone(reply, closing.signal).aborted))
  app.get('/waits', async (_request, reply) => {
    const signal = callerGone(reply, closing.signal)
    queueMicrotask(() => closing.abort())
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return 'told'
  })
  for (let request = 0; request < 20; request++) {
    expect((await app.inject({ url: '/at-once' })).body).toBe('false')
  }
  expect(getEventListeners(closing.signal, 'abort')).toEqual([])
  expect((await app.inject({ url: '/waits' })).body).toBe('told')
  expect((await app.inject({ url: '/at-once' })).body).toBe('true')
})
