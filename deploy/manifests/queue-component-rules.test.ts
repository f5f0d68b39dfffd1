import { globSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { queueComponentProblems, queueFiles, registeredQueues } from './queue-component-rules.ts'
import { serviceVariables } from './service-variables.ts'

const services = await serviceVariables()
const startedIn = process.cwd()
beforeAll(() => process.chdir(path.resolve(import.meta.dirname, '../..')))
afterAll(() => process.chdir(startedIn))

it('a definition without a worker folder is named, before anything is made of it', () => {
  const others = services.filter(({ service }) => service !== 'worker-price-sync')
  expect(() => registeredQueues(others)).toThrow(
    'The workflow price-sync has no services/worker-price-sync/src/config.ts',
  )
})

it('a queue without a component is named, and a component without a queue, and one that is old', () => {
  const queues = registeredQueues(services)
  const files = [...globSync('k8s/**/*.yaml'), ...queueFiles(queues).keys()]
  expect(queueComponentProblems(files, queues)).toEqual([])
  const scaler = 'k8s/queues/price-sync/scaled-object.yaml'
  expect(
    queueComponentProblems(
      files.filter((file) => file !== scaler),
      queues,
    ),
  ).toEqual([`${scaler}:1 is missing: run pnpm deploy:queues`])
  const fewer = queues.filter(({ name }) => name !== 'price-sync')
  expect(queueComponentProblems(files, fewer)).toContain(
    `${scaler}:1 belongs to no workflow: run pnpm deploy:queues`,
  )
  const renamed = queues.map((queue) =>
    queue.name === 'price-sync' ? { ...queue, taskQueue: 'OtherTaskQueue' } : queue,
  )
  expect(queueComponentProblems(files, renamed)).toEqual([
    `${scaler}:1 is not what its definition says: run pnpm deploy:queues`,
  ])
})
