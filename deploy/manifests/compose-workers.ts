import { type Queue, written } from './queue-components.ts'

/** What compose.yaml includes: a worker a queue, and where Prometheus scrapes them; by their paths. */
export function composeWorkers(queues: readonly Queue[]): ReadonlyMap<string, string> {
  const names = queues.map(({ name }) => `worker-${name}`).toSorted()
  const reads = (name: string, variable: string) =>
    queues.some((queue) => name === `worker-${queue.name}` && queue.variables.includes(variable))
  const services = names.map((name) => {
    const environment = {
      ...(reads(name, 'REDIS_URL') && { REDIS_URL: redisUrl }),
      ...(reads(name, 'FILE_STORE_URL') && { FILE_STORE_URL: filesUrl }),
    }
    return [
      name,
      {
        extends: { file: 'compose.service.yaml', service: 'worker' },
        image: `flexprice/${name}:local`,
        build: { args: { SERVICE: name } },
        ...(Object.keys(environment).length > 0 && { environment }),
        ...(reads(name, 'FILE_STORE_URL') && { volumes: ['files:/files'] }),
        depends_on: prepared,
      },
    ]
  })
  return new Map([
    ['deploy/compose.workers.yaml', written({ services: Object.fromEntries(services) })],
    ['deploy/prometheus/workers.yml', written([{ targets: names.map((name) => `${name}:9090`) }])],
  ])
}

const redisUrl = `redis://:\${REDIS_PASSWORD:?run sh deploy/make-passwords.sh}@redis:6379`
/** A volume that gateways and the workers of imports have together. */
const filesUrl = 'file:///files'
const prepared = {
  migrate: { condition: 'service_completed_successfully' },
  attributes: { condition: 'service_completed_successfully' },
}
