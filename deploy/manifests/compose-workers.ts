import { type Queue, written } from './queue-components.ts'

/** What compose.yaml includes: a worker a queue, and where Prometheus scrapes them; by their paths. */
export function composeWorkers(queues: readonly Queue[]): ReadonlyMap<string, string> {
  const names = queues.map(({ name }) => `worker-${name}`).toSorted()
  const readers = queues.filter(({ variables }) => variables.includes('REDIS_URL'))
  const services = names.map((name) => [
    name,
    {
      extends: { file: 'compose.service.yaml', service: 'worker' },
      image: `flexprice/${name}:local`,
      build: { args: { SERVICE: name } },
      ...(readers.some((queue) => name === `worker-${queue.name}`)
        ? { environment: { REDIS_URL: redisUrl } }
        : {}),
      depends_on: prepared,
    },
  ])
  return new Map([
    ['deploy/compose.workers.yaml', written({ services: Object.fromEntries(services) })],
    ['deploy/prometheus/workers.yml', written([{ targets: names.map((name) => `${name}:9090`) }])],
  ])
}

const redisUrl = `redis://:\${REDIS_PASSWORD:?run sh deploy/make-passwords.sh}@redis:6379`
const prepared = {
  migrate: { condition: 'service_completed_successfully' },
  attributes: { condition: 'service_completed_successfully' },
}
