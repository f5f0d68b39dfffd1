import { workerFlags } from '@flexprice/local-stack/worker-flags'
import { type Queue, written } from './queue-components.ts'

/** What compose.yaml includes: a worker a queue, and where Prometheus scrapes them; by their paths. */
export function composeWorkers(queues: readonly Queue[]): ReadonlyMap<string, string> {
  const services = queues.map((queue) => [nameOf(queue), serviceOf(queue)] as const)
  const names = services.map(([name]) => name).toSorted()
  const sorted = services.toSorted(([one], [other]) => one.localeCompare(other))
  return new Map([
    ['deploy/compose.workers.yaml', written({ services: Object.fromEntries(sorted) })],
    ['deploy/prometheus/workers.yml', written([{ targets: names.map((name) => `${name}:9090`) }])],
  ])
}

function nameOf({ name }: Queue): string {
  return `worker-${name}`
}

function serviceOf(queue: Queue): object {
  const [readsCache, readsFiles] = ['REDIS_URL', 'FILE_STORE_URL'].map((one) => queue.variables.includes(one))
  return {
    extends: { file: 'compose.service.yaml', service: 'service' },
    image: `flexprice/${nameOf(queue)}:local`,
    build: { args: { SERVICE: nameOf(queue) } },
    environment: {
      NODE_OPTIONS: workerFlags(queue.name).join(' '),
      ...(readsCache && { REDIS_URL: redisUrl }),
      ...(readsFiles && { FILE_STORE_URL: filesUrl }),
    },
    ...(readsFiles && { volumes: ['files:/files'] }),
    depends_on: prepared,
  }
}

const redisUrl = `redis://:\${REDIS_PASSWORD:?run sh deploy/make-passwords.sh}@redis:6379`
/** A volume that gateways and the workers of imports have together. */
const filesUrl = 'file:///files'
const prepared = {
  migrate: { condition: 'service_completed_successfully' },
  attributes: { condition: 'service_completed_successfully' },
}
