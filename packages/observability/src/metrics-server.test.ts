import { expect, test } from 'vitest'
import { createMetricsServer } from './metrics-server.ts'

const serve = (metrics: () => Promise<string>) => createMetricsServer({ port: 0, host: '127.0.0.1', metrics })

test('metrics are all that the port answers', async () => {
  await using server = await serve(async () => 'requests_total 1\n')
  const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`)
  const answer = await get('/metrics')
  expect(answer.headers.get('content-type')).toContain('text/plain')
  expect(await answer.text()).toBe('requests_total 1\n')
  for (const path of ['/', '/health/live', '/v1/plans/x', '/constructor']) {
    expect((await get(path)).status).toBe(404)
  }
})

test('metrics that cannot be read are a 500 which keeps why inside', async () => {
  await using server = await serve(() => Promise.reject(new Error('inside')))
  const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`)
  expect([answer.status, (await answer.text()).includes('inside')]).toEqual([500, false])
})
